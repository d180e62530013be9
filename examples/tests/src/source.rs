//! Source texts of services.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Every Rust file of every service of an example, and its text without comments.
///
/// # Errors
/// A file that cannot be read.
pub fn service_sources(example: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut sources = Vec::new();
    for entry in WalkDir::new(example.join("services")).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|e| e == "rs") && path.iter().any(|part| part == "src") {
            let text = std::fs::read_to_string(&path)?;
            let code = |line: &str| line.find("//").map_or(line, |at| &line[..at]).to_owned();
            sources.push((path, text.lines().map(code).collect::<Vec<_>>().join("\n")));
        }
    }
    Ok(sources)
}

/// The words of a text: what stands between other characters than letters, digits and `_`.
#[must_use]
pub fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}
