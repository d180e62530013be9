//! A serial line to one other node, frames stuffed.

use super::MAX_FRAME;
use super::device::Device;
use ambc_kernel::line::{SUM, Unstuffer, stuff, stuffed};
use ambc_kernel::net::PeerAddr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

/// One line.
#[derive(Debug)]
pub(super) struct Serial {
    device: Device,
    unstuffer: Unstuffer<Vec<u8>>,
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
    sent: usize,
}

/// The address by which the kernel knows the other end.
pub(super) const OTHER_END: PeerAddr = PeerAddr::from_bytes(*b"ambc-serial-line!!");

impl Serial {
    pub(super) fn open(device: &Path, baud: u32) -> io::Result<Self> {
        Ok(Self {
            device: Device::open(device, baud)?,
            unstuffer: Unstuffer::new(vec![0; MAX_FRAME + SUM]),
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
        if self.device.is_there() {
            self.output.resize(stuffed(bytes.len()), 0);
            self.sent = 0;
            let len = stuff(bytes, &mut self.output);
            self.output.truncate(len.unwrap_or(0));
            self.put_out(now);
        }
        true
    }

    /// Looks for a device that is gone.
    pub(super) fn flush(&mut self, now: u64) {
        self.device.flush(now);
    }

    pub(super) fn next_timer(&self) -> Option<u64> {
        self.device.next_timer()
    }

    fn fill(&mut self, now: u64) {
        self.taken = 0;
        if self.device.read(now, &mut self.input).is_err() {
            self.forget();
        }
    }

    fn put_out(&mut self, now: u64) {
        match self.device.write(now, &self.output[self.sent..]) {
            Ok(len) => self.sent += len,
            Err(_) => self.forget(),
        }
    }

    /// The device is gone, and what was under way with it.
    fn forget(&mut self) {
        (self.sent, self.taken) = (0, 0);
        self.output.clear();
        self.input.clear();
        self.unstuffer.reset();
    }
}

impl AsFd for Serial {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::super::device::testing::pty;
    use super::super::testing::until;
    use super::*;

    /// Appends a frame as it goes over the line.
    fn append(frame: &[u8], line: &mut Vec<u8>) {
        let mut room = vec![0; stuffed(frame.len())];
        let len = stuff(frame, &mut room).unwrap();
        line.extend_from_slice(&room[..len]);
    }

    fn unstuffer() -> Unstuffer<[u8; 1024]> {
        Unstuffer::new([0; 1024])
    }

    #[test]
    fn frames_cross_a_line_also_amid_noise() {
        let (end, device) = pty();
        let mut serial = Serial::open(&device, 115_200).unwrap();
        let mut line = b"noise \r\n\x03".to_vec();
        append(&[0; 200], &mut line);
        line.extend_from_slice(b"more \xff noise");
        append(b"\x04\n\x11", &mut line);
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
        let (mut unstuffer, mut bytes, mut got) = (unstuffer(), [0; 1024], 0);
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
        assert_eq!(unstuffer().take(&bytes[..len]).1, Some(&b"again"[..]));
    }
}
