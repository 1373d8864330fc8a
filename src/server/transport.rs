//! The way to the client and back: standard streams, a socket or a pipe.
//!
//! Two threads do all reading and writing, so that neither a slow handler nor a client that does not
//! read can stop the other direction: the reader only puts frames into a queue, and the writer only
//! takes bytes out of one. Both queues grow as needed; the framework sees their other ends as
//! [`Inbound`] and [`Outbound`].

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc as frames, oneshot};

use super::frame::{self, Deframer, Frame, Message};

/// Where the client is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Standard input and output.
    Stdio,
    /// A TCP port of this machine on which the client listens.
    Socket(u16),
    /// A Unix domain socket, or a named pipe on Windows, on which the client listens.
    Pipe(PathBuf),
}

type Source = Box<dyn Read + Send>;
type Target = Box<dyn Write + Send>;

/// The running connection.
pub struct Connection {
    /// Good frames, for the framework to read.
    pub inbound: Inbound,
    /// What the framework writes.
    pub outbound: Outbound,
    /// Resolves when the client has closed its side.
    pub closed: oneshot::Receiver<()>,
    /// The end of the writing.
    pub writer: Writer,
}

/// Connects to the client and starts reading and writing.
pub fn connect(channel: &Channel) -> io::Result<Connection> {
    let (source, target) = open(channel)?;
    Ok(start(source, target))
}

fn open(channel: &Channel) -> io::Result<(Source, Target)> {
    match channel {
        Channel::Stdio => Ok((Box::new(io::stdin()), Box::new(plain_stdout()?))),
        Channel::Socket(port) => {
            let stream = std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, *port))?;
            stream.set_nodelay(true)?;
            Ok((Box::new(stream.try_clone()?), Box::new(stream)))
        }
        Channel::Pipe(path) => open_pipe(path),
    }
}

/// Standard output without the buffer of [`io::stdout`], which would cut a frame at its last line
/// feed, that is between header and body.
#[cfg(unix)]
fn plain_stdout() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn plain_stdout() -> io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

#[cfg(unix)]
fn open_pipe(path: &std::path::Path) -> io::Result<(Source, Target)> {
    let stream = std::os::unix::net::UnixStream::connect(path)?;
    Ok((Box::new(stream.try_clone()?), Box::new(stream)))
}

/// A pipe opened as a plain file would make each read wait for the write before it, so this takes
/// the overlapped kind and blocks on each of its halves.
#[cfg(windows)]
fn open_pipe(path: &std::path::Path) -> io::Result<(Source, Target)> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
    use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient};
    use tokio::runtime::{Builder, Handle};

    struct Half<T>(Handle, T);
    impl Read for Half<ReadHalf<NamedPipeClient>> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.block_on(self.1.read(buffer))
        }
    }
    impl Write for Half<WriteHalf<NamedPipeClient>> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.block_on(self.1.write(bytes))
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.block_on(self.1.flush())
        }
    }

    let runtime = Builder::new_current_thread().enable_io().build()?;
    let handle = runtime.handle().clone();
    let pipe = runtime.block_on(async { ClientOptions::new().open(path) })?;
    // Somebody has to wait for the pipe's events on behalf of both halves.
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    let (read, write) = tokio::io::split(pipe);
    Ok((Box::new(Half(handle.clone(), read)), Box::new(Half(handle, write))))
}

/// Starts the two threads.
pub fn start(source: Source, target: Target) -> Connection {
    let (frames_in, frames) = frames::unbounded_channel();
    let (bytes_in, bytes) = mpsc::channel();
    let (open, closed) = oneshot::channel();
    let (written, done) = mpsc::channel();
    let refusals = bytes_in.clone();
    thread::spawn(move || {
        read_all(source, &frames_in, &refusals);
        drop(open);
    });
    thread::spawn(move || {
        write_all(target, &bytes);
        drop(written);
    });
    Connection {
        inbound: Inbound { frames, current: Vec::new(), used: 0 },
        outbound: Outbound { bytes: bytes_in.clone() },
        closed,
        writer: Writer { bytes: bytes_in, done },
    }
}

/// The reader: until the end of the stream, whatever comes.
fn read_all(
    mut source: Source,
    frames: &frames::UnboundedSender<Vec<u8>>,
    refusals: &mpsc::Sender<Written>,
) {
    let mut deframer = Deframer::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => deframer.push(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                tracing::error!("reading from the client failed: {error}");
                break;
            }
        }
        while let Some(frame) = deframer.next() {
            sort_out(frame, frames, refusals);
        }
    }
    if !deframer.rest().is_empty() {
        tracing::warn!("the client's stream ends inside a frame");
    }
}

/// Sends a frame where it belongs. A queue that is closed already means that the server is leaving.
fn sort_out(
    frame: Frame,
    frames: &frames::UnboundedSender<Vec<u8>>,
    refusals: &mpsc::Sender<Written>,
) {
    let body = match frame {
        Frame::Body(body) => body,
        Frame::Fault(reason) => return tracing::warn!("skipped to the next frame: {reason}"),
    };
    match frame::read_message(&body) {
        Message::Pass(bytes) => drop(frames.send(bytes)),
        Message::Refuse(answer) => {
            tracing::warn!("refused a frame: {answer}");
            drop(refusals.send(Written::Bytes(frame::frame(&answer))));
        }
        Message::Drop(reason) => tracing::warn!("dropped a message: {reason}"),
    }
}

enum Written {
    Bytes(Vec<u8>),
    End,
}

/// The writer: until told to end, or until the client no longer takes anything.
fn write_all(mut target: Target, queue: &mpsc::Receiver<Written>) {
    while let Ok(first) = queue.recv() {
        for written in std::iter::once(first).chain(queue.try_iter()) {
            let result = match written {
                Written::Bytes(bytes) => target.write_all(&bytes),
                Written::End => return drop(target.flush()),
            };
            if let Err(error) = result {
                return tracing::warn!("writing to the client failed: {error}");
            }
        }
        drop(target.flush());
    }
}

/// Frames as the framework reads them.
pub struct Inbound {
    frames: frames::UnboundedReceiver<Vec<u8>>,
    current: Vec<u8>,
    /// How many bytes of it the framework has.
    used: usize,
}

impl AsyncRead for Inbound {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            // Nothing but the bytes is written: to clear the room first, which may be a megabyte,
            // would cost more than the rest of a keystroke.
            let rest = self.current.get(self.used..).unwrap_or_default();
            let read = rest.get(..buf.remaining()).unwrap_or(rest);
            if !rest.is_empty() {
                let length = read.len();
                buf.put_slice(read);
                self.used += length;
                if self.used == self.current.len() {
                    (self.current, self.used) = (Vec::new(), 0);
                }
                return Poll::Ready(Ok(()));
            }
            match ready!(self.frames.poll_recv(cx)) {
                Some(frame) => (self.current, self.used) = (frame, 0),
                None => return Poll::Ready(Ok(())),
            }
        }
    }
}

/// Takes whatever the framework writes, at once.
pub struct Outbound {
    bytes: mpsc::Sender<Written>,
}

impl AsyncWrite for Outbound {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        // A writer that has ended means a client that is gone, which the reader notices.
        drop(self.bytes.send(Written::Bytes(buf.to_vec())));
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The end of the writing.
pub struct Writer {
    bytes: mpsc::Sender<Written>,
    done: mpsc::Receiver<()>,
}

impl Writer {
    /// Waits until all is written and flushed, but no longer than `limit`: the client may have
    /// stopped reading.
    pub fn finish(self, limit: Duration) {
        drop(self.bytes.send(Written::End));
        if self.done.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("left with answers that the client did not read");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("lock").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn good_frames_pass_and_bad_ones_are_answered() {
        let source =
            b"Content-Length: 1\n\n[Content-Length: 14\n\n{\"method\":\"a\"}Content-Length: -1\n\n";
        let target = Shared::default();
        let mut connection = start(Box::new(io::Cursor::new(source)), Box::new(target.clone()));
        let mut passed = String::new();
        connection.inbound.read_to_string(&mut passed).await.expect("read");
        assert_eq!(
            passed,
            "Content-Length: 31\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"a\"}".replace("31", "30")
        );
        assert!(connection.closed.await.is_err(), "the sender is dropped at the end of the stream");
        connection.outbound.write_all(b"answer").await.expect("write");
        connection.writer.finish(Duration::from_secs(5));
        let written = String::from_utf8(target.0.lock().expect("lock").clone()).expect("UTF-8");
        assert!(written.contains("-32700") && written.ends_with("answer"), "{written}");
    }

    #[test]
    fn a_client_that_does_not_read_holds_the_exit_up_for_a_limit_only() {
        struct Stuck;
        impl Write for Stuck {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                thread::sleep(Duration::from_secs(60));
                Ok(0)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let connection = start(Box::new(io::empty()), Box::new(Stuck));
        drop(connection.outbound.bytes.send(Written::Bytes(b"x".to_vec())));
        let begin = std::time::Instant::now();
        connection.writer.finish(Duration::from_millis(50));
        assert!(begin.elapsed() < Duration::from_secs(30));
    }
}
