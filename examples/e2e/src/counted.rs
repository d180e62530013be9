//! Counts what a build starts and writes: calls of cargo, crates that rustc compiles, files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Stand-ins for cargo and rustc that write down each call and pass it on.
#[derive(Debug)]
pub struct Counter {
    dir: tempfile::TempDir,
}

/// What was started since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// Calls of cargo.
    pub cargo: usize,
    /// Crates that rustc compiled, in the order in which it began; cargo's questions about the compiler are left out.
    pub rustc: Vec<String>,
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

impl Counter {
    /// Nothing is counted before a command is [watched](Self::watch).
    ///
    /// # Panics
    /// If there is no room for a temporary folder.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("there is room for a folder");
        let real = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let calls = dir.path().join("calls");
        script(
            &dir.path().join("cargo"),
            &format!("echo cargo >> '{}'\nexec '{real}' \"$@\"", calls.display()),
        );
        // What cargo asks the compiler has the crate name `___`, or none.
        let note = format!(
            "case \"$3\" in ___|-*|\"\") ;; *) test \"$2\" = --crate-name && echo \"rustc $3\" >> '{}' ;; esac",
            calls.display()
        );
        script(&dir.path().join("rustc"), &format!("{note}\nexec \"$@\""));
        Self { dir }
    }

    /// Has the command use the stand-ins.
    pub fn watch(&self, command: &mut Command) {
        command.env("CARGO", self.dir.path().join("cargo"));
        command.env("RUSTC_WRAPPER", self.dir.path().join("rustc"));
    }

    /// What was started since the last call.
    pub fn take(&self) -> Started {
        let calls = self.dir.path().join("calls");
        let text = fs::read_to_string(&calls).unwrap_or_default();
        let _ = fs::remove_file(&calls);
        Started {
            cargo: text.lines().filter(|l| *l == "cargo").count(),
            rustc: text.lines().filter_map(|l| l.strip_prefix("rustc ")).map(str::to_owned).collect(),
        }
    }
}

fn script(path: &Path, body: &str) {
    fs::write(path, format!("#!/bin/sh\n{body}\n")).expect("the folder is ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
}

/// Every file below a folder with its time of modification; cargo's own folder is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<PathBuf, SystemTime>);

impl Files {
    /// # Panics
    /// If a folder cannot be read.
    pub fn below(dir: &Path) -> Self {
        let mut found = Self::default();
        found.collect(dir);
        found
    }

    fn collect(&mut self, dir: &Path) {
        for entry in fs::read_dir(dir).expect("the folder is there").filter_map(Result::ok) {
            let path = entry.path();
            let meta = entry.metadata().expect("the file is there");
            if meta.is_dir() && !path.ends_with("ambc/cargo") {
                self.collect(&path);
            } else if meta.is_file() {
                self.0.insert(path, meta.modified().expect("a file has a time"));
            }
        }
    }

    /// The files that are new or were written since.
    pub fn written_since(&self, before: &Self) -> Vec<&Path> {
        self.0.iter().filter(|(p, t)| before.0.get(*p) != Some(t)).map(|(p, _)| p.as_path()).collect()
    }

    /// The files that are no longer there.
    pub fn removed_since<'f>(&self, before: &'f Self) -> Vec<&'f Path> {
        before.0.keys().filter(|p| !self.0.contains_key(*p)).map(PathBuf::as_path).collect()
    }
}
