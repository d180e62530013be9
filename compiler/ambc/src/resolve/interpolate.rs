//! `{expr}` in the strings of items that have an index variable.
//!
//! A string is known only without its escapes, so positions inside it are gone: expressions carry the place of the
//! whole string.

use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Ident, Path, Ref};
use ambc_diag::Span;

#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Expr(Expr),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// `{` without `}`.
    Open,
    /// `}` without `{`.
    Close,
    /// What stands between them is no expression.
    Expression(String),
}

impl Problem {
    pub(super) fn message(&self) -> String {
        match self {
            Self::Open => "`{` in this string is never closed".to_owned(),
            Self::Close => "`}` in this string closes nothing".to_owned(),
            Self::Expression(text) => format!("`{{{text}}}` in this string is no expression"),
        }
    }
}

pub(super) fn split(text: &str, span: Span) -> Result<Vec<Piece>, Problem> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else if let Some(after) = tail.strip_prefix('{') {
            let (inner, after) = after.split_once('}').ok_or(Problem::Open)?;
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            let expr = Reader::new(inner, span).whole();
            pieces.push(Piece::Expr(expr.ok_or_else(|| Problem::Expression(inner.to_owned()))?));
            rest = after;
        } else {
            return Err(Problem::Close);
        }
    }
    plain.push_str(rest);
    pieces.push(Piece::Text(plain));
    Ok(pieces)
}

/// Reads `+ - * / %`, parentheses, numbers and names.
struct Reader<'t> {
    rest: &'t str,
    span: Span,
    operands: u32,
}

/// Longer expressions are refused, so that no string can exhaust the stack.
const MOST_OPERANDS: u32 = 64;

impl<'t> Reader<'t> {
    fn new(text: &'t str, span: Span) -> Self {
        Self { rest: text, span, operands: 0 }
    }

    fn whole(mut self) -> Option<Expr> {
        let expr = self.sum()?;
        self.rest.trim().is_empty().then_some(expr)
    }

    fn sum(&mut self) -> Option<Expr> {
        let mut left = self.product()?;
        while let Some(op) = self.sign(&[('+', BinaryOp::Add), ('-', BinaryOp::Sub)]) {
            let right = self.product()?;
            left = self.make(ExprKind::Binary(op, Box::new(left), Box::new(right)));
        }
        Some(left)
    }

    fn product(&mut self) -> Option<Expr> {
        let mut left = self.operand()?;
        let signs = [('*', BinaryOp::Mul), ('/', BinaryOp::Div), ('%', BinaryOp::Rem)];
        while let Some(op) = self.sign(&signs) {
            let right = self.operand()?;
            left = self.make(ExprKind::Binary(op, Box::new(left), Box::new(right)));
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<Expr> {
        self.operands += 1;
        if self.operands > MOST_OPERANDS {
            return None;
        }
        if self.take('-') {
            let inner = self.operand()?;
            return Some(self.make(ExprKind::Neg(Box::new(inner))));
        }
        if self.take('(') {
            let inner = self.sum()?;
            return self.take(')').then_some(inner);
        }
        let word = self.word()?;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number(&word);
        }
        self.name(&word)
    }

    fn number(&self, word: &str) -> Option<Expr> {
        let digits = word.replace('_', "");
        let (value, hex) = match digits.strip_prefix("0x") {
            Some(hex) => (i128::from_str_radix(hex, 16).ok()?, true),
            None => (digits.parse().ok()?, false),
        };
        Some(self.make(ExprKind::Int { value, hex }))
    }

    fn name(&self, word: &str) -> Option<Expr> {
        let ident = |text: &str| Ident { text: text.to_owned(), span: self.span };
        let parts: Vec<&str> = word.split("::").collect();
        if parts
            .iter()
            .any(|p| p.is_empty() || p.starts_with(|c: char| c.is_ascii_digit()) || p.contains(':'))
        {
            return None;
        }
        let head = Path { segments: parts.into_iter().map(ident).collect(), span: self.span };
        let name =
            Ref { head, select: None, member: None, more: Vec::new(), member_select: None, span: self.span };
        Some(self.make(ExprKind::Name(name)))
    }

    fn word(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.rest = after;
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn sign(&mut self, signs: &[(char, BinaryOp)]) -> Option<BinaryOp> {
        signs.iter().find(|(c, _)| self.take(*c)).map(|(_, op)| *op)
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.trim_start().strip_prefix(c) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn make(&self, kind: ExprKind) -> Expr {
        Expr { kind, span: self.span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambc_diag::FileId;

    fn shape(text: &str) -> Result<String, Problem> {
        let pieces = split(text, Span::new(FileId(0), 0, 1))?;
        let show = |p: &Piece| match p {
            Piece::Text(t) => t.clone(),
            Piece::Expr(e) => format!("<{}>", expr(e)),
        };
        Ok(pieces.iter().map(show).collect())
    }

    fn expr(e: &Expr) -> String {
        match &e.kind {
            ExprKind::Int { value, .. } => value.to_string(),
            ExprKind::Name(r) => {
                r.head.segments.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join("::")
            }
            ExprKind::Neg(e) => format!("-{}", expr(e)),
            ExprKind::Binary(op, a, b) => format!("({} {op:?} {})", expr(a), expr(b)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn expressions_are_read_with_precedence() {
        assert_eq!(
            shape("10.0.{i / 200}.{2 + i % 200}/16").unwrap(),
            "10.0.<(i Div 200)>.<(2 Add (i Rem 200))>/16"
        );
        assert_eq!(shape("{(i - 1) - -2}").unwrap(), "<((i Sub 1) Sub -2)>");
        assert_eq!(shape("{site::n * 0x10}").unwrap(), "<(site::n Mul 16)>");
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(shape("{{i}} }}{{").unwrap(), "{i} }{");
        assert_eq!(shape("plain").unwrap(), "plain");
    }

    #[test]
    fn damage_is_named_and_never_panics() {
        assert_eq!(shape("a {i"), Err(Problem::Open));
        assert_eq!(shape("a } b"), Err(Problem::Close));
        assert_eq!(shape("{}"), Err(Problem::Expression(String::new())));
        assert_eq!(shape("{i +}"), Err(Problem::Expression("i +".to_owned())));
        assert_eq!(shape("{::}"), Err(Problem::Expression("::".to_owned())));
        assert!(shape(&format!("{{{}}}", "(".repeat(10_000))).is_err());
        assert!(shape(&format!("{{{}1}}", "-".repeat(10_000))).is_err());
        assert_eq!(shape("{ä}"), Err(Problem::Expression("ä".to_owned())));
    }
}
