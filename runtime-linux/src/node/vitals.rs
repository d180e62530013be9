//! How the instances of a node do, as they say themselves, and what is due when one says it no more.
//!
//! The health services of the kernel group write here, the loop of the node reads: both run on its one thread.

use crate::spec::Side;
use ambc_node::control::OneLine;
use ambience::Condition;
use core::cell::RefCell;

/// Everything that instances reported.
#[derive(Debug, Default)]
pub(crate) struct Vitals {
    patients: RefCell<Vec<Patient>>,
    news: RefCell<Vec<String>>,
}

#[derive(Debug)]
struct Patient {
    label: &'static str,
    side: Side,
    /// The last condition it reported, and the reason it gave.
    condition: Option<(Condition, String)>,
    /// When it must have called `alive` again, and the time it gave.
    due: Option<(u64, u64)>,
}

/// An instance that called `alive` and then stopped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silent {
    pub(crate) label: &'static str,
    pub(crate) side: Side,
    /// The time it gave itself, in ns.
    pub(crate) within: u64,
}

impl Vitals {
    /// A record for `label`, which runs at `side`.
    pub(crate) fn admit(&self, label: &'static str, side: Side) -> usize {
        let mut patients = self.patients.borrow_mut();
        patients.push(Patient { label, side, condition: None, due: None });
        patients.len() - 1
    }

    /// Notes a condition; true if it is another than before.
    pub(crate) fn report(&self, patient: usize, condition: Condition, reason: &str) -> bool {
        let mut patients = self.patients.borrow_mut();
        let patient = &mut patients[patient];
        let before = patient.condition.replace((condition, reason.to_owned()));
        if before.is_some_and(|(before, _)| before == condition) {
            return false;
        }
        let line = OneLine(format_args!("health {} {} {reason}", patient.label, word(condition))).to_string();
        self.news.borrow_mut().push(line);
        true
    }

    /// Name, condition and reason of every instance that reported, in the order in which they were admitted.
    pub(crate) fn conditions(&self) -> Vec<(&'static str, Condition, String)> {
        let patients = self.patients.borrow();
        let reported = patients.iter().filter_map(|p| Some((p.label, p.condition.as_ref()?)));
        reported.map(|(label, (condition, reason))| (label, *condition, reason.clone())).collect()
    }

    /// Notes at `now` that it is alive, and will say so again within `within` ns.
    pub(crate) fn alive(&self, patient: usize, now: u64, within: u64) {
        self.patients.borrow_mut()[patient].due = Some((now.saturating_add(within), within));
    }

    /// Forgets what the instances at `side` said: their process is gone.
    pub(crate) fn forget(&self, side: Side) {
        for patient in self.patients.borrow_mut().iter_mut().filter(|p| p.side == side) {
            (patient.condition, patient.due) = (None, None);
        }
    }

    /// The instances whose time has passed; each is named once, until it calls `alive` again.
    pub(crate) fn silent(&self, now: u64) -> Vec<Silent> {
        let mut patients = self.patients.borrow_mut();
        let late = patients.iter_mut().filter(|p| p.due.is_some_and(|(at, _)| at <= now));
        late.filter_map(|p| p.due.take().map(|(_, within)| Silent { label: p.label, side: p.side, within }))
            .collect()
    }

    /// When [`Self::silent`] names somebody next.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        self.patients.borrow().iter().filter_map(|p| p.due).map(|(at, _)| at).min()
    }

    /// What the control socket was not told yet.
    pub(crate) fn take_news(&self) -> Vec<String> {
        self.news.take()
    }
}

/// As the control socket and the log write it.
pub(crate) fn word(condition: Condition) -> &'static str {
    match condition {
        Condition::Good => "good",
        Condition::Degraded => "degraded",
        Condition::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_news_once() {
        let vitals = Vitals::default();
        let lens = vitals.admit("lens", Side::Group(0));
        assert!(vitals.report(lens, Condition::Degraded, "fog\non it"));
        assert!(!vitals.report(lens, Condition::Degraded, "still fog"));
        assert!(vitals.report(lens, Condition::Good, ""));
        assert_eq!(vitals.take_news(), ["health lens degraded fog on it", "health lens good "]);
        assert_eq!(vitals.conditions(), [("lens", Condition::Good, String::new())]);
        assert!(vitals.take_news().is_empty());
    }

    #[test]
    fn silence_is_noticed_once_and_only_of_who_has_spoken() {
        let vitals = Vitals::default();
        let (a, _quiet) = (vitals.admit("a", Side::Group(0)), vitals.admit("b", Side::Kernel));
        assert_eq!((vitals.next_timer(), vitals.silent(u64::MAX).len()), (None, 0));
        vitals.alive(a, 100, 50);
        vitals.alive(a, 120, 50);
        assert_eq!((vitals.next_timer(), vitals.silent(169).len()), (Some(170), 0));
        assert_eq!(vitals.silent(170), [Silent { label: "a", side: Side::Group(0), within: 50 }]);
        assert_eq!((vitals.next_timer(), vitals.silent(u64::MAX).len()), (None, 0));
    }

    #[test]
    fn what_a_dead_process_said_is_forgotten() {
        let vitals = Vitals::default();
        let a = vitals.admit("a", Side::Group(0));
        vitals.report(a, Condition::Failed, "x");
        vitals.alive(a, u64::MAX, u64::MAX);
        vitals.forget(Side::Group(1));
        assert!(vitals.next_timer().is_some());
        vitals.forget(Side::Group(0));
        assert!(vitals.next_timer().is_none() && vitals.conditions().is_empty());
        assert!(vitals.report(a, Condition::Failed, "x"), "a new process has said nothing yet");
    }
}
