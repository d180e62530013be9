//! Numbers for `ambience::random`: what ports share, and a generator for those without one of their own.

/// A number below `limit`, each as likely: numbers from the incomplete last stretch are drawn again. 0 if `limit` is 0.
pub fn below(limit: u64, mut next: impl FnMut() -> u64) -> u64 {
    if limit == 0 {
        return 0;
    }
    let whole = u64::MAX - (u64::MAX % limit + 1) % limit;
    loop {
        let drawn = next();
        if drawn <= whole {
            return drawn % limit;
        }
    }
}

/// ChaCha20 as a generator: the key stream of RFC 8439 under a key, with the nonce as the number of the start.
///
/// It is as unpredictable as its key is secret, and no more: without a key, everybody can compute every number of every start. No
/// number comes again while starts are counted.
#[derive(Clone, Debug)]
pub struct Generator {
    state: [u32; 16],
    /// Bytes of the present block, and how many of them were given out.
    block: [u8; 64],
    used: usize,
}

const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

impl Generator {
    /// The generator of the start `start` of a node, under its key.
    #[must_use]
    pub fn new(key: &[u8; 32], start: u64) -> Self {
        let word = |i: usize| u32::from_le_bytes([key[i], key[i + 1], key[i + 2], key[i + 3]]);
        let mut state = [0; 16];
        state[..4].copy_from_slice(&CONSTANTS);
        (0..8).for_each(|i| state[4 + i] = word(4 * i));
        // 64 bits for the block, as Bernstein's original has it: it never ends.
        (state[14], state[15]) = (start as u32, (start >> 32) as u32);
        Self { state, block: [0; 64], used: 64 }
    }

    /// 64 bits.
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// Fresh bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.byte())
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            self.refill();
        }
        // What was given out is gone: who reads this memory later learns nothing of it.
        let byte = core::mem::take(&mut self.block[self.used]);
        self.used += 1;
        byte
    }

    fn refill(&mut self) {
        let mut work = self.state;
        for _ in 0..10 {
            for i in 0..4 {
                quarter(&mut work, [i, i + 4, i + 8, i + 12]);
            }
            for i in 0..4 {
                quarter(&mut work, [i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4]);
            }
        }
        for (bytes, (a, b)) in self.block.chunks_exact_mut(4).zip(work.iter().zip(&self.state)) {
            bytes.copy_from_slice(&a.wrapping_add(*b).to_le_bytes());
        }
        self.used = 0;
        let blocks = (u64::from(self.state[13]) << 32 | u64::from(self.state[12])).wrapping_add(1);
        (self.state[12], self.state[13]) = (blocks as u32, (blocks >> 32) as u32);
    }
}

fn quarter(s: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    for (left, right) in [(16, 12), (8, 7)] {
        s[a] = s[a].wrapping_add(s[b]);
        s[d] = (s[d] ^ s[a]).rotate_left(left);
        s[c] = s[c].wrapping_add(s[d]);
        s[b] = (s[b] ^ s[c]).rotate_left(right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_the_limit_is_as_likely() {
        let mut drawn = [u64::MAX, u64::MAX - 1, 7].into_iter();
        // 2^64 is 1 more than a multiple of 3, so the last number is drawn again.
        assert_eq!(below(3, || drawn.next().unwrap()), (u64::MAX - 1) % 3);
        assert_eq!(below(0, || 5), 0);
        assert_eq!(below(1, || 5), 0);
        assert_eq!(below(u64::MAX, || 5), 5);
        assert_eq!(below(1 << 63, || u64::MAX), (1 << 63) - 1);
    }

    /// RFC 8439, appendix A.1, test vectors 1 and 2: all zero, block 0 and block 1.
    #[test]
    fn the_stream_is_the_published_one() {
        let mut generator = Generator::new(&[0; 32], 0);
        assert_eq!(generator.bytes(), [0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90]);
        let _: [u8; 56] = generator.bytes();
        assert_eq!(generator.bytes(), [0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a]);
    }

    /// The same appendix, test vector 3: the key ends in 1.
    #[test]
    fn another_key_or_start_is_another_stream() {
        let mut key = [0; 32];
        key[31] = 1;
        let mut generator = Generator::new(&key, 0);
        let _: [u8; 64] = generator.bytes();
        assert_eq!(generator.bytes(), [0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92]);
        let streams = [(key, 0), (key, 1), (key, 1 << 40), ([0; 32], 0)];
        let firsts = streams.map(|(key, start)| Generator::new(&key, start).number());
        assert!((0..4).all(|i| (0..i).all(|j| firsts[i] != firsts[j])));
    }
}
