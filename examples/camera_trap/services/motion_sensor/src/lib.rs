//! Reports motion on its own timetable until nobody listens any more. Knows nothing of pictures.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use vision::{MotionError, MotionHandler};

/// Microseconds between one motion and the next.
pub const EVERY_US: u64 = 20_000;
/// So many reports in a row may get lost before it gives up.
pub const PATIENCE: u32 = 8;

/// What it works with.
#[derive(Debug)]
pub struct Needs<H, T> {
    /// Told of each motion.
    pub handler: H,
    /// When the next one is.
    pub timer: T,
}

/// Which sensor it is.
#[derive(Debug)]
pub struct Params {
    /// Told with each motion.
    pub id: u16,
}

/// A sensor whose animals come and go by the clock.
#[derive(Debug)]
pub struct Service<H, T> {
    needs: Needs<H, T>,
    id: u16,
}

impl<H: MotionHandler, T: Timer> Service<H, T> {
    /// Reports nothing yet.
    pub fn new(needs: Needs<H, T>, params: Params) -> Self {
        Self { needs, id: params.id }
    }
}

impl<H: MotionHandler, T: Timer> Run for Service<H, T> {
    /// After a report that got lost it waits twice as long as before, and does not repeat it: that motion is over.
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        let mut lost = 0;
        loop {
            self.needs.timer.sleep(EVERY_US << lost).await?;
            match self.needs.handler.trigger(self.id).await {
                Err(Failure::Error(MotionError::Asleep)) => return Ok(()),
                Ok(()) | Err(Failure::Error(MotionError::Blind)) => lost = 0,
                Err(Failure::Call(failed)) if lost == PATIENCE => return Err(failed),
                Err(Failure::Call(_)) => lost += 1,
            }
        }
    }
}
