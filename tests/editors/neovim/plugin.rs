//! The plugin: every documented way to start the server, the files it is started for, its commands and
//! its help.

use std::fs;
use std::process::Command;

use super::session::{SERVED, Session};
use super::{SUPPORTED, V0_10, V0_11};
use crate::given::root;

const TEXT: &str = "FROM scratch AS one\nFROM one\n";

/// Goes from the base of the second stage to the first.
pub fn assert_served(session: &mut Session) {
    session.until("the server", SERVED);
    session.go("FROM o$0ne\n");
    session.keys("<C-]>");
    session.until_line("FROM scratch AS $0one");
}

#[test]
fn each_way_to_start_the_server_starts_it() {
    let setup = "require('stagewright').setup()";
    // After the file is open, as plugin managers do that load late.
    let late = "vim.schedule(function() require('stagewright').setup() end)";
    for (version, init) in [
        (V0_11, "vim.lsp.enable('stagewright')"),
        (V0_11, setup),
        (V0_11, late),
        (V0_10, setup),
        (V0_10, late),
    ] {
        assert_served(&mut Session::unserved(version, "Dockerfile", TEXT, init));
    }
}

// Shows: settings
#[test]
fn options_are_laid_over_the_entry() {
    let options = "{
      cmd = { 'stagewright', '--stdio' },
      settings = { stagewright = { ['diagnostics.severity.unknown-instruction'] = 'hint' } },
      on_attach = function() vim.g.attached = true end,
    }";
    for mut session in Session::each("Dockerfile", "FROM scratch\nEXPO 80\n", options) {
        session.until("on_attach", "vim.g.attached");
        session.until_shown("H EXPO 80");
        assert_eq!(
            session.lua("return vim.lsp.get_clients()[1].config.cmd"),
            serde_json::json!(["stagewright", "--stdio"])
        );
    }
}

#[test]
fn the_root_is_the_nearest_folder_with_a_mark() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
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
fn files_without_a_project_share_one_server() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        let other = session.folder().join("elsewhere");
        fs::create_dir_all(&other).expect("a folder");
        fs::write(other.join("Dockerfile"), TEXT).expect("a file");
        for (step, command) in ["edit elsewhere/Dockerfile", "edit!", "edit! #"].iter().enumerate()
        {
            session.keys(&format!(":{command}<CR>:let g:done = {step}<CR>"));
            session.until(command, &format!("vim.g.done == {step}"));
            assert_served(&mut session);
        }
        assert_eq!(session.children().len(), 1);
    }
}

#[test]
fn dockerfiles_are_told_by_their_names() {
    for version in SUPPORTED {
        let mut session = Session::unserved(version, "Dockerfile", TEXT, "");
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
                    assert_eq!(session.lua(&code), expected, "{folder}{name} in {version:?}");
                }
            }
        }
    }
}

#[test]
fn a_program_about_dockerfiles_is_not_served() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        fs::write(session.folder().join("Dockerfile.go"), "package main\n").expect("a file");
        session.keys(":edit Dockerfile.go<CR>");
        session.until("the other file", "vim.bo.filetype == 'go'");
        assert_eq!(session.lua("return #vim.lsp.get_clients({ bufnr = 0 })"), 0);
    }
}

/// Such as a plugin's preview of a file.
#[test]
fn a_buffer_that_is_no_file_is_not_served() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        session.keys(":new<CR>:setlocal buftype=nofile filetype=dockerfile<CR>");
        session.until(
            "the other buffer",
            "vim.bo.filetype == 'dockerfile' and vim.fn.bufname() == ''",
        );
        assert_eq!(session.lua("return #vim.lsp.get_clients({ bufnr = 0 })"), 0);
    }
}

// Shows: restart
#[test]
fn a_server_that_was_killed_is_started_again() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        let [server] = session.children()[..] else { panic!("one server") };
        let killed = Command::new("kill").args(["-KILL", &server.to_string()]).status();
        assert!(killed.expect("kill").success());
        session.until_shown("stagewright quit with exit code 0 and signal 9");
        session.keys("<CR>:Stagewright restart<CR>");
        assert_served(&mut session);
        assert_ne!(session.children(), [server]);
    }
}

// Shows: restart
#[test]
fn a_running_server_is_started_anew() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        let before = session.children();
        session.keys(":Stagewright restart<CR>");
        session
            .wait_for(|editor| editor.children().len() == 1 && editor.children() != before)
            .unwrap_or_else(|screen| panic!("no new server instead of the old:\n{screen}"));
        assert_served(&mut session);
    }
}

#[test]
fn what_the_server_logged_is_opened() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        session.keys(":Stag<Tab> l<Tab><CR>");
        session.until("the log", "vim.fn.expand('%:t') == 'lsp.log'");
        session.keys(":Stagewright lag<CR>");
        session.until_shown("There is no :Stagewright lag");
    }
}

#[test]
fn the_help_is_found() {
    for version in SUPPORTED {
        let mut session = Session::unserved(version, "Dockerfile", TEXT, "");
        session.keys(":helptags ALL<CR>");
        for tag in [
            "stagewright",
            "stagewright-install",
            "stagewright.setup()",
            ":Stagewright-split",
            "stagewright-files",
            "stagewright-trouble",
        ] {
            session.keys(&format!(":help {tag}<CR>"));
            session.until(
                tag,
                &format!(
                    "vim.fn.expand('<cword>') ~= ''
                    and vim.fn.getline('.'):find('*{tag}*', 1, true)"
                ),
            );
            let file = session.lua("return vim.fn.expand('%:t')");
            assert_eq!(file, "stagewright.txt");
        }
    }
}

#[test]
fn every_setting_is_in_the_help_and_known_to_the_health() {
    let page = fs::read_to_string(root().join("docs/settings.md")).expect("the settings");
    let rows = page.lines().filter_map(|row| row.strip_prefix("| `"));
    let mut known: Vec<_> = rows
        .filter_map(|row| row.split('`').next())
        .map(|name| name.trim_end_matches("CODE"))
        .collect();
    assert!(known.contains(&"size.engine"), "{known:?}");
    known.sort_unstable();
    let mut session = Session::unserved(V0_11, "Dockerfile", TEXT, "");
    let listed = session.lua(
        "local names = vim.deepcopy(require('stagewright.health').settings)
        table.sort(names)
        return names",
    );
    assert_eq!(listed, serde_json::json!(known));
    session.keys(":helptags ALL<CR>");
    for name in known {
        let tag = format!("stagewright-{}", name.trim_end_matches('.'));
        session.keys(&format!(":help {tag}<CR>"));
        session.until(&tag, &format!("vim.fn.getline('.'):find('*{tag}*', 1, true)"));
    }
}
