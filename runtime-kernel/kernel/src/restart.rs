//! When a group that died is started again, and when not any more.

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
    /// How many restarts are enough; `None`: no number is.
    pub limit: Option<Limit>,
}

/// So many restarts within a time, and what happens at the death after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Restarts.
    pub restarts: u32,
    /// The time, in ns.
    pub window: u64,
    /// What happens then.
    pub then: Then,
}

/// What happens when a group has been restarted too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stays down; calls to it fail at once.
    Stop,
    /// The whole node starts anew.
    Reboot,
}

/// What to do about a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Start it again at this time.
    Again(u64),
    /// The limit is reached.
    Enough(Limit),
}

const MS: u64 = 1_000_000;

impl Policy {
    /// Without a limit: 10 ms, then 100 ms, doubling to 10 s; 30 s of good work start that over.
    pub const DEFAULT: Self =
        Self { first: 10 * MS, second: 100 * MS, longest: 10_000 * MS, proven: 30_000 * MS, limit: None };

    /// The same with waits that double from `first` to `longest`.
    #[must_use]
    pub const fn backoff(self, first: u64, longest: u64) -> Self {
        Self { first, second: first.saturating_mul(2), longest, ..self }
    }

    /// The same with at most so many restarts within `window`.
    #[must_use]
    pub const fn limit(self, restarts: u32, window: u64, then: Then) -> Self {
        Self { limit: Some(Limit { restarts, window, then }), ..self }
    }

    /// Entries of the history that [`Restarts`] needs.
    #[must_use]
    pub const fn history(&self) -> usize {
        match self.limit {
            Some(limit) => limit.restarts as usize,
            None => 0,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The record of one group.
#[derive(Debug)]
pub struct Restarts<'h> {
    policy: Policy,
    /// When it was to be started again: the last times, as many as the limit counts; a ring.
    history: &'h mut [u64],
    started: u64,
    wait: u64,
    count: u32,
}

impl<'h> Restarts<'h> {
    /// A group that has never run.
    ///
    /// # Panics
    /// If `history` does not have [`Policy::history`] entries.
    #[must_use]
    pub fn new(policy: Policy, history: &'h mut [u64]) -> Self {
        assert!(history.len() == policy.history(), "one entry for each restart that the limit counts");
        Self { policy, history, started: 0, wait: 0, count: 0 }
    }

    /// The group runs since `now`.
    pub fn started(&mut self, now: u64) {
        self.started = now;
    }

    /// The group died at `now`.
    pub fn died(&mut self, now: u64) -> Verdict {
        if let Some(limit) = self.policy.limit.filter(|limit| self.reached(limit, now)) {
            return Verdict::Enough(limit);
        }
        self.wait = self.next_wait(now);
        let at = now.saturating_add(self.wait);
        if !self.history.is_empty() {
            self.history[self.count as usize % self.history.len()] = at;
        }
        self.count = self.count.saturating_add(1);
        Verdict::Again(at)
    }

    /// Whether the oldest of the counted restarts lies within the window before `now`.
    fn reached(&self, limit: &Limit, now: u64) -> bool {
        let oldest = self.count as usize % self.history.len().max(1);
        self.count >= limit.restarts
            && self.history.get(oldest).is_none_or(|at| now.saturating_sub(*at) < limit.window)
    }

    fn next_wait(&self, now: u64) -> u64 {
        let ran = now.saturating_sub(self.started);
        let fresh = self.wait == 0 || ran >= self.policy.proven;
        let wait = match self.wait {
            _ if fresh => self.policy.first,
            wait if wait <= self.policy.first => self.policy.second,
            wait => wait.saturating_mul(2),
        };
        wait.min(self.policy.longest).max(1)
    }

    /// How often it was to be started again.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, MS, Policy, Restarts, Then, Verdict};
    use std::vec::Vec;

    /// Lets the group run for `ran` from `now`; when it is to be started again.
    fn live(restarts: &mut Restarts<'_>, now: u64, ran: u64) -> Verdict {
        restarts.started(now);
        restarts.died(now + ran)
    }

    /// Starts the group at each time it is told to, lets it run for `ran` and returns the waits in ms.
    fn waits<const N: usize>(restarts: &mut Restarts<'_>, now: &mut u64, ran: u64) -> [u64; N] {
        core::array::from_fn(|_| match live(restarts, *now, ran) {
            Verdict::Again(at) => {
                let wait = at - (*now + ran);
                *now = at;
                wait / MS
            }
            Verdict::Enough(_) => panic!("there is no limit"),
        })
    }

    #[test]
    fn waits_double_to_ten_seconds_and_start_over_after_thirty_good_ones() {
        let (mut restarts, mut now) = (Restarts::new(Policy::DEFAULT, &mut []), 7);
        let doubling = [10, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000];
        assert_eq!(waits(&mut restarts, &mut now, 5 * MS), doubling);
        assert_eq!(waits(&mut restarts, &mut now, 29_999 * MS), [10_000]);
        assert_eq!(waits(&mut restarts, &mut now, 30_000 * MS), [10]);
        assert_eq!(waits(&mut restarts, &mut now, 0), [100, 200]);
        assert_eq!(restarts.count(), 14);
    }

    #[test]
    fn a_declared_backoff_doubles_from_its_first_wait() {
        let policy = Policy::DEFAULT.backoff(100 * MS, 1000 * MS);
        let (mut restarts, mut now) = (Restarts::new(policy, &mut []), 0);
        assert_eq!(waits(&mut restarts, &mut now, 0), [100, 200, 400, 800, 1000, 1000]);
    }

    #[test]
    fn the_death_after_the_limit_is_enough_and_one_after_the_window_is_not() {
        let policy = Policy::DEFAULT.backoff(MS, MS).limit(2, 100 * MS, Then::Reboot);
        let enough = Verdict::Enough(Limit { restarts: 2, window: 100 * MS, then: Then::Reboot });
        let mut history = [0; 2];
        let mut restarts = Restarts::new(policy, &mut history);
        assert_eq!(live(&mut restarts, 0, MS), Verdict::Again(2 * MS));
        assert_eq!(live(&mut restarts, 2 * MS, MS), Verdict::Again(4 * MS));
        assert_eq!(live(&mut restarts, 4 * MS, 0), enough);
        assert_eq!(live(&mut restarts, 4 * MS, 97 * MS), enough);
        assert_eq!(live(&mut restarts, 4 * MS, 98 * MS), Verdict::Again(103 * MS));
        assert_eq!(live(&mut restarts, 103 * MS, 0), enough);
    }

    #[test]
    fn a_limit_of_nothing_is_reached_by_the_first_death() {
        let policy = Policy::DEFAULT.limit(0, 1, Then::Stop);
        assert!(matches!(Restarts::new(policy, &mut []).died(0), Verdict::Enough(_)));
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        assert_eq!(Restarts::new(Policy::DEFAULT, &mut []).died(u64::MAX), Verdict::Again(u64::MAX));
    }

    /// Whatever a group does: no window ever holds more restarts than the limit, a group is given up only if it does hold
    /// that many, and every wait is between the first and the longest.
    #[test]
    fn no_window_holds_more_restarts_than_the_limit() {
        let mut seed = 0x9e37_79b9_u64;
        let mut below = |n: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % n
        };
        for _ in 0..500 {
            let (restarts, window) = (1 + below(8) as u32, 1 + below(1000));
            let (first, longest) = (1 + below(20), 21 + below(100));
            let policy = Policy { proven: 1 + below(500), ..Policy::DEFAULT };
            let policy = policy.backoff(first, longest).limit(restarts, window, Then::Stop);
            let mut history = std::vec![0; policy.history()];
            let (mut record, mut starts, mut now) = (Restarts::new(policy, &mut history), Vec::new(), 0);
            for _ in 0..50 {
                let died = now + below(300);
                record.started(now);
                let counted = starts.iter().filter(|at| died - **at < window).count();
                match record.died(died) {
                    Verdict::Again(at) => {
                        assert!(counted < restarts as usize, "{policy:?} {starts:?} {died}");
                        assert!((first..=longest).contains(&(at - died)), "{policy:?} {died} {at}");
                        starts.push(at);
                        now = at;
                    }
                    Verdict::Enough(_) => {
                        assert_eq!(counted, restarts as usize, "{policy:?} {starts:?} {died}");
                        now = died + below(300);
                    }
                }
            }
        }
    }
}
