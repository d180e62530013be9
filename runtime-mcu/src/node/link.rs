//! One link of a node: datagrams over a UART, framed for a line or for a radio module.

use crate::spec::{Link as Spec, LinkKind};
use crate::{board, room, uart};
use ambc_kernel::line::{SUM, Unstuffer, stuff, stuffed};
use ambc_kernel::net::PeerAddr;
use ambc_kernel::xbee::{LONGEST, PAYLOAD, Radio, framed};

/// The link.
#[derive(Debug)]
pub(super) struct Link {
    /// Number of the UART on the board.
    uart: usize,
    transport: Transport,
    /// Bytes that were read and not looked at.
    piece: [u8; PIECE],
    taken: usize,
    len: usize,
}

#[derive(Debug)]
enum Transport {
    Line(Unstuffer<&'static mut [u8]>),
    Radio(&'static mut Radio),
}

/// The address by which the kernel knows the node at the other end of a line.
pub(super) const OTHER_END: PeerAddr = PeerAddr::from_bytes(*b"ambc-serial-line!!");
/// The byte that ends a frame on a line.
const END: u8 = 0;
const PIECE: usize = 32;

/// Bytes of the rings of a link whose datagrams have at most `mtu` bytes: two frames that come, two that go.
const fn rings(spec: &Spec, mtu: usize) -> [usize; 2] {
    match spec.kind {
        LinkKind::Serial => [2 * stuffed(mtu), 2 * stuffed(mtu)],
        LinkKind::XBee(..) => [2 * framed(LONGEST), framed(LONGEST)],
    }
}

/// Bytes of room that [`Link::open`] takes.
pub(super) const fn room(spec: &Spec, mtu: usize) -> usize {
    assert!((spec.uart as usize) < board::LINKS.len(), "the board has no such UART");
    let [came, goes] = rings(spec, mtu);
    let transport = match spec.kind {
        LinkKind::Serial => room::slice::<u8>(mtu + SUM),
        LinkKind::XBee(..) => {
            assert!(mtu <= PAYLOAD, "a radio module carries no such datagram");
            room::slice::<Radio>(1)
        }
    };
    room::slice::<u8>(came) + room::slice::<u8>(goes) + transport
}

/// Bytes of the longest frame, for [`Link::send`].
pub(super) const fn longest(spec: &Spec, mtu: usize) -> usize {
    match spec.kind {
        LinkKind::Serial => stuffed(mtu),
        LinkKind::XBee(..) => 0,
    }
}

/// How long the medium is busy with one largest datagram, in µs.
pub(super) fn pace_us(spec: &Spec, mtu: usize) -> u32 {
    let line = |bytes: usize| bytes as u64 * 10 * 1_000_000 / u64::from(spec.baud.max(1));
    let us = match spec.kind {
        LinkKind::Serial => line(stuffed(mtu)),
        // Over the lines of both modules, and through the air at 250 kbit/s, where the sender first listens.
        LinkKind::XBee(..) => 2 * line(framed(LONGEST)) + 32 * (mtu as u64 + 17) + 5_000,
    };
    u32::try_from(us).unwrap_or(u32::MAX)
}

impl Link {
    pub(super) fn open(spec: &Spec, mtu: usize) -> Self {
        let uart = board::LINKS[usize::from(spec.uart)];
        let [came, goes] = rings(spec, mtu).map(|bytes| room::take(bytes, || 0));
        let (transport, end) = match spec.kind {
            LinkKind::Serial => (Transport::Line(Unstuffer::new(room::take(mtu + SUM, || 0))), Some(END)),
            LinkKind::XBee(config, _) => {
                let radio = room::take(1, || Radio::new(config));
                (Transport::Radio(&mut radio[0]), None)
            }
        };
        uart::open(uart, spec.baud, came, goes, end);
        Self { uart, transport, piece: [0; PIECE], taken: 0, len: 0 }
    }

    /// The next datagram, if one is there, for `take`.
    pub(super) fn receive(&mut self, now: u64, take: impl FnOnce(PeerAddr, &[u8])) -> bool {
        loop {
            if self.taken == self.len {
                (self.taken, self.len) = (0, uart::read(self.uart, &mut self.piece));
            }
            if self.len == 0 {
                return false;
            }
            let bytes = &self.piece[self.taken..self.len];
            match &mut self.transport {
                Transport::Line(unstuffer) => {
                    let (taken, frame) = unstuffer.take(bytes);
                    self.taken += taken;
                    if let Some(frame) = frame {
                        take(OTHER_END, frame);
                        return true;
                    }
                }
                Transport::Radio(radio) => {
                    let (taken, datagram) = radio.receive(now, bytes);
                    self.taken += taken;
                    if let Some(datagram) = datagram {
                        take(datagram.from, datagram.bytes);
                        return true;
                    }
                }
            }
        }
    }

    /// Sends one datagram, or loses it: links repeat what matters. False if nothing is taken now.
    pub(super) fn send(&mut self, now: u64, to: PeerAddr, bytes: &[u8], scratch: &mut [u8]) -> bool {
        match &mut self.transport {
            Transport::Line(_) => {
                // What does not fit the scratch is above the mtu, and nobody's.
                stuff(bytes, scratch).is_none_or(|len| uart::write(self.uart, &scratch[..len]))
            }
            Transport::Radio(radio) => {
                let taken = radio.send(now, to, bytes);
                put_out(self.uart, radio);
                taken
            }
        }
    }

    /// Looks at timers, and sends what waits.
    pub(super) fn turn(&mut self, now: u64) {
        if let Transport::Radio(radio) = &mut self.transport {
            put_out(self.uart, radio);
            radio.poll(now);
            put_out(self.uart, radio);
        }
    }

    /// When [`Self::turn`] is due though no byte comes or goes.
    pub(super) fn next_timer(&self) -> u64 {
        match &self.transport {
            Transport::Line(_) => u64::MAX,
            Transport::Radio(radio) => radio.next_timer(),
        }
    }

    /// Whether nothing is on its way.
    pub(super) fn idle(&self) -> bool {
        let radio = match &self.transport {
            Transport::Line(_) => true,
            Transport::Radio(radio) => radio.is_idle(),
        };
        radio && self.taken == self.len && uart::is_quiet(self.uart)
    }

    /// Bytes that came faster than they were read.
    pub(super) fn lost(&self) -> u32 {
        uart::lost(self.uart)
    }
}

/// The line takes a frame for the module once the one before is out: then it has room for all of it.
fn put_out(uart: usize, radio: &mut Radio) {
    let waits = radio.output();
    if !waits.is_empty() && uart::write(uart, waits) {
        radio.written(waits.len());
    }
}
