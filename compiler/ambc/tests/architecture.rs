//! Holds the table "which module may see which", and what only a few modules may touch.
//!
//! A stage imports the IR it reads, the IR it writes, sources and diagnostics (the crate `ambc-diag`), nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Module, and the modules it may name. `*` are all.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("syntax", &[]),
    ("hir", &[]),
    ("load", &["syntax", "hir"]),
    ("layout", &[]),
    // Scripts are generated files.
    ("link", &["emit", "layout", "render"]),
    ("package", &["emit", "layout", "link"]),
    ("resolve", &["load", "syntax", "hir"]),
    ("check", &["hir"]),
    ("plan", &["hir", "check"]),
    ("image", &["hir", "plan", "check", "render"]),
    ("render", &["image"]),
    ("emit", &["render"]),
    ("cargo", &["emit"]),
    ("build", &["cargo", "emit", "image", "layout", "link", "package", "render", "hir", "check", "plan"]),
    ("cluster", &["emit", "hir", "image", "layout"]),
    // Writes files to start from, for services of interfaces that are there.
    ("scaffold", &["emit", "hir", "load", "render"]),
    ("doctor", &["cargo", "emit", "hir"]),
    ("diag", &[]),
    (
        "driver",
        &[
            "load", "syntax", "hir", "resolve", "check", "plan", "image", "render", "emit", "cargo", "build",
            "cluster", "diag",
        ],
    ),
    // `build` and `run` say what becomes of each node, so they name what a node is.
    ("cli", &["driver", "diag", "plan", "build", "cluster", "hir", "check", "image", "scaffold", "doctor"]),
];

/// Words that mean the world, and the modules that may say them outside of tests.
const WORLD: &[(&str, &[&str])] = &[
    (
        "std::fs",
        &[
            "load", "emit", "cargo", "build", "link", "package", "driver", "cli", "cluster", "scaffold",
            "doctor",
        ],
    ),
    ("process::Command", &["cargo", "cluster", "doctor", "link"]),
    ("env::var", &["cli", "cargo", "cluster", "doctor", "link"]),
    ("SystemTime", &[]),
    ("println!", &[]),
    ("HashMap", &[]),
    ("HashSet", &[]),
];

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The code of each module below `src`: comments and what follows `#[cfg(test)]` left out, file by file.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut out: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in files {
        let relative = path.strip_prefix(&src).expect("below src").to_owned();
        let first = relative.iter().next().expect("a name").to_string_lossy().replace(".rs", "");
        let is_test = relative
            .iter()
            .any(|p| matches!(p.to_string_lossy().as_ref(), "tests.rs" | "tests" | "testing.rs"));
        if is_test || matches!(first.as_str(), "lib" | "main") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or("");
        let lines: Vec<&str> = code.lines().map(|l| l.split("//").next().unwrap_or("")).collect();
        out.entry(first).or_default().push((relative, lines.join("\n")));
    }
    out
}

/// The modules that a text names by `crate::`.
fn named(code: &str) -> BTreeSet<String> {
    let word = |t: &str| t.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut out = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            out.insert(word(&group[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => {
                out.insert(word(after));
            }
        }
    }
    out
}

#[test]
fn a_module_sees_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = MAY_SEE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        let Some(allowed) = table.get(module.as_str()) else {
            wrong.push(format!("`{module}` is not in the table"));
            continue;
        };
        for (path, code) in files {
            for seen in named(&code) {
                if seen != module && !allowed.contains(&seen.as_str()) {
                    wrong.push(format!("{}: `{module}` must not see `{seen}`", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_table_has_no_circles() {
    let table: BTreeMap<_, _> = MAY_SEE.iter().copied().collect();
    fn reaches(table: &BTreeMap<&str, &[&str]>, from: &str, to: &str, seen: &mut BTreeSet<String>) -> bool {
        table.get(from).is_some_and(|next| {
            next.iter().any(|n| *n == to || (seen.insert((*n).to_owned()) && reaches(table, n, to, seen)))
        })
    }
    // `image` names the origin ids that `render` defines; everything else is one-way.
    let circles: Vec<&str> =
        MAY_SEE.iter().map(|m| m.0).filter(|m| reaches(&table, m, m, &mut BTreeSet::new())).collect();
    assert_eq!(circles, ["image", "render"]);
}

#[test]
fn only_the_edge_touches_the_world() {
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        for (path, code) in files {
            for (word, allowed) in WORLD {
                if code.contains(word) && !allowed.contains(&module.as_str()) {
                    wrong.push(format!("{}: `{word}` does not belong in `{module}`", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
