//! Text to [`ast`].
//!
//! In: one `.amb` file. Out: the items that could be read, and a diagnostic for each place that could not. Passes:
//!
//! 1. `ambc_grammar::scan` blanks comments and cuts the text into items; `item::problems` reports what is unbalanced.
//! 2. `item::read` parses one item by the grammar, mends obvious slips, and saves the header of a damaged one.
//! 3. `convert` turns pairs into the tree; inside blocks `block` reports damaged statements and goes on with the next.
//!
//! What a reader is told is worded in `expected` (by the grammar's own word list) and `codes`; no rule name appears.

pub mod ast;
mod block;
mod codes;
mod convert;
mod expected;
mod forms;
mod item;
mod literal;
mod nearest;
mod reader;
mod units;

pub use nearest::nearest;
pub use units::unit_text;

use ambc_diag::{Diagnostics, FileId, Sources, Span};
use ambc_grammar::amb::Rule;
use ambc_grammar::keywords::starts_amb_item;
use ambc_grammar::scan::scan;
use std::ops::Range;

/// Reads a file. Never fails: what could not be read has been reported.
pub fn parse(file: FileId, sources: &Sources, diags: &mut Diagnostics) -> ast::File {
    let src = &sources.file(file).text;
    let scan = scan(src, starts_amb_item);
    let mut r = reader::Reader::new(file, src, &scan, diags);
    let items = item::all(&mut r);
    item::problems(&mut r);
    ast::File { file, items, damaged: r.damaged }
}

/// Reads an expression inside a string, as in `"probe {i + 1}"`.
///
/// `literal` is the span of the string with its quotes, `within` the bytes of the expression in its *decoded* text. Spans of
/// the result point into the file, also when escapes stand before it.
pub fn parse_expr(
    sources: &Sources,
    literal: Span,
    within: Range<usize>,
    diags: &mut Diagnostics,
) -> Option<ast::Expr> {
    let src = &sources.file(literal.file).text;
    let (decoded, map) = literal::decode_with_map(src, literal);
    let text = decoded.get(within.clone())?;
    let scan = scan(text, starts_amb_item);
    let mut r =
        reader::Reader::new(literal.file, src, &scan, diags).mapped(map.get(within.start..=within.end)?);
    let mut text = scan.text.clone();
    let about = expected::About { form: None, block: None, kind: "an expression" };
    if item::parsed_or_mended(&mut r, Rule::only_expr, &mut text, about) {
        let pair = reader::first(Rule::only_expr, &text)?;
        return convert::expr::expr(&mut r, pair.into_inner().next()?).into();
    }
    None
}

#[cfg(test)]
mod tests;
