//! Every example of the documentation is one that `ambc check` accepts.
//!
//! A block `amb` or `lidl` is read as a file in `examples/calc/`, so it may use what is there. Nothing may be wrong with it
//! and only what is unused may be warned about; a block `amb later` shows what is checked and not carried out yet.

use ambc::driver::{Disk, Request, front};
use ambc::load::{MemFiles, Overlaid};
use ambc_diag::{Severity, short_line};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// A fenced block: the line it starts on, the words of its fence, its text.
struct Block {
    line: usize,
    words: Vec<String>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut open: Option<Block> = None;
    for (i, line) in page.lines().enumerate() {
        match (line.trim().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => out.extend(open.take()),
            (Some(fence), None) => {
                let words = fence.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { line: i + 1, words, text: String::new() });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    out
}

/// What is wrong with a block, one line each.
fn faults(block: &Block) -> Vec<String> {
    let is = |word: &str| block.words.iter().any(|w| w == word);
    let name = if is("lidl") { "block.lidl" } else { "block.amb" };
    let here = repo();
    let root = here.join("examples/calc").join(name);
    let request = Request { root: root.clone(), include: Vec::new(), sets: Vec::new() };
    let files = Overlaid { files: Disk { here }, path: root, text: block.text.clone() };
    let front = front(&request, &files);
    let deferred = |code: &str| code.starts_with("E039");
    let mut out: Vec<_> = front
        .diags
        .iter()
        .filter(|d| d.severity == Severity::Error || !d.code.0.starts_with("W03"))
        .filter(|d| !(is("later") && deferred(d.code.0) && d.severity == Severity::Warning))
        .map(|d| short_line(&front.loaded.sources, d))
        .collect();
    if is("later") && !front.diags.iter().any(|d| deferred(d.code.0)) {
        out.push("all of this is carried out by now".into());
    }
    out
}

fn hold(page: &str) {
    let text = std::fs::read_to_string(repo().join(page)).expect("the page is there");
    let blocks = blocks(&text);
    let checked = |b: &&Block| b.words.first().is_some_and(|w| w == "amb" || w == "lidl");
    let mut wrong = Vec::new();
    let mut count = 0;
    for block in blocks.iter().filter(checked) {
        count += 1;
        wrong.extend(faults(block).into_iter().map(|f| format!("{page}:{}: {f}", block.line)));
    }
    assert!(count > 0, "{page} has examples");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files that a page builds up, `host` and `guest` having the same `Cargo.toml` but for the name.
#[test]
fn the_deployment_that_the_page_about_services_builds_checks() {
    let text = std::fs::read_to_string(repo().join("docs/services.md")).expect("the page is there");
    let blocks = blocks(&text);
    let named = blocks.iter().filter_map(|b| {
        let path = b.words.iter().find_map(|w| w.strip_prefix("file="))?;
        Some((path, b.text.as_str()))
    });
    let mut files: BTreeMap<&str, String> = named.map(|(path, text)| (path, text.to_owned())).collect();
    files.insert("guest/Cargo.toml", files["host/Cargo.toml"].replace("\"host\"", "\"guest\""));
    let files = MemFiles::new(files.iter().map(|(path, text)| (*path, text.as_str())));
    let request = Request { root: "hello.amb".into(), include: Vec::new(), sets: Vec::new() };
    let front = front(&request, &files);
    let said: Vec<_> = front.diags.iter().map(|d| short_line(&front.loaded.sources, d)).collect();
    assert_eq!(said, Vec::<String>::new());
    assert!(front.plan.is_some());
}

/// Commands of the how-tos name deployments that are there and check.
#[test]
fn the_how_tos_name_what_is_there() {
    let mut wrong = Vec::new();
    let pages = std::fs::read_dir(repo().join("docs/howto")).expect("the folder is there");
    for page in pages.map(|p| p.expect("readable").path()) {
        let text = std::fs::read_to_string(&page).expect("UTF-8");
        let shell = blocks(&text).into_iter().filter(|b| b.words.first().is_some_and(|w| w == "sh"));
        let files: Vec<_> = shell
            .flat_map(|b| b.text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .filter(|w| w.ends_with(".amb") && w.contains('/'))
            .collect();
        assert!(!files.is_empty(), "{} names deployments", page.display());
        for file in files {
            let request = Request { root: repo().join(&file), include: Vec::new(), sets: Vec::new() };
            let front = front(&request, &Disk { here: repo() });
            let errors = front.diags.iter().filter(|d| d.severity == Severity::Error);
            wrong.extend(errors.map(|d| short_line(&front.loaded.sources, d)));
        }
        let example = page.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(repo().join("examples").join(&example).is_dir(), "`{example}` is an example");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_how_to_of_calc_checks() {
    hold("docs/howto/calc.md");
}

#[test]
fn examples_of_the_language_reference_check() {
    hold("docs/language.md");
}

#[test]
fn the_example_of_the_readme_checks() {
    hold("README.md");
}
