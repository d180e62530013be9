//! Whether somebody who shows that he is awake by counting still does.
//!
//! A sleeper does not count, and is right not to. So each look begins by waking him: whoever has then not counted once within
//! the limit is stuck, whoever has was awake or asleep, and both are well.

/// Watches one counter.
#[derive(Clone, Copy, Debug)]
pub struct Watchdog {
    /// In ns; 0 never barks.
    limit: u64,
    beat: u32,
    /// When a beat after `beat` must have come.
    due: Option<u64>,
}

/// What [`Watchdog::look`] wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing yet.
    Wait,
    /// Wake whoever is watched.
    Wake,
    /// He did not count within the limit.
    Stuck,
}

impl Watchdog {
    /// A watchdog that lets `limit` ns pass without a beat; 0 for none.
    #[must_use]
    pub const fn new(limit: u64) -> Self {
        Self { limit, beat: 0, due: None }
    }

    /// Its limit in ns.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// Watches somebody new, from the next look on.
    pub fn reset(&mut self) {
        self.due = None;
    }

    /// When to look next; `None` before the first look and without a limit.
    #[must_use]
    pub fn next_timer(&self) -> Option<u64> {
        self.due
    }

    /// What is to be done at `now`, with the counter at `beat`.
    pub fn look(&mut self, now: u64, beat: u32) -> Look {
        if self.limit == 0 || self.due.is_some_and(|due| now < due) {
            return Look::Wait;
        }
        if self.due.is_some() && beat == self.beat {
            self.due = None;
            return Look::Stuck;
        }
        (self.beat, self.due) = (beat, Some(now.saturating_add(self.limit)));
        Look::Wake
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Watchdog};

    #[test]
    fn who_counts_is_well_and_who_does_not_is_stuck() {
        let mut dog = Watchdog::new(10);
        assert_eq!(dog.next_timer(), None);
        assert_eq!((dog.look(0, 5), dog.next_timer()), (Look::Wake, Some(10)));
        assert_eq!(dog.look(9, 5), Look::Wait);
        assert_eq!(dog.look(10, 6), Look::Wake);
        assert_eq!(dog.look(19, 6), Look::Wait);
        assert_eq!(dog.look(20, 6), Look::Stuck);
        dog.reset();
        assert_eq!((dog.look(25, 6), dog.look(35, 0)), (Look::Wake, Look::Wake));
    }

    #[test]
    fn a_counter_may_wrap_and_time_may_end() {
        let mut dog = Watchdog::new(1);
        assert_eq!((dog.look(0, u32::MAX), dog.look(1, 0)), (Look::Wake, Look::Wake));
        assert_eq!((dog.look(u64::MAX, 1), dog.next_timer()), (Look::Wake, Some(u64::MAX)));
    }

    #[test]
    fn none_never_barks() {
        let mut dog = Watchdog::new(0);
        assert_eq!((dog.look(0, 0), dog.look(u64::MAX, 0), dog.next_timer()), (Look::Wait, Look::Wait, None));
    }

    /// Somebody who sleeps unless he is woken, and takes up to `reaction` to count then, is never called stuck if that is below
    /// the limit; whoever stops for good is found within two limits.
    #[test]
    fn sleepers_are_never_taken_for_stuck_and_the_stuck_are_found() {
        for (limit, reaction) in [(10, 9), (10, 0), (1000, 999), (2, 1)] {
            let (mut dog, mut beat, mut counts_at, mut found) = (Watchdog::new(limit), 0_u32, None, None);
            let stops = 20 * limit + 3;
            for now in 0..24 * limit {
                if counts_at.is_some_and(|at| at <= now) && now < stops {
                    (beat, counts_at) = (beat + 1, None);
                }
                match dog.look(now, beat) {
                    Look::Wait => {}
                    Look::Wake => counts_at = Some(now + reaction),
                    Look::Stuck => {
                        found = Some(now);
                        break;
                    }
                }
            }
            let found = found.expect("it stopped");
            assert!(found >= stops && found <= stops + 2 * limit, "{limit} {reaction} {found}");
        }
    }
}
