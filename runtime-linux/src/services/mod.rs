//! What a node offers its instances: `ambience::logger`, `timer`, `clock`, `random`, `health`, `metrics`, `files`, `storage`.
//!
//! And what carries log lines from there to an instance, as `logs` of a deployment says.
//!
//! They live in the kernel group. A sandboxed group reaches the machine through them and nothing else. Each is made with
//! `new(&host)` or `new(&host, params)`. Files and storage ask the disk while the kernel group waits: a slow disk slows the
//! offers of its node down, not the calls between user groups.

pub mod folder;
pub mod journal;

mod files;
mod log_route;
mod logger;
mod metrics;
mod storage;
mod system;

pub use ambc_node::{Health, HealthParams, Timer};
pub use files::{Files, FilesParams};
pub use log_route::{LogRoute, LogRouteNeeds, LogRouteParams};
pub use logger::{Logger, LoggerParams};
pub use metrics::{Metrics, MetricsParams};
pub use storage::{Storage, StorageParams};
pub use system::{Clock, Random};
