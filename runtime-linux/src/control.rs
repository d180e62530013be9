//! The line between `ambc run` and a node: an inherited stream socket, one command or event per line.
//!
//! In: `poll` (answered with `idle N` or `busy N`, N = calls made so far), `stop`; end of file means `stop`.
//! Out, unasked: `ready`, `group NAME pid PID`, `died NAME pid PID status S restart-in-ms M`, `restarted NAME after-ms M`,
//! `run-failed INSTANCE message`.

use std::fmt::Display;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

/// What came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Say whether there is work in flight.
    Poll,
    /// End in order.
    Stop,
}

/// The node's end. Without a descriptor it takes nothing and drops what is said.
#[derive(Debug)]
pub struct Control {
    stream: Option<UnixStream>,
    partial: Vec<u8>,
}

/// Longest line taken; a longer one is nonsense, and the other end is gone or mad.
const MAX_LINE: usize = 256;

impl Control {
    /// Nobody controls this node; signals end it.
    #[must_use]
    pub fn none() -> Self {
        Self { stream: None, partial: Vec::new() }
    }

    /// Takes over descriptor `fd`, which the parent left open for us.
    pub fn inherit(fd: RawFd) -> std::io::Result<Self> {
        if fd == 1 || fd == 2 {
            return Err(std::io::Error::other("the control descriptor cannot be standard output or error"));
        }
        let stream = UnixStream::from(adopt(fd));
        rustix::io::fcntl_setfd(&stream, rustix::io::FdFlags::CLOEXEC)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream: Some(stream), partial: Vec::new() })
    }

    /// For a test or an embedding that has the stream already.
    #[must_use]
    pub fn over(stream: UnixStream) -> Self {
        Self { stream: Some(stream), partial: Vec::new() }
    }

    /// The descriptor to wait for.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.stream.as_ref().map(AsFd::as_fd)
    }

    /// Tells the other end something. It is a few hundred bytes a second at most; if nobody reads, it is dropped.
    pub fn say(&mut self, event: impl Display) {
        if let Some(stream) = &mut self.stream {
            let _ = stream.write_all(format!("{event}\n").as_bytes());
        }
    }

    /// Takes the commands that came in.
    pub fn take(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        let mut buf = [0; 512];
        while let Some(stream) = &mut self.stream {
            match stream.read(&mut buf) {
                Ok(0) => self.end(&mut commands),
                Ok(n) => self.feed(&buf[..n], &mut commands),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.end(&mut commands),
            }
        }
        commands
    }

    fn end(&mut self, commands: &mut Vec<Command>) {
        self.stream = None;
        commands.push(Command::Stop);
    }

    fn feed(&mut self, bytes: &[u8], commands: &mut Vec<Command>) {
        for byte in bytes {
            if *byte != b'\n' {
                self.partial.push(*byte);
                continue;
            }
            match self.partial.as_slice() {
                b"poll" => commands.push(Command::Poll),
                b"stop" => commands.push(Command::Stop),
                _ => self.say("unknown command"),
            }
            self.partial.clear();
        }
        if self.partial.len() > MAX_LINE {
            self.end(commands);
        }
    }
}

#[expect(unsafe_code, reason = "a descriptor number from the command line")]
fn adopt(fd: RawFd) -> OwnedFd {
    // SAFETY: the parent passes this descriptor for our use alone; a wrong number makes the calls on it fail.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (UnixStream, Control) {
        let (a, b) = UnixStream::pair().unwrap();
        b.set_nonblocking(true).unwrap();
        (a, Control::over(b))
    }

    #[test]
    fn commands_come_in_pieces_and_heaps() {
        let (mut a, mut control) = pair();
        assert_eq!(control.take(), []);
        a.write_all(b"po").unwrap();
        assert_eq!(control.take(), []);
        a.write_all(b"ll\npoll\nstop\n").unwrap();
        assert_eq!(control.take(), [Command::Poll, Command::Poll, Command::Stop]);
    }

    #[test]
    fn end_of_file_stops() {
        let (a, mut control) = pair();
        drop(a);
        assert_eq!(control.take(), [Command::Stop]);
        assert!(control.fd().is_none());
        assert_eq!(control.take(), []);
    }

    #[test]
    fn nonsense_is_answered_and_endless_lines_stop() {
        let (mut a, mut control) = pair();
        a.write_all(b"dance\n").unwrap();
        assert_eq!(control.take(), []);
        let mut buf = [0; 64];
        let n = a.read(&mut buf).unwrap();
        assert_eq!(&buf[..n], b"unknown command\n");
        a.write_all(&[b'x'; 300]).unwrap();
        assert_eq!(control.take(), [Command::Stop]);
    }
}
