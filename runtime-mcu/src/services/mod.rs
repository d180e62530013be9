//! What a node offers its instances: `ambience::logger`, `timer` and `random`. They live in the kernel group.

mod logger;
mod random;

pub use ambc_node::Timer;
pub use logger::{Logger, LoggerParams};
pub use random::Random;
