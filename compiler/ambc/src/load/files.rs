//! Where files come from.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Reads files. Nothing else in the front end touches the file system.
pub trait Files {
    /// The bytes of a file, or why not, in words.
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    fn read(&self, path: &Path) -> Result<Vec<u8>, String>;

    /// Whether there is a file or folder.
    fn exists(&self, path: &Path) -> bool;

    /// The same for two paths exactly if they lead to the same file.
    fn identity(&self, path: &Path) -> PathBuf;

    /// Names of the deployments in a folder, sorted: for hints only, so none is a fine answer.
    fn deployments(&self, _folder: &Path) -> Vec<String> {
        Vec::new()
    }

    /// As shown to people: relative to where `ambc` was called if it lies below, else as given.
    fn shown(&self, path: &Path) -> String;
}

/// The file system.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Where `ambc` was called.
    pub here: PathBuf,
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        if path.is_dir() {
            return Err("it is a folder".to_owned());
        }
        std::fs::read(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => e.to_string(),
        })
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| normal(path))
    }

    fn deployments(&self, folder: &Path) -> Vec<String> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.file_name());
        let mut names: Vec<_> =
            names.filter_map(|n| n.into_string().ok()).filter(|n| n.ends_with(".amb")).collect();
        names.sort();
        names
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.here).unwrap_or(path).display().to_string().replace('\\', "/")
    }
}

/// Other files, and one that is not among them.
#[derive(Clone, Debug)]
pub struct Overlaid<F> {
    pub files: F,
    pub path: PathBuf,
    pub text: String,
}

impl<F: Files> Files for Overlaid<F> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        if path == self.path { Ok(self.text.clone().into_bytes()) } else { self.files.read(path) }
    }

    fn exists(&self, path: &Path) -> bool {
        path == self.path || self.files.exists(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.files.identity(path)
    }

    fn deployments(&self, folder: &Path) -> Vec<String> {
        self.files.deployments(folder)
    }

    fn shown(&self, path: &Path) -> String {
        self.files.shown(path)
    }
}

/// Files in memory, by normal path.
#[derive(Clone, Debug, Default)]
pub struct MemFiles(pub BTreeMap<PathBuf, Vec<u8>>);

impl MemFiles {
    /// Files given as path and text.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (normal(Path::new(path)), text.as_bytes().to_vec()))
                .collect(),
        )
    }
}

impl Files for MemFiles {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        self.0.get(&normal(path)).cloned().ok_or_else(|| "there is no such file".to_owned())
    }

    fn exists(&self, path: &Path) -> bool {
        let path = normal(path);
        self.0.keys().any(|k| k.starts_with(&path))
    }

    fn identity(&self, path: &Path) -> PathBuf {
        normal(path)
    }

    fn shown(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

/// The path without `.` and with `..` carried out on the text.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
