//! Files in memory, and diagnostics as one line each.
#![allow(dead_code, reason = "each test file uses its part")]

use ambc_diag::{Diagnostics, FileId, Sources, short_line};
use ambc_lidl::model::Model;
use ambc_lidl::{LoadError, Loader, analyze, load};
use std::collections::BTreeMap;

/// What reading a set of files gave.
pub(crate) struct Run {
    pub(crate) model: Model,
    pub(crate) diagnostics: String,
    pub(crate) root: FileId,
}

struct Memory<'a> {
    files: &'a [(&'a str, &'a str)],
    ids: BTreeMap<String, FileId>,
}

impl Loader for Memory<'_> {
    fn load(&mut self, sources: &mut Sources, _: FileId, path: &str) -> Result<FileId, LoadError> {
        let path = path.trim_start_matches("./");
        if let Some(id) = self.ids.get(path) {
            return Ok(*id);
        }
        let file = self.files.iter().find(|(name, _)| *name == path);
        let (name, text) = file.ok_or_else(|| LoadError::NotFound(vec![path.to_owned()]))?;
        let id = sources.add(*name, *text);
        self.ids.insert(path.to_owned(), id);
        Ok(id)
    }
}

/// Reads the first file and what it imports from the others.
pub(crate) fn run(files: &[(&str, &str)]) -> Run {
    let mut sources = Sources::default();
    let (name, text) = files[0];
    let root = sources.add(name, text);
    let mut loader = Memory { files, ids: BTreeMap::from([(name.to_owned(), root)]) };
    let mut diags = Diagnostics::default();
    let parsed = load(&[root], &mut loader, &mut sources, &mut diags);
    let model = analyze(parsed, &sources, &mut diags);
    let mut lines = Vec::new();
    for d in diags.sorted() {
        lines.push(short_line(&sources, &d));
        for label in &d.secondary {
            let at = sources.line_col(label.span);
            lines.push(format!(
                "    {}:{}:{}: {}",
                sources.file(label.span.file).path,
                at.line,
                at.col,
                label.text
            ));
        }
        lines.extend(d.help.map(|help| format!("    help: {help}")));
    }
    Run { model, diagnostics: lines.join("\n"), root }
}

/// The diagnostics of one file.
pub(crate) fn check(text: &str) -> String {
    run(&[("x.lidl", text)]).diagnostics
}
