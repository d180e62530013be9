//! What `check` may know of crates: `Cargo.toml` and the library root, as text. No process is started.

use super::files::normal;
use super::{Files, Loaded, ServiceCrate};
use crate::hir::{CrateFacts, InterfaceCrate, InterfacePackage};
use crate::syntax::ast::{ItemKind, ServiceMemberKind};
use ambc_diag::{FileId, Span, Spanned};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The crate of every manifest that names a folder.
pub(super) fn services(loaded: &Loaded, files: &dyn Files) -> BTreeMap<Span, ServiceCrate> {
    let mut out = BTreeMap::new();
    for file in &loaded.amb {
        let folder = loaded.path(file.file).and_then(Path::parent).unwrap_or(Path::new(""));
        for path in file
            .items
            .iter()
            .filter_map(|i| match &i.kind {
                ItemKind::Service(s) => Some(s),
                _ => None,
            })
            .flat_map(|s| &s.members)
            .filter_map(|m| match &m.kind {
                ServiceMemberKind::CratePath(path) => Some(path),
                _ => None,
            })
        {
            out.insert(path.span, service(folder, path, files));
        }
    }
    out
}

fn service(folder: &Path, path: &Spanned<String>, files: &dyn Files) -> ServiceCrate {
    let dir = normal(&folder.join(&path.value));
    ServiceCrate { facts: facts(&dir, files), dir: files.identity(&dir) }
}

fn facts(dir: &Path, files: &dyn Files) -> Result<CrateFacts, String> {
    if !files.exists(dir) {
        return Err(format!("there is no folder `{}`", files.shown(dir)));
    }
    let manifest = Manifest::read(dir, files)?;
    let root = manifest.text(&["lib", "path"]).unwrap_or("src/lib.rs");
    let root = normal(&dir.join(root));
    let text =
        read_text(&root, files).map_err(|why| format!("no library root `{}`: {why}", files.shown(&root)))?;
    let code = without_comments(&text);
    Ok(CrateFacts {
        package: manifest.package()?,
        library: manifest.library()?,
        no_std: says_no_std(&code),
        has_needs: declares(&code, "Needs"),
        has_params: declares(&code, "Params"),
        ambience: manifest.ambience(files),
    })
}

/// The package of every interface file.
pub(super) fn interfaces(loaded: &Loaded, files: &dyn Files) -> Vec<InterfaceCrate> {
    let imports = || loaded.lidl.iter().flat_map(|f| &f.imports);
    let used_at = |id: FileId| {
        let used = loaded.uses.iter().find(|u| u.to == id).map(|u| u.span);
        used.or_else(|| imports().find(|i| i.file == Some(id)).map(|i| i.path.span))
            .unwrap_or(Span::new(id, 0, 0))
    };
    let ids = loaded.lidl.iter().map(|f| f.id).filter(|id| loaded.paths.contains_key(id));
    let package = |id: FileId| owner(loaded.path(id).unwrap_or(Path::new("")), files);
    ids.into_iter()
        .map(|id| InterfaceCrate { lidl: id, used_at: used_at(id), package: package(id) })
        .collect()
}

/// The package that lists an interface file, searched from its folder upwards.
fn owner(lidl: &Path, files: &dyn Files) -> Result<InterfacePackage, String> {
    let absolute = files.identity(lidl);
    let mut nearest = None;
    for dir in lidl.ancestors().skip(1).chain(absolute.ancestors().skip(1)) {
        if !files.exists(&dir.join("Cargo.toml")) {
            continue;
        }
        let manifest = Manifest::read(dir, files)?;
        let lists = |path: &str| files.identity(&normal(&dir.join(path))) == absolute;
        let listed = manifest.find(&["package", "metadata", "ambience", "lidl"]).and_then(Value::as_array);
        if listed.is_some_and(|l| l.iter().filter_map(Value::as_str).any(lists)) {
            return Ok(InterfacePackage {
                dir: files.identity(dir),
                package: manifest.package()?,
                library: manifest.library()?,
                ambience: manifest.ambience(files),
            });
        }
        nearest = nearest.or_else(|| Some(files.shown(&dir.join("Cargo.toml"))));
    }
    let hint = "`[package.metadata.ambience] lidl = [\"…\"]`";
    Err(match nearest {
        Some(nearest) => format!("no package lists it; the nearest `{nearest}` has no {hint} with it"),
        None => format!("no package lists it by {hint}"),
    })
}

/// A `Cargo.toml`.
struct Manifest {
    dir: PathBuf,
    table: Table,
}

impl Manifest {
    fn read(dir: &Path, files: &dyn Files) -> Result<Self, String> {
        let path = dir.join("Cargo.toml");
        let text =
            read_text(&path, files).map_err(|why| format!("cannot read `{}`: {why}", files.shown(&path)))?;
        let table =
            text.parse::<Table>().map_err(|e| format!("`{}`: {}", files.shown(&path), e.message()))?;
        Ok(Self { dir: dir.to_owned(), table })
    }

    fn find(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.table.get(*first)?, |value, key| value.get(key))
    }

    fn text(&self, path: &[&str]) -> Option<&str> {
        self.find(path)?.as_str()
    }

    fn package(&self) -> Result<String, String> {
        let name = self.text(&["package", "name"]).map(str::to_owned);
        name.ok_or_else(|| {
            format!("`{}` has no `[package]` with a name", self.dir.join("Cargo.toml").display())
        })
    }

    /// The name of the library as an identifier.
    fn library(&self) -> Result<String, String> {
        match self.text(&["lib", "name"]) {
            Some(name) => Ok(name.to_owned()),
            None => self.package().map(|name| name.replace('-', "_")),
        }
    }

    /// The folder of the `ambience` crate, if it is named by path, here or in the workspace.
    fn ambience(&self, files: &dyn Files) -> Option<PathBuf> {
        let dependency = self.find(&["dependencies", "ambience"])?;
        if let Some(path) = dependency.get("path").and_then(Value::as_str) {
            return Some(files.identity(&normal(&self.dir.join(path))));
        }
        dependency.get("workspace").and_then(Value::as_bool).filter(|inherits| *inherits)?;
        let here = files.identity(&self.dir);
        let workspace = here
            .ancestors()
            .filter(|d| files.exists(&d.join("Cargo.toml")))
            .find_map(|d| Manifest::read(d, files).ok().filter(|m| m.table.contains_key("workspace")))?;
        let path = workspace.text(&["workspace", "dependencies", "ambience", "path"])?;
        Some(files.identity(&normal(&workspace.dir.join(path))))
    }
}

fn read_text(path: &Path, files: &dyn Files) -> Result<String, String> {
    String::from_utf8(files.read(path)?).map_err(|_| "it is not UTF-8".to_owned())
}

/// Rust text without its line comments, which may quote what is searched for.
fn without_comments(text: &str) -> String {
    text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// `#![no_std]`, also under a condition.
fn says_no_std(code: &str) -> bool {
    let code: String = code.split_whitespace().collect();
    code.contains("#![no_std]")
        || code
            .split("#![cfg_attr(")
            .skip(1)
            .any(|a| a.split(")]").next().is_some_and(|a| a.ends_with(",no_std")))
}

/// `pub struct Name`, as a type of its own or brought in by `pub use`.
fn declares(code: &str, name: &str) -> bool {
    let words: Vec<&str> =
        code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let item = words.windows(3).any(|w| matches!(w, ["pub", "struct" | "type", n] if *n == name));
    item || code.split("pub use ").skip(1).any(|u| {
        let path = u.split(';').next().unwrap_or("");
        path.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == name)
    })
}
