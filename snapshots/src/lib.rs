//! Snapshot cases: a folder of source files, and what the compiler says about them.
//!
//! [`ok`] and [`fail`] are what the generated tests call. `README.md` says how to add a case.

mod case;
mod compile;
mod text;

pub use case::Case;
pub use compile::Outcome;

use std::path::Path;

/// A case that the compiler takes without a word. Shows its plan.
///
/// # Panics
/// If anything is reported, or the text differs from the snapshot.
pub fn ok(name: &str) {
    let case = Case::load("ok", name);
    let outcome = compile::compile(&case);
    assert!(outcome.diagnostics.is_empty(), "an `ok` case is reported:\n{}", text::short(&outcome));
    compare("ok", name, &text::of(&case, &outcome));
}

/// A case with a mistake. Shows what is said about it.
///
/// # Panics
/// If nothing is reported, or the text differs from the snapshot.
pub fn fail(name: &str) {
    let case = Case::load("fail", name);
    let outcome = compile::compile(&case);
    assert!(!outcome.diagnostics.is_empty(), "nothing is reported about a `fail` case");
    compare("fail", name, &text::of(&case, &outcome));
}

fn compare(kind: &str, name: &str, text: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("expected").join(kind).join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(file, text));
}
