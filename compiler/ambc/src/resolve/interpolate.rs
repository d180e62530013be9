//! `{expr}` in the strings of items that have an index variable.

use super::codes;
use super::ctx::{Ctx, Env};
use super::eval::plain;
use crate::syntax::ast::Expr;
use ambc_diag::{Diagnostic, Span};
use std::ops::Range;
use std::rc::Rc;

/// A string as the elements of an array share it; `None`: damaged, reported.
pub(super) type Parts = Option<Rc<[Part]>>;

#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    Expr(Expr),
}

impl Ctx<'_> {
    /// A string literal. `{expr}` counts only where there is an index variable.
    pub(super) fn text(&mut self, text: &str, span: Span, env: Env<'_>) -> Option<String> {
        if env.index.is_none() || !text.contains(['{', '}']) {
            return Some(text.to_owned());
        }
        let parts = match self.strings.get(&span) {
            Some(known) => known.clone(),
            None => {
                let parts = self.parts(text, span);
                self.strings.insert(span, parts.clone());
                parts
            }
        };
        let mut out = String::new();
        for part in parts?.iter() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Expr(expr) => out.push_str(&plain(&self.eval(expr, env)?)),
            }
        }
        Some(out)
    }

    fn parts(&mut self, text: &str, span: Span) -> Parts {
        let pieces = match split(text) {
            Ok(pieces) => pieces,
            Err(problem) => {
                let d = Diagnostic::new(codes::INTERPOLATION, span, problem.message())
                    .help("`{i}` is replaced by the value of `i`; for a brace write `{{` or `}}`");
                self.report(d);
                return None;
            }
        };
        let parts = pieces.into_iter().map(|piece| match piece {
            Piece::Text(text) => Some(Part::Text(text)),
            Piece::Expr(within) => self.parse_within(span, within).map(Part::Expr),
        });
        parts.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(Rc::from)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// Bytes of the decoded string.
    Expr(Range<usize>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    /// `{` without `}`.
    Open,
    /// `}` without `{`.
    Close,
    /// `{}`.
    Empty,
}

impl Problem {
    fn message(&self) -> &'static str {
        match self {
            Self::Open => "`{` in this string is never closed",
            Self::Close => "`}` in this string closes nothing",
            Self::Empty => "`{}` in this string holds no expression",
        }
    }
}

fn split(text: &str) -> Result<Vec<Piece>, Problem> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '}']) {
        plain.push_str(&text[at..at + found]);
        at += found;
        let tail = &text[at..];
        if tail.starts_with("{{") || tail.starts_with("}}") {
            plain.push_str(&tail[..1]);
            at += 2;
        } else if tail.starts_with('}') {
            return Err(Problem::Close);
        } else {
            let length = tail.find('}').ok_or(Problem::Open)?;
            if tail[1..length].trim().is_empty() {
                return Err(Problem::Empty);
            }
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Expr(at + 1..at + length));
            at += length + 1;
        }
    }
    plain.push_str(&text[at..]);
    pieces.push(Piece::Text(plain));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<String, Problem> {
        let show = |p: &Piece| match p {
            Piece::Text(t) => t.clone(),
            Piece::Expr(e) => format!("<{}>", &text[e.clone()]),
        };
        Ok(split(text)?.iter().map(show).collect())
    }

    #[test]
    fn expressions_and_text_take_turns() {
        assert_eq!(shape("10.0.{i / 200}.{2 + i}/16").unwrap(), "10.0.<i / 200>.<2 + i>/16");
        assert_eq!(shape("ä{ i }ö").unwrap(), "ä< i >ö");
        assert_eq!(shape("plain").unwrap(), "plain");
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(shape("{{i}} }}{{").unwrap(), "{i} }{");
        assert_eq!(shape("{{{i}}}").unwrap(), "{<i>}");
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(shape("a {i"), Err(Problem::Open));
        assert_eq!(shape("a } b"), Err(Problem::Close));
        assert_eq!(shape("{ }"), Err(Problem::Empty));
    }
}
