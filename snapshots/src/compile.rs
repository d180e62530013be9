//! A case through the stages, without a file system.

use crate::case::Case;
use ambc::diag::{Shown, human};
use ambc::load::{MemFiles, Request};
use ambc::{driver, plan};
use ambc_diag::{Diagnostic, Sources};

/// What the compiler says about a case.
#[derive(Debug)]
pub struct Outcome {
    pub sources: Sources,
    /// In the order in which people see them.
    pub diagnostics: Vec<Diagnostic>,
    /// The same as people see them.
    pub human: String,
    /// The plan for people, if there is one.
    pub plan: Option<String>,
}

/// Everything that `ambc plan` does, in memory.
pub(crate) fn compile(case: &Case) -> Outcome {
    let files = case.files.iter().chain(&case.common);
    let files = MemFiles(files.map(|(path, text)| (path.clone(), text.clone())).collect());
    let sets = case.set.iter().filter_map(|s| s.split_once('='));
    let request = Request {
        root: case.root.clone(),
        sets: sets.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..Request::default()
    };
    let front = driver::front(&request, &files);
    let plan = front.checked.as_ref().zip(front.plan.as_ref()).map(|(hir, p)| plan::report::human(hir, p));
    let sources = front.loaded.sources;
    let human = human(&sources, &Shown::new(front.diags.clone(), 0), false);
    Outcome { sources, diagnostics: front.diags.sorted(), human, plan }
}
