//! The course of a node from its start to its end, in which nobody waits for others without a bound.

/// Where a node is on its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not all of its groups serve.
    Starting,
    /// They do.
    Serving,
    /// User groups run their `Stop` hooks.
    GroupsStop,
    /// Then the kernel group.
    KernelStops,
}

/// How long user groups get for their `Stop` hooks, and the kernel group for its own.
const GROUPS_STOP_NS: u64 = 2_000_000_000;
const KERNEL_STOP_NS: u64 = 1_000_000_000;

/// The course.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    phase: Phase,
    /// When the present phase of stopping ends at the latest.
    patience: u64,
    /// It stops to start anew.
    reboots: bool,
}

impl Course {
    /// A node that starts.
    pub const START: Self = Self { phase: Phase::Starting, patience: u64::MAX, reboots: false };

    /// Where it is.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether it stops to start anew.
    #[must_use]
    pub const fn reboots(&self) -> bool {
        self.reboots
    }

    /// All groups serve; true if that is news.
    pub fn serve(&mut self) -> bool {
        let news = self.phase == Phase::Starting;
        if news {
            self.phase = Phase::Serving;
        }
        news
    }

    /// It is asked to stop, for good; true if its groups are to be asked now.
    pub fn stop(&mut self, now: u64) -> bool {
        self.reboots = false;
        self.begin_to_stop(now)
    }

    /// It has to start anew; true if its groups are to be asked to stop now. A node that ends anyway just ends.
    pub fn reboot(&mut self, now: u64) -> bool {
        let begins = self.begin_to_stop(now);
        self.reboots |= begins;
        begins
    }

    fn begin_to_stop(&mut self, now: u64) -> bool {
        let begins = matches!(self.phase, Phase::Starting | Phase::Serving);
        if begins {
            (self.phase, self.patience) = (Phase::GroupsStop, now.saturating_add(GROUPS_STOP_NS));
        }
        begins
    }

    /// User groups run no more, or have had their time: true if those that are left are to be ended now, and it is the kernel
    /// group's turn.
    pub fn groups_over(&mut self, now: u64, any_running: bool) -> bool {
        let over = self.phase == Phase::GroupsStop && (!any_running || now >= self.patience);
        if over {
            (self.phase, self.patience) = (Phase::KernelStops, now.saturating_add(KERNEL_STOP_NS));
        }
        over
    }

    /// Whether the node has nothing left to do but end. `done`: so have the `Stop` hooks of the kernel group.
    #[must_use]
    pub fn is_over(&self, now: u64, done: bool) -> bool {
        self.phase == Phase::KernelStops && (done || now >= self.patience)
    }

    /// When patience ends; `None` for a node that does not stop.
    #[must_use]
    pub fn next_timer(&self) -> Option<u64> {
        (self.patience != u64::MAX).then_some(self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_of_stopping_has_its_time() {
        let mut course = Course::START;
        assert!(course.serve() && !course.serve());
        assert_eq!((course.next_timer(), course.groups_over(u64::MAX, false)), (None, false));
        assert!(course.stop(10) && !course.stop(11));
        assert_eq!(course.next_timer(), Some(10 + GROUPS_STOP_NS));
        assert!(!course.groups_over(9 + GROUPS_STOP_NS, true) && !course.is_over(u64::MAX, true));
        let late = 10 + GROUPS_STOP_NS;
        assert!(course.groups_over(late, true) && !course.groups_over(late, true));
        assert!(!course.is_over(late, false) && course.is_over(late, true));
        assert!(course.is_over(late + KERNEL_STOP_NS, false));
    }

    #[test]
    fn groups_that_ended_are_not_waited_for() {
        let mut course = Course::START;
        assert!(course.stop(0) && course.groups_over(1, false));
        assert!(course.is_over(1, true) && !course.reboots());
    }

    #[test]
    fn who_ends_anyway_does_not_start_anew_and_the_word_of_a_person_counts_more() {
        let mut course = Course::START;
        course.stop(0);
        assert!(!course.reboot(1) && !course.reboots());
        let mut course = Course::START;
        assert!(course.reboot(0) && course.reboots());
        assert!(!course.stop(1) && !course.reboots());
    }
}
