//! Datagrams under way.
use ambc_kernel::net::PeerAddr;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// A small generator, so that a seed is a whole test case.
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`; 0 for 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.bits() % n }
    }

    /// True in so many of 1000 cases.
    pub fn per_mille(&mut self, n: u32) -> bool {
        self.below(1000) < u64::from(n)
    }
}

/// What a medium does to datagrams, in parts per thousand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Lost.
    pub loss: u32,
    /// Delivered twice.
    pub dup: u32,
    /// Held back for up to 20 ms more than the others.
    pub reorder: u32,
    /// Delivered with one bit flipped.
    pub damage: u32,
}

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Datagram {
    /// Sender's address.
    pub from: [u8; 18],
    /// Where it goes.
    pub to: [u8; 18],
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All networks of a simulation.
#[derive(Debug)]
pub struct Medium {
    /// What happens to datagrams sent from now on.
    pub faults: Faults,
    /// Time every datagram takes, in ns.
    pub latency: u64,
    /// Bytes per second that each sender gets through; 0 for no limit. What waits longer than a second is lost.
    pub bandwidth: u64,
    /// Addresses that are unplugged: nothing gets in or out.
    pub unplugged: BTreeSet<[u8; 18]>,
    /// Every datagram ever sent, if wanted.
    pub record: Option<Vec<Datagram>>,
    /// Datagrams offered.
    pub sent: u64,
    rng: Rng,
    /// When each sender has sent all it was given.
    clear_at: BTreeMap<[u8; 18], u64>,
    queue: BinaryHeap<Reverse<(u64, u64, Datagram)>>,
}

impl Medium {
    /// A medium without faults.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Medium {
            faults: Faults::default(),
            latency: 200_000,
            bandwidth: 0,
            clear_at: BTreeMap::new(),
            unplugged: BTreeSet::new(),
            record: None,
            sent: 0,
            rng: Rng(seed),
            queue: BinaryHeap::new(),
        }
    }

    /// Sends a datagram at `now`.
    pub fn send(&mut self, now: u64, from: PeerAddr, to: PeerAddr, bytes: &[u8]) {
        let datagram = Datagram { from: from.bytes(), to: to.bytes(), bytes: bytes.to_vec() };
        self.sent += 1;
        if let Some(record) = &mut self.record {
            record.push(datagram.clone());
        }
        if self.unplugged.contains(&datagram.from) || self.rng.per_mille(self.faults.loss) {
            return;
        }
        let Some(now) = self.transmission(now, &datagram) else { return };
        if self.rng.per_mille(self.faults.dup) {
            self.schedule(now, datagram.clone());
        }
        self.schedule(now, datagram);
    }

    /// When the last byte has left, if the sender's queue has room.
    fn transmission(&mut self, now: u64, datagram: &Datagram) -> Option<u64> {
        if self.bandwidth == 0 {
            return Some(now);
        }
        let clear_at = self.clear_at.entry(datagram.from).or_default();
        let begin = now.max(*clear_at);
        if begin > now + 1_000_000_000 {
            return None;
        }
        *clear_at = begin + datagram.bytes.len() as u64 * 1_000_000_000 / self.bandwidth;
        Some(*clear_at)
    }

    fn schedule(&mut self, now: u64, mut datagram: Datagram) {
        let late = self.rng.per_mille(self.faults.reorder);
        let delay = self.latency + self.rng.below(if late { 20_000_000 } else { 10_000 });
        if self.rng.per_mille(self.faults.damage) {
            let bit = self.rng.below(datagram.bytes.len() as u64 * 8) as usize;
            datagram.bytes[bit / 8] ^= 1 << (bit % 8);
        }
        self.queue.push(Reverse((now + delay, self.sent, datagram)));
    }

    /// When the next datagram arrives.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.queue.peek().map_or(u64::MAX, |Reverse((at, _, _))| *at)
    }

    /// The next datagram that has arrived by `now`.
    pub fn deliver(&mut self, now: u64) -> Option<Datagram> {
        loop {
            if self.next() > now {
                return None;
            }
            let Reverse((_, _, datagram)) = self.queue.pop()?;
            if !self.unplugged.contains(&datagram.to) {
                return Some(datagram);
            }
        }
    }
}
