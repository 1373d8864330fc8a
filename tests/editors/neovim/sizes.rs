//! A user wants to know what the images of a Dockerfile weigh.

use super::session::Session;
use super::splits::OPTIONS;
use crate::page;

const TEXT: &str =
    "FROM golang:1.22 AS build\nCOPY . .\nFROM alpine:3.20\nCOPY --from=build /a /a\n";

fn start() -> impl Iterator<Item = Session> {
    Session::each("Dockerfile", TEXT, OPTIONS)
}

// Shows: inlay hints
#[test]
fn sizes_stand_behind_the_images() {
    for mut session in start() {
        session.lua(&page::block("neovim", "Sizes behind images"));
        session.until_shown("FROM golang:1.22 ≈ 299 MB pull · 823 MB disk AS build");
        session.until_shown("FROM alpine:3.20 ≈ 3.63 MB pull · 7.8 MB disk");
        // They follow what is typed.
        session.go("golang:1.2$02 AS");
        session.keys("A<Esc>:s/1.22/1.22-alpine/<CR>");
        session.until_shown("FROM golang:1.22-alpine ≈ 73.3 MB pull · 231 MB disk AS build");
    }
}

// Shows: hover
#[test]
fn a_hover_tells_more_and_what_is_lighter() {
    for mut session in start() {
        session.go("FROM gol$0ang:1.22");
        session.keys("K");
        session.until_shown("pull  299 MB  measured 2024-09-05");
        session.until_shown("disk  823 MB  measured 2025-01-16");
        session.until_shown("golang:1.22-alpine  73.3 MB  −226 MB  musl instead of glibc");
    }
}

// Shows: fix
#[test]
fn a_lighter_image_is_taken_from_the_menu() {
    for mut session in start() {
        session.go("FROM gol$0ang:1.22");
        session.keys("gra");
        session.until_shown("Use golang:1.22-alpine (−226 MB to pull; musl instead of glibc)");
        session.keys("1<CR>");
        session.until_text(&TEXT.replace("golang:1.22", "golang:1.22-alpine"));
    }
}

// Shows: completion
#[test]
fn tags_are_offered_with_their_size() {
    for mut session in start() {
        session.go("FROM alpine:3.2$00");
        session.keys("C");
        session.until("the end of the name", "vim.fn.getline('.') == 'FROM alpine:3.2'");
        session.keys("<C-x><C-o>");
        session.until_shown("3.20");
        session.until_shown("≈ 3.63 MB pull · 7.8 MB disk");
    }
}
