//! The three encodings of positions, on lines with characters that count differently in each.

use super::session::{Session, init, replace};
use super::{SUPPORTED, V0_11, Version};

/// All that is touched stands behind characters of two, three and four bytes.
const TEXT: &str = "\
FROM busybox AS builder
FROM busybox
RUN --mount=type=bind,source=/é…🦀,from=builder,target=/x true
COPY “é🦀” –x /y
";

/// What is wrong in it.
const FINDINGS: [[&str; 2]; 3] = [["“", "pasted-text"], ["”", "pasted-text"], ["–", "pasted-text"]];

/// Each feature that has to do with places, behind those characters.
fn check(version: Version, encoding: &str, init: &str) {
    let mut session = Session::on(version, "Dockerfile", TEXT, init);
    let found = session.lua("return vim.lsp.get_clients({ bufnr = 0 })[1].offset_encoding");
    assert_eq!(found, encoding);
    session.until_findings(&FINDINGS);

    session.go(",from=b$0uilder");
    session.keys("<C-]>");
    session.until_line("FROM busybox AS $0builder");

    session.go(",from=b$0uilder");
    session.keys("grn");
    session.until_shown("New Name: builder");
    session.keys("<C-u>compile<CR>");
    let text = TEXT.replace("builder", "compile");
    session.until_text(&text);

    session.go("🦀” $0–x");
    session.act("Replace by `-`");
    let text = replace(&text, "–x", "-x");
    session.until_text(&text);

    // Typed in the middle of such a line.
    session.go(",from=$0compile");
    session.keys("cec");
    session.until_line("RUN --mount=type=bind,source=/é…🦀,from=c$0,target=/x true");
    session.lua("vim.o.completeopt = 'menuone,noselect'");
    session.keys("<C-x><C-o>");
    session.until_menu(&["compile"]);
    session.keys("<C-n><C-y>");
    session.until_line("RUN --mount=type=bind,source=/é…🦀,from=compile$0,target=/x true");
    session.keys("<Esc>");
    session.until_text(&text);

    session.go("COPY “$0é🦀”");
    session.keys("x");
    session.keys("pp");
    session.until_findings(&FINDINGS[..2]);
    session.go("COPY “🦀éé$0”");
}

/// A Neovim that says that it can do with that encoding only.
fn check_only(encoding: &str) {
    let only = format!(
        "local capabilities = vim.lsp.protocol.make_client_capabilities()
        capabilities.general.positionEncodings = {{ '{encoding}' }}
        vim.lsp.config('stagewright', {{ capabilities = capabilities }})"
    );
    check(V0_11, encoding, &format!("{only}\n{}", init(V0_11, "")));
}

/// What is spoken if nobody says otherwise.
// Shows: encoding
#[test]
fn utf_8() {
    for version in SUPPORTED {
        check(version, "utf-8", &init(version, ""));
    }
}

// Shows: encoding
#[test]
fn utf_16() {
    check_only("utf-16");
}

// Shows: encoding
#[test]
fn utf_32() {
    check_only("utf-32");
}
