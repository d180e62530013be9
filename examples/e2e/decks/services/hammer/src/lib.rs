//! Calls without end in sight, and counts how calls end.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use core::cell::Cell;
use core::fmt::{self, Write as _};
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use trial::{Counter, Receipt};

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
    /// How many calls, after all trouble.
    pub calls: u32,
    /// How often calls are in trouble before.
    pub troubles: u32,
    /// Keeps a call in the callee meanwhile.
    pub hold: bool,
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
    outcome: Cell<Outcome>,
    last: Cell<Option<Result<Receipt, CallError>>>,
    troubles: Cell<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    ok: u32,
    restarted: u32,
    timeout: u32,
    unreachable: u32,
    other: u32,
    /// Calls that stayed in the callee until it died.
    held: u32,
    /// Calls that went well after the last that did not.
    ok_since: u32,
}

impl Outcome {
    fn count(&mut self, result: Result<Receipt, CallError>) {
        match result {
            Ok(_) => {
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
            "ok={} restarted={} timeout={} unreachable={} other={} held={} ok_since={}",
            self.ok, self.restarted, self.timeout, self.unreachable, self.other, self.held, self.ok_since
        )
    }
}

impl<C: Counter, L: Logger, T: Timer> Service<C, L, T> {
    /// Calls nothing yet.
    pub fn new(needs: Needs<C, L, T>, params: Params) -> Self {
        let (outcome, last, troubles) = (Cell::default(), Cell::new(None), Cell::new(0));
        Self { needs, params, outcome, last, troubles }
    }

    async fn hammer(&self) -> Result<(), CallError> {
        let mut left = self.params.calls;
        for number in 0.. {
            if self.troubles.get() >= self.params.troubles {
                let Some(fewer) = left.checked_sub(1) else { break };
                left = fewer;
            }
            let result = self.one(number).await;
            self.count(|outcome| outcome.count(result));
            if self.params.troubles > 0 {
                self.notice(result).await;
            }
            if !self.params.pause.is_zero() {
                self.needs.timer.sleep(self.params.pause.as_micros() as u64).await?;
            }
        }
        Ok(())
    }

    async fn one(&self, number: u32) -> Result<Receipt, CallError> {
        let receipt = self.needs.counter.bump(self.params.id, number).await?;
        if self.params.large && number.is_multiple_of(10) {
            let data = [3; 20_000];
            if self.needs.counter.sum(Bulk::from(&data[..])).await? != 60_000 {
                return Err(CallError::Malformed);
            }
        }
        Ok(receipt)
    }

    /// Says who answers when that changes, and from time to time.
    async fn notice(&self, result: Result<Receipt, CallError>) {
        let last = self.last.replace(Some(result));
        match (last, result) {
            (Some(Ok(before)), Ok(now)) if before.by == now.by && before.ran + 1 == now.ran => {
                if now.ran.is_multiple_of(100) {
                    self.say(format_args!("{} goes on answering: {}", now.by, now.ran)).await;
                }
            }
            (_, Ok(now)) => {
                if last.is_some() && !self.params.hold {
                    self.troubles.set(self.troubles.get() + 1);
                }
                self.say(format_args!("now {} answers: {}", now.by, now.ran)).await;
            }
            (Some(Err(before)), Err(now)) if before == now => {}
            (_, Err(error)) => self.say(format_args!("now calls end as {error:?}")).await,
        }
    }

    /// A callee after the other has a call that stays.
    async fn hold(&self) {
        while self.params.hold && self.troubles.get() < self.params.troubles {
            let held = async {
                let end = self.needs.counter.hold(self.params.id).await;
                self.count(|outcome| outcome.held += u32::from(end == Err(CallError::Restarted)));
            };
            both(held, self.say_held()).await;
            self.troubles.set(self.troubles.get() + 1);
        }
    }

    async fn say_held(&self) {
        while !self.needs.counter.tally(self.params.id).await.is_ok_and(|tally| tally.held > 0) {
            // No sleep is no harm: it asks once more.
            let _ = self.needs.timer.sleep(1_000).await;
        }
        self.say(format_args!("a call stays after {} deaths", self.troubles.get())).await;
    }

    fn count(&self, how: impl FnOnce(&mut Outcome)) {
        let mut outcome = self.outcome.get();
        how(&mut outcome);
        self.outcome.set(outcome);
    }

    async fn say(&self, text: fmt::Arguments<'_>) {
        let mut line = ambience::String::<200>::new();
        // What does not fit is cut: a log line is for people.
        let _ = line.write_fmt(text);
        let _ = self.needs.log.log(Level::Info, &line).await;
    }
}

/// Ends when both have. Dropping it drops both.
async fn both<A>(a: impl Future<Output = A>, b: impl Future<Output = ()>) -> A {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, false);
    poll_fn(|cx| {
        if first.is_none()
            && let Poll::Ready(out) = a.as_mut().poll(cx)
        {
            first = Some(out);
        }
        second = second || b.as_mut().poll(cx).is_ready();
        if second && first.is_some() {
            first.take().map_or(Poll::Pending, Poll::Ready)
        } else {
            Poll::Pending
        }
    })
    .await
}

impl<C: Counter, L: Logger, T: Timer> Run for Service<C, L, T> {
    async fn run(&self) -> Result<(), impl fmt::Display> {
        both(self.hammer(), self.hold()).await?;
        let tally = self.needs.counter.tally(self.params.id).await?;
        let (outcome, ran, repeated) = (self.outcome.get(), tally.ran, tally.repeated);
        self.say(format_args!("hammered: {outcome} ran={ran} repeated={repeated}")).await;
        Ok::<(), CallError>(())
    }
}
