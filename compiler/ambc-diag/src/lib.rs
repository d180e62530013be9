//! Source files, spans and diagnostics: the vocabulary that every stage shares.
//!
//! This crate holds data only. Rendering for people lives in `ambc::diag`; the one-line form lives here because build
//! scripts print it too.

mod diagnostic;
mod short;
mod source;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Edit, Label, Severity};
pub use short::short_line;
pub use source::{FileId, LineCol, SourceFile, Sources, Span, SpanSet, Spanned};
