//! Counts calls, and those that ran twice.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use core::cell::RefCell;
use core::future::pending;
use trial::{Counter, Receipt, Tally};

/// Callers that are told apart.
const CALLERS: usize = 16;
/// Numbers of one caller that are remembered: a repeated call comes soon after the first.
const REMEMBERED: usize = 256;

#[derive(Clone, Copy, Debug)]
struct Caller {
    ran: u32,
    repeated: u32,
    held: u32,
    recent: [u32; REMEMBERED],
}

/// What tells it from others.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// In what it answers.
    pub id: u16,
}

/// The counts of every caller.
#[derive(Debug)]
pub struct Service {
    id: u16,
    callers: RefCell<[Caller; CALLERS]>,
}

impl Service {
    /// Nothing ran yet.
    pub fn new(params: Params) -> Self {
        let none = Caller { ran: 0, repeated: 0, held: 0, recent: [u32::MAX; REMEMBERED] };
        Self { id: params.id, callers: RefCell::new([none; CALLERS]) }
    }

    fn with<R>(&self, caller: u16, act: impl FnOnce(&mut Caller) -> R) -> R {
        let mut all = self.callers.borrow_mut();
        act(&mut all[usize::from(caller) % CALLERS])
    }
}

impl Counter for Service {
    async fn bump(&self, caller: u16, number: u32) -> Result<Receipt, CallError> {
        let ran = self.with(caller, |c| {
            if c.recent.contains(&number) {
                c.repeated += 1;
            }
            c.recent[c.ran as usize % REMEMBERED] = number;
            c.ran += 1;
            c.ran
        });
        Ok(Receipt { by: self.id, ran })
    }

    async fn hold(&self, caller: u16) -> Result<(), CallError> {
        self.with(caller, |c| c.held += 1);
        pending().await
    }

    async fn sum(&self, data: Bulk<'_, u8>) -> Result<u32, CallError> {
        Ok(data.as_slice().iter().map(|b| u32::from(*b)).sum())
    }

    async fn tally(&self, caller: u16) -> Result<Tally, CallError> {
        Ok(self.with(caller, |c| Tally { ran: c.ran, repeated: c.repeated, held: c.held }))
    }
}
