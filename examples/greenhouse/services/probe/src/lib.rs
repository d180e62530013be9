//! Measures a temperature now and then, sends it on, and rests when it has sent its readings.
#![no_std]
#![forbid(unsafe_code)]

use ambience::String;
use ambience::prelude::*;
use climate::{AccountError, Reading, Sink};
use core::fmt::{self, Write};

/// Microseconds between two readings.
pub const EVERY_US: u64 = 20_000;
/// A message that gets lost so often in a row ends the probe.
pub const ATTEMPTS: u32 = 3;

/// What it works with.
#[derive(Debug)]
pub struct Needs<O, T, L> {
    /// Takes the readings.
    pub out: O,
    /// When the next one is.
    pub timer: T,
    /// Told of each message that got lost, and of the end.
    pub log: L,
}

/// Which probe it is.
#[derive(Debug)]
pub struct Params {
    /// Sent with each reading.
    pub id: u32,
    /// What people call it.
    pub label: &'static str,
    /// How many it takes.
    pub readings: u32,
}

/// A probe.
#[derive(Debug)]
pub struct Service<O, T, L> {
    needs: Needs<O, T, L>,
    params: Params,
}

/// What probe `id` measures as its reading `number`, in hundredths of a degree: the weather of a day, a little different at
/// each place. It stands for a thermometer, which this machine has not.
#[must_use]
pub const fn temperature(id: u32, number: u32) -> i32 {
    let place = id.wrapping_mul(2_654_435_761) >> 23;
    let hour = number % 24;
    let warmer = if hour < 12 { hour } else { 24 - hour };
    1_400 + place as i32 + 65 * warmer as i32
}

impl<O: Sink, T: Timer, L: Logger> Service<O, T, L> {
    /// Sends nothing yet.
    pub fn new(needs: Needs<O, T, L>, params: Params) -> Self {
        Self { needs, params }
    }

    /// Tries a message again that got lost: it counts once, however often it arrives.
    async fn sent(
        &self,
        send: impl AsyncFn() -> Result<(), Failure<AccountError>>,
    ) -> Result<(), Failure<AccountError>> {
        let mut attempt = 1;
        loop {
            match send().await {
                Err(Failure::Call(failed)) if attempt < ATTEMPTS => {
                    self.say(format_args!("attempt {attempt}: {failed}")).await;
                    attempt += 1;
                }
                end => return end,
            }
        }
    }

    /// A line that is cut off or lost is no reason to stop.
    async fn say(&self, what: fmt::Arguments<'_>) {
        let mut line = String::<128>::new();
        let _ = write!(line, "{}: {what}", self.params.label);
        self.needs.log.info(&line).await.ok();
    }
}

impl<O: Sink, T: Timer, L: Logger> Run for Service<O, T, L> {
    async fn run(&self) -> Result<(), impl fmt::Display> {
        let out = &self.needs.out;
        let Params { id, readings, .. } = self.params;
        for number in 0..readings {
            self.needs.timer.sleep(EVERY_US).await.map_err(Lost::from)?;
            let reading = Reading { probe: id, number, temperature: temperature(id, number) };
            self.sent(async || out.report(&reading).await).await.map_err(Lost)?;
        }
        self.sent(async || out.finish(id).await).await.map_err(Lost)?;
        self.say(format_args!("{readings} readings sent as {id}")).await;
        Ok::<(), Lost>(())
    }
}

/// Why a probe ended before its last reading.
struct Lost(Failure<AccountError>);

impl From<CallError> for Lost {
    fn from(failed: CallError) -> Self {
        Self(Failure::Call(failed))
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Failure::Call(failed) => write!(f, "nobody takes its readings: {failed}"),
            Failure::Error(why) => write!(f, "its readings are refused: {why}"),
        }
    }
}
