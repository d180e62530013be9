//! The cases themselves: nothing forgotten, nothing left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder with this end, in order.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a folder that can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `E0301` and the like between these marks.
fn codes(text: &str, open: &str, close: &str) -> BTreeSet<String> {
    let code = |(at, _): (usize, &str)| {
        let rest = &text[at + open.len()..];
        let code = rest.get(..5).filter(|_| rest[5..].starts_with(close))?;
        let shape = code.starts_with(['E', 'W']) && code[1..].bytes().all(|b| b.is_ascii_digit());
        shape.then(|| code.to_owned())
    };
    text.match_indices(open).filter_map(code).collect()
}

/// Codes that the compiler's text speaks of, tests left out.
fn codes_of_the_compiler() -> BTreeSet<String> {
    let compiler = root().join("../compiler");
    let mut out = BTreeSet::new();
    for file in files(&compiler, ".rs") {
        let name = file.to_string_lossy().replace('\\', "/");
        if !name.contains("/src/") || name.ends_with("/tests.rs") || name.contains("/tests/") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source text");
        let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        out.extend(codes(product, "\"", "\""));
    }
    out
}

#[test]
fn every_code_of_a_front_stage_has_a_failing_case() {
    let expected = root().join("expected/fail");
    let shown: BTreeSet<String> = files(&expected, ".snap")
        .iter()
        .flat_map(|f| codes(&fs::read_to_string(f).unwrap(), "[", "]: "))
        .collect();
    // 05 needs cargo and a machine, 09 is a bug of the compiler.
    let of_front_stages = |code: &String| matches!(code.get(1..3), Some("01" | "02" | "03" | "04"));
    let missing: Vec<_> =
        codes_of_the_compiler().into_iter().filter(of_front_stages).filter(|c| !shown.contains(c)).collect();
    assert_eq!(missing, Vec::<String>::new(), "codes without a case below cases/fail/");
}

#[test]
fn every_code_is_explained_and_every_page_has_a_code() {
    let pages: BTreeSet<String> = files(&root().join("../compiler/ambc/src/diag/explain"), ".md")
        .iter()
        .filter_map(|f| Some(f.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let codes = codes_of_the_compiler();
    let unexplained: Vec<_> = codes.difference(&pages).collect();
    let left_over: Vec<_> = pages.difference(&codes).collect();
    assert_eq!((unexplained, left_over), (vec![], vec![]), "(codes without a page, pages without a code)");
}

#[test]
fn no_two_cases_share_a_name() {
    let mut first: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files(&root().join("cases"), "").iter().filter(|f| is_root(f)) {
        let case = file.parent().unwrap().to_path_buf();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(other) = first.insert(name, case.clone()) {
            panic!("{} and {} share a name", other.display(), case.display());
        }
    }
}

#[test]
fn every_snapshot_has_a_case() {
    // Trees of the examples come from `examples/`, each named by a test.
    let of_examples = root().join("expected/examples");
    for snapshot in files(&root().join("expected"), ".snap").iter().filter(|s| !s.starts_with(&of_examples)) {
        let below = snapshot.strip_prefix(root().join("expected")).unwrap().with_extension("");
        let case = root().join("cases").join(&below);
        assert!(case.is_dir(), "{} is left over", snapshot.display());
    }
}

fn is_root(file: &Path) -> bool {
    file.file_name().is_some_and(|n| n == "deploy.amb" || n == "main.lidl")
}
