//! The bytes that flash is to hold, by address.

use object::elf::{FileHeader32, PT_LOAD};
use object::read::elf::{FileHeader as _, ProgramHeader as _};
use object::{Endianness, read};

/// What flash holds where nothing was written.
pub(super) const ERASED: u8 = 0xff;

/// Pieces in the order of their addresses; none touches another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flash {
    pub pieces: Vec<Piece>,
}

/// Bytes from an address on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub address: u32,
    pub bytes: Vec<u8>,
}

impl Flash {
    /// What an ELF file loads, by the addresses that it is loaded to.
    pub(super) fn of(elf: &[u8]) -> read::Result<Self> {
        let header = FileHeader32::<Endianness>::parse(elf)?;
        let endian = header.endian()?;
        let mut pieces = Vec::new();
        for segment in header.program_headers(endian, elf)? {
            let bytes = segment.data(endian, elf).unwrap_or_default();
            if segment.p_type(endian) == PT_LOAD && !bytes.is_empty() {
                pieces.push(Piece { address: segment.p_paddr(endian), bytes: bytes.to_vec() });
            }
        }
        Ok(Self::new(pieces))
    }

    /// Sorts them, and joins those that follow each other.
    pub(super) fn new(mut pieces: Vec<Piece>) -> Self {
        pieces.sort_by_key(|p| p.address);
        let mut out: Vec<Piece> = Vec::new();
        for piece in pieces {
            match out.last_mut().filter(|last| last.end() == u64::from(piece.address)) {
                Some(last) => last.bytes.extend(piece.bytes),
                None => out.push(piece),
            }
        }
        Self { pieces: out }
    }

    /// From the first address to the last, with what erased flash holds in between.
    pub(super) fn flat(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let start = self.pieces.first().map_or(0, |p| p.address);
        for piece in &self.pieces {
            out.resize((piece.address - start) as usize, ERASED);
            out.extend(&piece.bytes);
        }
        out
    }
}

impl Piece {
    pub(super) fn end(&self) -> u64 {
        u64::from(self.address) + self.bytes.len() as u64
    }
}
