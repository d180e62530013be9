//! What a reader is told when a text is not lidl.

use super::Reader;
use crate::ast::{Item, ItemKind};
use crate::codes::{UNCLOSED, UNEXPECTED};
use ambc_diag::{Diagnostic, Spanned};
use ambc_grammar::lidl::{self, LidlParser, Rule};
use ambc_grammar::scan::{ProblemKind, starts_line_with_item};
use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

/// Where pest stopped.
pub(super) fn offset(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// Where another item starts behind a damaged one that swallowed it, for want of a `;`.
pub(super) fn next_item(text: &str, at: usize) -> Option<usize> {
    let starts = |i: &usize| text.is_char_boundary(*i) && starts_line_with_item(text, *i, lidl::starts_item);
    let block = text.find('{').unwrap_or(text.len());
    (at.max(1)..block.max(at + 1)).find(starts)
}

impl Reader<'_> {
    /// What the scanner found.
    pub(super) fn problems(&mut self) {
        for problem in &self.scan.problems {
            let (code, message, help) = match problem.kind {
                ProblemKind::UnclosedString => {
                    (UNCLOSED, "string without its closing quote", "add `\"` at its end")
                }
                ProblemKind::UnclosedComment => (UNCLOSED, "comment without its end", "add `*/` at its end"),
                ProblemKind::HashComment => (UNEXPECTED, "`#` does not start a comment", "write `//`"),
                ProblemKind::SingleQuotes => {
                    (UNEXPECTED, "strings have double quotes", "write `\"` on both sides")
                }
                ProblemKind::StrayClose => (UNEXPECTED, "this `}` closes nothing", "remove it"),
            };
            let span = self.span(problem.start, problem.end);
            self.diags.push(Diagnostic::new(code, span, message).label("here").help(help));
        }
    }

    pub(super) fn unclosed(&mut self, item: usize, at: usize) {
        let keyword =
            self.scan.text.get(item..).unwrap_or("").split(|c: char| !c.is_ascii_alphabetic()).next();
        let name = keyword.filter(|k| lidl::starts_item(k)).unwrap_or("block");
        let span = self.span(at, at + 1);
        let message = format!("the block of this {name} is not closed");
        self.diags.push(
            Diagnostic::new(UNCLOSED, span, message).label("opened here").help("add `}` where it ends"),
        );
    }

    /// An item or member that is not as the grammar says; `base` is where `text` starts.
    pub(super) fn unexpected(&mut self, base: usize, text: &str, error: &Error<Rule>) {
        let at = offset(error).min(text.len());
        let rest = text.get(at..).unwrap_or("");
        let found = token(rest);
        let span = if found.is_empty() {
            let end = text.get(..at).unwrap_or("").trim_end().len();
            self.span(base + end, base + end)
        } else {
            self.span(base + at, base + at + found.len())
        };
        let found = if found.is_empty() { "the end".to_owned() } else { format!("`{}`", short(found)) };
        let wanted = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => lidl::expected(positives),
            ErrorVariant::CustomError { .. } => None,
        };
        let item = at == 0 && !lidl::ITEMS.contains(&token(rest));
        let message = match wanted {
            _ if item && base_is_item(error) => format!("expected an item, found {found}"),
            Some(wanted) => format!("expected {wanted}, found {found}"),
            None => format!("{found} does not belong here"),
        };
        let mut d = Diagnostic::new(UNEXPECTED, span, message).label("not expected here");
        if item && base_is_item(error) {
            d = d.help(item_help(token(rest)));
        }
        self.diags.push(d);
    }

    /// A member that none of the rules took: read it again to say why.
    pub(super) fn bad_member(&mut self, base: usize, text: &str, rule: Rule) {
        match LidlParser::parse(rule, text) {
            Err(error) => self.unexpected(base, text, &error),
            // It is a member, only what ends it is missing.
            Ok(_) => {
                let end = base + text.trim_end().len();
                let span = self.span(end, end);
                self.diags.push(Diagnostic::new(UNEXPECTED, span, "expected `;`").label("here"));
            }
        }
    }

    /// Keeps the name of an item that could not be read, so that its uses are not reported as well.
    pub(super) fn damaged(&mut self, base: usize, text: &str) {
        let Some((keyword, rest)) = split_keyword(text) else { return };
        let mut at = text.len() - rest.len();
        let rest = rest.trim_start();
        at = at.max(text.len() - rest.len());
        let skipped = if rest.starts_with('<') { rest.find('>').map_or(0, |i| i + 1) } else { 0 };
        let rest = rest.get(skipped..).unwrap_or("");
        let name = rest.trim_start();
        at += skipped + rest.len() - name.len();
        let name = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
        if name.is_empty() {
            return;
        }
        let kind = match keyword {
            "struct" | "union" | "error" | "enum" => ItemKind::Error { alternatives: Vec::new() },
            "service" => ItemKind::Service { base: None, procedures: Vec::new() },
            _ => return,
        };
        let span = self.span(base + at, base + at + name.len());
        let name = Spanned::new(name.to_owned(), span);
        let (doc, attributes) = (String::new(), Vec::new());
        self.out.items.push(Item { name, span, doc, attributes, kind, damaged: true });
    }
}

/// Whether the parse was of an item, not of a member read again.
fn base_is_item(error: &Error<Rule>) -> bool {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives
            .iter()
            .any(|r| matches!(r, Rule::kw_struct | Rule::structure | Rule::item | Rule::kw_service)),
        ErrorVariant::CustomError { .. } => false,
    }
}

fn item_help(found: &str) -> String {
    let words = lidl::ITEMS.iter().map(|w| (*w).to_owned());
    match crate::model::nearest(found, words) {
        Some(word) => format!("write `{word}`"),
        None => "an item starts with `struct`, `enum`, `union`, `error`, `service`, `const`, `import` or `namespace`".into(),
    }
}

/// The keyword of an item behind its attributes.
fn split_keyword(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if lidl::starts_item(word) {
            return Some((word, text.get(at + word.len()..)?));
        }
        at += word.len() + 1;
        if !text.is_char_boundary(at.min(text.len())) || at > text.len() {
            return None;
        }
    }
    None
}

/// The word, number or sign at the start.
fn token(text: &str) -> &str {
    let word = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let len = match text.chars().next() {
        None => 0,
        Some('"') => text.get(1..).and_then(|t| t.find('"')).map_or(1, |i| i + 2),
        Some('-') if text.starts_with("->") => 2,
        Some(_) if word > 0 => word,
        Some(c) => c.len_utf8(),
    };
    text.get(..len).unwrap_or("")
}

fn short(token: &str) -> String {
    if token.chars().count() > 40 {
        format!("{}…", token.chars().take(40).collect::<String>())
    } else {
        token.to_owned()
    }
}
