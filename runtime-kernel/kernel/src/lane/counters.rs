//! What a caller's end has seen: calls, failures, how long they took.
use ambc_abi::CallError;
use core::cell::Cell;

/// Counters of one edge, private to the calling group. As wide as a machine word, so that they cost one addition.
#[derive(Debug)]
pub struct Counters {
    calls: Cell<usize>,
    errors: [Cell<usize>; CallError::ALL.len()],
    buckets: [Cell<usize>; Counters::BUCKETS],
}

/// What [`Counters`] held at one time, or what several of them held together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls begun.
    pub calls: u64,
    /// Calls that ended with a `CallError`, by its place in [`CallError::ALL`]; an error that the interface declares is an
    /// answer.
    pub errors: [u64; CallError::ALL.len()],
    /// Answered calls by [their time](Counters::BUCKETS).
    pub histogram: [u64; Counters::BUCKETS],
}

impl Counters {
    /// Buckets of the histogram; fewer where RAM is short. Bucket `i` counts answers that took less than `2^(i + FIRST)` ns
    /// and not less than half of that; the first and the last also count what lies beyond them.
    pub const BUCKETS: usize = if cfg!(target_pointer_width = "64") { 24 } else { 12 };
    /// See [`BUCKETS`](Self::BUCKETS). Where there are few, they are spent on what a small processor and a radio take: from 66 us to
    /// 134 ms.
    pub const FIRST: u32 = if cfg!(target_pointer_width = "64") { 8 } else { 16 };

    pub(crate) const fn new() -> Self {
        Self {
            calls: Cell::new(0),
            errors: [const { Cell::new(0) }; CallError::ALL.len()],
            buckets: [const { Cell::new(0) }; Self::BUCKETS],
        }
    }

    /// What they hold now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            calls: self.calls() as u64,
            errors: core::array::from_fn(|i| self.errors[i].get() as u64),
            histogram: core::array::from_fn(|i| self.buckets[i].get() as u64),
        }
    }

    /// Calls begun.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    pub(crate) fn begun(&self) {
        increment(&self.calls);
    }

    pub(crate) fn failed(&self, error: CallError) {
        increment(&self.errors[error as usize - 1]);
    }

    pub(crate) fn answered(&self, nanoseconds: u64) {
        let log = 64 - nanoseconds.leading_zeros();
        let bucket = (log.saturating_sub(Self::FIRST) as usize).min(Self::BUCKETS - 1);
        increment(&self.buckets[bucket]);
    }
}

fn increment(count: &Cell<usize>) {
    count.set(count.get().wrapping_add(1));
}

impl Counts {
    /// Errors of all kinds.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.errors.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }

    /// Answered calls took less than this many ns if they are counted in bucket `bucket`.
    #[must_use]
    pub const fn bound(bucket: usize) -> u64 {
        1 << (bucket as u32 + Counters::FIRST)
    }

    /// An upper bound, in ns, of the time that `share` (0 to 100) percent of the answered calls took; 0 without any.
    #[must_use]
    pub fn percentile(&self, share: u32) -> u64 {
        let total = self.histogram.iter().fold(0_u128, |sum, &n| sum + u128::from(n));
        let wanted = (total * u128::from(share)).div_ceil(100).max(1);
        let mut seen = 0;
        let reaches = |&n: &u64| {
            seen += u128::from(n);
            seen >= wanted
        };
        self.histogram.iter().position(reaches).map_or(0, Self::bound)
    }

    /// Adds what others counted of the same edge. Numbers that nobody can have counted stay at the largest.
    pub fn add(&mut self, other: &Self) {
        let sum = |to: &mut u64, from: &u64| *to = to.saturating_add(*from);
        sum(&mut self.calls, &other.calls);
        self.errors.iter_mut().zip(&other.errors).for_each(|(to, from)| sum(to, from));
        self.histogram.iter_mut().zip(&other.histogram).for_each(|(to, from)| sum(to, from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn latencies_fall_into_log2_buckets() {
        let counters = Counters::new();
        for ns in [0, 255, 256, 511, 512, u64::MAX] {
            counters.answered(ns);
        }
        let counts = counters.counts();
        assert_eq!(counts.histogram[..3], [2, 2, 1]);
        assert_eq!(counts.histogram[Counters::BUCKETS - 1], 1);
        assert_eq!((counts.percentile(50), counts.percentile(60)), (512, 512));
        assert_eq!(counts.percentile(80), 1024);
        assert_eq!(Counts::default().percentile(50), 0);
    }

    #[test]
    fn errors_are_counted_by_kind() {
        let counters = Counters::new();
        for error in CallError::ALL.into_iter().chain([CallError::Restarted]) {
            counters.failed(error);
        }
        assert_eq!(counters.counts().errors, [1, 1, 1, 1, 1, 1, 2, 1]);
        assert_eq!(counters.counts().failures(), 9);
    }

    #[test]
    fn numbers_of_a_hostile_group_are_survived() {
        let mut all =
            Counts { calls: u64::MAX, errors: [u64::MAX; 8], histogram: [u64::MAX; Counters::BUCKETS] };
        all.add(&all.clone());
        assert_eq!((all.calls, all.failures()), (u64::MAX, u64::MAX));
        assert_eq!(all.percentile(100), Counts::bound(Counters::BUCKETS - 1));
    }

    proptest! {
        /// The bound is no less than the time at that place among the sorted times, and less than twice it.
        #[test]
        fn a_percentile_bounds_the_sorted_times(
            mut times in proptest::collection::vec(Counts::bound(0)..Counts::bound(Counters::BUCKETS - 1), 1..200),
            share in 1..=100_u32,
        ) {
            let counters = Counters::new();
            times.iter().for_each(|&ns| counters.answered(ns));
            times.sort_unstable();
            let exact = times[(times.len() * share as usize).div_ceil(100) - 1];
            let bound = counters.counts().percentile(share);
            prop_assert!(exact < bound && bound <= 2 * exact, "{exact} {bound}");
        }

        /// Halves counted apart and added are the whole.
        #[test]
        fn sums_lose_nothing(times in proptest::collection::vec(0..u64::MAX, 0..100), at in 0..100_usize) {
            let count = |times: &[u64]| {
                let counters = Counters::new();
                times.iter().for_each(|&ns| { counters.begun(); counters.answered(ns); });
                counters.counts()
            };
            let (first, second) = times.split_at(at.min(times.len()));
            let mut sum = count(first);
            sum.add(&count(second));
            prop_assert_eq!(sum, count(&times));
        }
    }
}
