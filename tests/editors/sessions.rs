//! A user works on a multi-stage Dockerfile that is broken: two of its lines are half typed, and a
//! third came by a careless paste.

use std::fs;

use serde_json::json;

use super::neovim::root;
use super::session::{INIT, Session, replace};

/// The seed `target-debug` with its three broken lines.
fn start() -> Session {
    let seed = root().join("fixtures/seeds/target-debug/multi.Dockerfile");
    let text = fs::read_to_string(seed).expect("the seed");
    let text = replace(&text, "EXPOSE 8080 2345\n", "EXPO 8080 2345\nRUN --mount=type=bi\n");
    let text = replace(&text, "AS release\nCOPY --from", "AS release\nCOPY –from");
    Session::on("multi.Dockerfile", &text, INIT)
}

/// What is wrong in it.
const FINDINGS: [[&str; 2]; 3] =
    [["EXPO", "unknown-instruction"], ["bi", "mount-value"], ["–", "pasted-text"]];

#[test]
fn what_is_wrong_is_shown_beside_its_line() {
    let mut session = start();
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

#[test]
fn a_stage_is_gone_to_from_every_place_that_names_it() {
    let mut session = start();
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

#[test]
fn all_uses_of_a_stage_are_listed() {
    let mut session = start();
    session.go("FROM base AS b$0uilder");
    session.keys("grr");
    session.until("the list", "#vim.fn.getqflist() > 0");
    let lines = session.lua(
        "return vim.tbl_map(function(item) return { item.lnum, item.col } end, vim.fn.getqflist())",
    );
    let expected = [[10, 14], [15, 6], [18, 6], [22, 6], [31, 13], [36, 14]];
    assert_eq!(lines, json!(expected));
}

#[test]
fn stages_are_offered_as_their_place_is_typed() {
    let mut session = start();
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
    session.until_menu(&["builder", "base"]);
    session.keys("<C-e>uilder<CR>");
    session.until_findings(&FINDINGS);
}

#[test]
fn a_stage_is_renamed_at_all_its_places() {
    let mut session = start();
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

#[test]
fn what_stands_under_the_cursor_is_explained() {
    let mut session = start();
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

#[test]
fn a_fix_is_chosen_and_mends_the_line() {
    let mut session = start();
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

#[test]
fn all_sure_fixes_are_made_at_once() {
    let mut session = start();
    let text = session.text();
    session.until_findings(&FINDINGS);
    session.go("COPY $0–from=builder");
    session.act("fixes in this file");
    session.until_text(&replace(&text, "–from", "--from").replace("EXPO ", "EXPOSE "));
    session.keys("u");
    session.until_text(&text);
}

#[test]
fn the_command_that_builds_a_stage_is_told() {
    let mut session = start();
    session.go("FROM builder AS li$0nt");
    session.act("Show how to build this stage");
    session.until_shown("[Info] docker build -f multi.Dockerfile --target lint .");
    session.until_shown("Press ENTER");
    session.keys("<CR>");
    session.lua("vim.lsp.codelens.refresh({ bufnr = 0 })");
    for command in [
        "docker build -f multi.Dockerfile --target builder .",
        "docker build -f multi.Dockerfile .",
    ] {
        session.until_shown(command);
    }
}

#[test]
fn the_stages_are_the_outline() {
    let mut session = start();
    session.keys("gO");
    session.until("the list", "#vim.fn.getloclist(0) > 0");
    let stages = session.lua(
        "local stages = {}
        for _, item in ipairs(vim.fn.getloclist(0)) do
          local stage = item.text:match('^%[Module%] (.*)')
          stages[#stages + 1] = stage and { stage, item.lnum }
        end
        return stages",
    );
    let expected = json!([
        ["base", 4],
        ["builder", 10],
        ["lint", 15],
        ["test", 18],
        ["debug", 22],
        ["shell", 30],
        ["release", 35],
    ]);
    assert_eq!(stages, expected);
}

#[test]
fn the_server_ends_with_the_editor() {
    let mut session = start();
    session.until_findings(&FINDINGS);
    assert_eq!(session.children().len(), 1);
    session.quit(":qa!<CR>");
}
