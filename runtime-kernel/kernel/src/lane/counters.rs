//! What a caller's end has seen: calls, failures, how long they took.
use core::cell::Cell;

/// Counters of one edge, private to the calling group.
#[derive(Debug)]
pub struct Counters {
    calls: Cell<u32>,
    errors: Cell<u32>,
    buckets: [Cell<u32>; Counters::BUCKETS],
}

impl Counters {
    /// Buckets of the histogram; fewer where RAM is short. Bucket `i` counts answers that took less than `2^(i + FIRST)` ns
    /// and not less than half of that; the first and the last also count what lies beyond them.
    pub const BUCKETS: usize = if cfg!(target_pointer_width = "64") { 24 } else { 12 };
    /// See [`BUCKETS`](Self::BUCKETS).
    pub const FIRST: u32 = if cfg!(target_pointer_width = "64") { 8 } else { 12 };

    pub(crate) const fn new() -> Self {
        Self { calls: Cell::new(0), errors: Cell::new(0), buckets: [const { Cell::new(0) }; Self::BUCKETS] }
    }

    /// Calls begun.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// Calls that ended with a `CallError`; an error that the interface declares is an answer.
    #[must_use]
    pub fn errors(&self) -> u32 {
        self.errors.get()
    }

    /// The histogram of answered calls.
    #[must_use]
    pub fn histogram(&self) -> [u32; Self::BUCKETS] {
        core::array::from_fn(|i| self.buckets[i].get())
    }

    /// An upper bound, in ns, of the time that `share` (0 to 100) percent of the answered calls took; 0 without calls.
    #[must_use]
    pub fn percentile(&self, share: u32) -> u64 {
        percentile(&self.histogram(), share)
    }

    pub(crate) fn begun(&self) {
        self.calls.set(self.calls.get().wrapping_add(1));
    }

    pub(crate) fn failed(&self) {
        self.errors.set(self.errors.get().wrapping_add(1));
    }

    pub(crate) fn answered(&self, nanoseconds: u64) {
        let log = 64 - nanoseconds.leading_zeros();
        let bucket = (log.saturating_sub(Self::FIRST) as usize).min(Self::BUCKETS - 1);
        self.buckets[bucket].set(self.buckets[bucket].get().wrapping_add(1));
    }
}

/// [`Counters::percentile`] of a histogram that was taken earlier, or in another process.
#[must_use]
pub fn percentile(histogram: &[u32; Counters::BUCKETS], share: u32) -> u64 {
    let total: u64 = histogram.iter().map(|&n| u64::from(n)).sum();
    let wanted = (total * u64::from(share)).div_ceil(100).max(1);
    let mut seen = 0;
    for (i, &n) in histogram.iter().enumerate() {
        seen += u64::from(n);
        if seen >= wanted {
            return 1 << (i as u32 + Counters::FIRST);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::Counters;

    #[test]
    fn latencies_fall_into_log2_buckets() {
        let counters = Counters::new();
        for ns in [0, 255, 256, 511, 512, u64::MAX] {
            counters.answered(ns);
        }
        let histogram = counters.histogram();
        assert_eq!(histogram[..3], [2, 2, 1]);
        assert_eq!(histogram[Counters::BUCKETS - 1], 1);
        assert_eq!((counters.percentile(50), counters.percentile(60)), (512, 512));
        assert_eq!(counters.percentile(80), 1024);
        assert_eq!(Counters::new().percentile(50), 0);
    }
}
