//! A simulated cluster: nodes' network sides joined by media that lose, repeat and delay datagrams, all from one seed.
mod lanes;
mod medium;
mod tables;
mod world;

pub use lanes::{Outcome, SimLanes, reply_of, request};
pub use medium::{Datagram, Faults, Medium, Rng};
pub use tables::{Shape, addr, client_addr, export_addr, storage, tables};
pub use world::{Ends, World};
