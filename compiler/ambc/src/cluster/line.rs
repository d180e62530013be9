//! A wire between two nodes of a run: two pseudo-terminals, and a thread that carries bytes between them.

use super::pty::{Pty, moved};
use crate::emit::{EmitError, at};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// Carries bytes until it is dropped.
#[derive(Debug)]
pub(super) struct Line {
    stop: Option<UnixStream>,
    carrier: Option<JoinHandle<()>>,
}

/// One end.
#[derive(Debug)]
struct End {
    ours: Pty,
    /// Came in here, and did not leave at the other end yet.
    waiting: Vec<u8>,
}

const PIECE: usize = 4096;

impl Line {
    /// A wire, and the devices at its ends.
    pub(super) fn open() -> Result<(Self, [PathBuf; 2]), EmitError> {
        let (a, path_a) = Pty::open()?;
        let (b, path_b) = Pty::open()?;
        let line = Self::start([a, b].map(|ours| End { ours, waiting: Vec::new() }));
        Ok((line.map_err(at("carry bytes between", Path::new("pseudo-terminals")))?, [path_a, path_b]))
    }

    fn start(ends: [End; 2]) -> io::Result<Self> {
        let (stop, stopped) = UnixStream::pair()?;
        let carrier = std::thread::Builder::new().name("wire".to_owned());
        let carrier = carrier.spawn(move || carry(ends, &stopped))?;
        Ok(Self { stop: Some(stop), carrier: Some(carrier) })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(carrier) = self.carrier.take() {
            let _ = carrier.join();
        }
    }
}

impl End {
    /// Takes what came in, unless the other end has not had the last of it yet.
    fn read(&mut self) -> Result<(), Errno> {
        if !self.waiting.is_empty() {
            return Ok(());
        }
        self.waiting.resize(PIECE, 0);
        let got = rustix::io::read(&self.ours, &mut self.waiting[..]);
        self.waiting.truncate(got.unwrap_or(0));
        moved(got).map(drop)
    }

    fn pass_on(&mut self, to: &Pty) -> Result<(), Errno> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let sent = rustix::io::write(to, &self.waiting);
        self.waiting.drain(..sent.unwrap_or(0));
        moved(sent).map(drop)
    }
}

fn carry(mut ends: [End; 2], stopped: &UnixStream) {
    loop {
        let [a, b] = &mut ends;
        let moved = a.read().and(b.read()).and(a.pass_on(&b.ours)).and(b.pass_on(&a.ours));
        if moved.is_err() || !wait(&ends, stopped) {
            return;
        }
    }
}

/// Sleeps until bytes can be moved; false if it is time to end.
fn wait([a, b]: &[End; 2], stopped: &UnixStream) -> bool {
    let interest = |from: &End, to: &End| {
        let read = if from.waiting.is_empty() { PollFlags::IN } else { PollFlags::empty() };
        let write = if to.waiting.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        read | write
    };
    let mut fds = [
        PollFd::new(&a.ours, interest(a, b)),
        PollFd::new(&b.ours, interest(b, a)),
        PollFd::new(stopped, PollFlags::IN),
    ];
    let woken = poll(&mut fds, None);
    matches!(woken, Ok(_) | Err(Errno::INTR)) && fds[2].revents().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::{Read, Write};

    #[test]
    fn bytes_cross_as_they_are_in_both_directions() {
        let (line, [a, b]) = Line::open().unwrap();
        let open = |path: &PathBuf| File::options().read(true).write(true).open(path).unwrap();
        let (mut a, mut b) = (open(&a), open(&b));
        let all: Vec<u8> = (0..=255).cycle().take(20_000).collect();
        for _ in 0..2 {
            let (bytes, mut to) = (all.clone(), a.try_clone().unwrap());
            let writer = std::thread::spawn(move || to.write_all(&bytes).unwrap());
            let mut got = vec![0; all.len()];
            b.read_exact(&mut got).unwrap();
            assert!(got == all);
            writer.join().unwrap();
            std::mem::swap(&mut a, &mut b);
        }
        drop(line);
    }
}
