//! Links of a node: frames to and from neighbours over UDP, TCP, socket files, serial lines and radios, behind
//! one type.
//!
//! Between the kernel's `Net` and a transport stand the medium, if the identity declares one, and below it the faults of
//! `impair`. Each link is one descriptor to wait for, however many connections it has.

mod device;
pub mod impair;
pub mod medium;
mod place;
pub mod seeded;
mod serial;
mod stream;
mod tcp;
mod udp;
mod unix;
mod xbee;

pub use place::Place;

use ambc_kernel::net::PeerAddr;
use impair::{Impairer, Impairment};
use medium::{Dropped, Figures, Medium};
use serial::Serial;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use stream::Streams;
use udp::Udp;
use xbee::Xbee;

/// Longest frame of any link.
pub const MAX_FRAME: usize = 65_535;

/// A node at the other end of a link.
#[derive(Clone, Debug)]
pub(crate) struct Neighbour {
    /// Id of the node.
    pub(crate) node: u32,
    /// Where it is; a serial line needs no word of it.
    pub(crate) at: Option<Place>,
    /// Whether this node has requests for it. Only then it calls where there are connections.
    pub(crate) asked: bool,
}

/// What a link is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup<'s> {
    /// This node's id.
    pub(crate) node: u32,
    /// Where it is.
    pub(crate) at: &'s Place,
    /// Its neighbours on this link.
    pub(crate) neighbours: &'s [Neighbour],
    /// The network as declared.
    pub(crate) figures: Figures,
    /// Faults besides.
    pub(crate) impair: Option<Impairment>,
    /// Tells the links of one deployment apart when faults are injected.
    pub(crate) salt: u64,
}

const NO_DEVICE: &str = "the address of a radio is no device";

/// One link.
#[derive(Debug)]
pub(crate) struct Link {
    transport: Transport,
    medium: Option<Medium>,
    faults: Option<Impairer<PeerAddr>>,
}

#[derive(Debug)]
enum Transport {
    Udp(Udp),
    Streams(Streams),
    Serial(Serial),
    Xbee(Box<Xbee>),
}

impl Neighbour {
    /// The address by which the kernel knows it.
    pub(crate) fn address(&self) -> PeerAddr {
        match &self.at {
            Some(Place::Udp(addr)) => PeerAddr::from(*addr),
            Some(Place::Tcp(_) | Place::Unix(_)) => stream::address_of(self.node.into()),
            Some(Place::Radio(address)) => ambc_kernel::xbee::peer(*address),
            Some(Place::Serial { .. } | Place::Xbee { .. }) | None => serial::OTHER_END,
        }
    }
}

/// What a network of these figures is over `at`: a serial line, and a module at its end, are never faster than its bits.
pub(crate) fn over(figures: Figures, at: &Place) -> Figures {
    let (Place::Serial { baud, .. } | Place::Xbee { baud, .. }) = at else { return figures };
    // A byte is ten bits there.
    let line = u64::from(*baud) * 8 / 10;
    let bandwidth_bps = if figures.bandwidth_bps == 0 { line } else { figures.bandwidth_bps.min(line) };
    Figures { bandwidth_bps, ..figures }
}

impl Link {
    /// A link to neighbours.
    pub(crate) fn open(setup: &Setup<'_>) -> io::Result<Self> {
        let Setup { node, at, neighbours, .. } = *setup;
        let transport = match at {
            Place::Udp(addr) => Transport::Udp(Udp::bind(*addr)?),
            Place::Serial { device, baud } => Transport::Serial(Serial::open(device, *baud)?),
            Place::Xbee { device, baud, config } => {
                Transport::Xbee(Box::new(Xbee::open(device, *baud, *config)?))
            }
            Place::Radio(_) => return Err(io::Error::other(NO_DEVICE)),
            Place::Tcp(_) | Place::Unix(_) => {
                let known = |n: &Neighbour| Some((u64::from(n.node), n.at.clone()?, n.asked));
                let known = neighbours.iter().filter_map(known).collect();
                Transport::Streams(Streams::new(Some(at), node.into(), known, false)?)
            }
        };
        let to: Vec<_> = neighbours.iter().map(|n| (n.address(), n.node)).collect();
        let figures = over(setup.figures, at);
        let overhead =
            if matches!(transport, Transport::Serial(_)) { ambc_kernel::line::OVERHEAD } else { 0 };
        if at.is_radio() && (figures.loss > 0.0 || figures.latency_us > 0) {
            return Err(io::Error::other(
                "what a radio loses or delays is up to the air, not to its `medium`",
            ));
        }
        let medium = (!at.is_radio() && figures.matter())
            .then(|| Medium::new(figures, at.is_stream(), overhead, node, &to));
        // A stream neither loses nor repeats nor overtakes.
        let faults = setup.impair.filter(|_| !at.is_stream()).map(|i| Impairer::new(i, setup.salt));
        Ok(Self { transport, medium, faults })
    }

    /// Where export `id` hears from anybody.
    pub(crate) fn for_export(at: &Place, id: u32, impair: Option<Impairment>, salt: u64) -> io::Result<Self> {
        let transport = match at {
            Place::Udp(addr) => Transport::Udp(Udp::bind(*addr)?),
            Place::Tcp(_) | Place::Unix(_) => {
                Transport::Streams(Streams::new(Some(at), id.into(), Vec::new(), true)?)
            }
            Place::Serial { .. } | Place::Xbee { .. } | Place::Radio(_) => {
                return Err(io::Error::other("nobody comes from outside over a serial line or a radio"));
            }
        };
        let faults = impair.filter(|_| !at.is_stream()).map(|i| Impairer::new(i, salt));
        Ok(Self { transport, medium: None, faults })
    }

    /// The client's end of export `id` at `to`, and the address of the export.
    pub(crate) fn to_export(to: &Place, id: u32) -> io::Result<(Self, PeerAddr)> {
        let (transport, addr) = match to {
            Place::Udp(addr) => {
                let any = if addr.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
                (Transport::Udp(Udp::bind(any)?), PeerAddr::from(*addr))
            }
            Place::Tcp(_) | Place::Unix(_) => {
                let known = vec![(u64::from(id), to.clone(), true)];
                let streams = Streams::new(None, any_name()?, known, false)?;
                (Transport::Streams(streams), stream::address_of(id.into()))
            }
            Place::Serial { .. } | Place::Xbee { .. } | Place::Radio(_) => {
                return Err(io::Error::other("no export is at the end of a serial line or a radio"));
            }
        };
        Ok((Self { transport, medium: None, faults: None }, addr))
    }

    /// The next frame, if one is there.
    pub(crate) fn receive(&mut self, now: u64, buf: &mut [u8]) -> Option<(usize, PeerAddr)> {
        match &mut self.transport {
            Transport::Udp(udp) => udp.receive(buf),
            Transport::Streams(streams) => streams.receive(now, buf),
            Transport::Serial(serial) => serial.receive(now, buf),
            Transport::Xbee(xbee) => xbee.receive(now, buf),
        }
    }

    /// Whether [`Self::receive`] may have more, though nobody will ring for it.
    pub(crate) fn pending(&self) -> bool {
        match &self.transport {
            Transport::Udp(_) => false,
            Transport::Streams(streams) => streams.pending(),
            Transport::Serial(serial) => serial.pending(),
            Transport::Xbee(xbee) => xbee.pending(),
        }
    }

    /// Sends one frame, or loses it: links repeat what matters. False if nothing is taken now.
    pub(crate) fn send(&mut self, now: u64, to: PeerAddr, bytes: &[u8]) -> bool {
        match &mut self.medium {
            Some(medium) => {
                let taken = medium.take(now, to, bytes);
                self.deliver(now);
                taken
            }
            None => put(&mut self.transport, &mut self.faults, now, to, bytes),
        }
    }

    /// Sends what medium and faults held back, and looks after connections.
    pub(crate) fn flush(&mut self, now: u64) {
        self.deliver(now);
        if let Some(faults) = &mut self.faults
            && faults.next_timer().is_some_and(|at| at <= now)
        {
            let transport = &mut self.transport;
            faults.release(now, &mut |to, bytes| {
                transport.send(now, to, bytes);
            });
        }
        match &mut self.transport {
            Transport::Udp(_) => {}
            Transport::Streams(streams) => streams.flush(now),
            Transport::Serial(serial) => serial.flush(now),
            Transport::Xbee(xbee) => xbee.flush(now),
        }
    }

    /// When [`Self::flush`] is due.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        let own = match &self.transport {
            Transport::Udp(_) => None,
            Transport::Streams(streams) => streams.next_timer(),
            Transport::Serial(serial) => serial.next_timer(),
            Transport::Xbee(xbee) => xbee.next_timer(),
        };
        let held = self.faults.as_ref().and_then(Impairer::next_timer);
        let under_way = self.medium.as_ref().and_then(Medium::next_timer);
        [own, held, under_way].into_iter().flatten().min()
    }

    /// When the medium takes a frame again, if it is taken now.
    pub(crate) fn ready_at(&self, now: u64) -> Option<u64> {
        match &self.transport {
            // It rings before that.
            Transport::Xbee(xbee) if !xbee.ready() => xbee.next_timer(),
            _ => self.medium.as_ref().and_then(|m| m.ready_at(now)),
        }
    }

    /// Whether nothing is on its way.
    pub(crate) fn idle(&self) -> bool {
        let out = !matches!(&self.transport, Transport::Xbee(xbee) if !xbee.idle());
        out && self.medium.as_ref().is_none_or(Medium::is_empty)
    }

    /// What the medium kept so far.
    pub(crate) fn dropped(&self) -> Dropped {
        match &self.transport {
            Transport::Xbee(xbee) => xbee.dropped(),
            _ => self.medium.as_ref().map(Medium::dropped).unwrap_or_default(),
        }
    }

    fn deliver(&mut self, now: u64) {
        if let Some(medium) = &mut self.medium {
            medium.deliver(now, |to, bytes| put(&mut self.transport, &mut self.faults, now, to, bytes));
        }
    }
}

fn put(
    transport: &mut Transport,
    faults: &mut Option<Impairer<PeerAddr>>,
    now: u64,
    to: PeerAddr,
    bytes: &[u8],
) -> bool {
    let Some(faults) = faults else { return transport.send(now, to, bytes) };
    faults.send(now, to, bytes, &mut |to, bytes| {
        transport.send(now, to, bytes);
    });
    true
}

impl Transport {
    fn send(&mut self, now: u64, to: PeerAddr, bytes: &[u8]) -> bool {
        match self {
            Self::Udp(udp) => udp.send(to, bytes),
            Self::Streams(streams) => streams.send(now, to, bytes),
            Self::Serial(serial) => serial.send(now, bytes),
            Self::Xbee(xbee) => xbee.send(now, to, bytes),
        }
    }
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.transport {
            Transport::Udp(udp) => udp.as_fd(),
            Transport::Streams(streams) => streams.as_fd(),
            Transport::Serial(serial) => serial.as_fd(),
            Transport::Xbee(xbee) => xbee.as_fd(),
        }
    }
}

/// A name for a client that nobody else has: whoever says it is taken for the same client.
fn any_name() -> io::Result<u64> {
    let mut name = [0; 8];
    rustix::rand::getrandom(&mut name, rustix::rand::GetRandomFlags::empty())?;
    Ok(u64::from_le_bytes(name))
}

#[cfg(test)]
mod testing {
    //! Waiting in tests.

    /// Asks until there is an answer.
    pub(super) fn until<T>(mut ask: impl FnMut(u64) -> Option<T>) -> T {
        loop {
            if let Some(answer) = ask(crate::os::now()) {
                return answer;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}
