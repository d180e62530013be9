//! What tests of the examples share.
//!
//! It reads manifests and sources as text, so that what it says about them does not rest on the compiler, and has
//! [node services](fake) without a node.

mod layout;
mod manifest;
mod source;
pub mod variants;

pub use ambience_fake as fake;
pub use layout::{changed, lines};
pub use manifest::{Manifest, deployments, reach};
pub use source::{service_sources, words};

use std::path::PathBuf;

/// The folders of all examples with services.
///
/// # Panics
/// If the folder of examples cannot be read.
#[must_use]
pub fn all_examples() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(examples()).expect("the folder of examples is there");
    let mut found: Vec<_> =
        entries.map(|e| e.expect("it can be read").path()).filter(|p| p.join("services").is_dir()).collect();
    found.sort();
    found
}

/// The folder of all examples.
#[must_use]
pub fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
