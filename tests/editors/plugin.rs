//! The plugin: every documented way to start the server, the files it is started for, its help and
//! its `:checkhealth`.

use std::fs;

use super::session::{INIT, SERVED, Session};

const TEXT: &str = "FROM scratch AS one\nFROM one\n";

/// Goes from the base of the second stage to the first.
fn assert_served(session: &mut Session) {
    session.until("the server", SERVED);
    session.go("FROM o$0ne\n");
    session.keys("<C-]>");
    session.until_line("FROM scratch AS $0one");
}

#[test]
fn each_way_to_start_the_server_starts_it() {
    let old = "vim.lsp.enable, vim.lsp.config = nil, nil\n";
    for init in [
        "vim.lsp.enable('stagewright')".to_owned(),
        "require('stagewright').setup()".to_owned(),
        format!("{old} require('stagewright').setup()"),
        // After the file is open, as plugin managers do that load late.
        "vim.schedule(function() require('stagewright').setup() end)".to_owned(),
        format!("vim.schedule(function() {old} require('stagewright').setup() end)"),
    ] {
        assert_served(&mut Session::unserved("Dockerfile", TEXT, &init, true));
    }
}

#[test]
fn an_entry_of_one_s_own_is_enough() {
    let init = "vim.lsp.config('stagewright', { cmd = { 'stagewright', 'lsp' },
        filetypes = { 'dockerfile' } })
        vim.lsp.enable('stagewright')";
    assert_served(&mut Session::unserved("Dockerfile", TEXT, init, false));
}

#[test]
fn options_are_laid_over_the_entry() {
    for old in ["", "vim.lsp.enable, vim.lsp.config = nil, nil\n"] {
        let init = format!(
            "{old} require('stagewright').setup({{
              cmd = {{ 'stagewright', '--stdio' }},
              settings = {{ stagewright = {{
                ['diagnostics.severity.unknown-instruction'] = 'hint',
              }} }},
              on_attach = function() vim.g.attached = true end,
            }})"
        );
        let mut session = Session::on("Dockerfile", "FROM scratch\nEXPO 80\n", &init);
        session.until("on_attach", "vim.g.attached");
        session.until(
            "a hint",
            "vim.iter(vim.diagnostic.get(0)):any(function(finding)
              return finding.severity == vim.diagnostic.severity.HINT
            end)",
        );
        assert_eq!(
            session.lua("return vim.lsp.get_clients()[1].config.cmd"),
            serde_json::json!(["stagewright", "--stdio"])
        );
    }
}

#[test]
fn the_root_is_the_nearest_folder_with_a_mark() {
    for old in ["", "vim.lsp.enable, vim.lsp.config = nil, nil\n"] {
        let init = format!("{old} require('stagewright').setup()");
        let mut session = Session::on("Dockerfile", TEXT, &init);
        let deep = session.folder().join("app/build");
        fs::create_dir_all(&deep).expect("a folder");
        fs::write(session.folder().join("app/compose.yaml"), "").expect("a mark");
        fs::write(deep.join("Dockerfile"), TEXT).expect("a file");
        session.keys(":edit app/build/Dockerfile<CR>");
        session.until("the server", SERVED);
        let root = session.lua("return vim.lsp.get_clients({ bufnr = 0 })[1].root_dir");
        let root = root.as_str().expect("a root");
        assert!(root.ends_with("/app"), "{root}");
    }
}

#[test]
fn dockerfiles_are_told_by_their_names() {
    let mut session = Session::unserved("Dockerfile", TEXT, "", true);
    for (names, expected) in [
        ("Dockerfile dockerfile Containerfile containerfile", "dockerfile"),
        ("Dockerfile.dev dockerfile.dev Dockerfile.php Dockerfile.a.b", "dockerfile"),
        ("Containerfile.x containerfile.dev", "dockerfile"),
        ("a.Dockerfile a.dockerfile a.b.Containerfile a.containerfile", "dockerfile"),
        ("Dockerfile.dockerignore .dockerignore", "gitignore"),
        ("Dockerfile.go", "go"),
        ("Dockerfile.py", "python"),
        ("Dockerfile.ts", "typescript"),
        ("Dockerfile.js", "javascript"),
        ("Dockerfile.cs", "cs"),
        ("Dockerfile.md Containerfile.md", "markdown"),
        ("Dockerfiles xDockerfile DOCKERFILE Dockerfile_a", ""),
    ] {
        for name in names.split(' ') {
            for folder in ["", "/a.b/c/"] {
                let code = format!(
                    "return vim.filetype.match({{ filename = '{folder}{name}', buf = 0 }}) or ''"
                );
                assert_eq!(session.lua(&code), expected, "{folder}{name}");
            }
        }
    }
}

#[test]
fn a_program_about_dockerfiles_is_not_served() {
    let mut session = Session::on("Dockerfile", TEXT, INIT);
    fs::write(session.folder().join("Dockerfile.go"), "package main\n").expect("a file");
    session.keys(":edit Dockerfile.go<CR>");
    session.until("the other file", "vim.bo.filetype == 'go'");
    assert_eq!(session.lua("return #vim.lsp.get_clients({ bufnr = 0 })"), 0);
}

/// The report of `:checkhealth stagewright`.
fn health(session: &mut Session) -> String {
    session.keys(":checkhealth stagewright<CR>");
    session.until("the report", "vim.bo.filetype == 'checkhealth'");
    session.text()
}

#[test]
fn the_health_of_a_running_server_is_good() {
    let mut session = Session::on("Dockerfile", TEXT, INIT);
    let report = health(&mut session);
    for expected in [
        "Neovim 0.11.",
        concat!("stagewright ", env!("CARGO_PKG_VERSION"), " at /"),
        "Dockerfiles are recognised by their names",
        "client 1 serves 1 file(s), positions in utf-8",
    ] {
        assert!(report.contains(expected), "{expected} in\n{report}");
    }
    assert!(!report.contains("ERROR") && !report.contains("WARNING"), "{report}");
}

#[test]
fn what_ails_is_said_with_what_to_do() {
    let init = "require('stagewright').setup({ cmd = { 'stagewrong', 'lsp' } })";
    let mut session = Session::unserved("Dockerfile", TEXT, init, true);
    let report = health(&mut session);
    for expected in [
        "ERROR stagewrong: no such program",
        "Put the folder that has `stagewright` into $PATH",
        "The server is not running",
    ] {
        assert!(report.contains(expected), "{expected} in\n{report}");
    }

    // Neovim's own, under the name of another server, so that there are two.
    let rival = "vim.lsp.config('dockerls', { cmd = { 'stagewright', '--stdio' },
        filetypes = { 'dockerfile' } })
        vim.lsp.enable({ 'stagewright', 'dockerls' })";
    let mut session = Session::on("Dockerfile", TEXT, rival);
    session.until("the rival", "#vim.lsp.get_clients({ bufnr = 0 }) == 2");
    session
        .until("both", "vim.iter(vim.lsp.get_clients()):all(function(c) return c.initialized end)");
    let report = health(&mut session);
    assert!(report.contains("WARNING dockerls serves the same files"), "{report}");
}

#[test]
fn the_help_is_found() {
    let mut session = Session::unserved("Dockerfile", TEXT, "", true);
    session.keys(":helptags ALL<CR>");
    for tag in ["stagewright", "stagewright-install", "stagewright.setup()", "stagewright-files"] {
        session.keys(&format!(":help {tag}<CR>"));
        session.until(
            tag,
            &format!(
                "vim.fn.expand('<cword>') ~= '' and vim.fn.getline('.'):find('*{tag}*', 1, true)"
            ),
        );
        let file = session.lua("return vim.fn.expand('%:t')");
        assert_eq!(file, "stagewright.txt");
    }
}
