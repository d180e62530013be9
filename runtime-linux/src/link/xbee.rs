//! A radio module at a serial device: one neighbour for each 16-bit address in its network.

use super::device::Device;
use super::medium::Dropped;
use ambc_kernel::net::PeerAddr;
use ambc_kernel::xbee::{Config, Radio};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

/// One module.
#[derive(Debug)]
pub(super) struct Xbee {
    device: Device,
    radio: Radio,
    input: Vec<u8>,
    taken: usize,
}

impl Xbee {
    pub(super) fn open(device: &Path, baud: u32, config: Config) -> io::Result<Self> {
        let device = Device::open(device, baud)?;
        Ok(Self { device, radio: Radio::new(config), input: Vec::new(), taken: 0 })
    }

    /// The next datagram, if one is there.
    pub(super) fn receive(&mut self, now: u64, buf: &mut [u8]) -> Option<(usize, PeerAddr)> {
        if !self.pending() {
            self.taken = 0;
            if self.device.read(now, &mut self.input).is_err() {
                self.forget(now);
            }
        }
        let mut found = None;
        while found.is_none() && self.pending() {
            let (taken, datagram) = self.radio.receive(now, &self.input[self.taken..]);
            self.taken += taken;
            found = datagram.and_then(|datagram| {
                buf.get_mut(..datagram.bytes.len())?.copy_from_slice(datagram.bytes);
                Some((datagram.bytes.len(), datagram.from))
            });
        }
        // The module's answers make room for what comes next.
        self.put_out(now);
        found
    }

    /// Whether a datagram may be there that [`Self::receive`] has not returned.
    pub(super) fn pending(&self) -> bool {
        self.taken < self.input.len()
    }

    /// Sends a datagram; without a device it is lost. False while the module has enough to do: it rings when it has not.
    pub(super) fn send(&mut self, now: u64, to: PeerAddr, bytes: &[u8]) -> bool {
        let taken = !self.device.is_there() || self.radio.send(now, to, bytes);
        self.put_out(now);
        taken
    }

    /// Looks at the timers, and for a device that is gone.
    pub(super) fn flush(&mut self, now: u64) {
        if self.device.flush(now) {
            self.radio.reset(now);
        }
        self.put_out(now);
    }

    pub(super) fn next_timer(&self) -> Option<u64> {
        if self.device.is_there() { Some(self.radio.next_timer()) } else { self.device.next_timer() }
    }

    /// Whether a datagram would be taken, or lost.
    pub(super) fn ready(&self) -> bool {
        self.radio.is_ready() || !self.device.is_there()
    }

    /// Whether no datagram is on its way.
    pub(super) fn idle(&self) -> bool {
        self.radio.is_idle()
    }

    /// What module and air kept: nobody acknowledged it, or no module took it.
    pub(super) fn dropped(&self) -> Dropped {
        let stats = self.radio.stats();
        let lost = [stats.no_ack, stats.not_sent, stats.unanswered];
        Dropped { lost: lost.into_iter().map(u64::from).sum(), too_long: stats.too_long.into() }
    }

    /// Tells the module what is to be told, which may be more than one thing.
    fn put_out(&mut self, now: u64) {
        loop {
            self.radio.poll(now);
            let Ok(sent) = self.device.write(now, self.radio.output()) else { return self.forget(now) };
            self.radio.written(sent);
            if sent == 0 {
                return;
            }
        }
    }

    /// The device is gone, and what was under way with it.
    fn forget(&mut self, now: u64) {
        self.input.clear();
        self.taken = 0;
        self.radio.reset(now);
    }
}

impl AsFd for Xbee {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::super::device::testing::pty;
    use super::super::testing::until;
    use super::*;
    use ambc_kernel::xbee::{AtStatus, Command, Deframer, Delivery, LONGEST, Mode, Report, framed, peer};
    use std::os::fd::OwnedFd;

    const CONFIG: Config = Config { address: 1, pan: 0x3332, channel: 0x0c };

    /// A module at the other end of a pseudo-terminal.
    struct Module {
        end: OwnedFd,
        deframer: Deframer<[u8; LONGEST]>,
    }

    impl Module {
        fn at(end: OwnedFd) -> Self {
            Self { end, deframer: Deframer::new(Mode::Escaped, [0; LONGEST]) }
        }

        fn say(&self, report: Report<'_>) {
            let mut room = [0; framed(LONGEST)];
            let len = report.write(Mode::Escaped, &mut room).unwrap();
            rustix::io::write(&self.end, &room[..len]).unwrap();
        }

        /// Waits for the host's next command.
        fn hear(&mut self) -> Vec<u8> {
            loop {
                let mut byte = [0];
                rustix::io::read(&self.end, &mut byte).unwrap();
                if let (_, Some(data)) = self.deframer.take(&byte) {
                    return data.to_vec();
                }
            }
        }

        /// Answers the host until it believes that this module is the one.
        fn be(&mut self, xbee: &mut Xbee) {
            let mut values = Vec::new();
            while !xbee.radio.is_up() {
                xbee.flush(0);
                let data = self.hear();
                let Some(Command::At { id, name, value }) = Command::parse(&data) else { panic!("{data:?}") };
                if value.is_empty() {
                    let (_, value): &(_, Vec<u8>) = values.iter().rfind(|(n, _)| *n == name).unwrap();
                    self.say(Report::At { id, name, status: AtStatus::Ok, value });
                } else {
                    values.push((name, value.to_vec()));
                    self.say(Report::At { id, name, status: AtStatus::Ok, value: &[] });
                }
                assert_eq!(xbee.receive(0, &mut []), None);
            }
        }
    }

    #[test]
    fn datagrams_go_to_a_module_and_come_from_it() {
        let (end, device) = pty();
        let mut xbee = Xbee::open(&device, 115_200, CONFIG).unwrap();
        let mut module = Module::at(end);
        assert!(!xbee.send(0, peer(2), b"too early") && !xbee.ready());
        module.be(&mut xbee);
        assert!(xbee.ready() && xbee.idle());
        assert!(xbee.send(0, peer(2), b"there"));
        assert!(!xbee.idle());
        let data = module.hear();
        let Some(Command::Transmit { id, to: 2, payload: b"there", .. }) = Command::parse(&data) else {
            panic!("{data:?}")
        };
        module.say(Report::Sent { id, delivery: Delivery::NoAck });
        module.say(Report::Received { from: 2, rssi: 40, options: 0, payload: b"back" });
        let mut buf = [0; 100];
        let (len, from) = until(|now| xbee.receive(now, &mut buf));
        assert_eq!((&buf[..len], from), (&b"back"[..], peer(2)));
        assert_eq!((xbee.idle(), xbee.dropped()), (true, Dropped { lost: 1, too_long: 0 }));
    }

    #[test]
    fn another_module_at_the_device_is_told_who_it_is() {
        let (end, device) = pty();
        let link = tempfile::tempdir().unwrap();
        let path = link.path().join("ttyUSB0");
        std::os::unix::fs::symlink(&device, &path).unwrap();
        let mut xbee = Xbee::open(&path, 115_200, CONFIG).unwrap();
        Module::at(end).be(&mut xbee);
        // The end was dropped: the module is unplugged.
        until(|now| {
            assert_eq!(xbee.receive(now, &mut [0; 100]), None);
            (!xbee.device.is_there()).then_some(())
        });
        assert!(xbee.send(0, peer(2), b"lost") && xbee.ready());
        let (end, device) = pty();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&device, &path).unwrap();
        until(|now| {
            xbee.flush(now);
            xbee.device.is_there().then_some(())
        });
        assert!(!xbee.ready());
        Module::at(end).be(&mut xbee);
        assert!(xbee.ready());
    }
}
