//! What tests of the examples share.
//!
//! It reads manifests and sources as text, so that what it says about them does not rest on the compiler, and has
//! [node services](fake) without a node.

pub mod fake;
mod manifest;
mod source;

pub use manifest::{Manifest, reach};
pub use source::{service_sources, words};

use std::path::PathBuf;

/// The folder of all examples.
#[must_use]
pub fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
