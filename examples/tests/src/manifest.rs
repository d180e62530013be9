//! Deployment files as lines of text.

use crate::layout::lines;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// One `.amb` file.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its full path.
    pub path: PathBuf,
    /// Its [lines], as they count.
    pub lines: Vec<String>,
}

impl Manifest {
    fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        Ok(Self { path: path.to_owned(), lines: lines(&text) })
    }

    /// What the lines that start with this word say in their first string.
    pub fn strings<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let at = move |line: &'a String| {
            line.split(['{', ';', ' ']).position(|word| word == keyword).map(|_| line)
        };
        self.lines.iter().filter_map(at).filter_map(move |line| line.split(keyword).nth(1)?.split('"').nth(1))
    }

    /// Names of the items that this word declares or overrides: nodes, networks, groups, platforms.
    pub fn declared<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let name = move |line: &'a String| {
            let item = line.strip_prefix("override ").unwrap_or(line);
            item.strip_prefix(keyword)?.strip_prefix(' ')?.split([' ', ':', '[', '{']).next()
        };
        self.lines.iter().filter_map(name)
    }

    /// The folders of the crates that it names.
    ///
    /// # Errors
    /// A folder that is not there.
    pub fn crates(&self) -> io::Result<BTreeSet<PathBuf>> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.strings("crate").map(|path| folder.join(path).canonicalize()).collect()
    }
}

/// A manifest and every other one that it reaches by `use`.
///
/// # Errors
/// A file that cannot be read.
pub fn reach(root: &Path) -> io::Result<Vec<Manifest>> {
    let mut found: Vec<Manifest> = Vec::new();
    let mut wanted = vec![root.canonicalize()?];
    while let Some(path) = wanted.pop() {
        if found.iter().any(|m| m.path == path) {
            continue;
        }
        let manifest = Manifest::read(&path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for used in manifest.strings("use").filter(|used| used.ends_with(".amb")) {
            wanted.push(folder.join(used).canonicalize()?);
        }
        found.push(manifest);
    }
    Ok(found)
}

/// The deployments of an example: the files beside its `services` that say what runs where.
///
/// # Errors
/// A file that cannot be read.
pub fn deployments(example: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(example)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "amb")
            && reach(&path)?.iter().any(|m| m.declared("deploy").next().is_some())
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
