//! What the kernel group of a node does whatever its platform: services, and what it says to whoever controls it.
//!
//! Ports bring the clock, the place where lines of the log go, and memory.
#![cfg_attr(not(test), no_std)]

pub mod control;
pub mod quota;
pub mod random;
pub mod report;
mod timer;

pub use timer::Timer;

use ambc_kernel::Ctx;

/// What services ask their node for.
pub trait Host {
    /// Clock, timers and the current deadline of the kernel group.
    fn ctx(&self) -> &'static Ctx<'static>;
    /// When the node started, on that clock.
    fn started(&self) -> u64;
}
