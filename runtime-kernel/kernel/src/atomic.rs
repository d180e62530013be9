//! Atomics of shared memory: the hardware's, or the model checker's under `cfg(loom)`.
//!
//! Loom's atomics are larger than a word, so a lane addresses its memory in words, never in bytes.
#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU32, Ordering};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, Ordering};
