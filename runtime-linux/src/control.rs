//! The line between `ambc run` and a node: an inherited stream socket, one command or event per line.
//!
//! What is said is described in [`ambc_node::control`]; end of file means `stop`.

pub use ambc_node::control::Command;
use ambc_node::control::UNKNOWN;
use std::fmt::Display;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

/// The node's end. Without a descriptor it takes nothing and drops what is said.
#[derive(Debug)]
pub struct Control {
    stream: Option<UnixStream>,
    partial: Vec<u8>,
    /// What the other end has not taken yet.
    waiting: Vec<u8>,
}

/// Longest line taken; a longer one is nonsense, and the other end is gone or mad.
const MAX_LINE: usize = 256;
/// Bytes that may wait for the other end: some reports of a large node.
const MAX_WAITING: usize = 4 << 20;

impl Control {
    /// Nobody controls this node; signals end it.
    #[must_use]
    pub fn none() -> Self {
        Self { stream: None, partial: Vec::new(), waiting: Vec::new() }
    }

    /// Takes over descriptor `fd`, which the parent left open for us.
    pub fn inherit(fd: RawFd) -> std::io::Result<Self> {
        if fd == 1 || fd == 2 {
            return Err(std::io::Error::other("the control descriptor cannot be standard output or error"));
        }
        let stream = UnixStream::from(adopt(fd));
        rustix::io::fcntl_setfd(&stream, rustix::io::FdFlags::CLOEXEC)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream: Some(stream), partial: Vec::new(), waiting: Vec::new() })
    }

    /// For a test or an embedding that has the stream already.
    #[must_use]
    pub fn over(stream: UnixStream) -> Self {
        Self { stream: Some(stream), partial: Vec::new(), waiting: Vec::new() }
    }

    /// Leaves the descriptor open for the program that this one replaces itself with.
    pub(crate) fn keep_open(&self) -> rustix::io::Result<()> {
        match &self.stream {
            Some(stream) => rustix::io::fcntl_setfd(stream, rustix::io::FdFlags::empty()),
            None => Ok(()),
        }
    }

    /// The descriptor to wait for.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.stream.as_ref().map(AsFd::as_fd)
    }

    /// Tells the other end something. It never waits: what is not taken now goes out with [`Self::flush`], and what exceeds
    /// the room for that is dropped, line by line.
    pub fn say(&mut self, event: impl Display) {
        let line = format!("{event}\n");
        if self.stream.is_some() && self.waiting.len() + line.len() <= MAX_WAITING {
            self.waiting.extend_from_slice(line.as_bytes());
            self.flush();
        }
    }

    /// Writes what waits, as far as the other end takes it. True if something still waits.
    pub fn flush(&mut self) -> bool {
        while let Some(stream) = self.stream.as_mut().filter(|_| !self.waiting.is_empty()) {
            match stream.write(&self.waiting) {
                Ok(n) if n > 0 => drop(self.waiting.drain(..n)),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                // The end of the file is noticed by whoever reads.
                _ => self.waiting.clear(),
            }
        }
        !self.waiting.is_empty()
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
            match Command::parse(&self.partial) {
                Some(command) => commands.push(command),
                None => self.say(UNKNOWN),
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
    fn what_a_slow_reader_does_not_take_comes_later_and_whole() {
        let (mut a, mut control) = pair();
        let line = "x".repeat(999);
        (0..MAX_WAITING / 1000 + 1000).for_each(|_| control.say(&line));
        assert!(control.flush());
        assert!(control.waiting.len() <= MAX_WAITING);
        let mut text = Vec::new();
        let mut buf = vec![0; 1 << 16];
        while control.flush() {
            let n = a.read(&mut buf).unwrap();
            text.extend_from_slice(&buf[..n]);
        }
        control.stream = None;
        a.read_to_end(&mut text).unwrap();
        assert!(String::from_utf8(text).unwrap().lines().all(|l| l == line));
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
