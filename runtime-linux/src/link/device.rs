//! A serial device, or a pseudo-terminal in its place: bytes as they are. One that was unplugged is looked for again.

use crate::os::ready::Ready;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{ControlModes, OptionalActions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// One device.
#[derive(Debug)]
pub(super) struct Device {
    path: PathBuf,
    baud: u32,
    ready: Ready,
    /// None while the device is gone.
    line: Option<OwnedFd>,
    open_at: u64,
}

/// The device was unplugged, and what was under way is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

/// Most bytes of one [`Device::read`].
const PIECE: usize = 4096;
/// Pause before a device that was unplugged is looked for again.
const PAUSE_NS: u64 = 250_000_000;

impl Device {
    pub(super) fn open(path: &Path, baud: u32) -> io::Result<Self> {
        let ready = Ready::new(1)?;
        let line = open(path, baud)?;
        ready.add(line.as_fd(), 0)?;
        Ok(Self { path: path.to_owned(), baud, ready, line: Some(line), open_at: 0 })
    }

    pub(super) fn is_there(&self) -> bool {
        self.line.is_some()
    }

    /// Puts what is there into `into`, instead of what that held.
    pub(super) fn read(&mut self, now: u64, into: &mut Vec<u8>) -> Result<(), Gone> {
        let Some(line) = &self.line else {
            into.clear();
            return Ok(());
        };
        into.resize(PIECE, 0);
        let got = rustix::io::read(line, &mut into[..]);
        into.truncate(got.unwrap_or(0));
        if matches!(got, Ok(1..) | Err(Errno::AGAIN | Errno::INTR)) { Ok(()) } else { self.lose(now) }
    }

    /// Sends of `bytes` what the device takes, and tells how many. It rings when it takes the rest.
    pub(super) fn write(&mut self, now: u64, bytes: &[u8]) -> Result<usize, Gone> {
        let Some(line) = &self.line else { return Ok(0) };
        let mut sent = 0;
        while sent < bytes.len() {
            match rustix::io::write(line, &bytes[sent..]) {
                Ok(len) => sent += len,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return self.lose(now).map(|()| 0),
            }
        }
        self.ready.writable(line.as_fd(), 0, sent < bytes.len());
        Ok(sent)
    }

    /// Looks for a device that is gone; true if it is back.
    pub(super) fn flush(&mut self, now: u64) -> bool {
        if self.line.is_some() || now < self.open_at {
            return false;
        }
        self.open_at = now.saturating_add(PAUSE_NS);
        self.line = open(&self.path, self.baud).ok().filter(|line| self.ready.add(line.as_fd(), 0).is_ok());
        self.is_there()
    }

    pub(super) fn next_timer(&self) -> Option<u64> {
        self.line.is_none().then_some(self.open_at)
    }

    fn lose(&mut self, now: u64) -> Result<(), Gone> {
        if let Some(line) = self.line.take() {
            self.ready.remove(line.as_fd());
        }
        self.open_at = now.saturating_add(PAUSE_NS);
        Err(Gone)
    }
}

/// Opens a device for bytes as they are: no echo, no lines, no signals, no waiting for a modem.
fn open(device: &Path, baud: u32) -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let line = rustix::fs::open(device, flags, Mode::empty())?;
    let mut settings = rustix::termios::tcgetattr(&line)?;
    settings.make_raw();
    settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    settings.set_speed(baud)?;
    rustix::termios::tcsetattr(&line, OptionalActions::Now, &settings)?;
    Ok(line)
}

impl AsFd for Device {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! Devices for tests.

    use rustix::pty::OpenptFlags;
    use std::os::fd::OwnedFd;
    use std::path::PathBuf;

    /// A pseudo-terminal: its own end, and the path of the device.
    pub(in super::super) fn pty() -> (OwnedFd, PathBuf) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let end = rustix::pty::openpt(flags).unwrap();
        rustix::pty::grantpt(&end).unwrap();
        rustix::pty::unlockpt(&end).unwrap();
        let name = rustix::pty::ptsname(&end, Vec::new()).unwrap();
        (end, PathBuf::from(name.into_string().unwrap()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_terminal_is_refused() {
        assert!(Device::open(Path::new("/dev/null"), 9600).is_err());
        assert!(Device::open(Path::new("/nowhere/at/all"), 9600).is_err());
    }
}
