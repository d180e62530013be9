//! Knows without cargo that a node is up to date.
//!
//! After a build the stamp of a node lists every file that went into it (from the dep-info files of its executables, and
//! every `Cargo.toml` above those files) with size and time of modification. A build whose tree did not change and whose
//! inputs are as the stamp says has nothing to do.

use crate::emit::{EmitError, at, write_if_changed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What went into the last build of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Profile, triple and version of ambc: a change of any means a build.
    pub key: String,
    inputs: Vec<Input>,
    /// The executables that it made.
    pub outputs: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Input {
    path: PathBuf,
    size: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

impl Input {
    fn read(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let since = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { path: path.to_owned(), size: meta.len(), modified: since.as_nanos() as u64 })
    }
}

/// What a build script wrote lies beside the executables; the lock file is cargo's.
fn made_by_cargo(path: &Path, built: &[PathBuf]) -> bool {
    path.ends_with("Cargo.lock")
        || built.iter().filter_map(|exe| exe.parent()).any(|dir| path.starts_with(dir))
}

/// True if nothing that went into the last build has changed and what it made is still there.
pub fn is_current(stamp: &Path, key: &str) -> bool {
    let Ok(text) = fs::read_to_string(stamp) else { return false };
    let Ok(old) = serde_json::from_str::<Stamp>(&text) else { return false };
    old.key == key
        && old.outputs.iter().all(|p| p.exists())
        && old.inputs.iter().all(|i| Input::read(&i.path).as_ref() == Some(i))
}

/// An empty stamp, whose age says when the build began by the file system's own clock. Nothing is up to date by it.
pub fn begin(stamp: &Path) -> Result<(), EmitError> {
    fs::write(stamp, "").map_err(at("write", stamp))
}

/// Records a successful build that [`begin`] announced. `built` are cargo's executables, `outputs` what must still be there
/// next time.
pub fn record(stamp: &Path, key: &str, built: &[PathBuf], outputs: &[PathBuf]) -> Result<(), EmitError> {
    let start = Input::read(stamp).map_or(0, |begun| begun.modified);
    let mut paths = BTreeSet::new();
    for exe in built {
        let text = fs::read_to_string(exe.with_extension("d")).unwrap_or_default();
        paths.extend(dependencies(&text));
    }
    let manifests: BTreeSet<_> = paths.iter().filter_map(|p| p.parent()).flat_map(manifests_above).collect();
    paths.extend(manifests);
    // A source that was edited while cargo ran may not be in what it made: with a time that it cannot have, the next build
    // asks cargo.
    let edited = |input: &Input| !made_by_cargo(&input.path, built) && input.modified > start;
    let mut inputs: Vec<_> = paths.iter().filter_map(|p| Input::read(p)).collect();
    for input in inputs.iter_mut().filter(|i| edited(i)) {
        input.modified = 0;
    }
    let stamp_data = Stamp { key: key.to_owned(), inputs, outputs: outputs.to_vec() };
    let text = serde_json::to_string_pretty(&stamp_data).expect("paths and numbers are JSON");
    write_if_changed(stamp, text.as_bytes()).map(|_| ())
}

fn manifests_above(dir: &Path) -> impl Iterator<Item = PathBuf> {
    dir.ancestors().flat_map(|d| [d.join("Cargo.toml"), d.join("Cargo.lock")]).filter(|p| p.exists())
}

/// The right side of a make rule: spaces separate, `\ ` is a space.
fn dependencies(text: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for line in text.lines() {
        let Some((_, list)) = line.split_once(": ") else { continue };
        let mut current = String::new();
        let mut chars = list.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.peek() == Some(&' ') => current.extend(chars.next()),
                ' ' => out.extend((!current.is_empty()).then(|| PathBuf::from(std::mem::take(&mut current)))),
                c => current.push(c),
            }
        }
        out.extend((!current.is_empty()).then(|| PathBuf::from(current)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dep_info_paths_may_hold_spaces() {
        assert_eq!(
            dependencies("/x/a: /s/one.rs /s/t\\ wo.rs\n"),
            [Path::new("/s/one.rs"), Path::new("/s/t wo.rs")]
        );
    }

    #[test]
    fn a_touched_input_or_a_missing_output_makes_a_stamp_stale() {
        let dir = tempfile::tempdir().unwrap();
        let (source, exe, stamp) =
            (dir.path().join("s.rs"), dir.path().join("exe"), dir.path().join("stamp"));
        fs::write(&source, "1").unwrap();
        fs::write(&exe, "x").unwrap();
        fs::write(exe.with_extension("d"), format!("{}: {}\n", exe.display(), source.display())).unwrap();
        let built = std::slice::from_ref(&exe);
        begin(&stamp).unwrap();
        assert!(!is_current(&stamp, "k"));
        record(&stamp, "k", built, built).unwrap();
        assert!(is_current(&stamp, "k"));
        assert!(!is_current(&stamp, "other profile"));
        fs::write(&source, "22").unwrap();
        assert!(!is_current(&stamp, "k"));
        fs::write(&source, "1").unwrap();
        begin(&stamp).unwrap();
        record(&stamp, "k", built, built).unwrap();
        fs::remove_file(&exe).unwrap();
        assert!(!is_current(&stamp, "k"));
    }

    #[test]
    fn a_source_edited_during_the_build_is_built_again_and_what_the_build_made_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (source, made, exe) =
            (dir.path().join("s.rs"), dir.path().join("out/made.rs"), dir.path().join("out/exe"));
        let stamp = dir.path().join("stamp");
        fs::create_dir(dir.path().join("out")).unwrap();
        let dep_info = format!("{}: {} {}\n", exe.display(), source.display(), made.display());
        for (path, text) in [(&source, "1"), (&exe, "x"), (&exe.with_extension("d"), dep_info.as_str())] {
            fs::write(path, text).unwrap();
        }
        fs::write(&made, "made").unwrap();
        begin(&stamp).unwrap();
        let start = fs::metadata(&stamp).unwrap().modified().unwrap();
        let second = std::time::Duration::from_secs(1);
        let at = |path: &Path, time| fs::File::open(path).unwrap().set_modified(time).unwrap();
        at(&source, start - second);
        at(&made, start + second);
        let built = std::slice::from_ref(&exe);
        record(&stamp, "k", built, built).unwrap();
        assert!(is_current(&stamp, "k"));
        begin(&stamp).unwrap();
        at(&source, start + 60 * second);
        record(&stamp, "k", built, built).unwrap();
        assert!(!is_current(&stamp, "k"));
    }
}
