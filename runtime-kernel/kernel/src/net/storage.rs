//! All memory of the network side, handed in as slices.
use super::PeerAddr;
use super::call::{Call, OutState};
use super::fragment::{Bits, Cut};
use super::frame::HEADER;
use super::serve::{Group, Record};

/// The slices a [`Net`](super::Net) works in; lengths at least those of [`Sizes`](super::Sizes).
///
/// Statics on a microcontroller, leaked boxes on Linux. Contents do not matter: `Net::new` writes all of it but
/// `bytes`, so zeroed pages stay untouched until a message needs them.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is described at its element type")]
pub struct Storage<'m> {
    pub links: &'m mut [Link],
    pub flights: &'m mut [Flight],
    pub units: &'m mut [Unit],
    pub arrivals: &'m mut [Arrival],
    pub controls: &'m mut [[u8; HEADER]],
    pub outs: &'m mut [OutState],
    pub calls: &'m mut [Call],
    pub groups: &'m mut [Group],
    pub records: &'m mut [Record],
    pub words: &'m mut [u32],
    pub bytes: &'m mut [u8],
}

/// No unit, no group, no lane slot.
pub(super) const NONE: u16 = u16::MAX;

/// State of one neighbour or client: both directions of the link to it.
#[derive(Clone, Debug, Default)]
pub struct Link {
    pub(super) addr: PeerAddr,
    pub(super) iface: u16,
    pub(super) mtu: u16,
    /// Declared one-way latency.
    pub(super) latency_us: u32,
    /// How long the medium is busy with one largest datagram.
    pub(super) pace_us: u32,
    /// Check keys of datagrams to and from it.
    pub(super) key_out: u32,
    pub(super) key_in: u32,
    /// Ends a client's calls; [`NONE`] for a neighbour.
    pub(super) group: u16,
    /// This end's start as the other end knows it, and the other end's: what was sent before is stale.
    pub(super) mine: u32,
    pub(super) theirs: Option<u32>,
    pub(super) heard_at: u64,
    pub(super) tx: Sending,
    pub(super) rx: Receiving,
    /// Ring of control frames to send: first and number, within this link's part of `controls`.
    pub(super) control_first: u8,
    pub(super) control_len: u8,
}

/// The sending half of a link.
#[derive(Clone, Debug, Default)]
pub(super) struct Sending {
    pub(super) queue: Queue,
    /// This link's part of `flights`.
    pub(super) flights: Part,
    pub(super) active: u8,
    pub(super) next_flight: u8,
    pub(super) next_message: u32,
    /// Smoothed round trip and its deviation in ns.
    pub(super) srtt: u64,
    pub(super) var: u64,
    /// Timeouts since a round trip was measured.
    pub(super) backoff: u8,
    /// Number of the newest acknowledgement: an older one that comes late knows less.
    pub(super) ack_number: Option<u8>,
    /// Fragments that may be under way, and the acknowledged ones that count towards raising it.
    pub(super) cwnd: u16,
    pub(super) credit: u16,
    pub(super) cut_at: u64,
    /// Gave up on the peer; new messages fail at once until then.
    pub(super) dead: bool,
    pub(super) retry_at: u64,
}

/// The receiving half of a link.
#[derive(Clone, Debug, Default)]
pub(super) struct Receiving {
    /// This link's part of `arrivals`; the first `small` of them hold one datagram each.
    pub(super) arrivals: Part,
    pub(super) small: u16,
    /// Newest message seen, and a bit for each of the 64 up to it that is complete.
    pub(super) newest: Option<u32>,
    pub(super) done: u64,
    pub(super) ack_due: bool,
    /// When an acknowledgement that is in no hurry is due; 0 for none.
    pub(super) ack_at: u64,
    /// Acknowledgements sent; wraps.
    pub(super) ack_number: u8,
}

/// A part of a slice shared by all links.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) start: u16,
    pub(super) len: u16,
}

impl Part {
    pub(super) fn range(self) -> core::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// A message in transmission.
#[derive(Clone, Debug, Default)]
pub struct Flight {
    /// [`NONE`] when this entry is free.
    pub(super) unit: u16,
    pub(super) tries: u8,
    pub(super) fast: bool,
    pub(super) message: u32,
    pub(super) cut: Cut,
    pub(super) sent: Bits,
    pub(super) acked: Bits,
    /// Sent again before the timer said so, which happens once per fragment and timer period.
    pub(super) again: Bits,
    pub(super) resend_at: u64,
    /// When the peer last made progress on it.
    pub(super) since: u64,
    /// A fragment sent once, and when: its acknowledgement measures the round trip.
    pub(super) timed: Option<(u8, u64)>,
}

/// A buffer for one whole message: a call's request, a record's reply, or an arrival.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub(super) at: u32,
    pub(super) cap: u32,
    pub(super) len: u32,
    pub(super) link: u16,
    pub(super) next: u16,
    pub(super) state: UnitState,
    pub(super) deadline: u64,
}

/// Where a unit is; each unit is in at most one queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum UnitState {
    #[default]
    Idle,
    /// In its link's queue.
    Queued,
    /// This flight carries it.
    Flying(u16),
    /// In the queue of ended units.
    Ended(Outcome),
}

/// How a transmission ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Acked,
    Unreachable,
    Expired,
}

/// A message being received, or received and not yet passed on.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    pub(super) state: ArrivalState,
    pub(super) link: u16,
    pub(super) message: u32,
    pub(super) cut: Cut,
    pub(super) got: Bits,
    /// When the fragment with the header came.
    pub(super) arrived: u64,
    pub(super) touched: u64,
}

/// What an arrival's buffer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ArrivalState {
    #[default]
    Free,
    Partial,
    /// Complete; in the queue of ready units or relayed.
    Whole,
}

/// A queue threaded through [`Unit::next`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Queue {
    head: u16,
    tail: u16,
}

impl Default for Queue {
    fn default() -> Self {
        Queue { head: NONE, tail: NONE }
    }
}

impl Queue {
    pub(super) fn is_empty(self) -> bool {
        self.head == NONE
    }

    pub(super) fn push(&mut self, units: &mut [Unit], unit: u16) {
        units[unit as usize].next = NONE;
        if self.is_empty() {
            self.head = unit;
        } else {
            units[self.tail as usize].next = unit;
        }
        self.tail = unit;
    }

    pub(super) fn pop(&mut self, units: &mut [Unit]) -> Option<u16> {
        if self.is_empty() {
            return None;
        }
        let unit = self.head;
        self.head = units[unit as usize].next;
        Some(unit)
    }

    /// Takes `unit` out of the middle; nothing if it is not in here.
    pub(super) fn remove(&mut self, units: &mut [Unit], unit: u16) {
        let (mut before, mut at) = (NONE, self.head);
        while at != NONE && at != unit {
            (before, at) = (at, units[at as usize].next);
        }
        if at == NONE {
            return;
        }
        let next = units[at as usize].next;
        if before == NONE {
            self.head = next;
        } else {
            units[before as usize].next = next;
        }
        if next == NONE {
            self.tail = before;
        }
    }
}

/// A set of indices, one bit each.
#[derive(Debug)]
pub(super) struct Set<'m>(&'m mut [u32]);

impl<'m> Set<'m> {
    /// Takes the words for `n` indices from the front of `words`; none if there are too few.
    pub(super) fn take(words: &mut &'m mut [u32], n: usize) -> Option<Self> {
        let (mine, rest) = core::mem::take(words).split_at_mut_checked(n.div_ceil(32))?;
        *words = rest;
        mine.fill(0);
        Some(Set(mine))
    }

    pub(super) fn insert(&mut self, i: usize) {
        self.0[i >> 5] |= 1 << (i & 31);
    }

    pub(super) fn remove(&mut self, i: usize) {
        self.0[i >> 5] &= !(1 << (i & 31));
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// The lowest member that is at least `from`. Members may come and go between two steps of such a walk.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let first = from >> 5;
        let mut mask = u32::MAX << (from & 31);
        for (i, word) in self.0.iter().enumerate().skip(first) {
            let bits = word & mask;
            if bits != 0 {
                return Some(i * 32 + bits.trailing_zeros() as usize);
            }
            mask = u32::MAX;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{NONE, Queue, Set, Unit};
    use std::vec;
    use std::vec::Vec;

    fn drain(mut q: Queue, units: &mut [Unit]) -> Vec<u16> {
        core::iter::from_fn(|| q.pop(units)).collect()
    }

    #[test]
    fn units_leave_a_queue_in_order_or_from_anywhere() {
        for gone in 0..5u16 {
            let mut units = vec![Unit::default(); 5];
            let mut q = Queue::default();
            (0..4).for_each(|u| q.push(&mut units, u));
            q.remove(&mut units, gone);
            q.push(&mut units, 4);
            q.remove(&mut units, NONE - 1);
            let left: Vec<u16> = (0..5).filter(|u| *u != gone || gone == 4).collect();
            assert_eq!(drain(q, &mut units), left);
        }
    }

    #[test]
    fn sets_walk_their_members() {
        let mut words = [u32::MAX; 3];
        let mut rest = &mut words[..];
        let mut set = Set::take(&mut rest, 70).unwrap();
        for i in [0, 31, 32, 69] {
            set.insert(i);
        }
        set.remove(31);
        let (mut seen, mut at) = (vec![], 0);
        while let Some(i) = set.next(at) {
            seen.push(i);
            at = i + 1;
        }
        assert_eq!((seen, set.len()), (vec![0, 32, 69], 3));
        assert!(Set::take(&mut rest, 1).is_none());
    }
}
