//! Text → [`ast::File`], item by item.
//!
//! 1. The scanner blanks comments, cuts the file into items and notes what is not closed.
//! 2. [`Reader::item`] parses one item; what cannot be read keeps its name, so that nothing else complains.
//! 3. `items`, `types` turn pest's pairs into the tree; `report` says what was expected.

mod items;
mod report;
mod types;

use crate::ast;
use crate::codes::{NAMESPACE, TOO_DEEP};
use ambc_diag::{Diagnostic, Diagnostics, FileId, Sources, Span, Spanned};
use ambc_grammar::lidl::{LidlParser, Rule, starts_item};
use ambc_grammar::scan::{Ending, Scan, scan};
use pest::Parser;
use pest::iterators::Pair;

/// Types and expressions inside each other, and terms of one expression.
const DEPTH_LIMIT: usize = 64;

/// Reads a file and reports every syntax error; the rest of the file is in the tree.
pub fn parse(file: FileId, sources: &Sources, diags: &mut Diagnostics) -> ast::File {
    let source = &sources.file(file).text;
    let scan = scan(source, starts_item);
    let out = ast::File { id: file, namespace: None, imports: Vec::new(), items: Vec::new() };
    let mut reader = Reader { file, source, scan: &scan, diags, out };
    reader.problems();
    for item in &scan.items {
        match item.ending {
            Ending::TooDeep(at) => reader.too_deep(at),
            Ending::Unclosed(at) => reader.unclosed(item.start, at),
            Ending::Complete | Ending::Cut => {}
        }
        if !matches!(item.ending, Ending::TooDeep(_)) {
            reader.item(item.start, item.end, matches!(item.ending, Ending::Unclosed(_)));
        }
    }
    reader.out
}

struct Reader<'a> {
    file: FileId,
    source: &'a str,
    scan: &'a Scan,
    diags: &'a mut Diagnostics,
    out: ast::File,
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start as u32, end as u32)
    }

    /// The span of a pair of a text that starts at `base`, without blanks at its end.
    fn pair_span(&self, base: usize, pair: &Pair<'_, Rule>) -> Span {
        let start = base + pair.as_span().start();
        self.span(start, start + pair.as_str().trim_end().len())
    }

    fn name(&self, base: usize, pair: &Pair<'_, Rule>) -> ast::Name {
        let text = pair.as_str();
        Spanned::new(text.strip_prefix("r#").unwrap_or(text).to_owned(), self.pair_span(base, pair))
    }

    fn doc(&self, start: usize) -> String {
        self.scan.doc(start).unwrap_or("").to_owned()
    }

    fn too_deep(&mut self, at: usize) {
        let span = self.span(at, at + 1);
        self.diags.push(Diagnostic::new(TOO_DEEP, span, "nested too deeply").label("this goes too far"));
    }

    /// Reads one item. An unclosed one was reported and is closed here.
    fn item(&mut self, start: usize, end: usize, unclosed: bool) {
        let text = self.scan.text.get(start..end).unwrap_or("");
        if let Some(at) = too_deep_types(text) {
            self.damaged(start, text);
            return self.too_deep(start + at);
        }
        let closed = if unclosed { format!("{text}}}") } else { String::new() };
        match LidlParser::parse(Rule::item, if unclosed { &closed } else { text }) {
            Ok(mut pairs) => {
                if let Some(pair) = pairs.next() {
                    self.read_item(start, pair);
                }
            }
            Err(_) if unclosed => self.damaged(start, text),
            Err(error) => {
                let at = report::offset(&error);
                self.damaged(start, text);
                self.unexpected(start, text, &error);
                if let Some(next) = report::next_item(text, at) {
                    self.item(start + next, end, false);
                }
            }
        }
    }

    fn read_item(&mut self, base: usize, pair: Pair<'_, Rule>) {
        let mut attributes = Vec::new();
        let span = self.pair_span(base, &pair);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::attribute => attributes.push(self.attribute(base, part)),
                Rule::EOI => {}
                Rule::namespace => self.namespace(base, part),
                Rule::import => self.import(base, part),
                _ => self.declaration(base, part, span, std::mem::take(&mut attributes)),
            }
        }
    }

    fn namespace(&mut self, base: usize, pair: Pair<'_, Rule>) {
        let span = self.pair_span(base, &pair);
        let Some(path) = pair.into_inner().find(|p| p.as_rule() == Rule::path).map(|p| self.path(base, p))
        else {
            return;
        };
        if let Some(first) = &self.out.namespace {
            let d = Diagnostic::new(NAMESPACE, span, "a file has one namespace")
                .label("a second one")
                .also(first.span, "the first one")
                .help("move what belongs to the other namespace to a file of its own");
            self.diags.push(d);
        } else {
            self.out.namespace = Some(path);
        }
    }

    fn import(&mut self, base: usize, pair: Pair<'_, Rule>) {
        let span = self.pair_span(base, &pair);
        let Some(string) = pair.into_inner().find(|p| p.as_rule() == Rule::string) else { return };
        let path_span = self.pair_span(base, &string);
        let path = Spanned::new(self.string(base, &string), path_span);
        self.out.imports.push(ast::Import { path, span, file: None });
    }
}

/// Where angle brackets nest too deeply for a reader and for the stack.
fn too_deep_types(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' | b';' | b'{' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests;
