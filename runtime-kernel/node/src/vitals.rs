//! How the instances of a node do, as they say themselves, and what is due when one says it no more.
//!
//! The health services of the kernel group write here, the loop of the node reads: both run on its one thread.

use ambc_kernel::spec::Side;
use ambience::Condition;
use core::cell::{Cell, RefCell};

/// Everything that instances reported: a list of [`Patient`]s in the order in which they were admitted.
#[derive(Debug, Default)]
pub struct Vitals {
    first: Cell<Option<&'static Patient>>,
}

/// An instance that reports. Its memory is the port's.
#[derive(Debug)]
pub struct Patient {
    label: &'static str,
    side: Side,
    /// The last condition it reported, and the reason it gave.
    told: RefCell<Option<(Condition, Reason)>>,
    /// When it must have called `alive` again, and the time it gave.
    due: Cell<Option<(u64, u64)>>,
    next: Cell<Option<&'static Patient>>,
}

/// Longest reason in bytes, as the interface says.
pub const MAX_REASON: usize = 100;
/// Why a condition is what it is.
pub type Reason = heapless::String<MAX_REASON>;

/// An instance that called `alive` and then stopped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    /// Its name.
    pub label: &'static str,
    /// Where it runs.
    pub side: Side,
    /// The time it gave itself, in ns.
    pub within: u64,
}

impl Patient {
    /// Instance `label`, which runs at `side` and has said nothing.
    #[must_use]
    pub const fn new(label: &'static str, side: Side) -> Self {
        Self { label, side, told: RefCell::new(None), due: Cell::new(None), next: Cell::new(None) }
    }

    /// Notes a condition; true if it is another than before. A reason that is too long is not noted.
    pub fn report(&self, condition: Condition, reason: &str) -> bool {
        let reason = Reason::try_from(reason).unwrap_or_default();
        let before = self.told.replace(Some((condition, reason)));
        before.is_none_or(|(before, _)| before != condition)
    }

    /// Notes at `now` that it is alive, and will say so again within `within` ns.
    pub fn alive(&self, now: u64, within: u64) {
        self.due.set(Some((now.saturating_add(within), within)));
    }
}

impl Vitals {
    /// From now on `patient` is looked after.
    pub fn admit(&self, patient: &'static Patient) {
        match self.patients().last() {
            Some(last) => last.next.set(Some(patient)),
            None => self.first.set(Some(patient)),
        }
    }

    fn patients(&self) -> impl Iterator<Item = &'static Patient> {
        core::iter::successors(self.first.get(), |patient| patient.next.get())
    }

    /// Name, condition and reason of every instance that reported, in the order in which they were admitted.
    pub fn conditions(&self) -> impl Iterator<Item = (&'static str, Condition, Reason)> {
        self.patients().filter_map(|p| {
            let (condition, reason) = p.told.borrow().clone()?;
            Some((p.label, condition, reason))
        })
    }

    /// Forgets what the instances at `side` said: their group is gone.
    pub fn forget(&self, side: Side) {
        for patient in self.patients().filter(|p| p.side == side) {
            patient.told.replace(None);
            patient.due.set(None);
        }
    }

    /// An instance whose time has passed; each is named once, until it calls `alive` again.
    pub fn take_silent(&self, now: u64) -> Option<Silent> {
        let is_late = |p: &&Patient| p.due.get().is_some_and(|(at, _)| at <= now);
        let late = self.patients().find(|p| is_late(p))?;
        let (_, within) = late.due.take()?;
        Some(Silent { label: late.label, side: late.side, within })
    }

    /// When [`Self::take_silent`] names somebody next.
    pub fn next_timer(&self) -> Option<u64> {
        self.patients().filter_map(|p| p.due.get()).map(|(at, _)| at).min()
    }
}

/// As events and the log write it.
#[must_use]
pub const fn word(condition: Condition) -> &'static str {
    match condition {
        Condition::Good => "good",
        Condition::Degraded => "degraded",
        Condition::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient(label: &'static str, side: Side) -> &'static Patient {
        Box::leak(Box::new(Patient::new(label, side)))
    }

    #[test]
    fn a_change_is_news_once() {
        let (vitals, lens) = (Vitals::default(), patient("lens", Side::Group(0)));
        vitals.admit(lens);
        assert!(lens.report(Condition::Degraded, "fog"));
        assert!(!lens.report(Condition::Degraded, "still fog"));
        assert!(lens.report(Condition::Good, ""));
        assert_eq!(vitals.conditions().collect::<Vec<_>>(), [("lens", Condition::Good, Reason::new())]);
    }

    #[test]
    fn silence_is_noticed_once_and_only_of_who_has_spoken() {
        let vitals = Vitals::default();
        let (a, quiet) = (patient("a", Side::Group(0)), patient("b", Side::Kernel));
        vitals.admit(a);
        vitals.admit(quiet);
        assert_eq!((vitals.next_timer(), vitals.take_silent(u64::MAX)), (None, None));
        a.alive(100, 50);
        a.alive(120, 50);
        assert_eq!((vitals.next_timer(), vitals.take_silent(169)), (Some(170), None));
        assert_eq!(vitals.take_silent(170), Some(Silent { label: "a", side: Side::Group(0), within: 50 }));
        assert_eq!((vitals.next_timer(), vitals.take_silent(u64::MAX)), (None, None));
    }

    #[test]
    fn what_a_dead_group_said_is_forgotten() {
        let (vitals, a) = (Vitals::default(), patient("a", Side::Group(0)));
        vitals.admit(a);
        a.report(Condition::Failed, "x");
        a.alive(u64::MAX, u64::MAX);
        vitals.forget(Side::Group(1));
        assert!(vitals.next_timer().is_some());
        vitals.forget(Side::Group(0));
        assert!(vitals.next_timer().is_none() && vitals.conditions().next().is_none());
        assert!(a.report(Condition::Failed, "x"), "a new life has said nothing yet");
    }
}
