//! The runtime crates that generated workspaces build against.
//!
//! They are embedded in `ambc`, so that an installed `ambc` works without its checkout. Where a service or interface
//! crate names `ambience` by path, that source is used instead: both must be the very same crate. A project that `ambc new`
//! made names a folder of its own, which is kept equal to what is embedded.

use super::{EmitError, at, put, write_if_changed};
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

/// Where the crates of a project find the runtime, below its folder.
pub const PROJECT_RUNTIME: &str = ".ambc/runtime";

/// Makes a project's runtime the embedded one, removing what an older `ambc` left; git is told to overlook it.
pub fn refresh_runtime(root: &Path) -> Result<PathBuf, EmitError> {
    put(root, &RUNTIME.iter().copied().collect())?;
    if let Some(parent) = root.parent() {
        write_if_changed(&parent.join(".gitignore"), b"*\n")?;
    }
    root.canonicalize().map_err(at("find", root))
}

/// The lock file of this repository: the versions of the runtime's dependencies that were tested.
pub fn seed_lock() -> &'static [u8] {
    LOCK
}
