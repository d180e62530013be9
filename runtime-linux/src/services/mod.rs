//! What a node offers its instances: `ambience::logger`, `timer`, `clock`, `random`, `files`, `storage`.
//!
//! They live in the kernel group. A sandboxed group reaches the machine through them and nothing else.

pub mod folder;
pub mod journal;
