//! Lives as its habit says, and answers as long as it lives.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use core::future::pending;
use core::time::Duration;
use trial::{Counter, Habit, Receipt, Tally};

/// What it works with.
#[derive(Debug)]
pub struct Needs<H, T> {
    /// Is told how it does.
    pub health: H,
    /// Waits.
    pub timer: T,
}

/// How it lives.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// What becomes of it.
    pub habit: Habit,
    /// How long it does well.
    pub good: Duration,
}

/// An instance with a habit.
#[derive(Debug)]
pub struct Service<H, T> {
    needs: Needs<H, T>,
    params: Params,
}

/// Time within which it promises to say again that it is alive: far more than it takes, also on a loaded machine.
const PROMISE_US: u64 = 60_000_000;

impl<H: Health, T: Timer> Service<H, T> {
    /// Does well.
    pub fn new(needs: Needs<H, T>, params: Params) -> Self {
        Self { needs, params }
    }

    async fn for_a_while(&self) -> Result<(), CallError> {
        self.needs.timer.sleep(self.params.good.as_micros() as u64).await
    }

    async fn live(&self) -> Result<(), CallError> {
        loop {
            self.needs.health.alive(PROMISE_US).await?;
            self.for_a_while().await?;
        }
    }
}

impl<H: Health, T: Timer> Run for Service<H, T> {
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        self.needs.health.report(Condition::Good, "up").await?;
        match self.params.habit {
            Habit::Sleepy => return Ok(()),
            Habit::Sound => self.live().await?,
            Habit::Silent => {
                self.needs.health.alive(self.params.good.as_micros() as u64).await?;
                self.needs.health.report(Condition::Degraded, "tired").await?;
                return Ok(());
            }
            Habit::Mortal | Habit::Stuck => self.for_a_while().await?,
        }
        assert!(self.params.habit == Habit::Stuck, "its time has come");
        loop {
            core::hint::spin_loop();
        }
        #[expect(unreachable_code, reason = "says which errors the calls above have")]
        Ok::<(), CallError>(())
    }
}

impl<H: Health, T: Timer> Counter for Service<H, T> {
    async fn bump(&self, _: u16, number: u32) -> Result<Receipt, CallError> {
        Ok(Receipt { by: 0, ran: number })
    }

    async fn hold(&self, _: u16) -> Result<(), CallError> {
        pending().await
    }

    async fn sum(&self, data: Bulk<'_, u8>) -> Result<u32, CallError> {
        Ok(data.as_slice().iter().map(|b| u32::from(*b)).sum())
    }

    async fn tally(&self, _: u16) -> Result<Tally, CallError> {
        Ok(Tally { ran: 0, repeated: 0, held: 0 })
    }
}
