//! A process that serves a socket as long as a test needs it.

use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

const START: Duration = Duration::from_secs(60);
const END: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// An engine in a folder of its own. When it is dropped, also by a test that fails, it is ended, and
/// what it has mounted below its folder is unmounted.
pub struct Daemon {
    child: Child,
    folder: PathBuf,
}

impl Daemon {
    /// Starts `command` in a process group of its own and waits until it listens at `socket`.
    pub fn start(mut command: Command, folder: &Path, socket: &Path) -> Daemon {
        let log = folder.join("daemon.log");
        let file = File::create(&log).expect("a log");
        command.stdout(file.try_clone().expect("a log")).stderr(file).process_group(0);
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("{command:?} does not start: {error}. `.ci/test` installs it")
        });
        let mut daemon = Daemon { child, folder: folder.to_owned() };
        let begin = Instant::now();
        while UnixStream::connect(socket).is_err() {
            let ended = daemon.child.try_wait().expect("a child").is_some();
            assert!(
                !ended && begin.elapsed() < START,
                "{command:?} does not serve (it may want root):\n{}",
                fs::read_to_string(&log).unwrap_or_default()
            );
            thread::sleep(POLL);
        }
        daemon
    }

    fn ends_in_time(&mut self) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < END {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Nothing here may panic: that would hide why the test failed.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        if !self.ends_in_time() {
            let group = format!("-{}", self.child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = self.child.wait();
        }
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let points = mounts.lines().filter_map(|line| line.split(' ').nth(1));
        let mut below: Vec<_> =
            points.filter(|point| Path::new(point).starts_with(&self.folder)).collect();
        below.reverse();
        for point in below {
            let _ = Command::new("umount").args(["--lazy", point]).status();
        }
    }
}
