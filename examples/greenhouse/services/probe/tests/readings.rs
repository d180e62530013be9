//! What a probe sends, and what it does if nobody takes it.

use ambience::{CallError, Failure, Run, Timer};
use climate::{AccountError, Reading, Sink};
use examples_tests::fake::{Lines, now};
use probe::{ATTEMPTS, EVERY_US, Needs, Params, Service, temperature};
use std::cell::{Cell, RefCell};

/// Takes everything, except while it is away.
#[derive(Default)]
struct Account {
    taken: RefCell<Vec<Reading>>,
    finished: RefCell<Vec<u32>>,
    /// So many messages get lost from now on.
    away: Cell<u32>,
    full: bool,
}

impl Account {
    fn there(&self) -> Result<(), Failure<AccountError>> {
        if self.full {
            return Err(AccountError::Full.into());
        }
        match self.away.get().checked_sub(1) {
            None => Ok(()),
            Some(left) => {
                self.away.set(left);
                Err(Failure::Call(CallError::Timeout))
            }
        }
    }
}

impl Sink for Account {
    async fn report(&self, reading: &Reading) -> Result<(), Failure<AccountError>> {
        self.there()?;
        self.taken.borrow_mut().push(*reading);
        Ok(())
    }

    async fn finish(&self, probe: u32) -> Result<(), Failure<AccountError>> {
        self.there()?;
        self.finished.borrow_mut().push(probe);
        Ok(())
    }
}

/// Time passes at once.
#[derive(Default)]
struct Clock(Cell<u64>);

impl Timer for Clock {
    async fn now(&self) -> Result<u64, CallError> {
        Ok(self.0.get())
    }

    async fn sleep(&self, duration_us: u64) -> Result<(), CallError> {
        self.0.set(self.0.get() + duration_us);
        Ok(())
    }

    async fn sleep_until(&self, at_us: u64) -> Result<(), CallError> {
        self.0.set(at_us);
        Ok(())
    }
}

fn run(out: &Account, clock: &Clock) -> (Result<(), String>, Vec<String>) {
    let log = Lines::default();
    let needs = Needs { out, timer: clock, log: &log };
    let params = Params { id: 7, label: "probe 7", readings: 3 };
    let end = now(Service::new(needs, params).run()).map_err(|why| why.to_string());
    (end, log.0.take())
}

#[test]
fn it_sends_its_readings_and_says_when_it_is_done() {
    let (out, clock) = (Account::default(), Clock::default());
    assert_eq!(run(&out, &clock), (Ok(()), vec!["Info probe 7: 3 readings sent as 7".to_owned()]));
    let sent: Vec<_> = out.taken.take().iter().map(|r| (r.probe, r.number, r.temperature)).collect();
    assert_eq!(sent, [0, 1, 2].map(|n| (7, n, temperature(7, n))));
    assert_eq!((out.finished.take(), clock.0.get()), (vec![7], 3 * EVERY_US));
}

#[test]
fn a_lost_message_is_sent_again_but_not_for_ever() {
    let out = Account { away: Cell::new(ATTEMPTS - 1), ..Account::default() };
    let (end, log) = run(&out, &Clock::default());
    assert_eq!((end, log.len(), out.taken.borrow().len()), (Ok(()), ATTEMPTS as usize, 3));
    out.away.set(ATTEMPTS);
    let why = format!("nobody takes its readings: {}", CallError::Timeout);
    assert_eq!(run(&out, &Clock::default()).0, Err(why));
}

#[test]
fn a_refusal_ends_it() {
    let out = Account { full: true, ..Account::default() };
    assert_eq!(
        run(&out, &Clock::default()).0,
        Err(format!("its readings are refused: {}", AccountError::Full))
    );
}

#[test]
fn places_differ_and_noon_is_warmer() {
    assert_ne!(temperature(1, 0), temperature(2, 0));
    assert!(temperature(3, 12) > temperature(3, 0));
    assert_eq!(temperature(3, 24), temperature(3, 0));
}
