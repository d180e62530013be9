//! The Cortex-M port: a kernel that isolates the groups of a node behind the memory protection unit, and what the programs of
//! such a node build upon. [`kernel`] decides and is tested on any machine; [`arch`], `board` and `driver` touch the hardware.
//!
//! Design: `docs/adr/0017-groups-on-cortex-m.md`.
#![cfg_attr(not(test), no_std)]

pub mod kernel;
pub mod line;
pub mod spec;
pub mod status;
pub mod svc;
#[cfg_attr(not(target_os = "none"), allow(dead_code, reason = "programs of nodes use it, tests a part"))]
mod text;

#[cfg(target_os = "none")]
mod arch;
#[cfg(target_os = "none")]
mod board;
#[cfg(target_os = "none")]
mod console;
#[cfg(target_os = "none")]
mod control;
#[cfg(target_os = "none")]
mod driver;
#[cfg(target_os = "none")]
pub mod group;
#[cfg(target_os = "none")]
mod kept;
#[cfg(target_os = "none")]
pub mod node;
#[cfg(target_os = "none")]
mod peer;
#[cfg(target_os = "none")]
pub mod prelude;
#[cfg(target_os = "none")]
pub mod room;
#[cfg(target_os = "none")]
pub mod services;
#[cfg(target_os = "none")]
mod uart;

pub use ambc_kernel::Bytes;
pub use text::{Ended, Refused};
