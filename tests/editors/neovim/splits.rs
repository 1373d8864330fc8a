//! A user splits a single-stage file.

use super::session::Session;
use crate::given::{SINGLE, SPLIT};

/// Sizes as they are on that platform, whatever this machine is.
pub const OPTIONS: &str =
    "{ settings = { stagewright = { size = { platform = 'linux/amd64' } } } }";

fn start(text: &str) -> impl Iterator<Item = Session> {
    Session::each("Dockerfile", text, OPTIONS)
}

// Shows: split
#[test]
fn a_split_is_chosen_from_the_menu_and_undone() {
    for mut session in start(SINGLE) {
        session.go("FROM gol$0ang:1.22");
        session.act("on gcr.io/distroless/static-debian12 (≈ 837 MB → ≈ 16 MB)");
        session.until_text(SPLIT);
        session.keys("u");
        session.until_text(SINGLE);
    }
}

// Shows: diagnostics
#[test]
fn what_it_would_save_is_told_where_the_cursor_is() {
    for mut session in start(SINGLE) {
        session.go("FR$0OM golang:1.22");
        session.until("the hint", "#vim.diagnostic.get(0) == 1");
        session.keys("<C-w>d");
        session.until_shown("this image would be smaller by about 821 MB");
    }
}

// Shows: split
#[test]
fn a_split_is_looked_at_before_it_is_made() {
    for mut session in start(SINGLE) {
        // What counts is what is typed, not what is saved.
        session.go("$0EXPOSE 80");
        session.keys(":s/80/8080/<CR>:Stagewright split smallest<CR>");
        let text = SINGLE.replace("80", "8080");
        session.until_shown("<CR> makes it, q leaves the file as it is");
        session.until_shown("-FROM golang:1.22");
        session.until_shown("+FROM golang:1.22 AS builder");
        session.until_shown("+FROM gcr.io/distroless/static-debian12");
        session.keys("q");
        session.until("no window but the file's", "#vim.api.nvim_list_wins() == 1");
        session.until_text(&text);

        session.keys(":Stagewright split smallest<CR>");
        session.until_shown("+FROM gcr.io/distroless/static-debian12");
        session.keys("<CR>");
        session.until_text(&SPLIT.replace("80", "8080"));
        session.keys("u");
        session.until_text(&text);
    }
}

#[test]
fn a_split_of_a_file_that_is_gone_is_not_made() {
    for mut session in start(SINGLE) {
        session.keys(":Stagewright split smallest<CR>");
        session.until_shown("+FROM golang:1.22 AS builder");
        // What is looked at is all that is left.
        session.keys(":1bwipeout<CR>");
        session.until("one window", "#vim.api.nvim_list_wins() == 1");
        session.keys("<CR>");
        session.until_shown("The file has changed since: nothing is done");
        session.until_text("\n");
    }
}

#[test]
fn a_split_of_what_may_not_be_changed_is_told_in_a_sentence() {
    const TOLD: &str = "The buffer may not be changed ('nomodifiable'): nothing is done";
    for mut session in start(SINGLE) {
        session.keys(":setlocal nomodifiable<CR>:Stagewright split smallest<CR>");
        session.until_shown(TOLD);
        session.keys(":setlocal modifiable<CR>:Stagewright split smallest<CR>");
        session.until_shown("+FROM golang:1.22 AS builder");
        assert!(!session.screen().contains(TOLD), "{}", session.screen());
        // While it is looked at.
        session.keys(":call setbufvar(1, '&modifiable', 0)<CR><CR>");
        session.until_shown(TOLD);
        session.until_text(SINGLE);
        assert!(!session.screen().contains("traceback"), "{}", session.screen());
    }
}

// Shows: refusal
#[test]
fn why_there_is_no_split_is_told() {
    for mut session in start("FROM debian:12\nCMD [\"/bin/sh\"]\n") {
        session.keys(":Stagewright split<CR>");
        session.until_shown("Nothing is built here that could be left behind. [nothing-built]");
    }
    for mut session in start("FROM mine/own:1\nRUN make\nCMD [\"/a\"]\n") {
        session.keys(":Stagewright split<CR>");
        // The place without the name of a file that there is not.
        session.until_shown("1:6: What the base image mine/own:1 provides is not known.");
        assert!(!session.screen().contains("<stdin>"), "{}", session.screen());
    }
}
