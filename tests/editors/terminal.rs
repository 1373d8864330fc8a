//! A terminal to type into and to look at: one of tmux, with an editor in it and a home of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::given::path_with_the_binary;

/// How long anything may take. Only a failure takes that long.
const LIMIT: Duration = Duration::from_secs(30);

/// How often a condition is looked at.
const PAUSE: Duration = Duration::from_millis(50);

const ADVICE: &str = "This test needs tmux: `.ci/test` installs it, as does apt-get install tmux";

/// A folder, and, once a program was started, what that shows. Dropping it ends the program.
pub struct Terminal {
    folder: TempDir,
}

impl Terminal {
    /// With these files in its folder, which is the user's home, too.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Self { folder }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a program in the folder.
    pub fn start(&self, program: &Path, arguments: &[&str]) {
        let mut tmux = self.tmux();
        tmux.args(["-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40"]);
        ended_well(tmux.arg(program).args(arguments));
    }

    /// Presses keys, in tmux's notation: `Escape`, `Enter`, `C-x`, `g`.
    pub fn press(&self, keys: &str) {
        ended_well(self.tmux().arg("send-keys").args(keys.split(' ')));
    }

    /// Types a text as it is.
    pub fn types(&self, text: &str) {
        ended_well(self.tmux().args(["send-keys", "-l", "--", text]));
    }

    /// Waits until a text is on the screen, and returns all that is.
    pub fn until_shown(&self, text: &str) -> String {
        self.until(&format!("to see {text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen is as it should be, and returns it.
    pub fn until(&self, what: &str, done: impl Fn(&str) -> bool) -> String {
        self.until_seen(what, Self::screen, done)
    }

    /// Waits until it is seen, and returns it.
    pub fn until_seen(
        &self,
        what: &str,
        see: impl Fn(&Self) -> String,
        done: impl Fn(&str) -> bool,
    ) -> String {
        let mut seen = String::new();
        let is_done = within_limit(|| {
            seen = see(self);
            done(&seen)
        });
        assert!(is_done, "waited in vain {what}:\n{seen}");
        seen
    }

    /// Waits until a file of the folder is this.
    pub fn until_saved(&self, name: &str, expected: &str) {
        let path = self.folder.path().join(name);
        // Helix moves the file away for a moment while it writes.
        let is_saved = || fs::read_to_string(&path).is_ok_and(|text| text == expected);
        if !within_limit(is_saved) {
            assert_eq!(self.saved(name), expected, "on the screen:\n{}", self.screen());
        }
    }

    /// What is in a file of the folder.
    pub fn saved(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("the file")
    }

    /// What the user looks at: rows without the spaces at their ends.
    pub fn screen(&self) -> String {
        let text = ended_well(self.tmux().args(["capture-pane", "-p"]));
        text.lines().map(|row| row.trim_end().to_owned() + "\n").collect()
    }

    /// The same with a `*` before and behind what is underlined.
    pub fn screen_with_underlines(&self) -> String {
        let coded = ended_well(self.tmux().args(["capture-pane", "-p", "-e"]));
        let mut parts = coded.split("\u{1b}[");
        let (mut screen, mut line) = (parts.next().unwrap_or_default().to_owned(), false);
        for part in parts {
            let (codes, text) = part.split_once('m').unwrap_or_default();
            // Colours have a sequence of their own, in which a number means something else.
            let codes = codes.split(';').take_while(|code| !["38", "48"].contains(code));
            let is_line = codes.fold(line, |line, code| match code {
                "4" => true,
                "0" | "" | "24" => false,
                _ => line,
            });
            screen += if is_line == line { "" } else { "*" };
            line = is_line;
            screen += text;
        }
        screen
    }

    /// The processes that the program started and that still run.
    pub fn children(&self) -> Vec<String> {
        let pid = ended_well(self.tmux().args(["display-message", "-p", "#{pane_pid}"]));
        // Each of its threads has its own.
        let threads = fs::read_dir(format!("/proc/{}/task", pid.trim())).expect("the threads");
        let children = threads.flatten().map(|thread| thread.path().join("children"));
        let lists: Vec<_> = children.filter_map(|list| fs::read_to_string(list).ok()).collect();
        lists.iter().flat_map(|list| list.split_whitespace()).map(str::to_owned).collect()
    }

    /// Kills the one process that the program started.
    pub fn kill_the_server(&self) {
        let children = self.children();
        assert_eq!(children.len(), 1, "{children:?}");
        // The shell's own, which is everywhere.
        ended_well(Command::new("sh").args(["-c", "kill -9 $0", &children[0]]));
    }

    /// Runs a program in the user's surroundings but for the path, and returns what it printed.
    pub fn run(&self, program: &Path, arguments: &[&str], path: &OsStr) -> Output {
        let mut command = self.command(program);
        let output = command.args(arguments).env("PATH", path).output();
        output.unwrap_or_else(|error| panic!("{} does not start: {error}.", program.display()))
    }

    fn tmux(&self) -> Command {
        let mut tmux = self.command("tmux".as_ref());
        tmux.env("PATH", path_with_the_binary()).arg("-S").arg(self.folder.path().join(".tmux"));
        tmux
    }

    /// A program in a user's surroundings, with nothing of this machine's user in them.
    fn command(&self, program: &Path) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env("HOME", folder)
            .env("XDG_CONFIG_HOME", folder.join(".config"))
            .env("XDG_CACHE_HOME", folder.join(".cache"))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            // Helix takes it for its own.
            .env_remove("CARGO_MANIFEST_DIR");
        command
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // There is nobody to end where nothing was started or the program has left.
        drop(self.tmux().arg("kill-server").output());
    }
}

/// Waits until those processes have ended.
pub fn until_ended(ids: &[String]) {
    let running = |id: &String| Path::new(&format!("/proc/{id}")).exists();
    assert!(within_limit(|| !ids.iter().any(running)), "{ids:?} do not end");
}

/// The line, from one, and the column, from zero and in characters, of `$0` in that place, which is
/// in the text once.
pub fn position(text: &str, place: &str) -> (usize, usize) {
    let (before, after) = place.split_once("$0").expect("a cursor");
    let found: Vec<_> = text.match_indices(&format!("{before}{after}")).collect();
    assert_eq!(found.len(), 1, "{place} in\n{text}");
    let before = &text[..found[0].0 + before.len()];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count())
}

/// Whether that comes true in time.
fn within_limit(mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + LIMIT;
    while !done() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(PAUSE);
    }
    true
}

fn ended_well(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}. {ADVICE}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}
