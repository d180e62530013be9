//! What a user is told. Built beside the rule that found it, rendered elsewhere.

use crate::{Span, SpanSet};
use std::collections::BTreeSet;

/// The stable name of one kind of diagnostic: `E0203`, or `W0301` for warnings.
///
/// By stage: 01 syntax, 02 resolve, 03 check, 04 plan, 05 build and run, 09 a bug in ambc. Every code has a page in
/// `compiler/ambc/src/diag/explain/` and a case in `snapshots/cases/fail/`; tests hold both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl Code {
    pub fn is_warning(self) -> bool {
        self.0.starts_with('W')
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// Text at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A change that can be applied as it stands: replace `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// One mistake. Message lower-case, names in backticks, no final period; `help` says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    /// Where it points: `path:line:col` of the short form.
    pub primary: Label,
    /// The other places involved.
    pub secondary: Vec<Label>,
    pub notes: Vec<String>,
    pub help: Option<String>,
    pub edits: Vec<Edit>,
}

impl Diagnostic {
    /// Severity follows the code.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let severity = if code.is_warning() { Severity::Warning } else { Severity::Error };
        Self {
            code,
            severity,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
            edits: Vec::new(),
        }
    }

    /// Text beside the primary place, such as "not found in this deployment".
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    #[must_use]
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into() });
        self
    }
}

/// Collects the diagnostics of a run.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn push(&mut self, d: Diagnostic) {
        self.list.push(d);
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.list.iter_mut()
    }

    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    /// Where the errors point.
    pub fn error_places(&self) -> SpanSet {
        self.list.iter().filter(|d| d.severity == Severity::Error).map(|d| d.primary.span).collect()
    }

    /// Drops what later stages said about text that could not be read: it follows from the syntax error there.
    pub fn drop_consequences(&mut self) {
        let is_syntax = |d: &Diagnostic| d.code.0.starts_with("E01");
        let damaged: SpanSet = self.list.iter().filter(|d| is_syntax(d)).map(|d| d.primary.span).collect();
        self.list.retain(|d| is_syntax(d) || !damaged.overlaps(d.primary.span));
    }

    /// An array element repeats the mistakes of its neighbours: of those that differ only in an index the first is kept.
    pub fn keep_one_of_an_array(&mut self) {
        let mut told = BTreeSet::new();
        self.list.retain(|d| told.insert((d.code, d.primary.span, without_indices(&d.message))));
    }

    /// In file order, each once. The order does not depend on which rule ran first.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| {
            (a.primary.span, a.severity, a.code, &a.message).cmp(&(
                b.primary.span,
                b.severity,
                b.code,
                &b.message,
            ))
        });
        self.list.dedup();
        self.list
    }
}

/// `a[3].to[0]` as `a[].to[]`.
fn without_indices(message: &str) -> String {
    let mut parts = message.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('[');
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic, Diagnostics};
    use crate::{FileId, Span};

    #[test]
    fn elements_of_an_array_repeat_one_mistake() {
        let mut diags = Diagnostics::default();
        for (start, message) in [
            (1, "`a[0]` lacks `b[7]`"),
            (1, "`a[12]` lacks `b[8]`"),
            (2, "`a[0]` lacks `b[7]`"),
            (1, "`a[0]` lacks `c`"),
        ] {
            diags.push(Diagnostic::new(Code("E0301"), Span::new(FileId(0), start, 9), message));
        }
        diags.keep_one_of_an_array();
        let left: Vec<_> = diags.iter().map(|d| (d.primary.span.start, d.message.as_str())).collect();
        assert_eq!(left, [(1, "`a[0]` lacks `b[7]`"), (2, "`a[0]` lacks `b[7]`"), (1, "`a[0]` lacks `c`")]);
    }

    #[test]
    fn what_follows_from_a_syntax_error_is_dropped_and_nothing_else() {
        let at = |code, start, end| Diagnostic::new(Code(code), Span::new(FileId(0), start, end), "x");
        let mut diags = Diagnostics::default();
        for d in [
            at("E0113", 10, 12),
            at("E0201", 10, 10),
            at("E0361", 5, 20),
            at("E0210", 11, 14),
            at("E0201", 12, 15),
            at("E0301", 5, 10),
            at("E0101", 11, 12),
        ] {
            diags.push(d);
        }
        diags.drop_consequences();
        let left: Vec<_> = diags.iter().map(|d| (d.code.0, d.primary.span.start)).collect();
        assert_eq!(left, [("E0113", 10), ("E0201", 12), ("E0301", 5), ("E0101", 11)]);
    }
}
