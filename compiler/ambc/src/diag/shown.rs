//! Which diagnostics are shown, in which order, and what is only counted.

use ambc_diag::{Diagnostic, Diagnostics, Severity};
use std::collections::BTreeMap;

/// The diagnostics of a run, ready to be written.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// In file order.
    pub list: Vec<Diagnostic>,
    /// How many of a code are not in the list.
    pub omitted: BTreeMap<&'static str, usize>,
    /// Of all, shown or not.
    pub errors: usize,
    pub warnings: usize,
}

impl Shown {
    /// Keeps the first `limit` of each code; 0 keeps all.
    pub fn new(diags: Diagnostics, limit: usize) -> Self {
        let mut out = Self::default();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for d in diags.sorted() {
            match d.severity {
                Severity::Error => out.errors += 1,
                Severity::Warning => out.warnings += 1,
            }
            let count = seen.entry(d.code.0).or_default();
            *count += 1;
            if limit == 0 || *count <= limit {
                out.list.push(d);
            } else {
                *out.omitted.entry(d.code.0).or_default() += 1;
            }
        }
        out
    }

    /// One line for each code of which some are not shown.
    pub fn omitted_lines(&self) -> Vec<String> {
        let line =
            |(code, n): (&&str, &usize)| format!("{n} more of {code} not shown; `--max-errors 0` shows all");
        self.omitted.iter().map(line).collect()
    }

    /// "2 errors, 1 warning", or nothing.
    pub fn summary(&self) -> Option<String> {
        let count = |n: usize, word: &str| match n {
            0 => None,
            1 => Some(format!("1 {word}")),
            n => Some(format!("{n} {word}s")),
        };
        let parts: Vec<String> =
            [count(self.errors, "error"), count(self.warnings, "warning")].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}
