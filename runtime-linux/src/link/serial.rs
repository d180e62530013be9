//! A serial line, or a pseudo-terminal in its place: one node at the other end, frames stuffed.

use super::stuff::{Unstuffer, stuff};
use crate::os::ready::Ready;
use ambc_kernel::net::PeerAddr;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{ControlModes, OptionalActions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// One line.
#[derive(Debug)]
pub(super) struct Serial {
    device: PathBuf,
    baud: u32,
    ready: Ready,
    /// None while the device is gone.
    line: Option<OwnedFd>,
    open_at: u64,
    unstuffer: Unstuffer,
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
    sent: usize,
}

/// The address by which the kernel knows the other end.
pub(super) const OTHER_END: PeerAddr = PeerAddr::from_bytes(*b"ambc-serial-line!!");

const PIECE: usize = 4096;
/// Pause before a device that was unplugged is looked for again.
const PAUSE_NS: u64 = 250_000_000;

impl Serial {
    pub(super) fn open(device: &Path, baud: u32) -> io::Result<Self> {
        let ready = Ready::new(1)?;
        let line = open(device, baud)?;
        ready.add(line.as_fd(), 0)?;
        Ok(Self {
            device: device.to_owned(),
            baud,
            ready,
            line: Some(line),
            open_at: 0,
            unstuffer: Unstuffer::default(),
            input: Vec::new(),
            taken: 0,
            output: Vec::new(),
            sent: 0,
        })
    }

    /// The next frame, if one is there.
    pub(super) fn receive(&mut self, now: u64, buf: &mut [u8]) -> Option<(usize, PeerAddr)> {
        if !self.pending() {
            self.put_out(now);
            self.fill(now);
        }
        while self.pending() {
            let (taken, frame) = self.unstuffer.take(&self.input[self.taken..]);
            self.taken += taken;
            if let Some(frame) = frame
                && let Some(room) = buf.get_mut(..frame.len())
            {
                room.copy_from_slice(frame);
                return Some((frame.len(), OTHER_END));
            }
        }
        None
    }

    /// Whether a frame may be there that [`Self::receive`] has not returned.
    pub(super) fn pending(&self) -> bool {
        self.taken < self.input.len()
    }

    /// Sends a frame; without a device it is lost. False while an earlier one is not out yet.
    pub(super) fn send(&mut self, now: u64, bytes: &[u8]) -> bool {
        self.put_out(now);
        if self.sent < self.output.len() {
            return false;
        }
        if self.line.is_some() {
            self.output.clear();
            self.sent = 0;
            stuff(bytes, &mut self.output);
            self.put_out(now);
        }
        true
    }

    /// Looks for a device that is gone.
    pub(super) fn flush(&mut self, now: u64) {
        if self.line.is_some() || now < self.open_at {
            return;
        }
        self.open_at = now.saturating_add(PAUSE_NS);
        self.line = open(&self.device, self.baud).ok().filter(|line| self.ready.add(line.as_fd(), 0).is_ok());
    }

    pub(super) fn next_timer(&self) -> Option<u64> {
        self.line.is_none().then_some(self.open_at)
    }

    fn fill(&mut self, now: u64) {
        let Some(line) = &self.line else { return };
        self.taken = 0;
        self.input.resize(PIECE, 0);
        let got = rustix::io::read(line, &mut self.input[..]);
        self.input.truncate(got.unwrap_or(0));
        if !matches!(got, Ok(1..) | Err(Errno::AGAIN | Errno::INTR)) {
            self.lose(now);
        }
    }

    fn put_out(&mut self, now: u64) {
        let Some(line) = &self.line else { return };
        let mut waits = false;
        while self.sent < self.output.len() {
            match rustix::io::write(line, &self.output[self.sent..]) {
                Ok(len) => self.sent += len,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    waits = true;
                    break;
                }
                Err(_) => return self.lose(now),
            }
        }
        self.ready.writable(line.as_fd(), 0, waits);
    }

    /// The device is gone, and what was under way with it.
    fn lose(&mut self, now: u64) {
        if let Some(line) = self.line.take() {
            self.ready.remove(line.as_fd());
        }
        (self.sent, self.taken) = (0, 0);
        self.output.clear();
        self.input.clear();
        self.unstuffer = Unstuffer::default();
        self.open_at = now.saturating_add(PAUSE_NS);
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

impl AsFd for Serial {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::until;
    use super::*;
    use rustix::pty::OpenptFlags;

    /// A pseudo-terminal: its own end, and the path of the device.
    fn pty() -> (OwnedFd, PathBuf) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let end = rustix::pty::openpt(flags).unwrap();
        rustix::pty::grantpt(&end).unwrap();
        rustix::pty::unlockpt(&end).unwrap();
        let name = rustix::pty::ptsname(&end, Vec::new()).unwrap();
        (end, PathBuf::from(name.into_string().unwrap()))
    }

    #[test]
    fn frames_cross_a_line_also_amid_noise() {
        let (end, device) = pty();
        let mut serial = Serial::open(&device, 115_200).unwrap();
        let mut line = b"noise \r\n\x03".to_vec();
        stuff(&[0; 200], &mut line);
        line.extend_from_slice(b"more \xff noise");
        stuff(b"\x04\n\x11", &mut line);
        rustix::io::write(&end, &line).unwrap();
        let mut buf = [0; 1000];
        let mut next = || {
            let (len, from) = until(|now| serial.receive(now, &mut buf));
            assert_eq!(from, OTHER_END);
            buf[..len].to_vec()
        };
        assert_eq!(next(), [0; 200]);
        assert_eq!(next(), b"\x04\n\x11");
    }

    #[test]
    fn a_full_line_takes_no_more_and_loses_nothing() {
        let (end, device) = pty();
        let mut serial = Serial::open(&device, 9600).unwrap();
        let mut put = 0u8;
        while put < 200 && serial.send(0, &[put; 250]) {
            put += 1;
        }
        assert!(put < 200, "a line has an end");
        let (mut unstuffer, mut bytes, mut got) = (Unstuffer::default(), [0; 1024], 0);
        while got < put {
            let len = rustix::io::read(&end, &mut bytes).unwrap();
            let mut rest = &bytes[..len];
            while !rest.is_empty() {
                let (taken, frame) = unstuffer.take(rest);
                if let Some(frame) = frame {
                    assert_eq!(frame, [got; 250]);
                    got += 1;
                }
                rest = &rest[taken..];
            }
            assert_eq!(serial.receive(0, &mut []), None); // also sends what waits
        }
    }

    #[test]
    fn a_device_that_was_unplugged_is_looked_for_again() {
        let (end, device) = pty();
        let link = tempfile::tempdir().unwrap();
        let path = link.path().join("ttyUSB0");
        std::os::unix::fs::symlink(&device, &path).unwrap();
        let mut serial = Serial::open(&path, 115_200).unwrap();
        drop(end);
        until(|now| {
            assert_eq!(serial.receive(now, &mut [0; 100]), None);
            serial.next_timer()
        });
        assert!(serial.send(0, b"lost"));
        let (end, device) = pty();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&device, &path).unwrap();
        until(|now| {
            serial.flush(now);
            serial.next_timer().is_none().then_some(())
        });
        assert!(serial.send(0, b"again"));
        let mut bytes = [0; 64];
        let len = rustix::io::read(&end, &mut bytes).unwrap();
        assert_eq!(Unstuffer::default().take(&bytes[..len]).1, Some(&b"again"[..]));
    }

    #[test]
    fn what_is_no_terminal_is_refused() {
        assert!(Serial::open(Path::new("/dev/null"), 9600).is_err());
        assert!(Serial::open(Path::new("/nowhere/at/all"), 9600).is_err());
    }
}
