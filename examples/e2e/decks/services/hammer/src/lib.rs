//! Calls without end in sight, and counts how calls end.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use core::fmt::{self, Write as _};
use core::time::Duration;
use trial::Counter;

/// What it works with.
#[derive(Debug)]
pub struct Needs<C, L, T> {
    /// Answers.
    pub counter: C,
    /// Where the outcome is written.
    pub log: L,
    /// Waits between calls.
    pub timer: T,
}

/// What it does.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Its number among the callers.
    pub id: u16,
    /// How many calls.
    pub calls: u32,
    /// Between two calls.
    pub pause: Duration,
    /// Also sends messages that need fragments.
    pub large: bool,
}

/// Calls `counter`.
#[derive(Debug)]
pub struct Service<C, L, T> {
    needs: Needs<C, L, T>,
    params: Params,
}

#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    ok: u32,
    restarted: u32,
    timeout: u32,
    unreachable: u32,
    other: u32,
    /// Calls that went well after the last that did not.
    ok_since: u32,
}

impl Outcome {
    fn count(&mut self, result: Result<(), CallError>) {
        match result {
            Ok(()) => {
                self.ok += 1;
                self.ok_since += 1;
                return;
            }
            Err(CallError::Restarted) => self.restarted += 1,
            Err(CallError::Timeout) => self.timeout += 1,
            Err(CallError::Unreachable) => self.unreachable += 1,
            Err(_) => self.other += 1,
        }
        self.ok_since = 0;
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ok={} restarted={} timeout={} unreachable={} other={} ok_since={}",
            self.ok, self.restarted, self.timeout, self.unreachable, self.other, self.ok_since
        )
    }
}

impl<C: Counter, L: Logger, T: Timer> Service<C, L, T> {
    /// Calls nothing yet.
    pub fn new(needs: Needs<C, L, T>, params: Params) -> Self {
        Self { needs, params }
    }

    async fn one(&self, number: u32) -> Result<(), CallError> {
        self.needs.counter.bump(self.params.id, number).await?;
        if self.params.large && number.is_multiple_of(10) {
            let data = [3; 20_000];
            if self.needs.counter.sum(Bulk::from(&data[..])).await? != 60_000 {
                return Err(CallError::Malformed);
            }
        }
        Ok(())
    }

    async fn say(&self, text: fmt::Arguments<'_>) {
        let mut line = ambience::String::<200>::new();
        // What does not fit is cut: a log line is for people.
        let _ = line.write_fmt(text);
        let _ = self.needs.log.log(Level::Info, &line).await;
    }
}

impl<C: Counter, L: Logger, T: Timer> Run for Service<C, L, T> {
    async fn run(&self) -> Result<(), impl fmt::Display> {
        let mut outcome = Outcome::default();
        for number in 0..self.params.calls {
            outcome.count(self.one(number).await);
            if !self.params.pause.is_zero() {
                self.needs.timer.sleep(self.params.pause.as_micros() as u64).await?;
            }
        }
        let tally = self.needs.counter.tally(self.params.id).await?;
        self.say(format_args!("hammered: {outcome} ran={} repeated={}", tally.ran, tally.repeated)).await;
        Ok::<(), CallError>(())
    }
}
