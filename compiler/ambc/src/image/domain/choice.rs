//! Needs that are bound to several instances: as a list, or as a choice that the caller's side makes.

use super::Dependency;
use crate::hir::BindMode;
use crate::plan::Edge;
use crate::render::array;

/// Columns before a field of `Needs`.
const INDENT: usize = 12;

/// What rustfmt leaves of a call's arguments on one line in generated programs.
const CALL_WIDTH: usize = 200;

/// Type and value of a list.
pub(super) fn list(parts: &[Dependency]) -> (String, String) {
    let (ty, values) = alike(parts);
    (format!("[{ty}; {}]", parts.len()), array(&values, INDENT))
}

/// Type and value of `first …` or `any …`.
pub(super) fn choice(mode: BindMode, parts: &[Dependency], edges: &[&Edge]) -> Dependency {
    let kind = if mode == BindMode::First { "First" } else { "Any" };
    let (ty, values) = alike(parts);
    let timeouts: Vec<_> = edges.iter().map(|e| (e.timeout.unwrap_or(0) / 1000).to_string()).collect();
    let arguments = |indent| ["host.ctx()".to_owned(), array(&values, indent), array(&timeouts, indent)];
    let line = arguments(INDENT).join(", ");
    let value = if line.len() <= CALL_WIDTH && !line.contains('\n') {
        format!("{kind}::new({line})")
    } else {
        let deeper = INDENT + 4;
        let lines: String = arguments(deeper).iter().map(|a| format!("{:deeper$}{a},\n", "")).collect();
        format!("{kind}::new(\n{lines}{:INDENT$})", "")
    };
    Dependency { ty: format!("{kind}<{ty}, {}>", parts.len()), value }
}

/// Members of several types are made one by nested `Either`s.
fn alike(parts: &[Dependency]) -> (String, Vec<String>) {
    let mut kinds: Vec<&str> = Vec::new();
    for p in parts {
        if !kinds.contains(&p.ty.as_str()) {
            kinds.push(&p.ty);
        }
    }
    let either = |rest, kind| format!("Either<{kind}, {rest}>");
    let ty = kinds.iter().rev().map(|k| (*k).to_owned()).reduce(either);
    let value = |p: &Dependency| {
        let at = kinds.iter().position(|k| *k == p.ty).unwrap_or(0);
        let inner = if at + 1 < kinds.len() { format!("Either::A({})", p.value) } else { p.value.clone() };
        (0..at).fold(inner, |value, _| format!("Either::B({value})"))
    };
    (ty.unwrap_or_else(|| "Absent".to_owned()), parts.iter().map(value).collect())
}
