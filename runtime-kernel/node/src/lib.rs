//! What the kernel group of a node does whatever its platform: services, and what it says to whoever controls it.
//!
//! Ports bring the clock, the place where lines of the log go, and memory.
#![cfg_attr(not(test), no_std)]

pub mod control;
mod course;
mod health;
mod level;
pub mod quota;
pub mod random;
pub mod report;
#[cfg(test)]
mod testing;
mod timer;
pub mod vitals;

pub use course::{Course, Phase};
pub use health::{Health, HealthParams, cut};
pub use level::Level;
pub use timer::Timer;

use ambc_kernel::Ctx;
use ambc_kernel::lane::Counts;
use ambc_kernel::spec::NodeLane;
use ambience::MetricValueOwned;
use core::fmt::{self, Debug};
use vitals::Vitals;

/// What services ask their node for.
pub trait Host {
    /// Clock, timers and the current deadline of the kernel group.
    fn ctx(&self) -> &'static Ctx<'static>;
    /// When the node started, on that clock.
    fn started(&self) -> u64;
    /// What the node knows of itself.
    fn known(&self) -> Known;
    /// Memory for as long as the node runs.
    fn keep<T>(&self, value: T) -> &'static T;
}

/// What a node knows of itself, and how it says it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What instances say about themselves.
    pub vitals: &'static Vitals,
    /// What is counted on its lanes.
    pub edges: &'static dyn Edges,
    /// The metrics of instances.
    pub metrics: &'static dyn Measured,
    /// The log, and whoever controls the node.
    pub voice: &'static dyn Voice,
}

/// Counters of every edge that leaves its isolation domain on a node.
pub trait Edges: Debug {
    /// They are the lanes of the node.
    fn lanes(&self) -> &'static [NodeLane];
    /// What was counted on lane `lane`.
    fn counts(&self, lane: usize) -> Counts;
}

/// Metrics of instances.
pub trait Measured: Debug {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One of them.
    fn value(&self, index: usize) -> Option<MetricValueOwned>;
}

/// Where a node says something.
pub trait Voice: Debug {
    /// A line of the log.
    fn line(&self, level: Level, who: &str, message: fmt::Arguments<'_>);
    /// An event for whoever controls the node: one line, whatever it holds.
    fn event(&self, event: fmt::Arguments<'_>);
}
