//! Attribute blocks: `cost 40; path = "x"; restart { … }`.

use super::super::ast::{Expr, ExprKind, Ident, Setting};
use super::super::block::{Block, entries};
use super::super::expected;
use super::super::reader::{P, Reader};
use super::super::units;
use super::expr;
use ambc_grammar::amb::Rule;

/// The settings of a block `{ … }`.
pub(super) fn settings(r: &mut Reader<'_>, block: P<'_>) -> Vec<Setting> {
    let mut out = Vec::new();
    entries(r, block, Block::Settings, &mut |r, p| setting(r, p, &mut out));
    out
}

/// Reads a pair of the rules `setting`, `value_setting` or `group_setting`. Mostly one setting; two where the `;` between
/// them is missing.
pub(super) fn setting(r: &mut Reader<'_>, p: P<'_>, out: &mut Vec<Setting>) {
    let text = p.get_input();
    let mut now: Option<Setting> = None;
    let mut before = 0;
    for p in p.into_inner() {
        let (start, end) = (p.as_span().start(), p.as_span().start() + p.as_str().trim_end().len());
        let gap = text.get(before..start).unwrap_or("");
        match (p.as_rule(), &mut now) {
            (Rule::assign, Some(s)) => s.assign = true,
            (Rule::settings_block, Some(s)) => s.block = Some(settings(r, p)),
            (Rule::dots, _) => {}
            (_, None) => now = Some(new(r.ident(&p))),
            (_, Some(s)) => {
                let value = value(r, p);
                match single_word(&value) {
                    Some(word) if gap.contains('\n') && !s.assign => {
                        let d = expected::missing_semicolon(r, before)
                            .also(word.span, "the next statement starts here");
                        r.report(d);
                        out.extend(now.replace(new(word)));
                    }
                    Some(word) if unit_apart(r, s, gap, before, start, &word) => {}
                    _ => s.values.push(value),
                }
            }
        }
        if let Some(s) = &mut now {
            s.span = s.span.to(r.range(start, end));
        }
        before = end;
    }
    out.extend(now);
}

fn new(name: Ident) -> Setting {
    Setting { span: name.span, name, assign: false, values: Vec::new(), block: None }
}

fn value(r: &mut Reader<'_>, p: P<'_>) -> Expr {
    if p.as_rule() == Rule::expr { expr::expr(r, p) } else { expr::operand(r, p) }
}

fn single_word(e: &Expr) -> Option<Ident> {
    match &e.kind {
        ExprKind::Name(n) if n.select.is_none() && n.member.is_none() && n.head.segments.len() == 1 => {
            n.head.segments.first().cloned()
        }
        _ => None,
    }
}

/// `latency 5 ms`: reported, and read as `5ms`.
fn unit_apart(
    r: &mut Reader<'_>,
    s: &mut Setting,
    gap: &str,
    before: usize,
    start: usize,
    word: &Ident,
) -> bool {
    let (Some(unit), Some(last)) = (units::unit(&word.text), s.values.last_mut()) else { return false };
    let number = match &last.kind {
        ExprKind::Int { value, hex: false } => value.to_string(),
        ExprKind::Float(text) => text.clone(),
        _ => return false,
    };
    if gap.contains('\n') {
        return false;
    }
    let d = expected::unit_apart(r, (before, start), &number, &word.text);
    r.report(d);
    last.kind = ExprKind::Quantity { number, unit };
    true
}
