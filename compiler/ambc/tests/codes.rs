//! Every code has a page, and one meaning.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Codes that two stages tell for the same reason, whichever finds it first.
const SHARED: &[&str] = &["E0332"];

/// Where codes are written: the folder below which each belongs to one stage.
fn codes() -> BTreeMap<String, BTreeSet<String>> {
    let compiler = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&compiler).into_iter().map(|e| e.expect("readable")) {
        let path = entry.path();
        let relative = path.strip_prefix(&compiler).expect("below").to_string_lossy().replace('\\', "/");
        let is_source = relative.contains("/src/") && path.extension().is_some_and(|e| e == "rs");
        if !is_source || relative.contains("/tests") || relative.contains("test") {
            continue;
        }
        let text = std::fs::read_to_string(path).expect("UTF-8");
        let stage = match relative.strip_prefix("ambc/src/") {
            Some(inner) => inner.split('/').next().unwrap_or("").to_owned(),
            None => relative.split('/').next().unwrap_or("").to_owned(),
        };
        let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or("");
        for literal in code.split('"').skip(1).step_by(2).filter(|l| is_code(l)) {
            out.entry(literal.to_owned()).or_default().insert(stage.clone());
        }
    }
    assert!(out.len() > 50, "the search finds codes");
    out
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.starts_with(['E', 'W']) && text.bytes().skip(1).all(|b| b.is_ascii_digit())
}

#[test]
fn every_code_has_a_page() {
    let pages: BTreeSet<&str> = ambc::diag::codes().collect();
    let missing: Vec<String> = codes().into_keys().filter(|c| !pages.contains(c.as_str())).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_page_belongs_to_a_code() {
    let codes = codes();
    let stale: Vec<&str> = ambc::diag::codes().filter(|p| !codes.contains_key(*p)).collect();
    assert_eq!(stale, Vec::<&str>::new());
}

#[test]
fn a_code_has_one_meaning() {
    let shared: Vec<_> = codes()
        .into_iter()
        .filter(|(code, stages)| stages.len() > 1 && !SHARED.contains(&code.as_str()))
        .collect();
    assert_eq!(shared, Vec::new());
}
