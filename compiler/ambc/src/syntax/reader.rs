//! What every converter needs: places, words, and where to report.

use super::ast::{Ident, Path};
use super::codes;
use super::literal::unescape;
use ambc_diag::{Diagnostic, Diagnostics, FileId, Span, Spanned};
use ambc_grammar::amb::{AmbParser, Rule};
use ambc_grammar::scan::{ProblemKind, Scan};
use pest::Parser;
use pest::iterators::Pair;

pub(super) type P<'t> = Pair<'t, Rule>;

/// The first pair of a successful parse.
pub(super) fn first(rule: Rule, text: &str) -> Option<P<'_>> {
    AmbParser::parse(rule, text).ok()?.next()
}

pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    /// The file as written.
    pub(super) src: &'a str,
    pub(super) scan: &'a Scan,
    pub(super) diags: &'a mut Diagnostics,
    /// Something of the current item could not be read.
    pub(super) broken: bool,
    /// The words of text that could not be read.
    pub(super) damaged: Vec<Ident>,
    /// The current item lacks a `}`, which has been reported.
    pub(super) unclosed: bool,
    /// Each `}` that closes nothing because the `{` before it is missing, which has been reported.
    pub(super) explained: Vec<usize>,
    /// Offset of the text being converted.
    pub(super) base: usize,
    /// Nothing of it lies behind this offset.
    pub(super) limit: usize,
    /// Inside a string, the file offset of each byte.
    map: Option<&'a [u32]>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: FileId, src: &'a str, scan: &'a Scan, diags: &'a mut Diagnostics) -> Self {
        let limit = src.len();
        Self {
            file,
            src,
            scan,
            diags,
            broken: false,
            damaged: Vec::new(),
            explained: Vec::new(),
            unclosed: false,
            base: 0,
            limit,
            map: None,
        }
    }

    /// For text whose bytes stand at the places that `map` gives.
    pub(super) fn mapped(mut self, map: &'a [u32]) -> Self {
        self.map = Some(map);
        self
    }

    /// The place of a range of the text being converted.
    pub(super) fn range(&self, start: usize, end: usize) -> Span {
        let place = |at: usize| match self.map {
            Some(map) => map.get(at).or(map.last()).copied().unwrap_or(0),
            None => (self.base + at).min(self.limit) as u32,
        };
        Span::new(self.file, place(start), place(end.max(start)))
    }

    pub(super) fn span(&self, p: &P<'_>) -> Span {
        let start = p.as_span().start();
        self.range(start, start + p.as_str().trim_end().len())
    }

    /// Offset in the file of the start of a pair.
    pub(super) fn offset(&self, p: &P<'_>) -> usize {
        self.base + p.as_span().start()
    }

    pub(super) fn doc(&self, p: &P<'_>) -> Option<String> {
        self.scan.doc(self.offset(p)).map(str::to_owned)
    }

    pub(super) fn report(&mut self, d: Diagnostic) {
        self.diags.push(d);
    }

    pub(super) fn ident(&self, p: &P<'_>) -> Ident {
        let text = p.as_str();
        Ident { text: text.strip_prefix("r#").unwrap_or(text).to_owned(), span: self.span(p) }
    }

    /// `a::b::c`.
    pub(super) fn path(&self, p: P<'_>) -> Path {
        let span = self.span(&p);
        Path { segments: p.into_inner().map(|s| self.ident(&s)).collect(), span }
    }

    /// The decoded text of a string, bad escapes reported.
    pub(super) fn string(&mut self, p: &P<'_>) -> Spanned<String> {
        let (span, quote) = (self.span(p), self.offset(p));
        let mended = if self.map.is_none() { self.scan.mended(quote) } else { None };
        let raw = match mended {
            Some(m) => self.src.get(m.start..m.end).unwrap_or(""),
            None => p.as_str().get(1..p.as_str().len().saturating_sub(1)).unwrap_or(""),
        };
        let (text, bad) = unescape(raw, &mut Vec::new());
        let start = p.as_span().start() + 1;
        for escape in bad {
            self.bad_escape(self.range(start + escape.0.start, start + escape.0.end), &raw[escape.0]);
        }
        Spanned::new(text, span)
    }

    fn bad_escape(&mut self, span: Span, text: &str) {
        let d = Diagnostic::new(codes::UNKNOWN_ESCAPE, span, format!("`{text}` stands for no character"))
            .label("unknown escape")
            .help("an escape is `\\\"`, `\\\\`, `\\n`, `\\t` or `\\u{1F600}`; a backslash itself is `\\\\`");
        self.report(d);
    }

    /// Marks the item, and remembers the words of `start..end` of the text being converted: they may have named something.
    pub(super) fn damage(&mut self, text: &str, start: usize, end: usize) {
        self.broken = true;
        let bytes = text.as_bytes();
        let mut at = start;
        while at < end.min(bytes.len()) {
            let len = bytes[at..end.min(bytes.len())]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                .count();
            if len > 0 && !bytes[at].is_ascii_digit() {
                let word = text.get(at..at + len).unwrap_or("").to_owned();
                self.damaged.push(Ident { text: word, span: self.range(at, at + len) });
            }
            at += len.max(1);
        }
    }

    /// Whether the scanner has already reported the line of `offset`, so that a second error would say the same.
    pub(super) fn excused(&self, offset: usize) -> bool {
        let line_start = self.src.get(..offset).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
        let line_end =
            self.src.get(offset..).and_then(|t| t.find('\n')).map_or(self.src.len(), |n| offset + n);
        self.map.is_none()
            && self.scan.problems.iter().any(|p| match p.kind {
                ProblemKind::UnclosedString | ProblemKind::SingleQuotes | ProblemKind::HashComment => {
                    (line_start..=line_end).contains(&p.start)
                }
                ProblemKind::UnclosedComment => {
                    self.src.get(offset..p.start).is_none_or(|t| t.trim().is_empty())
                }
                ProblemKind::StrayClose => false,
            })
    }
}
