//! What is declared, and what each file sees of it.

use super::Ctx;
use crate::ast::{self, Item, ItemKind, Path};
use crate::codes::{DUPLICATE, IMPORT_CYCLE, NOT_IMPORTED, UNKNOWN};
use crate::model::{ModelFile, Scalar, nearest, snake};
use ambc_diag::{Diagnostic, FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// One item, by index in file order.
pub(super) struct Decl<'a> {
    pub(super) path: Vec<String>,
    pub(super) item: &'a Item,
    pub(super) file: FileId,
    /// Another item has this path already.
    pub(super) repeated: bool,
}

/// What one file sees.
#[derive(Default)]
pub(super) struct FileScope {
    pub(super) namespace: Vec<String>,
    /// Itself and everything it imports, directly or not.
    pub(super) visible: BTreeSet<FileId>,
    /// An import could not be loaded: unknown names may be from there.
    incomplete: bool,
}

/// What a name means.
pub(super) enum Found {
    Decl(usize),
    /// Not found and reported, or probably a consequence of what was.
    Nothing,
}

/// The types that the published language has too. Newer ones may be declared by users.
const BUILT_IN: &[&str] = &["string", "string_view", "vector", "span", "array", "ptr"];
const BUILT_IN_NEW: &[&str] = &["unit", "optional", "map"];

impl<'a> Ctx<'a> {
    /// Enters all files and items.
    pub(super) fn declare(&mut self) {
        for file in self.files {
            let namespace = file.namespace.iter().flat_map(|p| &p.names).map(|n| n.value.clone()).collect();
            self.enter_file(file, namespace);
            for item in &file.items {
                self.enter_item(file.id, item);
            }
        }
        let direct: BTreeMap<FileId, &ast::File> = self.files.iter().map(|f| (f.id, f)).collect();
        for file in self.files {
            let (visible, incomplete) = closure(file.id, &direct);
            if let Some(scope) = self.scopes.get_mut(&file.id) {
                (scope.visible, scope.incomplete) = (visible, incomplete);
            }
        }
    }

    fn enter_file(&mut self, file: &ast::File, namespace: Vec<String>) {
        let path = self.sources.file(file.id).path.clone();
        let library = namespace.first().cloned().unwrap_or_else(|| stem(&path));
        let imports = file.imports.iter().filter_map(|i| i.file).collect();
        self.model.files.push(ModelFile {
            id: file.id,
            path,
            namespace: namespace.clone(),
            library,
            imports,
        });
        self.scopes.insert(file.id, FileScope { namespace, ..FileScope::default() });
    }

    fn enter_item(&mut self, file: FileId, item: &'a Item) {
        let mut path = self.scopes.get(&file).map(|s| s.namespace.clone()).unwrap_or_default();
        path.push(item.name.value.clone());
        let name = &item.name;
        let taken = self.by_path.get(&path).and_then(|i| self.decls.get(*i)).map(|d| d.item.name.span);
        let built_in = BUILT_IN.contains(&name.value.as_str()) || Scalar::parse(&name.value).is_some();
        let repeated = taken.is_some() || built_in;
        if let Some(first) = taken {
            let d = Diagnostic::new(DUPLICATE, name.span, format!("`{}` is defined twice", path.join("::")));
            self.report(d.label("again here").also(first, "first here"));
        } else if built_in {
            let d = Diagnostic::new(DUPLICATE, name.span, format!("`{}` is a built-in type", name.value));
            self.report(d.label("cannot be defined again").help("choose another name"));
        } else {
            self.by_path.insert(path.clone(), self.decls.len());
        }
        self.decls.push(Decl { path, item, file, repeated });
    }

    /// Files that import each other, once for each circle, at its last member.
    pub(super) fn check_imports(&mut self) {
        let mut reported: BTreeSet<BTreeSet<FileId>> = BTreeSet::new();
        for file in self.files.iter().rev() {
            for import in &file.imports {
                let Some(target) = import.file else { continue };
                let back = self.scopes.get(&target).is_some_and(|s| s.visible.contains(&file.id));
                if !back {
                    continue;
                }
                let circle: BTreeSet<FileId> = self
                    .scopes
                    .iter()
                    .filter(|(id, s)| {
                        s.visible.contains(&file.id) && self.scopes[&file.id].visible.contains(id)
                    })
                    .map(|(id, _)| *id)
                    .collect();
                if reported.insert(circle) {
                    let path = self.sources.file(target).path.clone();
                    let message = format!("`{path}` imports this file in turn");
                    let d = Diagnostic::new(IMPORT_CYCLE, import.span, message)
                        .label("closes a circle of imports");
                    self.report(d.help("move what both need to a third file"));
                }
            }
        }
    }

    /// Finds what a path means in a file: first in its own namespace, then in those around it.
    pub(super) fn lookup(&mut self, file: FileId, path: &Path, what: &str) -> Found {
        match self.lookup_quietly(file, &names(path)) {
            Some(decl) => self.seen(file, path, decl),
            None => {
                self.unknown(file, path, what);
                Found::Nothing
            }
        }
    }

    /// The declaration of a path: the first that the file sees, else the first at all.
    pub(super) fn lookup_quietly(&self, file: FileId, path: &[&str]) -> Option<usize> {
        let scope = self.scopes.get(&file)?;
        let candidates: Vec<usize> = (0..=scope.namespace.len())
            .rev()
            .filter_map(|depth| {
                let around = scope.namespace.iter().take(depth).map(String::as_str);
                let whole: Vec<String> = around.chain(path.iter().copied()).map(str::to_owned).collect();
                self.by_path.get(&whole).copied()
            })
            .collect();
        let visible = candidates.iter().find(|i| self.sees(file, **i));
        visible.or(candidates.first()).copied()
    }

    pub(super) fn sees(&self, file: FileId, decl: usize) -> bool {
        let Some(decl) = self.decls.get(decl) else { return false };
        let imported = self.scopes.get(&file).is_some_and(|s| s.visible.contains(&decl.file));
        imported || self.model.library(decl.file) == "ambience"
    }

    pub(super) fn seen(&mut self, file: FileId, path: &Path, decl: usize) -> Found {
        let Some(found) = self.decls.get(decl) else { return Found::Nothing };
        self.used.insert((file, found.file));
        if !self.sees(file, decl) {
            let other = self.sources.file(found.file).path.clone();
            let message = format!("`{}` is defined in a file that is not imported", found.path.join("::"));
            let name_span = found.item.name.span;
            let d = Diagnostic::new(NOT_IMPORTED, path.span, message)
                .label("not imported")
                .also(name_span, "defined here")
                .help(format!("add `import` with the path of `{other}`"));
            self.report(d);
        }
        Found::Decl(decl)
    }

    /// Reports a name that means nothing, unless the file it is from could not be read.
    pub(super) fn unknown(&mut self, file: FileId, path: &Path, what: &str) {
        let Some(scope) = self.scopes.get(&file).filter(|s| !s.incomplete) else { return };
        let name = names(path).join("::");
        let mut candidates: Vec<String> = Vec::new();
        for (i, decl) in self.decls.iter().enumerate().filter(|(_, d)| !d.repeated) {
            if self.sees(file, i) {
                candidates.push(relative(&decl.path, &scope.namespace));
            }
        }
        if what == "type" {
            candidates.extend(BUILT_IN.iter().chain(BUILT_IN_NEW).map(|s| (*s).to_owned()));
            candidates.extend(Scalar::ALL.iter().map(|s| s.name().to_owned()));
        }
        let mut d =
            Diagnostic::new(UNKNOWN, path.span, format!("unknown {what} `{name}`")).label("not defined");
        if let Some(near) = nearest(&name, candidates) {
            d = d.help(format!("did you mean `{near}`?")).edit(path.span, near);
        }
        self.report(d);
    }

    /// Names that a scope does not hold twice: fields, parameters, procedures.
    pub(super) fn distinct<'n>(&mut self, names: impl Iterator<Item = (&'n str, Span)>, what: &str) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (name, span) in names {
            if let Some(first) = seen.get(name) {
                let d = Diagnostic::new(DUPLICATE, span, format!("{what} `{name}` is defined twice"));
                self.report(d.label("again here").also(*first, "first here"));
            } else {
                seen.insert(name, span);
            }
        }
    }
}

pub(super) fn names(path: &Path) -> Vec<&str> {
    path.names.iter().map(|n| n.value.as_str()).collect()
}

pub(super) fn is_generic(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Struct { generics, .. } | ItemKind::Union { generics, .. } => !generics.is_empty(),
        _ => false,
    }
}

/// A path as written inside a namespace.
fn relative(path: &[String], namespace: &[String]) -> String {
    path.strip_prefix(namespace).unwrap_or(path).join("::")
}

/// Everything a file imports, and whether something of that is missing.
fn closure(start: FileId, files: &BTreeMap<FileId, &ast::File>) -> (BTreeSet<FileId>, bool) {
    let (mut seen, mut incomplete) = (BTreeSet::from([start]), false);
    let mut todo = vec![start];
    while let Some(import) = todo.pop().and_then(|id| files.get(&id)).map(|f| &f.imports) {
        for import in import {
            match import.file {
                Some(id) if seen.insert(id) => todo.push(id),
                Some(_) => {}
                None => incomplete = true,
            }
        }
        // A file that was not given counts as empty.
        todo.retain(|id| files.contains_key(id));
    }
    (seen, incomplete)
}

/// The library of a file without a namespace.
fn stem(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file.strip_suffix(".lidl").unwrap_or(file);
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    snake(&name)
}
