//! What a node offers its instances: `ambience::logger` and `timer`. They live in the kernel group.

mod logger;
mod timer;

pub use logger::{Logger, LoggerParams};
pub use timer::Timer;
