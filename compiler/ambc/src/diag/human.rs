//! For people: the text around every place involved, drawn by miette.

use super::shown::Shown;
use super::source::AllFiles;
use ambc_diag::{Diagnostic, Severity, Sources};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;

/// Characters in a line.
const WIDTH: usize = 110;

/// Draws each diagnostic, then what is not shown, then the count.
pub fn human(sources: &Sources, shown: &Shown, color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false);
    let mut out = String::new();
    for diagnostic in &shown.list {
        let files = AllFiles::new(sources, diagnostic.primary.span.file);
        let report = Report { diagnostic, files: &files };
        // Writing to a string fails only if a label lies outside its file; then the one-line form still tells all.
        if handler.render_report(&mut out, &report).is_err() {
            out.push_str(&ambc_diag::short_line(sources, diagnostic));
        }
        // As they are: what rustc drew must not be wrapped.
        for note in &diagnostic.notes {
            out.push_str(&format!("  note: {}\n", note.replace('\n', "\n        ")));
        }
        out.push('\n');
    }
    for line in shown.omitted_lines().into_iter().chain(shown.summary()) {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

struct Report<'a> {
    diagnostic: &'a Diagnostic,
    files: &'a AllFiles<'a>,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code.0))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.files)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        let d = self.diagnostic;
        let primary =
            LabeledSpan::new_primary_with_span(text(&d.primary.text), self.files.place(d.primary.span));
        let others = d
            .secondary
            .iter()
            .map(move |l| LabeledSpan::new_with_span(text(&l.text), self.files.place(l.span)));
        Some(Box::new(std::iter::once(primary).chain(others)))
    }
}
