//! Datagrams between two neighbours, and how a message is cut into them.
//!
//! Every datagram begins with 12 bytes: type (with the version in its upper half), three bytes by type, a check word
//! over the whole datagram and both nodes' ids, the sender's epoch. The check finds damage and datagrams meant for
//! somebody else; it is no protection against an attacker, who is kept out by sealing.
//! ```text
//! data     1 count  2 index  3 hurry  12 message u32  16 total length u32  20 bytes
//! ack      1 any    2 number 3 zero  12 receiver's epoch u32  16 newest message u32  20 done u64
//!          28 { message u32, n u8, n bytes of received-bits }*
//! control  1 zero   2 zero   3 zero  12 frame header
//! ```
//! `hurry` 1: the sender waits for the acknowledgement; 0: it may come a little later, with others.
//! A message of `total` bytes in `count` fragments has fragments of `ceil(total / count)` bytes; the last is shorter.

/// Bytes before the piece of a message.
pub const DATA_HEADER: usize = 20;
/// Bytes of an acknowledgement without partly received messages.
pub const ACK_HEADER: usize = 28;
/// Bytes all datagrams begin with.
pub(super) const HEAD: usize = 12;
/// Room for a control frame and for an acknowledgement with one full bitmap.
pub const MIN_MTU: usize = 80;
/// Most fragments of one message.
pub const MAX_FRAGMENTS: usize = 255;

const VERSION: u8 = 1 << 4;

/// Type of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Data = 1,
    Ack,
    Control,
}

/// Message bytes that fit one datagram.
pub const fn room(mtu: usize) -> usize {
    mtu.saturating_sub(DATA_HEADER)
}

/// Largest message, its header included, that a link with this MTU can carry.
pub const fn largest_message(mtu: usize) -> usize {
    room(mtu) * MAX_FRAGMENTS
}

/// Largest arguments or result that a link with this MTU can carry.
pub const fn largest_payload(mtu: usize) -> usize {
    largest_message(mtu).saturating_sub(super::frame::HEADER + super::frame::TAG)
}

/// How one message is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) total: u32,
    pub(super) count: u8,
}

impl Cut {
    /// As few fragments as the MTU allows; none if more than 255 or for an empty message.
    pub(super) fn new(total: usize, mtu: usize) -> Option<Self> {
        if total == 0 || room(mtu) == 0 {
            return None;
        }
        let count = u8::try_from(total.div_ceil(room(mtu))).ok()?;
        Some(Cut { total: u32::try_from(total).ok()?, count })
    }

    /// Checks a cut that came from outside: each fragment must be at least one byte.
    pub(super) fn valid(self) -> bool {
        self.count > 0
            && self.total > 0
            && self.size() as u64 * u64::from(self.count - 1) < u64::from(self.total)
    }

    fn size(self) -> usize {
        (self.total as usize).div_ceil(self.count as usize)
    }

    /// Where fragment `index` lies in the message. `self` is valid and `index` below `count`.
    pub(super) fn range(self, index: u8) -> core::ops::Range<usize> {
        let start = self.size() * index as usize;
        start..start.saturating_add(self.size()).min(self.total as usize)
    }
}

/// One bit per fragment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits([u32; 8]);

impl Bits {
    pub(super) fn set(&mut self, i: u8) {
        self.0[i as usize >> 5] |= 1 << (i & 31);
    }

    pub(super) fn clear(&mut self, i: u8) {
        self.0[i as usize >> 5] &= !(1 << (i & 31));
    }

    pub(super) fn get(&self, i: u8) -> bool {
        self.0[i as usize >> 5] >> (i & 31) & 1 == 1
    }

    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }

    /// Lowest `i < n` whose bit is clear.
    pub(super) fn first_clear(&self, n: u8) -> Option<u8> {
        let (word, bits) = self.0.iter().enumerate().find(|(_, w)| **w != u32::MAX)?;
        let i = word as u32 * 32 + bits.trailing_ones();
        if i < u32::from(n) { Some(i as u8) } else { None }
    }

    /// Highest bit that is set.
    pub(super) fn highest(&self) -> Option<u8> {
        let (word, bits) = self.0.iter().enumerate().rev().find(|(_, w)| **w != 0)?;
        Some((word as u32 * 32 + 31 - bits.leading_zeros()) as u8)
    }

    pub(super) fn union(self, other: Self) -> Self {
        Bits(core::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Bits(core::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// Byte `i` of the bits as an acknowledgement carries them.
    pub(super) fn byte(&self, i: usize) -> u8 {
        (self.0[i >> 2] >> (8 * (i & 3))) as u8
    }

    /// The bits of an acknowledgement; more than 32 bytes are ignored.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let mut bits = Bits::default();
        for (i, b) in bytes.iter().enumerate().take(32) {
            bits.0[i >> 2] |= u32::from(*b) << (8 * (i & 3));
        }
        bits
    }
}

pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..).and_then(|b| b.first_chunk()) {
        Some(b) => u32::from_le_bytes(*b),
        None => 0,
    }
}

/// Writes the common 12 bytes. Call it last: the check covers the rest of `datagram`.
pub(super) fn finish(datagram: &mut [u8], kind: Type, bytes: [u8; 3], epoch: u32, key: u32) {
    datagram[0] = VERSION | kind as u8;
    datagram[1..4].copy_from_slice(&bytes);
    datagram[8..12].copy_from_slice(&epoch.to_le_bytes());
    let sum = check(datagram, key);
    datagram[4..8].copy_from_slice(&sum.to_le_bytes());
}

/// Gives a datagram of at least 12 bytes, whose first 4 are set, its epoch and its check word. For tools that make or
/// change traffic; a node's own datagrams are stamped already.
///
/// # Panics
/// If `datagram` is shorter than 12 bytes.
pub fn stamp(datagram: &mut [u8], epoch: u32, from: u32, to: u32) {
    datagram[8..12].copy_from_slice(&epoch.to_le_bytes());
    let sum = check(datagram, key(from, to));
    datagram[4..8].copy_from_slice(&sum.to_le_bytes());
}

/// Type and epoch of a datagram that is whole and meant for this link.
pub(super) fn open(datagram: &[u8], key: u32) -> Option<(Type, u32)> {
    if datagram.len() < HEAD || word(datagram, 4) != check(datagram, key) {
        return None;
    }
    let kind = match datagram[0] {
        0x11 => Type::Data,
        0x12 => Type::Ack,
        0x13 => Type::Control,
        _ => return None,
    };
    Some((kind, word(datagram, 8)))
}

/// The key of datagrams from one node to another.
pub(super) const fn key(from: u32, to: u32) -> u32 {
    mix(mix(0x616d_6263, from), to)
}

const fn mix(h: u32, w: u32) -> u32 {
    (h ^ w).rotate_left(13).wrapping_mul(0x9e37_79b1).wrapping_add(0x85eb_ca6b)
}

/// Each step is a bijection of `h` and of the word, so a change within one word is always seen.
fn check(datagram: &[u8], key: u32) -> u32 {
    let mut h = mix(mix(key, datagram.len() as u32), word(datagram, 0));
    let rest = &datagram[8..];
    let (words, tail) = rest.as_chunks::<4>();
    for w in words {
        h = mix(h, u32::from_le_bytes(*w));
    }
    let mut last = [0; 4];
    last[..tail.len()].copy_from_slice(tail);
    h = mix(h, u32::from_le_bytes(last));
    h ^ h >> 16
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{Bits, Cut, MIN_MTU, Type, finish, key, largest_message, open, room};
    use std::vec::Vec;

    #[test]
    fn bits_find_their_ends() {
        let mut b = Bits::default();
        assert_eq!((b.first_clear(1), b.highest()), (Some(0), None));
        for i in 0..200 {
            b.set(i);
        }
        assert_eq!((b.first_clear(200), b.first_clear(201), b.highest()), (None, Some(200), Some(199)));
        b.clear(40);
        assert_eq!((b.first_clear(200), b.count()), (Some(40), 199));
        let bytes: Vec<u8> = (0..32).map(|i| b.byte(i)).collect();
        assert_eq!(Bits::from_bytes(&bytes), b);
    }

    #[test]
    fn limits_of_cutting() {
        assert_eq!(Cut::new(0, 100), None);
        assert_eq!(Cut::new(largest_message(100) + 1, 100), None);
        assert_eq!(Cut::new(largest_message(100), 100).map(|c| c.count), Some(255));
        assert_eq!(Cut::new(room(100), 100).map(|c| c.count), Some(1));
        assert!(!Cut { total: 3, count: 9 }.valid());
        assert!(!Cut { total: 0, count: 1 }.valid());
        assert!(!Cut { total: 9, count: 0 }.valid());
    }

    /// Whether the fragments of a cut are what they must be: in order, without gap or overlap, none empty.
    fn tiles(cut: Cut) -> bool {
        let mut at = 0;
        for index in 0..cut.count {
            let range = cut.range(index);
            if range.start != at || range.end <= at {
                return false;
            }
            at = range.end;
        }
        at == cut.total as usize && at > 0
    }

    #[test]
    fn messages_are_cut_into_as_few_fragments_as_fit() {
        for mtu in [MIN_MTU, 81, 100, 127, 256, 1400, 65_535] {
            let (room, most) = (room(mtu), largest_message(mtu));
            let steps = (0..2000).map(|i| 1 + i * most / 2000);
            for total in (1..3000.min(most)).chain(steps).chain(most - 300..=most) {
                let cut = Cut::new(total, mtu).unwrap();
                assert!(cut.valid() && tiles(cut), "{total} by {mtu}");
                assert!((0..cut.count).all(|i| cut.range(i).len() <= room), "{total} by {mtu}");
                assert_eq!(cut.count as usize, total.div_ceil(room), "{total} by {mtu}");
            }
        }
    }

    #[test]
    fn a_cut_is_valid_exactly_if_its_fragments_tile_the_message() {
        for total in (0..700).chain([65_535, 1 << 24, u32::MAX - 1, u32::MAX]) {
            for count in 1..=255 {
                let cut = Cut { total, count };
                assert_eq!(cut.valid(), tiles(cut), "{cut:?}");
            }
        }
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let mut d = [7; 41];
        finish(&mut d, Type::Data, [1, 2, 3], 99, key(1, 2));
        assert_eq!(open(&d, key(1, 2)), Some((Type::Data, 99)));
        assert_eq!(open(&d, key(2, 1)), None);
        for bit in 0..8 * d.len() {
            let mut bad = d;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&bad, key(1, 2)), None, "bit {bit}");
        }
        for len in 0..d.len() {
            assert_eq!(open(&d[..len], key(1, 2)), None, "cut to {len}");
        }
    }
}
