//! Cuts a file into items without a grammar, so that each item is parsed on its own.
//!
//! In: the text of a file. Out: a copy of it in which comments are blanks (same length, same line ends), the range of each
//! item, doc comments with the place they belong to, and what is unbalanced. The scanner knows strings, nested comments and
//! brackets, nothing else; it is linear and does not recurse, so no input can exhaust the stack.

mod comments;
mod items;

pub use items::starts_line_with_item;

/// Brackets deeper than this are refused before any parser sees them.
pub const NESTING_LIMIT: usize = 256;

/// What the scanner learned.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The text with comments blanked and broken strings closed. Offsets are those of the original.
    pub text: String,
    pub items: Vec<RawItem>,
    /// In order of place.
    pub docs: Vec<Doc>,
    pub problems: Vec<Problem>,
    /// Strings whose quotes were mended: content is `start..end` of the original text, keyed by the opening quote.
    pub mended: Vec<Mended>,
}

impl Scan {
    /// The doc comment whose next significant byte is at `offset`.
    pub fn doc(&self, offset: usize) -> Option<&str> {
        let at = self.docs.binary_search_by_key(&offset, |d| d.before).ok()?;
        self.docs.get(at).map(|d| d.text.as_str())
    }

    /// The content range of a mended string that opens at `quote`.
    pub fn mended(&self, quote: usize) -> Option<Mended> {
        self.mended.iter().copied().find(|m| m.quote == quote)
    }
}

/// An item: everything from its first word to its last `;` or `}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawItem {
    pub start: usize,
    pub end: usize,
    pub ending: Ending,
}

/// How an item ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With `;` or `}`.
    Complete,
    /// The file ends, or a stray `}` follows, before any `;`.
    Cut,
    /// The block that opens at this offset is not closed.
    Unclosed(usize),
    /// Nested deeper than [`NESTING_LIMIT`] at this offset.
    TooDeep(usize),
}

/// The joined `///` lines in front of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// Offset of what the comment belongs to.
    pub before: usize,
    /// Without slashes and one leading blank, lines joined by `\n`.
    pub text: String,
}

/// A string whose closing quote was missing or whose quotes were `'`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mended {
    pub quote: usize,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A string without its closing quote on the same line.
    UnclosedString,
    /// `/*` without `*/`.
    UnclosedComment,
    /// `# text`, a comment in other languages.
    HashComment,
    /// `'text'`.
    SingleQuotes,
    /// A `}` that closes nothing.
    StrayClose,
}

/// Scans a file. `is_item_word` knows the words that start an item; they are used to find the end of an item that lacks
/// its `}`.
pub fn scan(text: &str, is_item_word: fn(&str) -> bool) -> Scan {
    let mut out = Scan::default();
    comments::blank(text, &mut out);
    items::split(is_item_word, &mut out);
    out
}

pub(crate) fn is_id_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_'
}

pub(crate) fn is_id_char(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

#[cfg(test)]
mod tests;
