//! The Linux port of the runtime: a node is one process, each of its user groups another one behind a sandbox.
//!
//! What a generated program uses is [`node::run`] for the node process and [`group::run`] for a group process; the page
//! `runtime-linux/README.md` shows both in full.

pub mod client;
pub mod control;
mod ends;
pub mod group;
pub mod identity;
pub mod link;
pub mod log;
pub mod member;
pub mod node;
pub mod os;
pub mod prelude;
pub mod services;
pub mod spec;
mod spin;
pub mod status;

pub use ends::scratch;
pub use group::Refused;
