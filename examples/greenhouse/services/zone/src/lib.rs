//! Sums up what the probes of one zone measure, and passes the sum on when a probe is done.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use climate::{AccountError, Reading, Sink, Summary, Totals};
use core::cell::RefCell;

/// Probes that it keeps account of.
pub const MOST: usize = 64;

/// What it works with.
#[derive(Debug)]
pub struct Needs<O> {
    /// Where the sum goes.
    pub out: O,
}

/// Which zone it is.
#[derive(Debug)]
pub struct Params {
    /// Passed on with the sum.
    pub id: u32,
}

/// A zone.
#[derive(Debug)]
pub struct Service<O> {
    needs: Needs<O>,
    id: u32,
    probes: RefCell<Vector<Probe, MOST>>,
}

/// What is known of one probe.
#[derive(Debug)]
struct Probe {
    id: u32,
    /// Number of the next reading: readings of a probe come in order, as it waits for the answer to each.
    next: u32,
    sum: i64,
    lowest: i32,
    highest: i32,
    finished: bool,
}

impl Probe {
    fn new(id: u32) -> Self {
        Self { id, next: 0, sum: 0, lowest: i32::MAX, highest: i32::MIN, finished: false }
    }

    fn add(&mut self, reading: &Reading) {
        if reading.number >= self.next {
            self.next = reading.number.saturating_add(1);
            self.sum += i64::from(reading.temperature);
            self.lowest = self.lowest.min(reading.temperature);
            self.highest = self.highest.max(reading.temperature);
        }
    }
}

impl<O: Totals> Service<O> {
    /// Knows no probe yet.
    pub fn new(needs: Needs<O>, params: Params) -> Self {
        Self { needs, id: params.id, probes: RefCell::default() }
    }

    fn with(&self, id: u32, change: impl FnOnce(&mut Probe)) -> Result<(), AccountError> {
        let mut probes = self.probes.borrow_mut();
        let at = match probes.iter().position(|p| p.id == id) {
            Some(at) => at,
            None => {
                probes.push(Probe::new(id)).map_err(|_| AccountError::Full)?;
                probes.len() - 1
            }
        };
        change(&mut probes[at]);
        Ok(())
    }

    /// Of the probes that are done.
    fn summary(&self) -> Summary {
        let none = Summary { probes: 0, readings: 0, sum: 0, lowest: i32::MAX, highest: i32::MIN };
        self.probes.borrow().iter().filter(|p| p.finished).fold(none, |all, p| Summary {
            probes: all.probes + 1,
            readings: all.readings + p.next,
            sum: all.sum + p.sum,
            lowest: all.lowest.min(p.lowest),
            highest: all.highest.max(p.highest),
        })
    }
}

impl<O: Totals> Sink for Service<O> {
    async fn report(&self, reading: &Reading) -> Result<(), Failure<AccountError>> {
        Ok(self.with(reading.probe, |probe| probe.add(reading))?)
    }

    async fn finish(&self, probe: u32) -> Result<(), Failure<AccountError>> {
        self.with(probe, |probe| probe.finished = true)?;
        self.needs.out.update(self.id, &self.summary()).await
    }
}
