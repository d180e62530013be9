//! Calls somebody a few times, says so with metrics, and reads at its node what was counted.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use ambience::{HealthError, String};
use core::fmt::Write;
use trial::Counter;

/// What it works with.
#[derive(Debug)]
pub struct Needs<C, H, M, T, L> {
    /// Is called.
    pub counter: C,
    /// Is read.
    pub health: H,
    /// Is told of every call.
    pub metrics: M,
    /// Waits.
    pub timer: T,
    /// Takes what was read.
    pub log: L,
}

/// How much it does.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Calls of the counter.
    pub calls: u32,
}

/// A reader of its own edge.
#[derive(Debug)]
pub struct Service<C, H, M, T, L> {
    needs: Needs<C, H, M, T, L>,
    params: Params,
}

impl<C: Counter, H: Health, M: Metrics, T: Timer, L: Logger> Service<C, H, M, T, L> {
    /// Has called nobody yet.
    pub fn new(needs: Needs<C, H, M, T, L>, params: Params) -> Self {
        Self { needs, params }
    }

    async fn work(&self) -> Result<(), CallError> {
        for number in 0..self.params.calls {
            self.needs.counter.bump(0, number).await?;
            self.needs.metrics.count("calls", 1).await?;
            self.needs.metrics.observe("number", f64::from(number)).await?;
        }
        self.needs.metrics.gauge("done", 1.0).await
    }

    /// Calls that its node knows of on the edge to the counter.
    async fn counted(&self) -> Result<u64, Failure<HealthError>> {
        for index in 0..self.needs.health.edges().await? {
            let edge = self.needs.health.edge(index).await?;
            if edge.name.as_str().starts_with("reader.counter ") {
                return Ok(edge.calls);
            }
        }
        Ok(0)
    }
}

impl<C: Counter, H: Health, M: Metrics, T: Timer, L: Logger> Run for Service<C, H, M, T, L> {
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        self.work().await?;
        // A group reports what it counted when it sleeps, so that the last call may show a moment later.
        while self.counted().await? != u64::from(self.params.calls) {
            self.needs.timer.sleep(1000).await?;
        }
        let metric = self.needs.health.metric(0).await?;
        let mut line: String<64> = String::new();
        let _ =
            write!(line, "own edge: {} calls, metric {}: {}", self.params.calls, metric.name, metric.count);
        self.needs.log.info(&line).await?;
        Ok::<(), Failure<HealthError>>(())
    }
}
