//! Interfaces: a new one, and those that are there for a service to name.

use super::{Draft, Here, Made, Refused, made, names, project::Project, write};
use crate::hir::InterfacePackage;
use crate::load::{Disk, Loaded, Overlaid, Request, load};
use crate::render::Renderer;
use ambc_diag::Diagnostics;
use ambc_lidl::model::{InterfaceId, Lookup, Model};
use ambc_templates::{NEW_INTERFACE, NEW_INTERFACE_BUILD, NEW_INTERFACE_LIB, NEW_INTERFACE_MANIFEST};
use std::fs;
use std::path::{Path, PathBuf};

/// A package with one interface.
pub(super) fn make(here: Here<'_>, path: &str, renderer: &Renderer) -> Result<Made, Refused> {
    let (name, service) = path.split_once("::").unwrap_or((path, path));
    names::item(name)?;
    names::item(service)?;
    let mut draft = Draft::default();
    let member = format!("interfaces/{name}");
    let base = Project::find_or_set_up(here.folder, &mut draft, &member, renderer)?;
    super::service::is_free(&base, name)?;
    let mut cx = tera::Context::new();
    cx.insert("name", name);
    cx.insert("service", service);
    let folder = PathBuf::from(&member);
    let lidl = folder.join(format!("{name}.lidl"));
    for (file, template) in [
        (folder.join("Cargo.toml"), NEW_INTERFACE_MANIFEST),
        (lidl.clone(), NEW_INTERFACE),
        (folder.join("build.rs"), NEW_INTERFACE_BUILD),
        (folder.join("src/lib.rs"), NEW_INTERFACE_LIB),
    ] {
        draft.files.push((file, renderer.text(template, &cx)));
    }
    write::all(&base, &draft)?;
    let lidl = names::shown(here.folder, &base.join(lidl));
    let next = vec![
        format!("Say in {} which procedures it has, then", lidl.display()),
        format!("ambc check {}", lidl.display()),
        format!("ambc new service NAME --interface {name}::{service}"),
    ];
    Ok(made(here, &base, &draft, next))
}

/// Every interface that a service of a project may name.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) model: Model,
    loaded: Loaded,
}

impl Known {
    /// The interface files below the project's folder and the included ones, and the built-in ones.
    pub(super) fn read(base: &Path, include: &[PathBuf]) -> Result<Self, Refused> {
        let mut found = Vec::new();
        for folder in std::iter::once(base).chain(include.iter().map(PathBuf::as_path)) {
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            interface_files(&folder, &mut found);
        }
        found.sort();
        found.dedup();
        let uses = found.iter().map(|f| format!("use {:?};\n", f.display().to_string())).collect();
        let root = base.join("(all interfaces).amb");
        let request = Request { root: root.clone(), ..Request::default() };
        let files = Overlaid { files: Disk { here: base.to_owned() }, path: root, text: uses };
        let mut diags = Diagnostics::default();
        let loaded = load(&request, &files, &mut diags);
        let model = ambc_lidl::analyze(loaded.lidl.clone(), &loaded.sources, &mut diags);
        if diags.has_errors() {
            return Err(Refused::Interfaces(Box::new((loaded.sources, diags))));
        }
        Ok(Self { model, loaded })
    }

    /// By its path: `calc::arithmetic`.
    pub(super) fn find(&self, path: &str) -> Result<InterfaceId, Refused> {
        let segments: Vec<_> = path.split("::").collect();
        let nearest = match self.model.find_interface(&segments) {
            Lookup::Found(id) => return Ok(id),
            Lookup::Unknown { nearest } => nearest,
        };
        let own = self.model.interface_ids().map(|id| self.model.interface(id).name());
        let own: Vec<_> = own.filter(|name| !name.starts_with("ambience::")).collect();
        let help = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None if own.is_empty() => format!("make one with `ambc new interface {path}`"),
            None => format!("there are {}", own.join(", ")),
        };
        Err(Refused::place(format!("there is no interface `{path}` below this folder"), help))
    }

    /// The file that declares an interface; none for a built-in one.
    pub(super) fn file(&self, id: InterfaceId) -> Option<&Path> {
        self.loaded.path(self.model.interface(id).file)
    }

    /// The package of a library of interfaces; none for `ambience`.
    pub(super) fn package(&self, library: &str) -> Result<Option<&InterfacePackage>, Refused> {
        let of = self.loaded.interface_crates.iter().find(|c| self.model.library(c.lidl) == library);
        match of.map(|c| (&c.package, c.lidl)) {
            None => Ok(None),
            Some((Ok(package), _)) => Ok(Some(package)),
            Some((Err(why), file)) => {
                let path = &self.loaded.sources.file(file).path;
                Err(Refused::place(
                    format!("`{path}` is in no package: {why}"),
                    "make one with `ambc new interface`",
                ))
            }
        }
    }
}

/// Unreadable folders hold nothing for us; neither do those of tools.
fn interface_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let of_tools = name.to_string_lossy().starts_with('.') || name == "target";
        if entry.file_type().is_ok_and(|t| t.is_dir()) && !of_tools {
            interface_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "lidl") {
            found.push(path);
        }
    }
}
