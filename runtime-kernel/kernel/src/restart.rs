//! When a group that died is started again.

/// How patient a supervisor is. Times in ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Wait after the first death of a run of deaths.
    pub first: u64,
    /// Wait after the second; doubles from there.
    pub second: u64,
    /// The longest wait.
    pub longest: u64,
    /// A group that ran this long has proven itself: its next death is a first one.
    pub proven: u64,
}

const MS: u64 = 1_000_000;

impl Default for Policy {
    fn default() -> Self {
        Self { first: 10 * MS, second: 100 * MS, longest: 10_000 * MS, proven: 30_000 * MS }
    }
}

/// The record of one group.
#[derive(Clone, Copy, Debug, Default)]
pub struct Restarts {
    policy: Policy,
    started: u64,
    wait: u64,
    count: u32,
}

impl Restarts {
    /// A group that has never run.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy, started: 0, wait: 0, count: 0 }
    }

    /// The group runs since `now`.
    pub fn started(&mut self, now: u64) {
        self.started = now;
    }

    /// The group died at `now`; when to start it again.
    pub fn died(&mut self, now: u64) -> u64 {
        let ran = now.saturating_sub(self.started);
        let fresh = self.wait == 0 || ran >= self.policy.proven;
        self.wait = match self.wait {
            _ if fresh => self.policy.first,
            wait if wait <= self.policy.first => self.policy.second,
            wait => wait.saturating_mul(2),
        };
        self.wait = self.wait.min(self.policy.longest).max(1);
        self.count = self.count.saturating_add(1);
        now.saturating_add(self.wait)
    }

    /// How often it died.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::{MS, Policy, Restarts};

    /// Starts the group at each time it is told to, lets it run for `ran` and returns the waits in ms.
    fn waits<const N: usize>(restarts: &mut Restarts, now: &mut u64, ran: u64) -> [u64; N] {
        core::array::from_fn(|_| {
            restarts.started(*now);
            *now += ran;
            let died = *now;
            *now = restarts.died(died);
            (*now - died) / MS
        })
    }

    #[test]
    fn waits_double_to_ten_seconds_and_start_over_after_thirty_good_ones() {
        let (mut restarts, mut now) = (Restarts::new(Policy::default()), 7);
        let doubling = [10, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000];
        assert_eq!(waits(&mut restarts, &mut now, 5 * MS), doubling);
        assert_eq!(waits(&mut restarts, &mut now, 29_999 * MS), [10_000]);
        assert_eq!(waits(&mut restarts, &mut now, 30_000 * MS), [10]);
        assert_eq!(waits(&mut restarts, &mut now, 0), [100, 200]);
        assert_eq!(restarts.count(), 14);
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let mut restarts = Restarts::new(Policy::default());
        assert_eq!(restarts.died(u64::MAX), u64::MAX);
    }
}
