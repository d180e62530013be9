//! Keeps the sums of several zones and logs the whole.
#![no_std]
#![forbid(unsafe_code)]

use ambience::String;
use ambience::prelude::*;
use climate::{AccountError, Summary, Totals};
use core::cell::RefCell;
use core::fmt::{self, Write};

/// Zones that it keeps account of.
pub const MOST: usize = 32;

/// What it works with.
#[derive(Debug)]
pub struct Needs<L> {
    /// Told of each change.
    pub log: L,
}

/// What is known of all zones.
#[derive(Debug)]
pub struct Service<L> {
    needs: Needs<L>,
    zones: RefCell<Vector<(u32, Summary), MOST>>,
}

impl<L: Logger> Service<L> {
    /// Knows no zone yet.
    pub fn new(needs: Needs<L>) -> Self {
        Self { needs, zones: RefCell::default() }
    }

    /// True if that is news: what was sent later may arrive first.
    fn keep(&self, zone: u32, summary: Summary) -> Result<bool, AccountError> {
        let mut zones = self.zones.borrow_mut();
        match zones.iter_mut().find(|(id, _)| *id == zone) {
            Some((_, known)) if known.probes >= summary.probes => return Ok(false),
            Some((_, known)) => *known = summary,
            None => zones.push((zone, summary)).map_err(|_| AccountError::Full)?,
        }
        Ok(true)
    }
}

impl<L: Logger> Totals for Service<L> {
    async fn update(&self, zone: u32, summary: &Summary) -> Result<(), Failure<AccountError>> {
        if self.keep(zone, *summary)? {
            let mut line = String::<160>::new();
            let written = write!(line, "{}", Whole(&self.zones.borrow()));
            debug_assert!(written.is_ok(), "seven numbers fit");
            self.needs.log.info(&line).await.ok();
        }
        Ok(())
    }
}

/// All zones as one line.
struct Whole<'a>(&'a [(u32, Summary)]);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut probes, mut readings, mut sum) = (0, 0, 0);
        let (mut lowest, mut highest) = (i32::MAX, i32::MIN);
        for (_, zone) in self.0 {
            (probes, readings, sum) = (probes + zone.probes, readings + zone.readings, sum + zone.sum);
            (lowest, highest) = (lowest.min(zone.lowest), highest.max(zone.highest));
        }
        write!(f, "{probes} probes in {} zones, {readings} readings", self.0.len())?;
        if readings > 0 {
            let mean = sum / i64::from(readings);
            let [lowest, highest] = [lowest, highest].map(i64::from);
            write!(f, ": {} to {}, mean {}", Degrees(lowest), Degrees(highest), Degrees(mean))?;
        }
        Ok(())
    }
}

/// Hundredths of a degree.
struct Degrees(i64);

impl fmt::Display for Degrees {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let hundredths = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}
