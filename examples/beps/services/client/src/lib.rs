//! Uses the whole application as its users do: checks every answer, then, if asked for, measures how long calls take.
#![no_std]
#![forbid(unsafe_code)]

mod oracle;
pub mod times;
mod workload;

use ambience::String;
use ambience::prelude::*;
use beps::{ReadEndpoint, Worker};
use core::fmt::{self, Write};
use oracle::Oracle;
use workload::Workload;

/// What it works with.
#[derive(Debug)]
pub struct Needs<A, R, T, L> {
    /// Does what users want.
    pub api: A,
    /// What reached whom.
    pub feeds: R,
    /// Says how long calls take.
    pub timer: T,
    /// For people.
    pub log: L,
}

/// How much is measured, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Calls of each operation; 0 measures nothing.
    pub requests: u32,
    /// Bytes of each name.
    pub name_bytes: u32,
    /// Bytes of each post.
    pub content_bytes: u32,
}

/// Checks, then measures.
#[derive(Debug)]
pub struct Service<A, R, T, L> {
    needs: Needs<A, R, T, L>,
    params: Params,
}

impl<A: Worker, R: ReadEndpoint, T: Timer, L: Logger> Service<A, R, T, L> {
    /// Calls nobody yet.
    ///
    /// # Errors
    /// If names or posts are longer than the interface allows, or names are too short to be different.
    pub fn new(needs: Needs<A, R, T, L>, params: Params) -> Result<Self, &'static str> {
        if params.content_bytes > beps::MAX_CONTENT {
            return Err("posts are too long");
        }
        let digits = params.requests.checked_ilog10().unwrap_or(0) + 1;
        if !(digits..=beps::MAX_NAME).contains(&params.name_bytes) {
            return Err("names are too long, or too short to be different");
        }
        Ok(Self { needs, params })
    }

    async fn say(&self, line: fmt::Arguments<'_>) {
        let mut text = String::<200>::new();
        let written = text.write_fmt(line);
        debug_assert!(written.is_ok(), "every line is shorter");
        self.needs.log.info(&text).await.ok();
    }
}

impl<A: Worker, R: ReadEndpoint, T: Timer, L: Logger> Run for Service<A, R, T, L> {
    async fn run(&self) -> Result<(), impl fmt::Display> {
        let Needs { api, feeds, timer, .. } = &self.needs;
        let oracle = Oracle::new(api, feeds);
        oracle.run().await?;
        self.say(format_args!("the oracle holds: {} answers are right", oracle.answers())).await;
        if self.params.requests > 0 {
            let workload = Workload { api, timer, params: self.params };
            for operation in workload::ALL {
                let times = workload.run(operation).await?;
                self.say(format_args!("{}: {times}", operation.name())).await;
            }
        }
        Ok::<(), Wrong>(())
    }
}

/// What should have been otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wrong {
    /// What was asked.
    asked: &'static str,
    /// Why there was no answer; `None` if there was a wrong one.
    failed: Option<Failure<beps::Refusal>>,
}

impl Wrong {
    /// The answer, or that there was none.
    fn unless<T, E: Into<Failure<beps::Refusal>>>(
        asked: &'static str,
        answer: Result<T, E>,
    ) -> Result<T, Self> {
        answer.map_err(|failed| Self { asked, failed: Some(failed.into()) })
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failed {
            Some(why) => write!(f, "no answer to: {}: {why}", self.asked),
            None => write!(f, "wrong answer to: {}", self.asked),
        }
    }
}
