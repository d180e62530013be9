//! Which thread runs next: priority within rounds of budgets.
//!
//! Every thread has a budget for each round. The ready thread that comes first in the order and has budget left runs; when no
//! ready thread has any, a new round begins. So the order decides who is first, and no ready thread waits longer than the
//! sum of the others' budgets, whatever they do.

/// Threads at most: one for each user group, and the kernel group.
pub const THREADS: usize = 32;

/// The scheduler's view of the threads. Places count from the first in the order; place 0 is the kernel group's.
#[derive(Debug)]
pub struct Scheduler {
    ready: u32,
    /// Whose budget of this round is not used up.
    funded: u32,
    /// Clock cycles left in this round.
    left: [u32; THREADS],
    /// Clock cycles for each round.
    budget: u32,
}

impl Scheduler {
    /// Nobody is ready. `budget`: clock cycles of each thread for each round.
    #[must_use]
    pub const fn new(budget: u32) -> Self {
        Self { ready: 0, funded: u32::MAX, left: [budget; THREADS], budget }
    }

    /// The thread has something to do.
    pub fn wake(&mut self, place: usize) {
        self.ready |= 1 << place;
    }

    /// The thread waits.
    pub fn block(&mut self, place: usize) {
        self.ready &= !(1 << place);
    }

    /// Whether the thread has something to do.
    #[must_use]
    pub const fn is_ready(&self, place: usize) -> bool {
        self.ready >> place & 1 != 0
    }

    /// The thread ran for so many clock cycles.
    pub fn charge(&mut self, place: usize, cycles: u32) {
        self.left[place] = self.left[place].saturating_sub(cycles);
        if self.left[place] == 0 {
            self.funded &= !(1 << place);
        }
    }

    /// Who runs now; `None` if nobody is ready. Begins a new round if nobody who is ready has budget left.
    pub fn pick(&mut self) -> Option<usize> {
        if self.ready == 0 {
            return None;
        }
        if self.ready & self.funded == 0 {
            self.funded = u32::MAX;
            self.left = [self.budget; THREADS];
        }
        Some((self.ready & self.funded).trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_in_the_order_runs_while_it_has_budget() {
        let mut s = Scheduler::new(10);
        assert_eq!(s.pick(), None);
        s.wake(3);
        s.wake(1);
        assert_eq!(s.pick(), Some(1));
        s.charge(1, 9);
        assert_eq!(s.pick(), Some(1));
        s.charge(1, 1);
        assert_eq!(s.pick(), Some(3));
        s.block(3);
        assert_eq!(s.pick(), Some(1), "alone, it begins a new round");
    }

    #[test]
    fn who_wakes_within_its_budget_comes_before_those_behind_it() {
        let mut s = Scheduler::new(10);
        s.wake(5);
        assert_eq!(s.pick(), Some(5));
        s.wake(0);
        assert_eq!(s.pick(), Some(0));
        s.charge(0, 10);
        assert_eq!(s.pick(), Some(5), "used up: however often it wakes, others have their turn");
    }

    proptest! {
        /// A thread that stays ready runs after at most the others' budgets, whatever the others do.
        #[test]
        fn nobody_waits_longer_than_the_budgets_of_the_others(
            steps in prop::collection::vec((0usize..8, any::<bool>(), 1u32..40), 1..400),
            patient in 0usize..8,
        ) {
            const BUDGET: u32 = 100;
            let mut s = Scheduler::new(BUDGET);
            s.wake(patient);
            let mut waited = 0;
            for (who, wakes, ran) in steps {
                if who != patient {
                    if wakes { s.wake(who) } else { s.block(who) }
                }
                let next = s.pick().expect("the patient one is ready");
                s.charge(next, ran);
                waited = if next == patient { 0 } else { waited + ran };
                // Each of the seven may overrun its budget by less than one stretch.
                prop_assert!(waited < 2 * 7 * (BUDGET + 40), "waited {waited}");
            }
        }
    }
}
