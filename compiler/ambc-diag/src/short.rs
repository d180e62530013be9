//! The one-line form.

use crate::{Diagnostic, Severity, Sources};

/// `path:line:col: error[CODE]: message`, the form that editors and build scripts read.
pub fn short_line(sources: &Sources, d: &Diagnostic) -> String {
    let at = sources.line_col(d.primary.span);
    let kind = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let path = &sources.file(d.primary.span.file).path;
    format!("{path}:{}:{}: {kind}[{}]: {}", at.line, at.col, d.code.0, d.message)
}
