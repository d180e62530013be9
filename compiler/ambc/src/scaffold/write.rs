//! All files, or none.
//!
//! Everything is written beside its place first; then what is new is moved there in a few renames, each of which is taken
//! back if a later one fails.

use super::{Draft, Refused};
use crate::emit::{EmitError, at, refresh_runtime, seed_lock, write_if_changed};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files that a project needs only if it has none.
const LEFT_ALONE: &[&str] = &[".gitignore", "Cargo.lock"];

pub(super) fn all(base: &Path, draft: &Draft) -> Result<(), Refused> {
    let wanted = || draft.files.iter().filter(|(path, _)| !stays(base, path));
    if let Some((path, _)) = wanted().find(|(path, _)| base.join(path).symlink_metadata().is_ok()) {
        return Err(Refused::place(
            format!("there is a `{}` already", path.display()),
            "nothing was changed: choose another name, or remove it",
        ));
    }
    let staging =
        tempfile::Builder::new().prefix(".ambc-new-").tempdir_in(base).map_err(at("write in", base))?;
    for (path, text) in wanted() {
        write_if_changed(&staging.path().join(path), text.as_bytes())?;
    }
    if let Some(runtime) = &draft.runtime {
        refresh_runtime(&staging.path().join(runtime))?;
        let lock = runtime.ancestors().nth(2).unwrap_or(Path::new("")).join("Cargo.lock");
        if !stays(base, &lock) {
            // The versions of dependencies that ambc was tested with.
            write_if_changed(&staging.path().join(lock), seed_lock())?;
        }
    }
    let moved = move_all(staging.path(), base)?;
    if let Some((path, text)) = &draft.manifest
        && let Err(e) = write_if_changed(&base.join(path), text.as_bytes())
    {
        take_back(&moved);
        return Err(e.into());
    }
    Ok(())
}

fn stays(base: &Path, path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
    LEFT_ALONE.contains(&name) && base.join(path).exists()
}

/// Moves each topmost thing that has no counterpart in `base`; what is moved.
fn move_all(staging: &Path, base: &Path) -> Result<BTreeSet<PathBuf>, EmitError> {
    let mut moved = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let from = staging.join(&folder);
        let entries = fs::read_dir(&from).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        for entry in entries.map_err(at("read", &from))? {
            let path = folder.join(entry.file_name());
            let to = base.join(&path);
            if to.is_dir() && entry.path().is_dir() {
                folders.push(path);
                continue;
            }
            if let Err(e) = fs::rename(entry.path(), &to) {
                take_back(&moved);
                return Err(at("write", &to)(e));
            }
            moved.insert(to);
        }
    }
    Ok(moved)
}

/// Nobody has seen these yet.
fn take_back(moved: &BTreeSet<PathBuf>) {
    for path in moved {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn draft(files: &[&str]) -> Draft {
        Draft {
            files: files.iter().map(|f| (PathBuf::from(f), (*f).to_owned())).collect(),
            ..Draft::default()
        }
    }

    #[test]
    fn new_things_go_beside_old_ones() {
        let dir = tempfile::tempdir().unwrap();
        all(dir.path(), &draft(&["services/a/x", "a.amb"])).unwrap();
        all(dir.path(), &draft(&["services/b/x", "services/b/src/y"])).unwrap();
        assert_eq!(names(dir.path()), ["a.amb", "services"]);
        assert_eq!(names(&dir.path().join("services")), ["a", "b"]);
        assert_eq!(fs::read_to_string(dir.path().join("services/b/src/y")).unwrap(), "services/b/src/y");
    }

    #[test]
    fn nothing_is_written_where_one_file_cannot_be() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("services"), "a file").unwrap();
        assert!(all(dir.path(), &draft(&["new.amb", "services/a/x"])).is_err());
        fs::write(dir.path().join("a.amb"), "mine").unwrap();
        assert!(matches!(all(dir.path(), &draft(&["b.amb", "a.amb"])), Err(Refused::Place { .. })));
        assert_eq!(names(dir.path()), ["a.amb", "services"]);
        assert_eq!(fs::read_to_string(dir.path().join("a.amb")).unwrap(), "mine");
    }
}
