//! Follows imports. Reading is left to the caller.

use crate::codes::IMPORT;
use crate::{ast, parse};
use ambc_diag::{Diagnostic, Diagnostics, FileId, Sources};
use std::collections::BTreeMap;

/// Why an import cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// There is no such file; the places that were tried.
    NotFound(Vec<String>),
    /// It is there, but cannot be read: the reason, such as "permission denied" or "is not UTF-8".
    Unreadable(String),
}

/// Finds files. The same file must get the same id each time.
pub trait Loader {
    /// Adds the file that `from` imports as `path`, as written, or finds it again.
    ///
    /// # Errors
    /// When there is none or it cannot be read.
    fn load(&mut self, sources: &mut Sources, from: FileId, path: &str) -> Result<FileId, LoadError>;
}

/// Parses `roots` and everything they import, each file once. What cannot be loaded is reported at the import.
pub fn load(
    roots: &[FileId],
    loader: &mut dyn Loader,
    sources: &mut Sources,
    diags: &mut Diagnostics,
) -> Vec<ast::File> {
    let mut todo: Vec<FileId> = roots.iter().rev().copied().collect();
    let mut files: BTreeMap<FileId, ast::File> = BTreeMap::new();
    let mut order = Vec::new();
    while let Some(id) = todo.pop() {
        if files.contains_key(&id) {
            continue;
        }
        let mut file = parse(id, sources, diags);
        for import in &mut file.imports {
            match find(loader, sources, id, &import.path.value) {
                Ok(target) => {
                    import.file = Some(target);
                    todo.push(target);
                }
                Err(error) => diags.push(report(import, &error)),
            }
        }
        order.push(id);
        files.insert(id, file);
    }
    order.iter().filter_map(|id| files.remove(id)).collect()
}

/// As written, then with the extension.
fn find(
    loader: &mut dyn Loader,
    sources: &mut Sources,
    from: FileId,
    path: &str,
) -> Result<FileId, LoadError> {
    match loader.load(sources, from, path) {
        Err(LoadError::NotFound(mut tried)) if !path.ends_with(".lidl") => {
            loader.load(sources, from, &format!("{path}.lidl")).map_err(|error| match error {
                LoadError::NotFound(more) => {
                    tried.extend(more);
                    LoadError::NotFound(tried)
                }
                unreadable @ LoadError::Unreadable(_) => unreadable,
            })
        }
        result => result,
    }
}

fn report(import: &ast::Import, error: &LoadError) -> Diagnostic {
    let path = &import.path.value;
    match error {
        LoadError::NotFound(tried) => {
            let d = Diagnostic::new(IMPORT, import.path.span, format!("cannot find `{path}`"))
                .label("no such file");
            tried.iter().fold(d, |d, place| d.note(format!("looked for `{place}`")))
        }
        LoadError::Unreadable(why) => {
            let message = format!("cannot read `{path}`: {why}");
            Diagnostic::new(IMPORT, import.path.span, message).label("not readable")
        }
    }
}
