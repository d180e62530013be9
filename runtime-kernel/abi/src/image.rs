//! What the compiler tells the programs of an image without an operating system about where they lie. It is written by `ambc`
//! into objects that are linked in, so every type here is plain words in a fixed order.

/// Bytes from `start` up to, not including, `end`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// After the last byte.
    pub end: u32,
}

/// One region of a memory protection unit, as its two registers take it: base and attributes (PMSAv7), with the number of the
/// region and its valid bit in the base; or base and limit (PMSAv8).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// RBAR.
    pub base: u32,
    /// RASR or RLAR. 0 turns the region off.
    pub attributes: u32,
}

/// Regions of a group. Microcontrollers with more leave the others off.
pub const REGIONS: usize = 8;

/// Where one user group lies, for the kernel. `AMBC_LAYOUT` is an array of these, by the number of the group.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupLayout {
    /// Its first instruction, with the Thumb bit.
    pub entry: u32,
    /// Its stack, at the lower end of `ram`.
    pub stack: Span,
    /// All memory that it may write and that no other group sees.
    pub ram: Span,
    /// Its code and constants.
    pub flash: Span,
    /// Where the words lie in which it says how it is, inside `ram`.
    pub status: u32,
    /// Groups that it may ring, a bit each; bit 31 is the kernel group.
    pub peers: u32,
    /// What its MPU regions are while it runs.
    pub regions: [Region; REGIONS],
}

/// Bytes set aside for the words in which a group says how it is.
pub const STATUS_BYTES: u32 = 32;

/// The bit of the kernel group in [`GroupLayout::peers`].
pub const KERNEL_PEER: u32 = 31;

impl Span {
    /// Whether `len` bytes at `at` lie inside.
    #[must_use]
    pub const fn holds(&self, at: u32, len: u32) -> bool {
        at >= self.start && at <= self.end && len <= self.end - at
    }

    /// Bytes.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.end - self.start
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end == self.start
    }
}

impl GroupLayout {
    /// Words of one entry of `AMBC_LAYOUT`.
    pub const WORDS: usize = size_of::<Self>() / 4;

    /// As words in the order of the fields.
    #[must_use]
    pub const fn words(&self) -> [u32; Self::WORDS] {
        let mut out = [0; Self::WORDS];
        let head = [
            self.entry,
            self.stack.start,
            self.stack.end,
            self.ram.start,
            self.ram.end,
            self.flash.start,
            self.flash.end,
            self.status,
            self.peers,
        ];
        let mut i = 0;
        while i < head.len() {
            out[i] = head[i];
            i += 1;
        }
        let mut r = 0;
        while r < REGIONS {
            out[i + 2 * r] = self.regions[r].base;
            out[i + 2 * r + 1] = self.regions[r].attributes;
            r += 1;
        }
        out
    }
}

/// What tells one node from others with the same image, and one start from the next: a block of bytes in the flash of the
/// node that is no part of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The first session of starts of this block: more than any of an earlier one.
    pub session: u64,
    /// What the node's random numbers come from; all ones if there is none.
    pub key: [u8; 32],
}

impl Identity {
    /// Bytes of the block: [`MAGIC`](Self::MAGIC), [`VERSION`](Self::VERSION) (4 bytes, little endian as all numbers here), 4 bytes of
    /// nothing, the session (8 bytes), the key.
    pub const BYTES: usize = 56;
    /// What the block begins with.
    pub const MAGIC: [u8; 8] = *b"ambc-id\n";
    /// Of this form.
    pub const VERSION: u32 = 1;
    /// Of a node whose flash holds no block.
    pub const NONE: Self = Self { session: 1, key: Self::NO_KEY };
    /// What erased flash holds.
    pub const NO_KEY: [u8; 32] = [0xff; 32];

    /// Reads a block; one that is none, or of another version, is [`NONE`](Self::NONE).
    #[must_use]
    pub fn parse(block: &[u8; Self::BYTES]) -> Self {
        let number = |at: usize, len: usize| {
            block[at..at + len].iter().rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte))
        };
        if block[..8] != Self::MAGIC || number(8, 4) != u64::from(Self::VERSION) {
            return Self::NONE;
        }
        let mut key = Self::NO_KEY;
        key.copy_from_slice(&block[24..]);
        Self { session: number(16, 8).max(1), key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_says_who_the_node_is() {
        let mut block = [0xff; Identity::BYTES];
        assert_eq!(Identity::parse(&block), Identity::NONE);
        block[..8].copy_from_slice(&Identity::MAGIC);
        assert_eq!(Identity::parse(&block), Identity::NONE, "another version");
        block[8..12].copy_from_slice(&[1, 0, 0, 0]);
        block[16..24].copy_from_slice(&[2, 1, 0, 0, 0, 0, 0, 0x80]);
        assert_eq!(
            Identity::parse(&block),
            Identity { session: 0x8000_0000_0000_0102, key: Identity::NO_KEY }
        );
        block[16..24].fill(0);
        block[24..].fill(7);
        assert_eq!(Identity::parse(&block), Identity { session: 1, key: [7; 32] });
    }

    #[test]
    fn a_span_holds_what_lies_inside() {
        let span = Span { start: 0x100, end: 0x200 };
        assert!(span.holds(0x100, 0x100) && span.holds(0x200, 0) && span.holds(0x1ff, 1));
        assert!(!span.holds(0xff, 1) && !span.holds(0x1ff, 2) && !span.holds(0x201, 0));
        assert!(!span.holds(0x180, u32::MAX) && !span.holds(u32::MAX, u32::MAX));
    }

    #[test]
    fn words_are_in_the_order_of_the_fields() {
        let mut layout = GroupLayout {
            entry: 1,
            stack: Span { start: 2, end: 3 },
            ram: Span { start: 4, end: 5 },
            flash: Span { start: 6, end: 7 },
            status: 8,
            peers: 9,
            ..GroupLayout::default()
        };
        layout.regions[0] = Region { base: 10, attributes: 11 };
        layout.regions[7] = Region { base: 12, attributes: 13 };
        let words = layout.words();
        assert_eq!(words[..11], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(words[GroupLayout::WORDS - 2..], [12, 13]);
    }
}
