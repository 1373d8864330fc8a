//! `:checkhealth stagewright`: what ails is told, with what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::session::{Session, init};
use super::{SUPPORTED, V0_7};

const TEXT: &str = "FROM scratch AS one\nFROM one\n";

/// Space for what Neovim says at its start, so that nobody has to press ENTER behind it.
const SPACE: &str = "vim.o.cmdheight = 8\n";

/// The report.
fn health(session: &mut Session) -> String {
    session.keys(":checkhealth stagewright<CR>");
    session.until("the report", "vim.bo.filetype == 'checkhealth'");
    session.text()
}

fn assert_says(report: &str, expected: &[&str]) {
    for expected in expected {
        assert!(report.contains(expected), "{expected} in\n{report}");
    }
}

#[test]
fn the_health_of_a_running_server_is_good() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        let version = session.version();
        let report = health(&mut session);
        assert_says(
            &report,
            &[
                &format!("Neovim {}.", version.name),
                concat!("stagewright ", env!("CARGO_PKG_VERSION"), " at /"),
                "Dockerfiles are recognised by their names",
                "No settings are made",
                "client 1 serves 1 file(s), positions in utf-8",
            ],
        );
        assert!(!report.contains("ERROR") && !report.contains("WARNING"), "{report}");
    }
}

#[test]
fn a_program_that_is_not_there_is_told() {
    for version in SUPPORTED {
        let options = "{ cmd = { 'stagewrong', 'lsp' } }";
        let mut session = Session::unserved(
            version,
            "Dockerfile",
            TEXT,
            &(SPACE.to_owned() + &init(version, options)),
        );
        // As soon as the file is opened.
        session.until_shown("stagewrong: no such program. See :checkhealth stagewright");
        assert_says(
            &health(&mut session),
            &[
                "ERROR stagewrong: no such program",
                "Put the folder that has `stagewright` into $PATH",
                "The server is not running",
            ],
        );
    }
}

#[test]
fn a_program_of_another_system_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("stagewright");
    // The head of a program for a processor that no machine of ours has (IBM S/390).
    let head = [&b"\x7fELF\x02\x02\x01"[..], &[0; 9], b"\0\x02\0\x16\0\0\0\x01"].concat();
    fs::write(&program, head).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
    for version in SUPPORTED {
        let options = format!("{{ cmd = {{ '{}', 'lsp' }} }}", program.display());
        let mut session = Session::unserved(
            version,
            "Dockerfile",
            TEXT,
            &(SPACE.to_owned() + &init(version, &options)),
        );
        session.until_shown("stagewright quit with exit code");
        assert_says(
            &health(&mut session),
            &["does not say its version", "Is it made for this system? Install it anew"],
        );
    }
}

#[test]
fn a_program_that_does_not_answer_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("stagewright");
    // Serves, as far as Neovim can tell, but is not done with its version for a long time.
    fs::write(&program, "#!/bin/sh\necho stagewright\nexec sleep 40\n").expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
    for version in SUPPORTED {
        let options = format!("{{ cmd = {{ '{}', 'lsp' }} }}", program.display());
        let init = SPACE.to_owned() + &init(version, &options);
        let mut session = Session::unserved(version, "Dockerfile", TEXT, &init);
        let report = health(&mut session);
        assert_says(&report, &["does not say its version: no answer within 5 seconds"]);
    }
}

// Shows: settings
#[test]
fn settings_in_force_are_listed_and_mistakes_in_them_told() {
    let options = "{ settings = { stagewright = {
        ['size.platform'] = 'linux/arm64',
        size = { registry = { 'docker.io', 'ghcr.io' }, regstry = 'on' },
    } } }";
    for mut session in Session::each("Dockerfile", TEXT, options) {
        assert_says(
            &health(&mut session),
            &[
                "size.platform = \"linux/arm64\"",
                "size.registry = { \"docker.io\", \"ghcr.io\" }",
                "WARNING There is no setting size.regstry",
                "The names are in :help |stagewright-settings|",
            ],
        );
    }
}

#[test]
fn a_rival_is_told() {
    for mut session in Session::each("Dockerfile", TEXT, "") {
        // Our own, under the name of another server.
        session.lua("vim.lsp.start({ name = 'dockerls', cmd = { 'stagewright', '--stdio' } })");
        session.until(
            "both",
            "#vim.lsp.get_clients({ bufnr = 0 }) == 2
            and vim.iter(vim.lsp.get_clients()):all(function(c) return c.initialized end)",
        );
        assert_says(
            &health(&mut session),
            &[
                "WARNING dockerls serves the same files: findings may come twice",
                "vim.lsp.enable('dockerls', false)",
            ],
        );
    }
}

#[test]
fn a_neovim_that_is_too_old_is_refused_in_words() {
    let init = format!("{SPACE}require('stagewright').setup()");
    let mut session = Session::unserved(V0_7, "Dockerfile", TEXT, &init);
    session.until_shown("stagewright needs Neovim 0.8 or later");
    assert_says(&health(&mut session), &["Neovim 0.7.2 is too old", "Use Neovim 0.8 or later"]);
}
