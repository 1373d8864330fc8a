//! A Helix to type into, as docs/editors/helix.md tells a newcomer to set it up. What is asserted is
//! what stands on the screen, and what is saved.

use std::ffi::OsStr;
use std::fs;
use std::ops::Deref;
use std::path::PathBuf;

use super::given::{SINGLE, SPLIT, STAGES, path_with_the_binary, root};
use super::page::{block, blocks};
use super::terminal::{Terminal, position, until_ended};

const ADVICE: &str = "This test needs Helix: `.ci/test` installs it, as do
    apt-get install mmdebstrap && tests/editors/unpack.sh hx trixie .cache/helix";

/// Helix on a Dockerfile.
struct Helix(Terminal);

impl Helix {
    /// On a file of that text, with these in the user's languages.toml and config.toml. Waits until
    /// a finding is marked, so there has to be one.
    fn on(text: &str, languages: &str, config: &str) -> Self {
        let helix = Self::configured(text, languages, config);
        helix.start(&program(), &["Dockerfile"]);
        helix.until_shown("●");
        helix
    }

    /// The same before Helix runs.
    fn configured(text: &str, languages: &str, config: &str) -> Self {
        let helix = Self(Terminal::with(&[
            ("Dockerfile", text),
            (".config/helix/languages.toml", languages),
            (".config/helix/config.toml", config),
        ]));
        let version = helix.run(&program(), &["--version"], &path_with_the_binary());
        assert!(version.status.success(), "{version:?}. {ADVICE}");
        helix
    }

    /// What `hx --health dockerfile` prints, without colours.
    fn health(&self, path: &OsStr) -> String {
        let output = self.run(&program(), &["--health", "dockerfile"], path);
        let printed = String::from_utf8(output.stdout).expect("text");
        // A colour is `ESC [ … m`.
        let (first, coloured) = printed.split_once('\u{1b}').unwrap_or((&printed, ""));
        let rest = coloured.split('\u{1b}').filter_map(|part| part.split_once('m'));
        first.to_owned() + &rest.map(|(_, text)| text).collect::<String>()
    }

    /// Puts the cursor where `$0` stands in this text, which is in the saved file once.
    fn go(&self, place: &str) {
        let (line, column) = position(&self.saved("Dockerfile"), place);
        self.types(&format!("{line}Ggh"));
        if column > 0 {
            self.types(&format!("{column}l"));
        }
        self.until_at(place);
    }

    /// Waits until the cursor is where `$0` stands in this text, which is in the saved file once.
    fn until_at(&self, place: &str) {
        let (line, column) = position(&self.saved("Dockerfile"), place);
        // The end of the status line.
        self.until_shown(&format!(" {line}:{}\n", column + 1));
    }

    /// Saves what is in the editor, which is to be this.
    fn save(&self, expected: &str) {
        self.types(":w");
        self.press("Enter");
        self.until_saved("Dockerfile", expected);
    }

    fn rename(&self, from: &str, to: &str) {
        self.press("Space r");
        self.until_shown(&format!("rename-to:{from}\n"));
        self.press("C-u");
        self.types(to);
        self.press("Enter");
        self.until("the new name", |screen| {
            screen.matches(to).count() == 2 && !screen.contains("rename-to:")
        });
    }
}

impl Deref for Helix {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.0
    }
}

/// The Helix that `.ci/test` unpacked, or the one on the path.
fn program() -> PathBuf {
    let unpacked = root().join(".cache/helix/bin/hx");
    if unpacked.exists() { unpacked } else { "hx".into() }
}

/// What the page tells to put into languages.toml.
fn install() -> String {
    block("helix", "Install")
}

fn start() -> Helix {
    Helix::on(STAGES, &install(), "")
}

#[test]
fn the_fragment_is_the_block_of_the_page() {
    let fragment = fs::read_to_string(root().join("editors/helix/languages.toml"));
    assert_eq!(fragment.expect("the fragment"), install());
}

#[test]
fn health_tells_whether_the_server_is_found() {
    let helix = Helix::configured(STAGES, &install(), "");
    let health = helix.health(&path_with_the_binary());
    assert!(health.contains("✓ stagewright: /"), "{health}");
    assert!(!health.contains("docker-langserver"), "{health}");
    // It is a shell script that starts Helix.
    let health = helix.health("/usr/bin:/bin".as_ref());
    assert!(health.contains("✘ stagewright: 'stagewright' not found in $PATH"), "{health}");
}

#[test]
fn formatter_and_other_servers_stay() {
    let own = "[[language]]\nname = \"dockerfile\"\nauto-format = true\n\
        formatter = { command = \"sed\", args = [\"s/EXPO /EXPOSE /\"] }\n";
    let beside = &blocks("helix", "Settings")[2];
    let helix = Helix::on(STAGES, &format!("{own}\n{}\n{beside}", install()), "");
    let health = helix.health(&path_with_the_binary());
    for line in ["✓ stagewright: /", "✘ docker-langserver", "Configured formatter: sed"] {
        assert!(health.contains(line), "{line} in\n{health}");
    }
    helix.save(&STAGES.replace("EXPO ", "EXPOSE "));
}

// Shows: diagnostics
#[test]
fn what_is_wrong_is_told_at_its_line_and_in_the_list() {
    let helix = start();
    helix.go("$0EXPO 8080");
    helix.until_shown("`EXPO` is no instruction. Did you mean `EXPOSE`?");
    helix.press("Space d");
    helix.until_shown("ERROR    unknown-instruction `EXPO` is no instruc");
}

// Shows: fix
#[test]
fn a_fix_is_taken_from_the_menu() {
    let helix = start();
    helix.go("EX$0PO 8080");
    helix.press("Space a");
    helix.until_shown("Change to `EXPOSE`");
    helix.press("Enter");
    helix.until_shown("\n    7  EXPOSE 8080\n");
    helix.save(&STAGES.replace("EXPO ", "EXPOSE "));
}

// Shows: hover
#[test]
fn a_hover_tells_what_an_image_weighs() {
    let helix = start();
    helix.go("FROM gol$0ang:1.22");
    helix.press("Space k");
    helix.until_shown("pull  299 MB");
    helix.until_shown("golang:1.22-alpine  73.3 MB");
}

// Shows: definition
#[test]
fn the_stage_of_a_copy_is_gone_to() {
    let helix = start();
    helix.go("COPY --from=bui$0lder");
    helix.press("g d");
    helix.until_at("FROM golang:1.22 AS $0builder");
}

// Shows: references
#[test]
fn all_places_of_a_stage_are_listed() {
    let helix = start();
    helix.go("AS bui$0lder");
    helix.press("g r");
    let screen = helix.until_shown("Dockerfile:6");
    assert!(screen.contains("Dockerfile:1") && screen.contains(" 2/2 "), "{screen}");
    // The second one.
    helix.press("Down Enter");
    helix.until_at("COPY --from=$0builder");
}

// Shows: highlight
#[test]
fn all_places_of_a_stage_are_selected() {
    let helix = start();
    helix.go("AS bui$0lder");
    helix.press("Space h");
    helix.until_shown(" 2 sels ");
}

// Shows: completion
#[test]
fn stages_are_offered_as_their_place_is_typed() {
    // One key is typed: of a burst, Helix 25.01 may tell the server in any order, and what it was
    // offered late for one word hides what it is offered for the next.
    let text = STAGES.replace("EXPO", "COPY --from\nEXPO");
    let helix = Helix::on(&text, &install(), "");
    helix.go("COPY $0--from\n");
    helix.press("A");
    helix.until_shown(" INS ");
    helix.types("=");
    helix.until_shown(" builder module");
    helix.press("C-n");
    helix.until_shown("COPY --from=builder\n");
    helix.press("Escape");
    helix.until_shown(" NOR ");
    helix.save(&text.replace("--from\n", "--from=builder\n"));
}

// Shows: completion
#[test]
fn instructions_are_offered() {
    let helix = start();
    helix.go("WORKDIR$0 /src");
    helix.press("o");
    helix.until_shown(" INS ");
    helix.types("EXP");
    helix.until_shown(" EXPOSE port/protocol ");
    // Asked for by key, too.
    helix.press("Escape");
    helix.until_shown(" NOR ");
    helix.press("A");
    helix.until_shown(" INS ");
    helix.press("C-x");
    helix.until_shown(" EXPOSE port/protocol ");
}

// Shows: rename
#[test]
fn a_stage_is_renamed_at_all_its_places() {
    let helix = start();
    helix.go("COPY --from=bui$0lder");
    helix.rename("builder", "compile");
    helix.save(&STAGES.replace("builder", "compile"));
}

// Shows: encoding
#[test]
fn places_behind_wide_characters_are_right() {
    let text = "FROM busybox AS builder\nFROM busybox\n\
        RUN --mount=type=bind,source=/é…🦀,from=builder,target=/x true\nEXPO 1\n";
    let helix = Helix::on(text, &install(), "");
    helix.go("from=bui$0lder");
    helix.rename("builder", "compile");
    helix.save(&text.replace("builder", "compile"));
}

// Shows: symbols
#[test]
fn the_stages_are_the_outline() {
    let helix = start();
    helix.press("Space s");
    let screen = helix.until_shown("module   builder");
    assert!(screen.contains("module   stage-1"), "{screen}");
    helix.types("stage-1");
    helix.until_shown(" 1/");
    helix.press("Enter");
    helix.until("the stage", |screen| screen.contains(" 5:"));
}

// Shows: inlay hints
#[test]
fn sizes_stand_behind_the_images_if_helix_shows_hints() {
    let helix = Helix::on(STAGES, &install(), &blocks("helix", "Settings")[1]);
    helix.until_shown("FROM golang:1.22 ≈ 299 MB pull · 823 MB disk AS builder");
}

// Shows: settings
#[test]
fn settings_are_heeded() {
    let settings = block("helix", "Settings");
    let helix = Helix::on(STAGES, &format!("{}\n{settings}", install()), "");
    helix.go("FROM gol$0ang:1.22");
    helix.press("Space k");
    helix.until_shown("pull  286 MiB");
    helix.press("Escape");
    // A key right behind it would be one with Alt.
    helix.until("the hover to go", |screen| !screen.contains("pull  286 MiB"));
    helix.press("Space d");
    helix.until_shown("WARN     unknown-instruction");
}

// Shows: split
#[test]
fn a_file_is_split() {
    let helix = Helix::on(SINGLE, &install(), "");
    helix.go("FROM gol$0ang:1.22");
    helix.press("Space a");
    helix.until_shown("on gcr.io/distroless/static-debian12 (≈ 837 MB → ≈ 16 MB)");
    helix.press("Down Enter");
    helix.until_shown("FROM gcr.io/distroless/static-debian12\n");
    helix.save(SPLIT);
    helix.types("u");
    helix.until("the old text", |screen| !screen.contains("distroless"));
    helix.save(SINGLE);
}

// Shows: restart
#[test]
fn a_server_that_was_killed_is_started_again() {
    let helix = start();
    helix.kill_the_server();
    helix.until_shown("Language server exited");
    helix.types(":lsp-restart");
    helix.press("Enter");
    helix.until("the findings", |screen| screen.contains("●"));
    helix.go("COPY --from=bui$0lder");
    helix.press("g d");
    helix.until_at("FROM golang:1.22 AS $0builder");
}

#[test]
fn all_names_of_dockerfiles_are_known() {
    for name in
        ["Dockerfile.dev", "dockerfile", "a.dockerfile", "containerfile.dev", "a.Containerfile"]
    {
        let helix =
            Helix(Terminal::with(&[(name, STAGES), (".config/helix/languages.toml", &install())]));
        helix.start(&program(), &[name]);
        helix.until_shown("●");
    }
}

/// Ends with the editor, so that nothing is left behind.
#[test]
fn the_server_ends_with_the_editor() {
    let helix = start();
    let servers = helix.children();
    assert_eq!(servers.len(), 1);
    helix.types(":q!");
    helix.press("Enter");
    until_ended(&servers);
}
