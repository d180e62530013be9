//! Puts a [`FileTree`] on disk: writes what differs, removes what is no longer generated, touches nothing else.
//!
//! A file is written to a temporary beside it and renamed, so that a build that is killed leaves the old one or the new
//! one, never half of one.

mod runtime;

pub use runtime::{PROJECT_RUNTIME, refresh_runtime, seed_lock, unpack_runtime};

use crate::render::FileTree;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What `emit` did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Paths relative to the node's folder.
    pub written: Vec<String>,
    pub removed: Vec<String>,
}

impl Written {
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// An error of this machine, with what was tried.
#[derive(Debug)]
pub struct EmitError {
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

impl std::fmt::Display for EmitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.action, self.path.display(), self.source)
    }
}

impl std::error::Error for EmitError {}

pub(crate) fn at<'p>(action: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> EmitError + 'p {
    move |source| EmitError { action, path: path.to_owned(), source }
}

/// The file that lists what the last run generated, so that what is no longer generated can be removed.
const LISTING: &str = ".ambc-files";

/// Writes the tree into `dir`.
pub fn emit(dir: &Path, tree: &FileTree) -> Result<Written, EmitError> {
    put(dir, &tree.files.iter().map(|(path, file)| (path.as_str(), file.text.as_bytes())).collect())
}

/// Makes the generated files of `dir` exactly these.
fn put(dir: &Path, files: &BTreeMap<&str, &[u8]>) -> Result<Written, EmitError> {
    let mut done = Written::default();
    for (path, bytes) in files {
        if write_if_changed(&dir.join(path), bytes)? {
            done.written.push((*path).to_owned());
        }
    }
    let listing = dir.join(LISTING);
    for path in stale(&listing, files) {
        let full = dir.join(&path);
        match fs::remove_file(&full) {
            Ok(()) => done.removed.push(path),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(at("remove", &full)(e)),
        }
        remove_empty_parents(&full, dir);
    }
    let names: String = files.keys().map(|p| format!("{p}\n")).collect();
    write_if_changed(&listing, names.as_bytes())?;
    Ok(done)
}

/// Writes `bytes` unless the file holds them already; true if it wrote.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool, EmitError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(at("create the folder", parent))?;
    let mut temp = tempfile::NamedTempFile::new_in(parent).map_err(at("write in", parent))?;
    temp.write_all(bytes).map_err(at("write", path))?;
    temp.persist(path).map_err(|e| at("write", path)(e.error))?;
    Ok(true)
}

fn stale(listing: &Path, files: &BTreeMap<&str, &[u8]>) -> BTreeSet<String> {
    let old = fs::read_to_string(listing).unwrap_or_default();
    old.lines()
        .filter(|p| {
            !p.is_empty() && !files.contains_key(*p) && !p.split('/').any(|s| s == ".." || s.is_empty())
        })
        .map(str::to_owned)
        .collect()
}

fn remove_empty_parents(file: &Path, stop: &Path) {
    let mut dir = file.parent();
    while let Some(d) = dir {
        if d == stop || fs::remove_dir(d).is_err() {
            return;
        }
        dir = d.parent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::GeneratedFile;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        let file = |t: &str| GeneratedFile { text: t.into(), ..GeneratedFile::default() };
        FileTree { files: files.iter().map(|(p, t)| ((*p).into(), file(t))).collect() }
    }

    #[test]
    fn only_what_differs_is_written_and_what_is_gone_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let first = emit(dir.path(), &tree(&[("a/x.rs", "1"), ("b.rs", "2")])).unwrap();
        assert_eq!(first.written, ["a/x.rs", "b.rs"]);
        assert!(emit(dir.path(), &tree(&[("a/x.rs", "1"), ("b.rs", "2")])).unwrap().is_empty());
        let next = emit(dir.path(), &tree(&[("b.rs", "3")])).unwrap();
        assert_eq!((next.written, next.removed), (vec!["b.rs".to_owned()], vec!["a/x.rs".to_owned()]));
        assert!(!dir.path().join("a").exists());
    }

    #[test]
    fn a_file_of_the_user_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mine.txt"), "x").unwrap();
        emit(dir.path(), &tree(&[("b.rs", "2")])).unwrap();
        emit(dir.path(), &tree(&[])).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("mine.txt")).unwrap(), "x");
    }
}
