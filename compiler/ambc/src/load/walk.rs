//! Follows `use` and `import`.

use super::files::normal;
use super::{Files, Loaded, Request, UseEdge, codes};
use crate::syntax::{self, ast};
use ambc_diag::{Code, Diagnostic, Diagnostics, FileId, Sources, Span};
use ambc_lidl::LoadError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads the root and all it reaches.
pub(super) fn walk(request: &Request, files: &dyn Files, diags: &mut Diagnostics) -> Loaded {
    let loaded = Loaded::default();
    let mut walk =
        Walk { request, files, loaded, diags, known: BTreeMap::new(), lidl: Vec::new(), path: Vec::new() };
    walk.root();
    walk.interfaces();
    walk.loaded
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Amb,
    Lidl,
}

struct Walk<'a> {
    request: &'a Request,
    files: &'a dyn Files,
    loaded: Loaded,
    diags: &'a mut Diagnostics,
    known: BTreeMap<PathBuf, FileId>,
    /// Interface files that a `use` names.
    lidl: Vec<FileId>,
    /// The files being walked, each with the `use` that leads on from it.
    path: Vec<(FileId, Option<Span>)>,
}

/// A reference to another file.
struct Link {
    text: String,
    span: Span,
    prefix: Option<String>,
}

impl Walk<'_> {
    fn root(&mut self) {
        let path = normal(&self.request.root);
        match language(&path) {
            Some(language) => drop(self.open(&path, language, None)),
            None => {
                let at = self.unread(&path);
                let shown = self.request.root.display();
                let d = Diagnostic::new(
                    codes::UNKNOWN_KIND,
                    at,
                    format!("`{shown}` is no `.amb` or `.lidl` file"),
                );
                let rule = "deployments end in `.amb`, interfaces in `.lidl`";
                self.diags.push(d.help(self.meant(&path).unwrap_or_else(|| rule.to_owned())));
            }
        }
    }

    /// What the root was probably meant to be: a deployment in the folder that was named, or in the one around it.
    fn meant(&self, path: &Path) -> Option<String> {
        let inside = self.files.deployments(path);
        let folder = if inside.is_empty() { path.parent().unwrap_or(Path::new("")) } else { path };
        let mut all = if inside.is_empty() { self.files.deployments(folder) } else { inside };
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
        all.retain(|other| other != name);
        let whole = format!("{name}.amb");
        let near = syntax::nearest(&whole, all.iter().map(String::as_str));
        let near = near.or_else(|| syntax::nearest(name, all.iter().map(String::as_str)));
        let shown = |name: &str| format!("`{}`", folder.join(name).display());
        match (near, all.as_slice()) {
            (Some(near), _) => Some(format!("did you mean {}?", shown(near))),
            (None, []) => None,
            (None, [only]) => Some(format!("there is {}", shown(only))),
            (None, [first, second, rest @ ..]) => {
                let more = if rest.is_empty() { "" } else { " and others" };
                Some(format!("there are {}, {}{more}", shown(first), shown(second)))
            }
        }
    }

    /// The place of a root that has no text: an empty file of its name.
    fn unread(&mut self, path: &Path) -> Span {
        Span::new(self.loaded.sources.add(self.files.shown(path), ""), 0, 0)
    }

    /// Reads, parses and walks a file that is not known yet. `at` is what names it; the root is named by nobody.
    fn open(&mut self, path: &Path, language: Language, at: Option<Span>) -> Option<FileId> {
        let text = match self.text(path) {
            Ok(text) => text,
            Err((code, why)) => {
                let message = format!("cannot read `{}`: {why}", self.files.shown(path));
                let d = match at {
                    Some(at) => Diagnostic::new(code, at, message).label("named here"),
                    None => {
                        let d = Diagnostic::new(code, self.unread(path), message);
                        let new = "`ambc new NAME` makes a deployment to start from";
                        d.help(self.meant(path).unwrap_or_else(|| new.to_owned()))
                    }
                };
                self.diags.push(d);
                return None;
            }
        };
        let file = self.add(path, text);
        match language {
            Language::Amb => self.amb(file),
            Language::Lidl => self.lidl.push(file),
        }
        Some(file)
    }

    fn add(&mut self, path: &Path, text: String) -> FileId {
        let file = self.loaded.sources.add(self.files.shown(path), text);
        self.known.insert(self.files.identity(path), file);
        self.loaded.paths.insert(file, path.to_owned());
        file
    }

    /// The text of a file, or why not.
    fn text(&self, path: &Path) -> Result<String, (Code, String)> {
        let bytes = self.files.read(path).map_err(|why| (codes::UNREADABLE, why))?;
        if bytes.len() >= u32::MAX as usize {
            return Err((codes::UNREADABLE, "it is larger than 4 GiB".to_owned()));
        }
        String::from_utf8(bytes).map_err(|e| {
            let (good, _) = e.as_bytes().split_at(e.utf8_error().valid_up_to());
            let line = good.iter().filter(|b| **b == b'\n').count() + 1;
            (codes::NOT_UTF8, format!("it is not UTF-8 (line {line})"))
        })
    }

    fn amb(&mut self, file: FileId) {
        let ast = syntax::parse(file, &self.loaded.sources, self.diags);
        let uses: Vec<Link> = ast.items.iter().filter_map(link).collect();
        self.loaded.amb.push(ast);
        self.path.push((file, None));
        for link in uses {
            self.follow(file, link);
        }
        self.path.pop();
    }

    /// Goes from `from` to the file that `link` names.
    fn follow(&mut self, from: FileId, link: Link) {
        let Some(language) = language(Path::new(&link.text)) else {
            let message = format!("`{}` is no `.amb` or `.lidl` file", link.text);
            let d = Diagnostic::new(codes::UNKNOWN_KIND, link.span, message).label("named here");
            return self.diags.push(d.help("deployments end in `.amb`, interfaces in `.lidl`"));
        };
        if let Some(last) = self.path.last_mut() {
            last.1 = Some(link.span);
        }
        let path = self.find(from, &link.text);
        // Edges stand in load order: this one before those of the file it leads to.
        let place = self.loaded.uses.len();
        let to = match self.known.get(&self.files.identity(&path)).copied() {
            Some(known) if self.circle(known, link.span) => None,
            Some(known) => Some(known),
            None => self.open(&path, language, Some(link.span)),
        };
        if let Some(to) = to {
            self.loaded.uses.insert(place, UseEdge { from, to, prefix: link.prefix, span: link.span });
        }
    }

    /// The first that exists: beside the file that writes it, then below each `-I`. If none does, the first.
    fn find(&self, from: FileId, text: &str) -> PathBuf {
        let beside = self.loaded.path(from).and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let mut folders = std::iter::once(&beside).chain(&self.request.include);
        let found = folders.find_map(|f| Some(normal(&f.join(text))).filter(|p| self.files.exists(p)));
        found.unwrap_or_else(|| normal(&beside.join(text)))
    }

    /// Parses the interface files and what they import.
    fn interfaces(&mut self) {
        let mut sources = std::mem::take(&mut self.loaded.sources);
        let mut roots = std::mem::take(&mut self.lidl);
        // Built-in interfaces are in every model; they have no path on disk.
        roots.extend(ambc_lidl::BUILT_IN.iter().map(|(path, text)| sources.add(*path, *text)));
        let diags = std::mem::take(self.diags);
        let mut collected = diags;
        let lidl = ambc_lidl::load(&roots, &mut Imports(self), &mut sources, &mut collected);
        *self.diags = collected;
        self.loaded.sources = sources;
        self.loaded.lidl = lidl;
    }

    /// Reports a `use` that leads back to a file that is being walked.
    fn circle(&mut self, to: FileId, at: Span) -> bool {
        let Some(start) = self.path.iter().position(|(f, _)| *f == to) else { return false };
        let name = &self.loaded.sources.file(to).path;
        let mut d = Diagnostic::new(codes::CIRCLE, at, format!("this `use` leads back to `{name}`"))
            .label("closes the circle");
        for (_, step) in self.path.iter().skip(start) {
            if let Some(step) = step.filter(|s| *s != at) {
                d = d.also(step, "by way of this");
            }
        }
        self.diags.push(d.help("move what both files need into a third"));
        true
    }
}

/// Finds what interface files import.
struct Imports<'a, 'b>(&'a mut Walk<'b>);

impl ambc_lidl::Loader for Imports<'_, '_> {
    fn load(&mut self, sources: &mut Sources, from: FileId, path: &str) -> Result<FileId, LoadError> {
        let walk = &mut *self.0;
        let path = walk.find(from, path);
        if let Some(known) = walk.known.get(&walk.files.identity(&path)) {
            return Ok(*known);
        }
        if !walk.files.exists(&path) {
            return Err(LoadError::NotFound(vec![walk.files.shown(&path)]));
        }
        let text = walk.text(&path).map_err(|(_, why)| LoadError::Unreadable(why))?;
        std::mem::swap(&mut walk.loaded.sources, sources);
        let file = walk.add(&path, text);
        std::mem::swap(&mut walk.loaded.sources, sources);
        Ok(file)
    }
}

fn language(path: &Path) -> Option<Language> {
    match path.extension()?.to_str()? {
        "amb" => Some(Language::Amb),
        "lidl" => Some(Language::Lidl),
        _ => None,
    }
}

fn link(item: &ast::Item) -> Option<Link> {
    match &item.kind {
        ast::ItemKind::Use(u) => Some(Link {
            text: u.path.value.clone(),
            span: u.path.span,
            prefix: u.prefix.as_ref().map(|p| p.text.clone()),
        }),
        _ => None,
    }
}
