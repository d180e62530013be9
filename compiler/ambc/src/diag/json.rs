//! For tools: one JSON object, `ambc.diagnostics/1`.
//!
//! Lines and columns count from 1, columns in characters; offsets are bytes of the file. Fields are only ever added.

use super::shown::Shown;
use ambc_diag::{Diagnostic, Label, Severity, Sources, Span};
use serde::Serialize;
use std::collections::BTreeMap;

/// The name of the format.
pub const SCHEMA: &str = "ambc.diagnostics/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry<'a>>,
    omitted: &'a BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    /// The place it points at.
    #[serde(flatten)]
    at: Place<'a>,
    /// All places, the one it points at first.
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: u32,
    col: u32,
    end_line: u32,
    end_col: u32,
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    primary: bool,
    text: &'a str,
    #[serde(flatten)]
    at: Place<'a>,
}

/// Replace the range by `text`.
#[derive(Serialize)]
struct JsonEdit<'a> {
    text: &'a str,
    #[serde(flatten)]
    at: Place<'a>,
}

/// The document, on one line.
pub fn json(sources: &Sources, shown: &Shown) -> String {
    let document = Document {
        schema: SCHEMA,
        errors: shown.errors,
        warnings: shown.warnings,
        diagnostics: shown.list.iter().map(|d| entry(sources, d)).collect(),
        omitted: &shown.omitted,
    };
    serde_json::to_string(&document).expect("texts and numbers always serialize") + "\n"
}

fn entry<'a>(sources: &'a Sources, d: &'a Diagnostic) -> Entry<'a> {
    let label = |l: &'a Label, primary| JsonLabel { primary, text: &l.text, at: place(sources, l.span) };
    let labels = std::iter::once(label(&d.primary, true)).chain(d.secondary.iter().map(|l| label(l, false)));
    Entry {
        code: d.code.0,
        severity: severity(d.severity),
        message: &d.message,
        at: place(sources, d.primary.span),
        labels: labels.collect(),
        notes: &d.notes,
        help: d.help.as_deref(),
        edits: d.edits.iter().map(|e| JsonEdit { text: &e.text, at: place(sources, e.span) }).collect(),
    }
}

pub(super) fn severity(s: Severity) -> &'static str {
    match s {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn place(sources: &Sources, span: Span) -> Place<'_> {
    let file = sources.file(span.file);
    let (from, to) = (file.line_col(span.start), file.line_col(span.end));
    Place {
        path: &file.path,
        line: from.line,
        col: from.col,
        end_line: to.line,
        end_col: to.col,
        start: span.start,
        end: span.end,
    }
}
