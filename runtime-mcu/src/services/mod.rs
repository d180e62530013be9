//! What a node offers its instances: `ambience::logger`, `timer`, `random` and `health`. They live in the kernel group.

mod logger;
mod random;

pub use ambc_node::{Health, HealthParams, Timer};
pub use logger::{Logger, LoggerParams};
pub use random::Random;
