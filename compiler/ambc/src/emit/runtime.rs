//! The runtime crates that generated workspaces build against.
//!
//! They are embedded in `ambc`, so that an installed `ambc` works without its checkout. Where a service or interface
//! crate names `ambience` by path, that source is used instead: both must be the very same crate.

use super::{EmitError, at, write_if_changed};
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Unpacks the embedded runtime below `dir`, once per version of `ambc`; its folder, in which crates lie as in the repository.
pub fn unpack_runtime(dir: &Path) -> Result<PathBuf, EmitError> {
    let root = dir.join(format!("runtime-{RUNTIME_HASH}"));
    for (path, bytes) in RUNTIME {
        write_if_changed(&root.join(path), bytes)?;
    }
    root.canonicalize().map_err(at("find", &root))
}

/// The lock file of this repository: the versions of the runtime's dependencies that were tested.
pub fn seed_lock() -> &'static [u8] {
    LOCK
}
