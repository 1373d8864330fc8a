//! A user works on a multi-stage Dockerfile that is broken: two of its lines are half typed, and a
//! third came by a careless paste.

use std::fs;

use serde_json::json;

use super::session::{Session, init, replace};
use super::{SUPPORTED, V0_11};
use crate::given::root;
use crate::page;

const FILE: &str = "multi.Dockerfile";

/// The seed `target-debug` with its three broken lines.
fn text() -> String {
    let seed = root().join("fixtures/seeds/target-debug/multi.Dockerfile");
    let text = fs::read_to_string(seed).expect("the seed");
    let text = replace(&text, "EXPOSE 8080 2345\n", "EXPO 8080 2345\nRUN --mount=type=bi\n");
    replace(&text, "AS release\nCOPY --from", "AS release\nCOPY –from")
}

fn start() -> impl Iterator<Item = Session> {
    Session::each(FILE, &text(), "")
}

/// What is wrong in it.
const FINDINGS: [[&str; 2]; 3] =
    [["EXPO", "unknown-instruction"], ["bi", "mount-value"], ["–", "pasted-text"]];

// Shows: diagnostics
#[test]
fn what_is_wrong_is_shown_beside_its_line() {
    for mut session in start() {
        session.until_findings(&FINDINGS);
        session.until_shown("E EXPO 8080");
        session.until_shown("E RUN --mount=type=bi");
        session.until_shown("W COPY –from=builder");
        // A float tells more.
        session.go("EX$0PO 8080");
        session.keys("<C-w>d");
        session.until_shown("`EXPO` is no instruction");
        // Right is right at once.
        session.keys("ciwEXPOSE<Esc>");
        session.until_findings(&FINDINGS[1..]);
    }
}

// Shows: definition
#[test]
fn a_stage_is_gone_to_from_every_place_that_names_it() {
    for mut session in start() {
        for place in
            ["FROM bui$0lder AS debug", "COPY --from=builde$0r", "COPY –from=$0builder /out/clock"]
        {
            session.go(place);
            session.keys("<C-]>");
            session.until_line("FROM base AS $0builder");
            session.keys("<C-t>");
            let line = session
                .text()
                .lines()
                .find(|l| l.contains(&place.replace("$0", "")))
                .map(str::to_owned);
            session.until(
                "the way back",
                &format!("vim.fn.getline('.') == [==[{}]==]", line.expect("a line")),
            );
            session.keys(":lua vim.lsp.buf.definition()<CR>");
            session.until_line("FROM base AS $0builder");
        }
        session.go("FROM $0base AS builder");
        session.keys("<C-]>");
        session.until_line("FROM golang:1.21 AS $0base");
    }
}

// Shows: references
#[test]
fn all_uses_of_a_stage_are_listed() {
    for mut session in start() {
        session.go("FROM base AS b$0uilder");
        session.keys("grr");
        let expected = [
            (10, "FROM base AS builder"),
            (15, "FROM builder AS lint"),
            (18, "FROM builder AS test"),
            (22, "FROM builder AS debug"),
            (31, "COPY --from=builder /out/clock /clock"),
            (36, "COPY –from=builder /out/clock /clock"),
        ];
        assert_eq!(session.listed(), expected.map(|(line, text)| (line, text.to_owned())));
    }
}

// Shows: symbols
#[test]
fn the_outline_has_the_stages() {
    for mut session in start() {
        session.go("FROM base AS b$0uilder");
        session.keys(":lua vim.lsp.buf.document_symbol()<CR>");
        let rows = session.listed();
        let stages: Vec<_> = rows.iter().filter(|(_, text)| text.starts_with("[Module]")).collect();
        let names = ["base", "builder", "lint", "test", "debug", "shell", "release"];
        assert_eq!(stages.len(), names.len(), "{rows:?}");
        for ((_, text), name) in stages.into_iter().zip(names) {
            assert_eq!(*text, format!("[Module] {name}"));
        }
    }
}

// Shows: call hierarchy
#[test]
fn the_stages_that_use_a_stage_are_its_callers() {
    for mut session in start() {
        session.go("FROM base AS b$0uilder");
        session.keys(":lua vim.lsp.buf.incoming_calls()<CR>");
        let expected = [(15, "lint"), (18, "test"), (22, "debug"), (31, "shell"), (36, "release")];
        assert_eq!(session.listed(), expected.map(|(line, stage)| (line, stage.to_owned())));
    }
}

// Shows: completion
#[test]
fn stages_are_offered_as_their_place_is_typed() {
    let mut session = Session::on(V0_11, FILE, &text(), &init(V0_11, ""));
    session.go("AS shell$0\n");
    session.keys("oCOPY --from=");
    // The nearest first. `shell` itself and what is behind it cannot be copied from.
    session.until_menu(&["debug", "test", "lint", "builder", "base"]);
    session.until_shown("builder Module FROM base");
    session.keys("bu");
    session.until_menu(&["builder"]);
    session.keys("<C-n><C-y>");
    session.until_line("COPY --from=builder$0");
    session.keys(" /a /b<CR>RUN --mount=target=/a,from=");
    session.until_menu(&["debug", "test", "lint", "builder", "base"]);
    session.keys("<C-n><C-y>");
    session.until_line("RUN --mount=target=/a,from=debug$0");
    // What is typed decides what the menu shows when it is asked for, too.
    session.keys("<CR>FROM b<C-x><C-o>");
    session.until_menu(&["builder", "base", "bash", "buildpack-deps", "busybox"]);
    session.keys("<C-e>uilder<CR>");
    session.until_findings(&FINDINGS);
}

// Shows: completion
#[test]
fn stages_are_offered_on_request() {
    for mut session in start() {
        session.lua("vim.o.completeopt = 'menuone,noselect'");
        session.go("AS shell$0\n");
        session.keys("oCOPY --from=<C-x><C-o>");
        session.until_menu(&["debug", "test", "lint", "builder", "base"]);
        session.keys("<C-e>bu<C-x><C-o>");
        session.until_menu(&["builder"]);
        session.keys("<C-n><C-y>");
        session.until_line("COPY --from=builder$0");
    }
}

// Shows: rename
#[test]
fn a_stage_is_renamed_at_all_its_places() {
    for mut session in start() {
        let before = session.text();
        session.go("COPY –from=bui$0lder");
        session.keys("grn");
        session.until_shown("New Name: builder");
        session.keys("<C-u>compile<CR>");
        let after = before
            .replace("AS builder", "AS compile")
            .replace("FROM builder", "FROM compile")
            .replace("from=builder", "from=compile");
        session.until_text(&after);
        session.until_findings(&FINDINGS);
        session.keys("u");
        session.until_text(&before);
    }
}

// Shows: hover
#[test]
fn what_stands_under_the_cursor_is_explained() {
    for mut session in start() {
        for (place, expected) in [
            ("COPY --from=bui$0lder", "FROM base AS builder"),
            ("WORK$0DIR /src", "WORKDIR"),
            ("RUN --mou$0nt=type=bi", "--mount"),
            ("RUN --mount=ty$0pe=bi", "type"),
        ] {
            session.go(place);
            session.keys("K");
            session.until("a float", "#vim.api.nvim_list_wins() == 2");
            let float = session.lua(
                "local float = vim.api.nvim_list_wins()[2]
                local buffer = vim.api.nvim_win_get_buf(float)
                return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\\n')",
            );
            assert!(float.as_str().is_some_and(|f| f.contains(expected)), "{place}: {float}");
            session.keys("j");
            session.until("no float", "#vim.api.nvim_list_wins() == 1");
        }
    }
}

// Shows: fix, diagnostics
#[test]
fn a_fix_is_chosen_and_mends_the_line() {
    for mut session in start() {
        let text = session.text();
        session.until_findings(&FINDINGS);
        session.go("COPY $0–from=builder");
        session.act("Replace by `--`");
        let text = replace(&text, "–from", "--from");
        session.until_text(&text);
        session.until_findings(&FINDINGS[..2]);
        session.go("EX$0PO 8080");
        session.act("EXPOSE");
        session.until_text(&replace(&text, "EXPO 8080 2345", "EXPOSE 8080 2345"));
        session.until_findings(&FINDINGS[1..2]);
    }
}

// Shows: fix
#[test]
fn all_sure_fixes_are_made_at_once() {
    for mut session in start() {
        let text = session.text();
        session.until_findings(&FINDINGS);
        session.go("COPY $0–from=builder");
        session.act("fixes in this file");
        session.until_text(&replace(&text, "–from", "--from").replace("EXPO ", "EXPOSE "));
        session.keys("u");
        session.until_text(&text);
    }
}

#[test]
fn the_command_that_builds_a_stage_is_told() {
    for mut session in start() {
        session.go("FROM builder AS li$0nt");
        session.act("Show how to build this stage");
        session.until_shown("[Info] docker build -f multi.Dockerfile --target lint .");
    }
}

// Shows: lens
#[test]
fn what_builds_a_stage_stands_above_it() {
    let lenses = page::block("neovim", "What builds a stage, above it");
    for version in SUPPORTED {
        let init = format!("{}{lenses}", init(version, ""));
        let mut session = Session::on(version, FILE, &text(), &init);
        for command in [
            "docker build -f multi.Dockerfile --target builder .",
            "docker build -f multi.Dockerfile .",
        ] {
            session.until_shown(command);
        }
        session.go("FROM builder AS li$0nt");
        session.keys(":lua vim.lsp.codelens.run()<CR>");
        session.until_shown("[Info] docker build -f multi.Dockerfile --target lint .");
    }
}

// Shows: highlight
#[test]
fn all_places_of_a_stage_are_highlighted() {
    for mut session in start() {
        session.go("FROM base AS b$0uilder");
        session.keys(":lua vim.lsp.buf.document_highlight()<CR>");
        let marks = "(function()
            local lines = {}
            for name, space in pairs(vim.api.nvim_get_namespaces()) do
              if name:find('lsp.references') then
                for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, {})) do
                  lines[#lines + 1] = mark[2] + 1
                end
              end
            end
            return lines
          end)()";
        session.until("marks", &format!("#{marks} > 0"));
        assert_eq!(session.lua(&format!("return {marks}")), json!([10, 15, 18, 22, 31, 36]));
    }
}

// Shows: folding
#[test]
fn stages_are_folded() {
    let init = format!("{}{}", init(V0_11, ""), page::block("neovim", "Folding"));
    let mut session = Session::on(V0_11, FILE, &text(), &init);
    session.go("FROM base AS b$0uilder");
    session.until("a fold", "vim.fn.foldlevel('.') > 0");
    session.keys("zc");
    session.until_shown("+--  3 lines: FROM base AS builder");
    session.until_shown("FROM builder AS lint\n");
}

#[test]
fn the_server_ends_with_the_editor() {
    for mut session in start() {
        session.until_findings(&FINDINGS);
        assert_eq!(session.children().len(), 1);
        session.quit(":qa!<CR>");
    }
}
