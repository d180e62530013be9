//! The first bytes of a connection: who speaks, and to whom.
//! ```text
//! 0 "ambc"  4 version u32  8 from u64  16 to u64      little-endian
//! ```
//! A name is the id of a node, the id of an export, or a number that a client outside made up.

/// Bytes of a hello.
pub(super) const HELLO: usize = 24;

const MAGIC: [u8; 8] = *b"ambc\x01\0\0\0";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hello {
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Hello {
    pub(super) fn encode(self) -> [u8; HELLO] {
        let mut bytes = [0; HELLO];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.from.to_le_bytes());
        bytes[16..].copy_from_slice(&self.to.to_le_bytes());
        bytes
    }

    /// `None` for anything else than a hello of this version.
    pub(super) fn decode(bytes: &[u8; HELLO]) -> Option<Self> {
        let number = |at: usize| bytes[at..].first_chunk().map(|b| u64::from_le_bytes(*b));
        (bytes[..8] == MAGIC).then_some(Self { from: number(8)?, to: number(16)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hellos_come_back_and_nothing_else_is_one() {
        let hello = Hello { from: 7, to: u64::MAX };
        let bytes = hello.encode();
        assert_eq!(Hello::decode(&bytes), Some(hello));
        for bit in 0..64 {
            let mut bad = bytes;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Hello::decode(&bad), None);
        }
    }
}
