//! What the documentation tells a newcomer to copy is copied, and works.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::plugin::assert_served;
use super::session::{PACKAGES, Session, copy, write_init};
use super::{SUPPORTED, V0_11, Version};
use crate::given::{path_with, root};
use crate::page;

const TEXT: &str = "FROM scratch AS one\nFROM one\n";

/// Where the project is to be had.
const HOME_OF_THE_PROJECT: &str = "https://github.com/stagewright/stagewright";

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@localhost"])
        .args(arguments)
        .current_dir(folder)
        .status()
        .expect("git");
    assert!(status.success(), "git {arguments:?}");
}

/// A repository of what the plugin is now, committed or not.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("editors/nvim"), &folder.path().join("editors/nvim"));
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message=The plugin"]);
    folder
}

/// Runs the lines as a newcomer with that Neovim does, who gets `repository` from the project's home.
fn run(lines: &str, version: Version, home: &Path, repository: &Path) {
    let instead = format!("url.file://{}.insteadOf", repository.display());
    let output = Command::new("sh")
        .args(["-euc", lines])
        .current_dir(home)
        .env("HOME", home)
        .env("PATH", path_with(version.program().parent().expect("a folder")))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", instead)
        .env("GIT_CONFIG_VALUE_0", HOME_OF_THE_PROJECT)
        .output()
        .expect("sh");
    assert!(output.status.success(), "{lines}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_lines_of_the_page_install_the_plugin() {
    let repository = repository();
    let lines = page::block("neovim", "Install");
    assert!(lines.contains(HOME_OF_THE_PROJECT), "{lines}");
    for version in SUPPORTED {
        let mut session = Session::at_home(version, "dev.containerfile", TEXT, |home| {
            run(&lines, version, home, repository.path());
        });
        assert_served(&mut session);
        assert_whole(&mut session);
        session.keys(":checkhealth stagewright<CR>");
        session.until_shown("client 1 serves 1 file(s)");
    }
}

/// What a user has besides the server.
fn assert_whole(session: &mut Session) {
    session.keys(":Stagewright lag<CR>");
    session.until_shown("There is no :Stagewright lag");
    session.keys(":help stagewright<CR>");
    session.until("the help", "vim.fn.expand('%:t') == 'stagewright.txt'");
    session.keys(":quit<CR>");
}

/// lazy.nvim is not to be had here: what it does with the entry is done by hand.
#[test]
fn the_entry_for_lazy_nvim_starts_the_server() {
    let entry = page::block("neovim", "With lazy.nvim");
    let repository = repository();
    let init = format!(
        "vim.go.loadplugins = false -- Neovim's own way: lazy.nvim has another.
        local entry = {entry}
        assert('{HOME_OF_THE_PROJECT}' == 'https://github.com/' .. entry[1] and not entry.lazy)
        local plugin = {{ dir = '{}' }}
        entry.build(plugin)
        entry.config(plugin)",
        repository.path().display()
    );
    for version in SUPPORTED {
        let mut session =
            Session::at_home(version, "dev.containerfile", TEXT, |home| write_init(home, &init));
        assert_served(&mut session);
        assert_whole(&mut session);
    }
}

/// What the README says of Neovim.
fn of_the_readme() -> String {
    let text = fs::read_to_string(root().join("README.md")).expect("the README");
    let below = text.split("**Neovim").nth(1).expect("Neovim");
    below.split("```").nth(1).and_then(|block| block.strip_prefix("lua")).expect("Lua").to_owned()
}

#[test]
fn an_entry_of_one_s_own_is_enough() {
    for entry in [page::block("neovim", "Without the plugin"), of_the_readme()] {
        let mut session =
            Session::at_home(V0_11, "Dockerfile", TEXT, |home| write_init(home, &entry));
        assert_served(&mut session);
    }
}

#[test]
fn the_settings_of_the_page_are_taken() {
    let options = page::block("neovim", "Settings");
    for version in SUPPORTED {
        let text = "FROM golang:1.22\nEXPO 80\n";
        let mut session = Session::on(version, "Dockerfile", text, &options);
        session.until_shown("H EXPO 80");
        session.lua(&page::block("neovim", "Sizes behind images"));
        session.until_shown("MiB pull");
    }
}

/// As nvim-lspconfig has its entries: a file in `lsp/`, and no plugin of ours.
#[test]
fn the_entry_for_nvim_lspconfig_starts_the_server() {
    let entry = root().join("editors/nvim/upstream/lspconfig/stagewright.lua");
    let mut session = Session::at_home(V0_11, "Dockerfile", TEXT, |home| {
        write_init(home, "vim.lsp.enable('stagewright')");
        let lspconfig = home.join(PACKAGES).join("nvim-lspconfig/lsp");
        fs::create_dir_all(&lspconfig).expect("a folder");
        fs::copy(entry, lspconfig.join("stagewright.lua")).expect("the entry");
    });
    assert_served(&mut session);
    // It is the plugin's.
    let same = format!(
        "local ours = dofile([[{}]]).config
        local theirs = vim.lsp.config.stagewright
        for key, value in pairs(ours) do
          if not vim.deep_equal(value, theirs[key]) then return key end
        end
        return true",
        root().join("editors/nvim/lua/stagewright/init.lua").display()
    );
    assert_eq!(session.lua(&same), true);
}
