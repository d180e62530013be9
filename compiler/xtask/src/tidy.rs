//! Rules of the repository that no compiler holds.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use walkdir::WalkDir;

pub(crate) fn run() -> ExitCode {
    let found = check();
    for line in &found {
        println!("{line}");
    }
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every place that breaks a rule: `path:line: what`.
pub(crate) fn check() -> Vec<String> {
    let mut found = Vec::new();
    let skip = |name: &str| {
        matches!(name, "target" | ".git" | "photos" | "cases" | "common")
            || name.starts_with('.') && name != "."
    };
    let files = WalkDir::new(".")
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|e| !skip(&e.file_name().to_string_lossy()))
        .filter_map(Result::ok)
        .filter(|e| e.file_type().is_file());
    for entry in files {
        if entry.path().extension().is_some_and(|e| e == "rs")
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            source(entry.path(), &text, &mut found);
        }
    }
    found
}

/// Longest file that is still read in one go.
const LONGEST: usize = 600;

fn source(path: &Path, text: &str, found: &mut Vec<String>) {
    let place = path.display();
    let root = matches!(path.file_name().and_then(|n| n.to_str()), Some("lib.rs" | "main.rs" | "mod.rs"));
    if root && !text.starts_with("//!") && !text.starts_with("#!") {
        found.push(format!("{place}:1: a module starts with what it is for: `//! …`"));
    }
    if text.lines().count() > LONGEST {
        found.push(format!("{place}: more than {LONGEST} lines: which rule or entity wants its own file?"));
    }
    for (i, line) in text.lines().enumerate() {
        let marker = ["TODO", "FIXME", "XXX"].iter().find(|m| line.contains(&format!("// {m}")));
        if let Some(marker) = marker {
            found.push(format!("{place}:{}: `{marker}`: finish it or file an issue", i + 1));
        }
    }
}
