//! Cyclic redundancy checks of 32 bits, a byte at a time: frames on serial lines and records on disk.

/// One such check: its table.
#[derive(Debug)]
pub struct Crc([u32; 256]);

/// That of Ethernet and zip.
pub static CRC32: Crc = Crc::new(0xedb8_8320);
/// Castagnoli's, CRC-32C.
pub static CRC32C: Crc = Crc::new(0x82f6_3b78);

impl Crc {
    /// Of a polynomial with its bits in reverse.
    const fn new(polynomial: u32) -> Self {
        let (mut table, mut i) = ([0; 256], 0);
        while i < 256 {
            let (mut crc, mut bit) = (i as u32, 0);
            while bit < 8 {
                crc = (crc >> 1) ^ (polynomial & (crc & 1).wrapping_neg());
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        Self(table)
    }

    /// The check of these pieces, one behind the other.
    #[must_use]
    pub fn of(&self, pieces: &[&[u8]]) -> u32 {
        let bytes = pieces.iter().copied().flatten();
        !bytes.fold(u32::MAX, |crc, byte| self.0[usize::from(crc as u8 ^ byte)] ^ (crc >> 8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_are_the_known_ones() {
        assert_eq!(CRC32.of(&[b"123456789"]), 0xcbf4_3926);
        assert_eq!(CRC32C.of(&[b"123456789"]), 0xe306_9283);
        assert_eq!(CRC32C.of(&[b"1234", b"56789"]), 0xe306_9283);
    }
}
