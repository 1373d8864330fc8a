//! A user in front of a Neovim with the plugin, on a file of a folder of its own.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::{Neovim, SUPPORTED, V0_11, Version};
use crate::given::root;
use crate::page;

/// What the page tells a user of that version to put into init.lua, with these options for `setup`.
pub fn init(version: Version, options: &str) -> String {
    let more = match version {
        V0_11 => page::block("neovim", "Completion that opens by itself"),
        _ => page::block("neovim", "Keys before Neovim 0.11"),
    };
    format!("require('stagewright').setup({options})\n{more}")
}

/// True as soon as the server serves the file.
pub const SERVED: &str = "vim.iter(vim.lsp.get_clients({ bufnr = 0, name = 'stagewright' }))
    :any(function(client) return client.initialized end)";

/// Where Neovim looks for packages, below a home.
pub const PACKAGES: &str = ".local/share/nvim/site/pack/any/start";

/// A Neovim and the folder it works in.
pub struct Session {
    editor: Neovim,
    folder: TempDir,
}

impl Session {
    /// In each version that is served, one after the other: on a file of that content, for a user
    /// who did what the page says and gave `setup` these options.
    pub fn each(name: &str, text: &str, options: &str) -> impl Iterator<Item = Self> + use<> {
        let [name, text, options] = [name, text, options].map(str::to_owned);
        SUPPORTED
            .into_iter()
            .map(move |version| Self::on(version, &name, &text, &init(version, &options)))
    }

    /// On a file of that content, for a user with that init.lua and the plugin as a package.
    pub fn on(version: Version, name: &str, text: &str, init: &str) -> Self {
        let mut session = Self::unserved(version, name, text, init);
        session.until("the server", SERVED);
        session
    }

    /// The same before the server is there, if it ever comes.
    pub fn unserved(version: Version, name: &str, text: &str, init: &str) -> Self {
        Self::at_home(version, name, text, |home| {
            write_init(home, init);
            copy(&root().join("editors/nvim"), &home.join(PACKAGES).join("stagewright"));
        })
    }

    /// On a file of that content, for a user whose home is made by `furnish`.
    pub fn at_home(version: Version, name: &str, text: &str, furnish: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(name), text).expect("a file");
        let home = folder.path().join("home");
        fs::create_dir_all(&home).expect("a home");
        furnish(&home);
        Self { editor: Neovim::start(version, folder.path(), &home, name), folder }
    }

    /// Puts the cursor where `$0` stands in this text, which is in the buffer once. Leaves insert
    /// mode.
    pub fn go(&mut self, place: &str) {
        self.keys("<Esc>");
        self.until("normal mode", "vim.api.nvim_get_mode().mode == 'n'");
        let (before, after) = place.split_once("$0").expect("a cursor");
        let text = self.text();
        let found: Vec<_> = text.match_indices(&format!("{before}{after}")).collect();
        assert_eq!(found.len(), 1, "{place} in\n{text}");
        let before = &text[..found[0].0 + before.len()];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        self.lua(&format!("vim.api.nvim_win_set_cursor(0, {{ {line}, {column} }})"));
    }

    /// The buffer's lines, each with a line end.
    pub fn text(&mut self) -> String {
        text(self)
    }

    /// Waits until the line of the cursor is this one, with the cursor at `$0`.
    pub fn until_line(&mut self, expected: &str) {
        let plain = expected.replace("$0", "");
        let column = expected.find("$0").expect("a cursor");
        self.until(
            expected,
            &format!(
                "vim.fn.getline('.') == [==[{plain}]==]
                and vim.api.nvim_win_get_cursor(0)[2] == {column}"
            ),
        );
    }

    /// Waits until there are these findings and no others: in the order of the file, the text under
    /// each and its code.
    pub fn until_findings(&mut self, expected: &[[&str; 2]]) {
        let mut found = Vec::new();
        self.wait_for(|editor| {
            found = findings(editor);
            found == expected
        })
        .unwrap_or_else(|screen| panic!("{found:?} instead of {expected:?}:\n{screen}"));
    }

    /// Waits until the buffer is this.
    pub fn until_text(&mut self, expected: &str) {
        let mut found = String::new();
        let same = self.wait_for(|editor| {
            found = text(editor);
            found == expected
        });
        if same.is_err() {
            assert_eq!(found, expected);
        }
    }

    /// Waits until the menu of completion shows these words.
    pub fn until_menu(&mut self, words: &[&str]) {
        let mut found = Vec::new();
        self.wait_for(|editor| {
            found = editor.menu();
            found == words
        })
        .unwrap_or_else(|screen| panic!("{found:?} instead of {words:?}:\n{screen}"));
    }

    /// Chooses the first action at the cursor whose title has this in it, from the menu.
    pub fn act(&mut self, title: &str) {
        self.keys("gra");
        self.until_shown("Type number and <Enter>");
        let screen = self.screen();
        let menu = screen.split("Code actions:").nth(1).unwrap_or_default();
        let row = menu.lines().find(|row| row.contains(title));
        let number = row.and_then(|row| row.trim_start_matches('|').split(':').next());
        let number = number.unwrap_or_else(|| panic!("no {title} in\n{screen}")).to_owned();
        self.keys(&format!("{number}<CR>"));
    }

    /// The list of places that is open or will be: of each the number of its line and what is said.
    pub fn listed(&mut self) -> Vec<(usize, String)> {
        let list = "vim.iter(vim.fn.getwininfo()):find(function(w) return w.quickfix == 1 end)";
        self.until("a list", list);
        let rows =
            self.lua(&format!("return vim.api.nvim_buf_get_lines(({list}).bufnr, 0, -1, true)"));
        let row = |row: &Value| {
            let mut parts = row.as_str()?.splitn(3, '|').skip(1);
            let line = parts.next()?.split(' ').next()?.parse().ok()?;
            Some((line, parts.next()?.trim().to_owned()))
        };
        let rows = rows.as_array().expect("rows");
        rows.iter().map(|text| row(text).unwrap_or_else(|| panic!("{text}"))).collect()
    }

    /// What the server answers to a request at the cursor.
    pub fn ask(&mut self, method: &str) -> Value {
        self.lua(&format!(
            "local client = vim.lsp.get_clients({{ bufnr = 0, name = 'stagewright' }})[1]
            local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
            -- Its number: asked for buffer 0, Neovim does not send first what it has not sent yet.
            local buffer = vim.api.nvim_get_current_buf()
            local answers = assert(vim.lsp.buf_request_sync(buffer, '{method}', params, 10000))
            local answer = answers[client.id]
            assert(not answer.err, vim.inspect(answer.err))
            return answer.result"
        ))
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Deref for Session {
    type Target = Neovim;

    fn deref(&self) -> &Neovim {
        &self.editor
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Neovim {
        &mut self.editor
    }
}

/// Gives the user that init.lua.
pub fn write_init(home: &Path, init: &str) {
    fs::create_dir_all(home.join(".config/nvim")).expect("a folder");
    fs::write(home.join(".config/nvim/init.lua"), init).expect("init.lua");
}

/// The text with the one occurrence of `from` replaced.
pub fn replace(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} in\n{text}");
    text.replace(from, to)
}

fn text(editor: &mut Neovim) -> String {
    let code = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')";
    editor.lua(code).as_str().expect("text").to_owned() + "\n"
}

fn findings(editor: &mut Neovim) -> Vec<[String; 2]> {
    let found = editor.lua(
        "local found = vim.diagnostic.get(0)
        table.sort(found, function(a, b)
          return a.lnum < b.lnum or a.lnum == b.lnum and a.col < b.col
        end)
        return vim.tbl_map(function(finding)
          local text = vim.api.nvim_buf_get_text(
            0, finding.lnum, finding.col, finding.end_lnum, finding.end_col, {})
          return { table.concat(text, '\\n'), finding.code }
        end, found)",
    );
    serde_json::from_value(found).expect("findings")
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("readable");
        let to = to.join(entry.path().strip_prefix(from).expect("below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("a folder");
        } else {
            fs::copy(entry.path(), to).expect("a file of the plugin");
        }
    }
}
