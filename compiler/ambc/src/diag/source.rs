//! All files of a run as one text for miette, by the line index that each file already has.
//!
//! miette knows one source for each diagnostic, and its own reads a text from the start for every label. Here each file
//! has a range of offsets of its own, far from the next, so labels in several files stand in one report and each is
//! found without reading what lies before it.

use ambc_diag::{FileId, SourceFile, Sources, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::cmp::Ordering;

/// Between two files, so that labels in both are never drawn as neighbours.
const GAP: usize = 1 << 20;

pub(super) struct AllFiles<'s> {
    /// Where each file starts, and the file; in order of place.
    files: Vec<(usize, &'s SourceFile)>,
    first: FileId,
}

impl<'s> AllFiles<'s> {
    /// `first` is drawn before the others, which keep their order.
    pub(super) fn new(sources: &'s Sources, first: FileId) -> Self {
        let mut at = 0;
        let mut files = Vec::new();
        let rest = sources.iter().filter(|(id, _)| *id != first).map(|(_, file)| file);
        for file in std::iter::once(sources.file(first)).chain(rest) {
            files.push((at, file));
            at += file.text.len() + GAP;
        }
        Self { files, first }
    }

    /// The place of a span in the joined text.
    pub(super) fn place(&self, span: Span) -> SourceSpan {
        let index = match span.file.cmp(&self.first) {
            Ordering::Equal => 0,
            Ordering::Less => span.file.0 as usize + 1,
            Ordering::Greater => span.file.0 as usize,
        };
        let base = self.files.get(index).map_or(0, |f| f.0);
        SourceSpan::new((base + span.start as usize).into(), (span.end - span.start) as usize)
    }
}

impl SourceCode for AllFiles<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let index = self.files.partition_point(|f| f.0 <= span.offset());
        let (base, file) =
            index.checked_sub(1).and_then(|i| self.files.get(i)).ok_or(MietteError::OutOfBounds)?;
        let (start, end) = (span.offset() - base, span.offset() - base + span.len());
        if end > file.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let at = file.line_col(start as u32);
        let first = at.line.saturating_sub(before as u32).max(1);
        let last = (file.line_col(end as u32).line + after as u32).min(file.line_count());
        let from = if before == 0 { start } else { file.line_range(first).start };
        let to = file.line_range(last).end.max(end);
        let column = if before == 0 { at.col as usize - 1 } else { 0 };
        let data = file.text.as_bytes().get(from..to).ok_or(MietteError::OutOfBounds)?;
        let lines = (last - first + 1) as usize;
        let covered = SourceSpan::new((base + from).into(), to - from);
        Ok(Box::new(MietteSpanContents::new_named(
            file.path.clone(),
            data,
            covered,
            first as usize - 1,
            column,
            lines,
        )))
    }
}
