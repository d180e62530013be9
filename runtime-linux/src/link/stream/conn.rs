//! One connection: bytes in and out, cut into frames. A frame is its length (u32, little-endian) and as many bytes.

use super::hello::{HELLO, Hello};
use crate::link::MAX_FRAME;
use ambc_kernel::net::PeerAddr;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Bytes before a frame.
const LENGTH: usize = 4;
/// Bytes taken from a connection before others get a turn.
const PIECE: usize = 64 * 1024;
/// Bytes that wait for a connection that is not there yet; frames beyond are lost with it.
const EARLY: usize = 128 * 1024;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting,
    /// The other end has not said who it is.
    Greeting,
    Open,
}

#[derive(Debug)]
pub(super) struct Conn {
    fd: OwnedFd,
    pub(super) stage: Stage,
    /// The neighbour that we called, by number; `None` if we were called.
    pub(super) dialed: Option<usize>,
    /// Whose frames these are; known from the hello on, or because we called.
    pub(super) peer: PeerAddr,
    /// When it began.
    pub(super) since: u64,
    /// When anything was heard.
    pub(super) heard_at: u64,
    /// Since when nothing could be sent.
    stuck_since: Option<u64>,
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
    sent: usize,
}

/// The connection has ended, or what came makes no sense: nothing more is expected of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Over;

impl Conn {
    pub(super) fn new(fd: OwnedFd, stage: Stage, dialed: Option<usize>, now: u64) -> Self {
        let (input, output) = (Vec::new(), Vec::new());
        let (taken, sent, stuck_since) = (0, 0, None);
        Self {
            fd,
            stage,
            dialed,
            peer: PeerAddr::NONE,
            since: now,
            heard_at: now,
            stuck_since,
            input,
            taken,
            output,
            sent,
        }
    }

    /// Reads what is there, at most [`PIECE`].
    pub(super) fn fill(&mut self, now: u64) -> Result<(), Over> {
        self.input.drain(..self.taken);
        self.taken = 0;
        let old = self.input.len();
        self.input.resize(old + PIECE, 0);
        let got = rustix::net::recv(&self.fd, &mut self.input[old..], RecvFlags::empty());
        let len = match got {
            Ok((0, _)) => Err(Over),
            Ok((len, _)) => Ok(len),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(_) => Err(Over),
        };
        self.input.truncate(old + len.unwrap_or(0));
        if len? > 0 {
            self.heard_at = now;
        }
        Ok(())
    }

    /// The hello, once it is there.
    pub(super) fn hello(&mut self) -> Result<Option<Hello>, Over> {
        let Some(bytes) = self.input[self.taken..].first_chunk::<HELLO>() else { return Ok(None) };
        let hello = Hello::decode(bytes).ok_or(Over)?;
        self.taken += HELLO;
        Ok(Some(hello))
    }

    /// The length of the next frame, which is now in `buf`, if all of it is there.
    pub(super) fn frame(&mut self, buf: &mut [u8]) -> Result<Option<usize>, Over> {
        let rest = &self.input[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if length == 0 || length > MAX_FRAME.min(buf.len()) {
            return Err(Over);
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        buf[..length].copy_from_slice(frame);
        self.taken += LENGTH + length;
        Ok(Some(length))
    }

    pub(super) fn put_hello(&mut self, hello: Hello) {
        self.output.extend_from_slice(&hello.encode());
    }

    /// Sends a frame or keeps what of it could not be sent; false if an earlier one waits still.
    pub(super) fn put(&mut self, now: u64, bytes: &[u8]) -> Result<bool, Over> {
        if self.stage == Stage::Connecting {
            if self.output.len() < EARLY {
                self.append(bytes);
            }
            return Ok(true);
        }
        self.flush(now)?;
        if self.waits() {
            return Ok(false);
        }
        self.append(bytes);
        self.flush(now)?;
        Ok(true)
    }

    fn append(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.output.extend_from_slice(bytes);
    }

    /// Sends what waits, as far as the connection takes it.
    pub(super) fn flush(&mut self, now: u64) -> Result<(), Over> {
        while self.waits() {
            match rustix::net::send(&self.fd, &self.output[self.sent..], SendFlags::NOSIGNAL) {
                Ok(len) => {
                    self.sent += len;
                    self.stuck_since = None;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.stuck_since.get_or_insert(now);
                    return Ok(());
                }
                Err(_) => return Err(Over),
            }
        }
        self.output.clear();
        self.sent = 0;
        Ok(())
    }

    /// Whether bytes wait to be sent.
    pub(super) fn waits(&self) -> bool {
        self.sent < self.output.len()
    }

    /// For how long nothing could be sent.
    pub(super) fn stuck_for(&self, now: u64) -> u64 {
        self.stuck_since.map_or(0, |since| now.saturating_sub(since))
    }

    /// Whether the connection came about.
    pub(super) fn connected(&self) -> bool {
        matches!(rustix::net::sockopt::socket_error(&self.fd), Ok(Ok(())))
    }
}

impl AsFd for Conn {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    fn open() -> (Conn, UnixStream) {
        let (a, b) = UnixStream::pair().unwrap();
        a.set_nonblocking(true).unwrap();
        (Conn::new(a.into(), Stage::Open, None, 0), b)
    }

    #[test]
    fn frames_come_in_pieces_and_heaps() {
        let (mut conn, mut other) = open();
        let mut bytes = Vec::new();
        for frame in [&b"one"[..], &[7; 70_000 - 5000], b"three"] {
            bytes.extend_from_slice(&(frame.len() as u32).to_le_bytes());
            bytes.extend_from_slice(frame);
        }
        let (mut buf, mut got) = (vec![0; MAX_FRAME], Vec::new());
        for piece in bytes.chunks(977) {
            other.write_all(piece).unwrap();
            conn.fill(0).unwrap();
            while let Some(len) = conn.frame(&mut buf).unwrap() {
                got.push(buf[..len].to_vec());
            }
        }
        assert_eq!(got, [b"one".to_vec(), vec![7; 65_000], b"three".to_vec()]);
    }

    #[test]
    fn lengths_out_of_bounds_end_the_connection() {
        for length in [0, MAX_FRAME as u32 + 1, u32::MAX] {
            let (mut conn, mut other) = open();
            other.write_all(&length.to_le_bytes()).unwrap();
            conn.fill(0).unwrap();
            assert_eq!(conn.frame(&mut [0; MAX_FRAME]), Err(Over));
        }
    }

    #[test]
    fn what_is_no_hello_ends_the_connection() {
        let (mut conn, mut other) = open();
        other.write_all(b"GET / HTTP/1.1\r\n").unwrap();
        conn.fill(0).unwrap();
        assert_eq!(conn.hello(), Ok(None), "too short to tell");
        other.write_all(b"Host: nobody\r\n").unwrap();
        conn.fill(0).unwrap();
        assert_eq!(conn.hello(), Err(Over));
    }

    #[test]
    fn a_full_connection_takes_no_more_and_loses_nothing() {
        let (mut conn, other) = open();
        let (mut put, mut frame) = (0u32, vec![0; 60_000]);
        loop {
            frame[..4].copy_from_slice(&put.to_le_bytes());
            if !conn.put(5, &frame).unwrap() {
                break;
            }
            put += 1;
        }
        assert_eq!(conn.stuck_for(15), 10);
        other.set_nonblocking(true).unwrap();
        let mut reader = Conn::new(other.into(), Stage::Open, None, 0);
        let (mut buf, mut got) = (vec![0; MAX_FRAME], 0);
        while got < put {
            conn.flush(20).unwrap();
            reader.fill(20).unwrap();
            while let Some(len) = reader.frame(&mut buf).unwrap() {
                assert_eq!((len, &buf[..4]), (60_000, &got.to_le_bytes()[..]));
                got += 1;
            }
        }
        assert!(!conn.waits() && conn.stuck_for(99) == 0);
    }
}
