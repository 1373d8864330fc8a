//! Leaves when the process that started the server has gone.

use std::thread;
use std::time::Duration;

use waitpid_any::WaitHandle;

/// How often a wait that was interrupted is begun anew.
const POLL: Duration = Duration::from_secs(3);

/// Calls `gone` on its own thread once the process has ended. A process that cannot be seen from here
/// (another machine, another container) is not watched: an editor there sends an id that means
/// nothing on this side, and the closing of the stream tells its end anyway.
pub fn watch(process: i64, gone: impl FnOnce() + Send + 'static) {
    let Some(id) = i32::try_from(process).ok().filter(|&id| id > 0) else {
        return tracing::info!("{process} is no process to watch");
    };
    match WaitHandle::open(id) {
        Ok(handle) => drop(thread::spawn(move || wait(handle, gone))),
        Err(error) => tracing::info!("process {process} is not watched: {error}"),
    }
}

fn wait(mut handle: WaitHandle, gone: impl FnOnce()) {
    loop {
        match handle.wait_timeout(POLL) {
            Ok(Some(())) => return gone(),
            Ok(None) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                return tracing::warn!("the watch over the client's process ended: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_end_of_a_process_is_told() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat");
        let (tell, told) = mpsc::channel();
        watch(child.id().into(), move || tell.send(()).expect("send"));
        assert!(told.recv_timeout(Duration::from_millis(100)).is_err(), "it still runs");
        child.kill().expect("kill");
        assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(()));
        child.wait().expect("wait");
    }

    #[test]
    fn a_process_that_is_not_there_is_not_watched() {
        for process in [0, -1, i64::from(i32::MAX), i64::MAX] {
            let (tell, told) = mpsc::channel::<()>();
            watch(process, move || tell.send(()).expect("send"));
            assert_eq!(
                told.recv_timeout(Duration::from_secs(1)),
                Err(mpsc::RecvTimeoutError::Disconnected)
            );
        }
    }
}
