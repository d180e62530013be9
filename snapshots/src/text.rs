//! What a snapshot holds: the sources of a case, then what is said about them.

use crate::case::Case;
use crate::compile::Outcome;
use ambc_diag::short_line;
use std::fmt::Write as _;

pub(crate) fn of(case: &Case, outcome: &Outcome) -> String {
    let mut out = String::from("---- SOURCE\n");
    for (path, text) in &case.files {
        let text = String::from_utf8_lossy(text);
        let _ = writeln!(out, "//// {}\n{}", path.display().to_string().replace('\\', "/"), text.trim_end());
    }
    for value in &case.set {
        let _ = writeln!(out, "//// --set {value}");
    }
    if !outcome.diagnostics.is_empty() {
        let _ = writeln!(out, "---- SHORT\n{}---- DIAGNOSTICS\n{}", short(outcome), outcome.human.trim_end());
    }
    if let Some(plan) = &outcome.plan {
        let _ = write!(out, "---- PLAN\n{plan}");
    }
    out
}

/// One line for each diagnostic.
pub(crate) fn short(outcome: &Outcome) -> String {
    outcome.diagnostics.iter().map(|d| short_line(&outcome.sources, d) + "\n").collect()
}
