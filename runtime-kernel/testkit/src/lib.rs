//! What tests of the kernel and the network need: memory that lives as long as the test, a clock that a test moves, ports
//! that sleep by moving it, and lanes in memory.

mod keep;
mod lanes;
pub mod net;
mod sim;

pub use keep::{keep, keep_slice};
pub use lanes::{LaneMemory, bulk_buffer, ctx, room, scratch, wake};
pub use sim::{SimPort, advance_to, now, settle};
