//! Files as read, and places inside them.

use std::fmt;
use std::sync::Arc;

/// A file of a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file. Ordered by file, then position: this is "file order" in diagnostics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// From the start of `self` to the end of `other`, which stands later in the same file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        debug_assert_eq!(self.file, other.file);
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty range at the start of `self`.
    #[must_use]
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The empty range at the end of `self`.
    #[must_use]
    pub fn at_end(self) -> Span {
        Span { start: self.end, ..self }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// Places, to be asked whether one of them lies at another.
#[derive(Clone, Debug, Default)]
pub struct SpanSet {
    /// By start; with each the furthest end so far in its file.
    spans: Vec<(FileId, u32, u32)>,
}

impl SpanSet {
    /// Some span of the set has a byte in common with this one. An empty span counts as the byte that it stands before.
    pub fn overlaps(&self, span: Span) -> bool {
        let before = self.spans.partition_point(|(file, start, _)| (*file, *start) < (span.file, end(span)));
        let last = before.checked_sub(1).and_then(|i| self.spans.get(i));
        last.is_some_and(|(file, _, furthest)| *file == span.file && *furthest > span.start)
    }
}

impl FromIterator<Span> for SpanSet {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut spans: Vec<_> = spans.into_iter().map(|s| (s.file, s.start, end(s))).collect();
        spans.sort_unstable();
        let mut furthest = (FileId(u32::MAX), 0);
        for (file, _, end) in &mut spans {
            furthest = if furthest.0 == *file { (*file, furthest.1.max(*end)) } else { (*file, *end) };
            *end = furthest.1;
        }
        Self { spans }
    }
}

fn end(span: Span) -> u32 {
    span.end.max(span.start.saturating_add(1))
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }

    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

/// One file: its text and where its lines start.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As shown to people: relative to where `ambc` was called when it lies below, else as given.
    pub path: String,
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

/// A position for people: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineCol {
    pub line: u32,
    pub col: u32,
}

impl SourceFile {
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        Self { path: path.into(), text, line_starts }
    }

    /// The line and column of a byte offset. An offset past the end means the end.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|s| *s as usize <= offset) - 1;
        let start = self.line_starts.get(line).map_or(0, |s| *s as usize);
        let col = self.text.get(start..offset).map_or(0, |s| s.chars().count());
        LineCol { line: line as u32 + 1, col: col as u32 + 1 }
    }

    /// Byte range of the line (from 1) without its line end.
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let line = line.saturating_sub(1) as usize;
        let start = self.line_starts.get(line).map_or(self.text.len(), |s| *s as usize);
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |s| *s as usize - 1);
        start..end.max(start)
    }

    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }
}

/// All files of one run, in the order in which they were loaded.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(SourceFile::new(path, text));
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of an id that this `Sources` gave out.
    pub fn file(&self, id: FileId) -> &SourceFile {
        self.files.get(id.0 as usize).expect("a FileId comes from the Sources it is used with")
    }

    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub fn line_col(&self, span: Span) -> LineCol {
        self.file(span.file).line_col(span.start)
    }

    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_spans_knows_what_lies_at_them() {
        let at = |file, start, end| Span::new(FileId(file), start, end);
        let set: SpanSet = [at(0, 10, 12), at(1, 5, 5), at(0, 2, 30), at(0, 40, 41)].into_iter().collect();
        for inside in [at(0, 11, 13), at(0, 29, 50), at(0, 10, 10), at(1, 5, 5), at(1, 0, 9), at(0, 0, 99)] {
            assert!(set.overlaps(inside), "{inside:?}");
        }
        for outside in [at(0, 0, 2), at(0, 30, 40), at(1, 6, 9), at(1, 0, 5), at(2, 0, 99), at(0, 41, 41)] {
            assert!(!set.overlaps(outside), "{outside:?}");
        }
        assert!(!SpanSet::default().overlaps(at(0, 0, 9)));
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let f = SourceFile::new("a", "ab\näö x\n");
        assert_eq!(f.line_col(0), LineCol { line: 1, col: 1 });
        assert_eq!(f.line_col(3), LineCol { line: 2, col: 1 });
        assert_eq!(f.line_col(7), LineCol { line: 2, col: 3 });
        assert_eq!(f.line_col(999), LineCol { line: 3, col: 1 });
        assert_eq!(&f.text[f.line_range(2)], "äö x");
    }
}
