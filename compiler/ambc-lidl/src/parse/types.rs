//! Types, expressions and literals.

use super::{DEPTH_LIMIT, Reader};
use crate::ast::{BinaryOp, Expr, ExprKind, Path, TypeArg, TypeRef};
use crate::codes::{BAD_LITERAL, TOO_DEEP};
use ambc_diag::{Diagnostic, Span};
use ambc_grammar::lidl::Rule;
use pest::iterators::Pair;

impl Reader<'_> {
    pub(super) fn path(&self, base: usize, pair: Pair<'_, Rule>) -> Path {
        let span = self.pair_span(base, &pair);
        Path { names: pair.into_inner().map(|p| self.name(base, &p)).collect(), span }
    }

    pub(super) fn type_ref(&mut self, base: usize, pair: Pair<'_, Rule>) -> TypeRef {
        let span = self.pair_span(base, &pair);
        let mut path = Path { names: Vec::new(), span };
        let mut args = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::path => path = self.path(base, part),
                Rule::type_arg => {
                    args.extend(part.into_inner().next().map(|arg| match arg.as_rule() {
                        Rule::type_ref => TypeArg::Type(self.type_ref(base, arg)),
                        _ => TypeArg::Value(self.expr(base, arg)),
                    }));
                }
                _ => {}
            }
        }
        TypeRef { path, args, span }
    }

    /// Precedence climbing over the flat list of operands and operators.
    pub(super) fn expr(&mut self, base: usize, pair: Pair<'_, Rule>) -> Expr {
        let span = self.pair_span(base, &pair);
        let parts: Vec<_> = pair.into_inner().collect();
        if parts.len() > DEPTH_LIMIT * 2 {
            self.diags.push(Diagnostic::new(TOO_DEEP, span, "expression too long").label("split this up"));
            return Expr::missing(span);
        }
        let mut terms: Vec<Expr> = Vec::new();
        let mut ops: Vec<BinaryOp> = Vec::new();
        let mut negations: Vec<Span> = Vec::new();
        for part in parts {
            match operator(part.as_rule()) {
                Some(op) => {
                    fold(&mut terms, &mut ops, precedence(op));
                    ops.push(op);
                }
                None if part.as_rule() == Rule::op_neg => negations.push(self.pair_span(base, &part)),
                None => {
                    let term = self.operand(base, part);
                    terms.push(negations.drain(..).rev().fold(term, negate));
                }
            }
        }
        fold(&mut terms, &mut ops, 0);
        terms.pop().unwrap_or_else(|| Expr::missing(span))
    }

    fn operand(&mut self, base: usize, pair: Pair<'_, Rule>) -> Expr {
        let span = self.pair_span(base, &pair);
        let text = pair.as_str().trim_end();
        let kind = match pair.as_rule() {
            Rule::decimal => self.number(text, span),
            Rule::hex => self.integer(text.get(2..).unwrap_or(""), 16, span),
            Rule::boolean => ExprKind::Bool(text == "true"),
            Rule::string => ExprKind::Str(self.string(base, &pair)),
            Rule::path => ExprKind::Path(self.path(base, pair)),
            Rule::quantity => {
                let mut parts = pair.into_inner().map(|p| p.as_str().trim().to_owned());
                let number = parts.next().unwrap_or_default().replace('_', "");
                ExprKind::Quantity { number, unit: parts.next().unwrap_or_default() }
            }
            Rule::paren => match pair.into_inner().find(|p| p.as_rule() == Rule::expr) {
                Some(inner) => return self.expr(base, inner),
                None => ExprKind::Missing,
            },
            _ => ExprKind::Missing,
        };
        Expr { kind, span }
    }

    fn number(&mut self, text: &str, span: Span) -> ExprKind {
        if text.contains(['.', 'e', 'E']) {
            ExprKind::Float(text.replace('_', ""))
        } else {
            self.integer(text, 10, span)
        }
    }

    fn integer(&mut self, digits: &str, radix: u32, span: Span) -> ExprKind {
        match i128::from_str_radix(&digits.replace('_', ""), radix) {
            Ok(value) => ExprKind::Int(value),
            Err(_) => {
                let d = Diagnostic::new(BAD_LITERAL, span, "number too large").label("no type holds this");
                self.diags.push(d);
                ExprKind::Missing
            }
        }
    }

    /// The value of a string; the scanner may have mended its quotes.
    pub(super) fn string(&mut self, base: usize, pair: &Pair<'_, Rule>) -> String {
        let start = base + pair.as_span().start();
        let body = match self.scan.mended(start) {
            Some(mended) => mended.start..mended.end,
            None => start + 1..(start + pair.as_str().trim_end().len()).saturating_sub(1),
        };
        let from = body.start;
        let body = self.source.get(body).unwrap_or("");
        self.unescape(from, body)
    }

    fn unescape(&mut self, from: usize, body: &str) -> String {
        let mut out = String::new();
        let mut rest = body;
        while let Some(at) = rest.find('\\') {
            out.push_str(rest.get(..at).unwrap_or(""));
            let escape = rest.get(at..).unwrap_or("");
            let (value, len) = escaped(escape);
            match value {
                Some(value) => out.push(value),
                None => {
                    let start = from + body.len() - escape.len();
                    let span = self.span(start, start + len);
                    let d = Diagnostic::new(BAD_LITERAL, span, "unknown escape")
                        .label("not an escape")
                        .help("there are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{..}`");
                    self.diags.push(d);
                }
            }
            rest = escape.get(len..).unwrap_or("");
        }
        out.push_str(rest);
        out
    }
}

/// The character of an escape and its length.
fn escaped(text: &str) -> (Option<char>, usize) {
    let c = text.chars().nth(1);
    let simple = |c| (Some(c), 2);
    match c {
        Some('"') => simple('"'),
        Some('\\') => simple('\\'),
        Some('n') => simple('\n'),
        Some('t') => simple('\t'),
        Some('u') if text.starts_with("\\u{") => match text.find('}') {
            Some(end) => {
                let code = text.get(3..end).and_then(|h| u32::from_str_radix(h, 16).ok());
                (code.and_then(char::from_u32), end + 1)
            }
            None => (None, 3),
        },
        Some(c) => (None, 1 + c.len_utf8()),
        None => (None, 1),
    }
}

fn operator(rule: Rule) -> Option<BinaryOp> {
    Some(match rule {
        Rule::op_add => BinaryOp::Add,
        Rule::op_sub => BinaryOp::Sub,
        Rule::op_mul => BinaryOp::Mul,
        Rule::op_div => BinaryOp::Div,
        Rule::op_rem => BinaryOp::Rem,
        _ => return None,
    })
}

fn precedence(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Add | BinaryOp::Sub => 1,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 2,
    }
}

/// Joins the last terms while their operator binds at least as strongly as `least`.
fn fold(terms: &mut Vec<Expr>, ops: &mut Vec<BinaryOp>, least: u8) {
    while ops.last().is_some_and(|op| precedence(*op) >= least) {
        let (Some(op), Some(right), Some(left)) = (ops.pop(), terms.pop(), terms.pop()) else { return };
        let span = left.span.to(right.span);
        terms.push(Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span });
    }
}

fn negate(term: Expr, at: Span) -> Expr {
    let span = at.to(term.span);
    Expr { kind: ExprKind::Neg(Box::new(term)), span }
}
