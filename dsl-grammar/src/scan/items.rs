//! Second pass: where each item starts and ends.

use super::{Ending, NESTING_LIMIT, Problem, ProblemKind, RawItem, Scan, is_id_char, is_id_start};

/// How often the scanner goes back to an item that lacks its `}` before it stops trusting the braces of the file.
const PATIENCE: usize = 64;

pub(super) fn split(is_item_word: fn(&str) -> bool, out: &mut Scan) {
    let text = std::mem::take(&mut out.text);
    let mut pass = Pass { text: &text, is_item_word, retries: 0, items: Vec::new(), problems: Vec::new() };
    let mut at = 0;
    while let Some(next) = pass.item(at) {
        at = next;
    }
    out.items.append(&mut pass.items);
    out.problems.append(&mut pass.problems);
    out.problems.sort_by_key(|p| p.start);
    out.text = text;
}

struct Pass<'a> {
    text: &'a str,
    is_item_word: fn(&str) -> bool,
    retries: usize,
    items: Vec<RawItem>,
    problems: Vec<Problem>,
}

impl Pass<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// Reads one item from `from` and returns where to go on.
    fn item(&mut self, from: usize) -> Option<usize> {
        let start = self.skip_blanks(from);
        match self.byte(start) {
            _ if start >= self.text.len() => return None,
            b';' => return Some(start + 1),
            b'}' => {
                self.problems.push(Problem { kind: ProblemKind::StrayClose, start, end: start + 1 });
                return Some(start + 1);
            }
            _ => {}
        }
        let (mut item, next) = self.extent(start);
        item.end = item.start + self.text.get(item.start..item.end).unwrap_or("").trim_end().len();
        self.items.push(item);
        Some(next)
    }

    /// The range of the item at `start`, and where the next may begin.
    fn extent(&mut self, start: usize) -> (RawItem, usize) {
        let mut open: Vec<(u8, usize)> = Vec::new();
        let mut too_deep = None;
        let mut next_item = None;
        let mut at = start;
        while at < self.text.len() {
            match self.byte(at) {
                b'"' => {
                    at = self.string_end(at);
                    continue;
                }
                b @ (b'{' | b'(' | b'[') => {
                    open.push((b, at));
                    if open.len() > NESTING_LIMIT && too_deep.is_none() {
                        too_deep = Some(at);
                    }
                }
                b')' => drop(open.pop_if(|o| o.0 == b'(')),
                b']' => drop(open.pop_if(|o| o.0 == b'[')),
                b'}' => {
                    while open.pop_if(|o| o.0 != b'{').is_some() {}
                    if open.pop().is_none() {
                        return (self.ended(start, at, Ending::Cut, too_deep), at);
                    }
                    while open.last().is_some_and(|o| o.0 != b'{') && !open.iter().any(|o| o.0 == b'{') {
                        open.pop();
                    }
                    if open.is_empty() {
                        let end = self.with_semi(at + 1);
                        return (self.ended(start, end, Ending::Complete, too_deep), end);
                    }
                }
                b';' => {
                    while open.pop_if(|o| o.0 != b'{').is_some() {}
                    if open.is_empty() {
                        return (self.ended(start, at + 1, Ending::Complete, too_deep), at + 1);
                    }
                }
                b if is_id_start(b) => {
                    if at > start
                        && next_item.is_none()
                        && !open.is_empty()
                        && self.looks_like_item(start, at)
                    {
                        if self.retries >= PATIENCE {
                            let ending = unclosed(&open);
                            return (self.ended(start, at, ending, too_deep), at);
                        }
                        next_item = Some(at);
                    }
                    at = self.word_end(at);
                    continue;
                }
                b if is_id_char(b) => {
                    at = self.word_end(at);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        let ending = unclosed(&open);
        match (ending, next_item) {
            (Ending::Unclosed(_), Some(next)) => {
                self.retries += 1;
                (self.ended(start, next, ending, None), next)
            }
            _ => (self.ended(start, self.text.len(), ending, too_deep), self.text.len()),
        }
    }

    fn ended(&self, start: usize, end: usize, ending: Ending, too_deep: Option<usize>) -> RawItem {
        RawItem { start, end, ending: too_deep.map_or(ending, Ending::TooDeep) }
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t' | b'\r' | b'\n') {
            at += 1;
        }
        at
    }

    fn word_end(&self, mut at: usize) -> usize {
        while is_id_char(self.byte(at)) {
            at += 1;
        }
        at
    }

    /// Past the closing quote. Every string is closed on its line: the first pass saw to it.
    fn string_end(&self, quote: usize) -> usize {
        let mut at = quote + 1;
        while at < self.text.len() {
            match self.byte(at) {
                b'"' => return at + 1,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    fn with_semi(&self, end: usize) -> usize {
        let at = self.skip_blanks(end);
        if self.byte(at) == b';' { at + 1 } else { end }
    }

    /// Whether the word at `at` starts its line, not further in than the item at `item`, and reads like an item.
    fn looks_like_item(&self, item: usize, at: usize) -> bool {
        indent(self.text, at).is_some_and(|n| n <= indent(self.text, item).unwrap_or(0))
            && starts_line_with_item(self.text, at, self.is_item_word)
            // `param` starts a statement of a service as well.
            && self.text.get(at..self.word_end(at)) != Some("param")
    }
}

/// The blanks in front of `at`, if nothing else is on its line before it. Looks no further back than those blanks.
fn indent(text: &str, at: usize) -> Option<usize> {
    let before = text.as_bytes().get(..at)?;
    let blanks = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let line = at - blanks;
    (line == 0 || before.get(line - 1) == Some(&b'\n')).then_some(blanks)
}

fn unclosed(open: &[(u8, usize)]) -> Ending {
    open.iter().rev().find(|o| o.0 == b'{').map_or(Ending::Cut, |o| Ending::Unclosed(o.1))
}

/// Whether the word at `at` is the first of its line, an item word, and followed by what could be its name. Used to recover
/// where a `;` or `}` is missing.
pub fn starts_line_with_item(text: &str, at: usize, is_item_word: fn(&str) -> bool) -> bool {
    let rest = text.get(at..).unwrap_or("");
    let word = rest.get(..rest.bytes().take_while(|b| is_id_char(*b)).count()).unwrap_or("");
    let after = rest.get(word.len()..).unwrap_or("");
    let name = after.trim_start_matches([' ', '\t']);
    indent(text, at).is_some()
        && is_item_word(word)
        && name.len() < after.len()
        && name.bytes().next().is_some_and(|b| is_id_start(b) || b == b'"' || b == b'*')
}
