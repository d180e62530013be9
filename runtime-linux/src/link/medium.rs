//! What a declared network does to what is sent over it: the time on the wire, the way, the losses. Seeded, so that the
//! same seed loses the same frames of a link in every run.
//!
//! Each sender has the medium to itself: two radios that send at once do not disturb each other here.

use super::impair::part;
use super::seeded::Seeded;
use ambc_kernel::net::PeerAddr;
use std::collections::VecDeque;

/// Figures of a network, as declared. 0 stands for "not declared".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Part of the frames that never arrive, 0 to 1.
    pub loss: f64,
    /// One way.
    pub latency_us: u64,
    /// Bits per second.
    pub bandwidth_bps: u64,
    /// Largest frame in bytes.
    pub mtu: u32,
    /// Seed of the losses.
    pub seed: u64,
}

impl Figures {
    /// Parses `loss=0.05 latency_us=5000 bandwidth_bps=250000 mtu=100 seed=1`; what is left out is not declared.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut found = Self::default();
        for field in text.split_whitespace() {
            let (key, value) =
                field.split_once('=').ok_or_else(|| format!("`{field}` is not like latency_us=5000"))?;
            let whole = || value.parse::<u64>().map_err(|_| format!("`{value}` is not a whole number"));
            match key {
                "loss" => found.loss = part(key, value)?,
                "latency_us" => found.latency_us = whole()?,
                "bandwidth_bps" => found.bandwidth_bps = whole()?,
                "mtu" => found.mtu = u32::try_from(whole()?).map_err(|_| format!("`{value}` is no mtu"))?,
                "seed" => found.seed = whole()?,
                _ => return Err(format!("a medium has no `{key}`")),
            }
        }
        Ok(found)
    }

    /// Nanoseconds that `bytes` take on the wire.
    #[must_use]
    pub fn time_of(&self, bytes: usize) -> u64 {
        let bits = 8_000_000_000 * bytes as u128;
        u64::try_from(bits.checked_div(u128::from(self.bandwidth_bps)).unwrap_or(0)).unwrap_or(u64::MAX)
    }

    /// Whether anything differs from a network that loses nothing and takes no time.
    pub(super) fn matter(&self) -> bool {
        self.loss > 0.0 || self.latency_us > 0 || self.bandwidth_bps > 0 || self.mtu > 0
    }
}

/// How much a sender may be ahead of the wire: enough to keep it busy between two turns of the node.
const AHEAD_NS: u64 = 1_000_000;
/// Most frames on their way.
const UNDER_WAY: usize = 4096;
/// What a lost piece of a stream costs beside a round trip before it is sent again.
const REPEAT_NS: u64 = 10_000_000;

/// The sending side of one link on such a network.
#[derive(Debug)]
pub(super) struct Medium {
    figures: Figures,
    /// A stream loses nothing: what is lost comes later, and so does all behind it.
    stream: bool,
    /// Bytes that the transport adds to a frame.
    overhead: usize,
    ways: Vec<Way>,
    /// When the wire is free.
    free_at: u64,
    under_way: VecDeque<Flying>,
    dropped: Dropped,
}

/// To one neighbour.
#[derive(Debug)]
struct Way {
    to: PeerAddr,
    dice: Seeded,
    /// When the last frame arrives.
    last: u64,
}

#[derive(Debug)]
struct Flying {
    at: u64,
    to: PeerAddr,
    bytes: Vec<u8>,
}

/// Frames that the medium kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// Lost by the declared `loss`.
    pub(crate) lost: u64,
    /// Above the `mtu`.
    pub(crate) too_long: u64,
}

/// Neighbours that get the frames: address and id of node.
pub(super) type Neighbours<'n> = &'n [(PeerAddr, u32)];

impl Medium {
    /// `node` is the sender. What is lost depends on the seed and on who sends to whom, not on addresses.
    pub(super) fn new(
        figures: Figures,
        stream: bool,
        overhead: usize,
        node: u32,
        to: Neighbours<'_>,
    ) -> Self {
        let way = |(to, peer): &(PeerAddr, u32)| {
            let salt = u64::from(node) << 32 | u64::from(*peer);
            Way { to: *to, dice: Seeded::new(figures.seed, salt), last: 0 }
        };
        let ways = to.iter().map(way).collect();
        let (under_way, dropped) = (VecDeque::new(), Dropped::default());
        Self { figures, stream, overhead, ways, free_at: 0, under_way, dropped }
    }

    /// Takes a frame, to be lost or to arrive later; false while the wire is taken.
    pub(super) fn take(&mut self, now: u64, to: PeerAddr, bytes: &[u8]) -> bool {
        if self.free_at > now.saturating_add(AHEAD_NS) || self.under_way.len() >= UNDER_WAY {
            return false;
        }
        if !self.stream && self.figures.mtu > 0 && bytes.len() > self.figures.mtu as usize {
            self.dropped.too_long += 1;
            return true;
        }
        let time = self.figures.time_of(bytes.len() + self.overhead);
        self.free_at = self.free_at.max(now).saturating_add(time);
        if let Some(at) = self.arrival(to) {
            let place = self.under_way.partition_point(|f| f.at <= at);
            self.under_way.insert(place, Flying { at, to, bytes: bytes.to_vec() });
        } else {
            self.dropped.lost += 1;
        }
        true
    }

    /// When the frame that was just sent arrives; `None` for never.
    fn arrival(&mut self, to: PeerAddr) -> Option<u64> {
        let latency = self.figures.latency_us.saturating_mul(1000);
        let mut at = self.free_at.saturating_add(latency);
        let loss = self.figures.loss;
        let Some(way) = self.ways.iter_mut().find(|way| way.to == to) else { return Some(at) };
        if self.stream {
            if loss >= 1.0 {
                return None;
            }
            while way.dice.chance(loss) {
                at = at.saturating_add(2 * latency + REPEAT_NS);
            }
            at = at.max(way.last);
            way.last = at;
            return Some(at);
        }
        (!way.dice.chance(loss)).then_some(at)
    }

    /// Hands over what has arrived, as long as `send` takes it.
    pub(super) fn deliver(&mut self, now: u64, mut send: impl FnMut(PeerAddr, &[u8]) -> bool) {
        while let Some(first) = self.under_way.front().filter(|f| f.at <= now) {
            if !send(first.to, &first.bytes) {
                return;
            }
            self.under_way.pop_front();
        }
    }

    /// When something arrives.
    pub(super) fn next_timer(&self) -> Option<u64> {
        self.under_way.front().map(|f| f.at)
    }

    /// When a frame is taken again, if it is not now.
    pub(super) fn ready_at(&self, now: u64) -> Option<u64> {
        let free = Some(self.free_at.saturating_sub(AHEAD_NS)).filter(|at| *at > now)?;
        // Several frames of a fast medium at a time.
        Some(free.max(now.saturating_add(AHEAD_NS / 4)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    pub(super) fn dropped(&self) -> Dropped {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: u64 = 1000;

    fn peer(n: u8) -> PeerAddr {
        PeerAddr::from_bytes([n; 18])
    }

    fn medium(figures: Figures, stream: bool) -> Medium {
        Medium::new(figures, stream, 0, 1, &[(peer(1), 11), (peer(2), 22)])
    }

    /// Numbers of the frames that arrive by `until`, with their times.
    fn arrivals(medium: &mut Medium, until: u64) -> Vec<(u32, u64)> {
        let mut out = Vec::new();
        while let Some(at) = medium.next_timer().filter(|at| *at <= until) {
            medium.deliver(at, |_, b| {
                out.push((u32::from_le_bytes(b[..4].try_into().unwrap()), at));
                true
            });
        }
        out
    }

    fn lost(seed: u64, to: u8) -> Vec<u32> {
        let mut m = medium(Figures { loss: 0.05, seed, latency_us: 1, ..Figures::default() }, false);
        let mut lost = Vec::new();
        for i in 0..10_000u32 {
            m.take(u64::from(i) * 2 * US, peer(to), &i.to_le_bytes());
            if arrivals(&mut m, u64::MAX).is_empty() {
                lost.push(i);
            }
        }
        assert_eq!(m.dropped().lost, lost.len() as u64);
        lost
    }

    #[test]
    fn losses_are_as_declared_and_repeat_with_the_seed() {
        let first = lost(1, 1);
        assert_eq!(first.len(), LOST_WITH_SEED_1);
        assert_eq!(first, lost(1, 1));
        assert_ne!(first, lost(2, 1), "another seed");
        assert_ne!(first, lost(1, 2), "another neighbour");
        // Five in a hundred, within four standard deviations (of 21.8).
        for seed in 1..20 {
            assert!((413..=587).contains(&lost(seed, 1).len()), "seed {seed}");
        }
    }

    const LOST_WITH_SEED_1: usize = 502;

    #[test]
    fn everything_is_lost_at_all_and_nothing_at_none() {
        for (loss, arrive) in [(1.0, 0), (0.0, 100)] {
            for stream in [false, true] {
                let mut m = medium(Figures { loss, seed: 3, ..Figures::default() }, stream);
                (0..100u32).for_each(|i| assert!(m.take(0, peer(1), &i.to_le_bytes())));
                assert_eq!(arrivals(&mut m, u64::MAX).len(), arrive);
            }
        }
    }

    #[test]
    fn frames_arrive_after_wire_and_way() {
        // 1000 bits at 1 Mbit/s are 1 ms.
        let figures = Figures { latency_us: 5000, bandwidth_bps: 1_000_000, ..Figures::default() };
        let mut m = medium(figures, false);
        let mut frame = [0; 125];
        let (mut now, mut taken) = (7 * US, 0u32);
        while taken < 10 {
            frame[..4].copy_from_slice(&taken.to_le_bytes());
            if m.take(now, peer(1), &frame) {
                taken += 1;
            } else {
                now = m.ready_at(now).unwrap();
            }
        }
        let all = arrivals(&mut m, u64::MAX);
        let expected: Vec<_> =
            (0..10).map(|i| (i, 7 * US + u64::from(i + 1) * 1000 * US + 5000 * US)).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn a_taken_wire_takes_nothing_until_it_is_nearly_free() {
        let mut m = medium(Figures { bandwidth_bps: 1_000_000, ..Figures::default() }, false);
        assert!(m.take(0, peer(1), &[0; 1250])); // 10 ms
        assert!(!m.take(0, peer(2), &[0; 1]), "one wire for all neighbours");
        let again = m.ready_at(0).unwrap();
        assert_eq!(again, 9_000 * US);
        assert!(!m.take(again - 1, peer(2), &[0; 1]));
        assert!(m.take(again, peer(2), &[0; 1]));
        assert_eq!(m.next_timer(), Some(10_000 * US));
    }

    #[test]
    fn frames_above_the_mtu_are_dropped_and_counted() {
        let mut m = medium(Figures { mtu: 100, ..Figures::default() }, false);
        assert!(m.take(0, peer(1), &[0; 100]) && m.take(0, peer(1), &[0; 101]));
        assert_eq!((m.under_way.len(), m.dropped()), (1, Dropped { lost: 0, too_long: 1 }));
        let mut m = medium(Figures { mtu: 100, ..Figures::default() }, true);
        assert!(m.take(0, peer(1), &[0; 5000]));
        assert_eq!(m.dropped().too_long, 0, "a stream has no frames");
    }

    #[test]
    fn a_stream_delays_what_it_loses_and_keeps_its_order() {
        let mut m = medium(Figures { loss: 0.3, latency_us: 1000, seed: 1, ..Figures::default() }, true);
        for i in 0..200u32 {
            m.take(u64::from(i) * 100 * US, peer(1), &i.to_le_bytes());
        }
        let all = arrivals(&mut m, u64::MAX);
        assert_eq!(all.iter().map(|(i, _)| *i).collect::<Vec<_>>(), (0..200).collect::<Vec<_>>());
        let late = all.iter().filter(|(i, at)| *at > u64::from(*i) * 100 * US + 1000 * US).count();
        assert!(late > 60, "{late} of 200 were late");
    }

    #[test]
    fn a_receiver_that_is_full_gets_the_frame_later() {
        let mut m = medium(Figures { latency_us: 1, ..Figures::default() }, false);
        m.take(0, peer(1), b"abcd");
        m.deliver(US, |_, _| false);
        assert!(!m.is_empty());
        m.deliver(US, |_, b| b == b"abcd");
        assert!(m.is_empty());
    }

    #[test]
    fn figures_are_read_strictly() {
        let all = "loss=0.05 latency_us=5000 bandwidth_bps=250000 mtu=100 seed=9";
        let expected = Figures { loss: 0.05, latency_us: 5000, bandwidth_bps: 250_000, mtu: 100, seed: 9 };
        assert_eq!(Figures::parse(all), Ok(expected));
        assert_eq!(Figures::parse(""), Ok(Figures::default()));
        for bad in ["loss=2", "loss", "delay=3", "mtu=-1", "mtu=5000000000", "latency_us=5ms"] {
            assert!(Figures::parse(bad).is_err(), "{bad}");
        }
    }
}
