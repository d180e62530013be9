//! Decisions by a seed: the same seed, the same decisions.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Seeded {
    /// `salt` makes two users of one seed decide differently.
    #[must_use]
    pub const fn new(seed: u64, salt: u64) -> Self {
        Self(seed ^ salt.wrapping_mul(STEP))
    }

    /// True for `part` of all calls, 0 to 1.
    pub fn chance(&mut self, part: f64) -> bool {
        part > 0.0 && ((self.next() >> 11) as f64) < part * (1u64 << 53) as f64
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
