//! An Emacs to type into, as docs/editors/emacs.md tells a newcomer to set it up: with Eglot and with
//! lsp-mode. What is asserted is what stands on the screen, and what is saved.

use std::fs;
use std::ops::Deref;
use std::path::Path;

use super::given::{SINGLE, SPLIT, STAGES, path_with_the_binary, root};
use super::page::{block, blocks};
use super::terminal::{Terminal, position};

const ADVICE: &str = "This test needs two Emacs: `.ci/test` installs them, as do
    apt-get install emacs-nox elpa-eglot elpa-lsp-mode elpa-dockerfile-mode mmdebstrap
    tests/editors/unpack.sh emacs trixie .cache/emacs";

/// What makes an Emacs quick to start and easy to read, and is no part of what is tested.
const EARLY: &str = "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil
    inhibit-startup-screen t column-number-mode t)";

/// Emacs on a file.
struct Emacs {
    terminal: Terminal,
    file: &'static str,
}

impl Emacs {
    /// The system's Emacs on a file of that name and text, for a user with that init file. Our package
    /// is in the folder that the page names.
    fn unserved(file: &'static str, text: &str, init: &str) -> Self {
        Self::of("emacs".as_ref(), file, text, init)
    }

    /// The same with another Emacs.
    fn of(program: &Path, file: &'static str, text: &str, init: &str) -> Self {
        let package = fs::read_to_string(root().join("editors/emacs/stagewright.el"));
        let terminal = Terminal::with(&[
            (file, text),
            (".emacs.d/early-init.el", EARLY),
            (".emacs.d/init.el", init),
            (".emacs.d/stagewright/stagewright.el", &package.expect("the package")),
        ]);
        assert_installed(&terminal, program);
        terminal.start(program, &["-nw", file]);
        Self { terminal, file }
    }

    /// With what the page tells a user of Eglot, and more. Waits until the server serves the file.
    fn eglot(text: &str, more: &str) -> Self {
        let emacs = Self::unserved("Dockerfile", text, &format!("{more}\n{}", eglot()));
        emacs.until_shown("[eglot] Connected! Server `stagewright' now managing");
        emacs
    }

    /// The same for a user of lsp-mode.
    fn lsp_mode(text: &str, more: &str) -> Self {
        let emacs = Self::unserved("Dockerfile", text, &format!("{more}\n{}", lsp_mode()));
        emacs.until_shown("Import project root");
        emacs.press("i");
        emacs.until_shown("LSP[stagewright:");
        emacs
    }

    /// Puts point where `$0` stands in this text, which is in the saved file once.
    fn go(&self, place: &str) {
        let text = self.saved(self.file);
        let (line, column) = position(&text, place);
        let before: usize = text.lines().take(line - 1).map(|l| l.chars().count() + 1).sum();
        self.press("M-g c");
        self.types(&(before + column + 1).to_string());
        self.press("Enter");
    }

    /// Waits until point is where `$0` stands in this text, which is in the saved file once.
    fn until_at(&self, place: &str) {
        let (line, column) = position(&self.saved(self.file), place);
        self.until_shown(&format!(" ({line},{column}) "));
    }

    /// Runs a command by its name.
    fn command(&self, name: &str) {
        self.press("M-x");
        self.types(name);
        self.press("Enter");
    }

    /// Answers a question.
    fn answer(&self, question: &str, answer: &str) {
        self.until_shown(question);
        self.types(answer);
        self.press("Enter");
    }

    /// Goes from the name in the copy of [`STAGES`] to the stage.
    fn follow_the_copy(&self) {
        self.go("COPY --from=bui$0lder");
        self.press("M-.");
        self.until_at("FROM golang:1.22 AS $0builder");
    }

    /// Renames the stage of [`STAGES`] by Eglot.
    fn rename_the_stage(&self) {
        self.go("COPY --from=bui$0lder");
        self.command("eglot-rename");
        self.answer("Rename `builder' to:", "compile");
        self.until_shown("COPY --from=compile");
        self.save(&STAGES.replace("builder", "compile"));
    }

    /// Splits [`SINGLE`] by the command that lists actions, which asks `question`.
    fn split_by(&self, command: &str, question: &str) {
        self.go("FROM gol$0ang:1.22");
        self.command(command);
        self.until_shown(question);
        self.types("Split into builder and runtime stages on gcr");
        self.press("Tab");
        self.until_shown("(≈ 837 MB → ≈ 16 MB)");
        self.press("Enter");
        // A line, which may begin with the mark of a finding.
        self.until_shown("FROM gcr.io/distroless/static-debian12");
        self.save(SPLIT);
    }

    /// Saves what is in the editor, which is to be this.
    fn save(&self, expected: &str) {
        self.press("C-x C-s");
        self.until_saved(self.file, expected);
    }
}

impl Deref for Emacs {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

/// Panics unless that Emacs is there with what a user of it has.
fn assert_installed(terminal: &Terminal, program: &Path) {
    let packages = "(progn (package-initialize) (require 'eglot) (require 'dockerfile-mode))";
    let arguments = ["--batch", "--load=package", "--eval", packages];
    let output = terminal.run(program, &arguments, &path_with_the_binary());
    assert!(output.status.success(), "{}. {ADVICE}", String::from_utf8_lossy(&output.stderr));
}

/// What the page tells users of Eglot, of lsp-mode and of the package.
fn eglot() -> String {
    block("emacs", "Install")
}

fn lsp_mode() -> String {
    blocks("emacs", "Install").swap_remove(1)
}

fn package() -> String {
    blocks("emacs", "Install").swap_remove(2)
}

// Shows: diagnostics
#[test]
fn eglot_tells_what_is_wrong() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.until_shown("Flymake[1 0]");
    emacs.go("EX$0PO 8080");
    emacs.until_shown("\nstagewright [unknown-instruction]: `EXPO` is no instruction. Did you");
    emacs.command("flymake-show-buffer-diagnostics");
    emacs.until_shown(" error    e-f-b    stagewright [unknown-instruction]: `EXPO` is no");
}

// Shows: fix
#[test]
fn eglot_makes_a_fix() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.until_shown("Flymake[1 0]");
    emacs.go("EX$0PO 8080");
    emacs.command("eglot-code-actions");
    emacs.until_shown("Pick an action");
    emacs.types("Change to `EXPOSE`");
    emacs.press("Enter");
    emacs.until_shown("\nEXPOSE 8080\n");
    emacs.save(&STAGES.replace("EXPO ", "EXPOSE "));
}

// Shows: hover
#[test]
fn eglot_tells_what_an_image_weighs() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.go("FROM gol$0ang:1.22");
    emacs.until_shown("\npull  299 MB");
}

// Shows: definition
#[test]
fn eglot_goes_to_the_stage_of_a_copy() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.follow_the_copy();
}

// Shows: references
#[test]
fn eglot_lists_all_places_of_a_stage() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.go("AS bui$0lder");
    emacs.press("M-?");
    emacs.until_shown("\n1: FROM golang:1.22 AS builder\n6: COPY --from=builder /app /app\n");
}

// Shows: highlight
#[test]
fn eglot_marks_all_places_of_a_stage() {
    // Bold, as it is without that, is the name of a stage anyway.
    let face = "(custom-set-faces '(eglot-highlight-symbol-face ((t :underline t))))";
    let emacs = Emacs::eglot(STAGES, face);
    let plain = emacs.screen_with_underlines();
    assert!(plain.contains(" AS builder") && plain.contains("--from=builder"), "{plain}");
    emacs.go("AS bui$0lder");
    emacs.until_seen(
        "both places marked",
        |emacs| emacs.screen_with_underlines(),
        |screen| screen.contains(" AS *builder") && screen.contains("--from=*builder*"),
    );
}

// Shows: completion
#[test]
fn eglot_offers_stages() {
    let text = STAGES.replace("FROM alpine", "FROM golang:1.22 AS tester\n\nFROM alpine");
    let emacs = Emacs::eglot(&text, "");
    emacs.go("EXPO 8080$0");
    // Without the mode's own indentation.
    emacs.press("C-q C-j");
    emacs.types("COPY --from=");
    emacs.press("M-Tab");
    let screen = emacs.until_shown("Possible completions are:");
    assert!(screen.contains("\nbuilder") && screen.contains("tester"), "{screen}");
    emacs.types("bu");
    emacs.press("M-Tab");
    emacs.until_shown("\nCOPY --from=builder\n");
    emacs.types(" /a /b");
    emacs.save(&text.replace("8080\n", "8080\nCOPY --from=builder /a /b\n"));
}

// Shows: rename
#[test]
fn eglot_renames_a_stage_at_all_its_places() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.rename_the_stage();
}

// Shows: encoding
#[test]
fn eglot_finds_places_behind_wide_characters() {
    let text = "FROM busybox AS builder\nFROM busybox\n\
        RUN --mount=type=bind,source=/é…🦀,from=builder,target=/x true\n";
    let emacs = Emacs::eglot(text, "");
    emacs.go("from=bui$0lder");
    emacs.command("eglot-rename");
    emacs.answer("Rename `builder' to:", "compile");
    emacs.until_shown("AS compile");
    emacs.save(&text.replace("builder", "compile"));
}

// Shows: symbols
#[test]
fn eglot_has_the_stages_in_imenu() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.command("imenu");
    emacs.answer("Index item:", "Module");
    // The same question about what is below that.
    emacs.answer("Index item:", "stage-1");
    emacs.until_shown(" (5,");
}

// Shows: split
#[test]
fn eglot_splits_a_file() {
    let emacs = Emacs::eglot(SINGLE, "");
    emacs.split_by("eglot-code-actions", "Pick an action");
}

// Shows: settings
#[test]
fn eglot_sends_settings() {
    let emacs = Emacs::eglot(STAGES, &blocks("emacs", "Settings")[1]);
    emacs.go("FROM gol$0ang:1.22");
    emacs.until_shown("\npull  286 MiB");
}

// Shows: restart
#[test]
fn eglot_starts_a_server_that_was_killed_again() {
    let emacs = Emacs::eglot(STAGES, "");
    emacs.kill_the_server();
    emacs.until("without a server", |screen| !screen.contains("[eglot:"));
    emacs.command("eglot");
    emacs.until_shown("[eglot] Connected!");
    emacs.follow_the_copy();
}

#[test]
fn eglot_tells_if_the_program_is_missing() {
    let init = eglot().replace("\"stagewright\"", "\"stagewright-gone\"");
    let emacs = Emacs::unserved("Dockerfile", STAGES, &init);
    emacs.until_shown("\"stagewright-gone\"");
}

/// The newest Emacs, which has an Eglot of its own, on a file; with what the page tells.
fn newest(text: &str) -> Emacs {
    let program = root().join(".cache/emacs/bin/emacs");
    assert!(program.exists(), "{ADVICE}");
    let emacs = Emacs::of(&program, "Dockerfile", text, &eglot());
    emacs.until_shown("[eglot] Connected! Server `stagewright' now managing");
    emacs
}

// Shows: inlay hints, diagnostics, definition, rename
#[test]
fn eglot_of_emacs_30_shows_sizes_and_follows_stages() {
    let emacs = newest(STAGES);
    emacs.until_shown("FROM golang:1.22 ≈ 299 MB pull · 823 MB disk AS builder\n");
    // The mark of an error.
    emacs.until_shown("\n!!EXPO 8080\n");
    emacs.follow_the_copy();
    emacs.rename_the_stage();
}

// Shows: split
#[test]
fn eglot_of_emacs_30_splits_a_file() {
    let emacs = newest(SINGLE);
    emacs.split_by("eglot-code-actions", "Pick an action");
}

// Shows: diagnostics, hover, definition
#[test]
fn lsp_mode_shows_findings_sizes_and_stages() {
    let emacs = Emacs::lsp_mode(STAGES, "");
    emacs.until_shown("Flymake[1 0]");
    emacs.go("EX$0PO 8080");
    emacs.until_shown("\n`EXPO` is no instruction. Did you mean `EXPOSE`?");
    emacs.go("FROM gol$0ang:1.22");
    emacs.command("lsp-describe-thing-at-point");
    emacs.until_shown("pull  299 MB");
    emacs.press("C-x 1");
    emacs.follow_the_copy();
}

// Shows: references
#[test]
fn lsp_mode_lists_the_other_places_of_a_stage() {
    let emacs = Emacs::lsp_mode(STAGES, "");
    emacs.go("AS bui$0lder");
    emacs.press("M-?");
    emacs.until_shown("Find references of (default builder):");
    emacs.press("Enter");
    // lsp-mode 8 leaves out where the name is defined.
    emacs.until_shown("\n6: COPY --from=builder /app /app\n");
}

// Shows: completion
#[test]
fn lsp_mode_offers_stages() {
    let emacs = Emacs::lsp_mode(STAGES, "");
    emacs.go("EXPO 8080$0");
    emacs.press("C-q C-j");
    emacs.types("COPY --from=");
    emacs.press("M-Tab");
    emacs.until_shown("\nCOPY --from=builder\n");
}

// Shows: rename
#[test]
fn lsp_mode_renames_a_stage_at_all_its_places() {
    let emacs = Emacs::lsp_mode(STAGES, "");
    emacs.go("COPY --from=bui$0lder");
    emacs.command("lsp-rename");
    emacs.until_shown("Rename builder to: builder");
    emacs.press("C-a C-k");
    emacs.answer("Rename builder to:\n", "compile");
    emacs.until_shown("COPY --from=compile");
    emacs.save(&STAGES.replace("builder", "compile"));
}

// Shows: split
#[test]
fn lsp_mode_splits_a_file() {
    let emacs = Emacs::lsp_mode(SINGLE, "");
    emacs.split_by("lsp-execute-code-action", "Select code action");
}

// Shows: lens
#[test]
fn lsp_mode_shows_how_to_build_a_stage() {
    let emacs = Emacs::lsp_mode(STAGES, "(setq lsp-lens-enable t)");
    emacs.until_shown("docker build --target builder .");
}

// Shows: settings
#[test]
fn the_package_serves_both_with_its_settings() {
    let settings = &blocks("emacs", "Settings")[0];
    let emacs = Emacs::unserved("Dockerfile", STAGES, &format!("{}\n{settings}", package()));
    emacs.until_shown("[eglot] Connected! Server `stagewright' now managing");
    emacs.until_shown("Flymake[0 1]");
    emacs.go("FROM gol$0ang:1.22");
    emacs.until_shown("\npull  286 MiB");

    let init = package().replace("#'eglot-ensure", "#'lsp-deferred");
    let emacs = Emacs::unserved("Dockerfile", STAGES, &format!("{init}\n{settings}"));
    emacs.until_shown("Import project root");
    emacs.press("i");
    emacs.until_shown("LSP[stagewright:");
    emacs.until_shown("Flymake[0 1]");
}

#[test]
fn all_names_of_dockerfiles_are_known() {
    let names = blocks("emacs", "Settings").swap_remove(2);
    for file in [
        "Dockerfile.dev",
        "build.dockerfile",
        "containerfile",
        "Containerfile.dev",
        "a.containerfile",
    ] {
        let emacs = Emacs::unserved(file, STAGES, &format!("{names}\n{}", eglot()));
        emacs.until_shown("[eglot] Connected! Server `stagewright' now managing");
    }
}

#[test]
fn the_package_compiles_without_a_warning() {
    let terminal = Terminal::with(&[]);
    let source = root().join("editors/emacs/stagewright.el");
    fs::copy(source, terminal.path().join("stagewright.el")).expect("the package");
    for check in [
        "(progn (setq byte-compile-error-on-warn t)
           (kill-emacs (if (byte-compile-file \"stagewright.el\") 0 1)))",
        "(checkdoc-file \"stagewright.el\")",
    ] {
        // The variable is the compiler's, which has to be there first.
        let arguments = ["-Q", "--batch", "--load=bytecomp", "--eval", check];
        let output = terminal.run("emacs".as_ref(), &arguments, &path_with_the_binary());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("Warning"), "{said}");
    }
}
