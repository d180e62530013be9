//! Lanes: one direction of one edge, in one piece of memory that exactly two ends share.
//!
//! The caller's end puts a request into a slot and the slot's number into the request ring; the callee's end puts the
//! answer into the same slot and the number into the completion ring. A ring entry carries the lap in its upper half, so
//! the consumer polls the entry itself, with no shared index; the entry lies beside the message, so one cache line moves.
//! Neither end believes the other: what it needs to stay safe is in private memory.

mod buffer;
mod caller;
mod channel;
mod counters;
mod layout;
mod mem;
mod memory;
mod pending;
mod progress;
mod raw;
mod request;
mod scratch;
mod server;
mod waiters;

pub use buffer::Buffer;
pub use caller::{Caller, DEFAULT_TIMEOUT_NS, Room};
pub use channel::{CallOptions, Channel};
pub use counters::{Counters, Counts};
pub use layout::{lane_align, lane_bytes, lane_bytes_on_microcontrollers};
pub use mem::Mem;
pub use memory::{End, Lane};
pub use pending::Pending;
pub use raw::{RawCall, RawReply, Refused};
pub use request::{RawRequest, Request, Ticket};
pub use scratch::{Scratch, ScratchBuf};
pub use server::{Attention, Server};
pub use waiters::Waiter;
