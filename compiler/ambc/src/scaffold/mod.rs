//! `ambc new`: files of a deployment, a service or an interface to start from.
//!
//! In: what is wanted and where. Out: what was made, or why nothing was. In order: check the names ([`names`]), find the
//! project ([`project`]), make every text, then write all of it or nothing ([`write`]).

mod interfaces;
mod names;
mod project;
mod service;
mod write;

use crate::emit::EmitError;
use crate::render::Renderer;
use ambc_diag::{Diagnostics, Sources};
use project::Project;
use std::path::{Path, PathBuf};

pub use service::{Need, NewService};

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// A project around it, unless there is one.
    Deployment {
        name: String,
    },
    Service(NewService),
    /// `name`, or `namespace::name`.
    Interface {
        path: String,
    },
}

/// Where `ambc new` was called.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    pub folder: &'a Path,
    /// Further folders with interface files.
    pub include: &'a [PathBuf],
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Relative to where `ambc` was called, where that is possible.
    pub files: Vec<PathBuf>,
    pub changed: Vec<PathBuf>,
    /// What to do next, line by line.
    pub next: Vec<String>,
}

/// Why nothing was made.
#[derive(Debug)]
pub enum Refused {
    /// A name that cannot be had.
    Name {
        message: String,
        help: String,
    },
    /// What is there stands in the way.
    Place {
        message: String,
        help: String,
    },
    /// Interface files say something wrong.
    Interfaces(Box<(Sources, Diagnostics)>),
    Machine(EmitError),
}

impl From<EmitError> for Refused {
    fn from(e: EmitError) -> Self {
        Self::Machine(e)
    }
}

impl Refused {
    fn place(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Place { message: message.into(), help: help.into() }
    }
}

/// Makes it, or says why not and changes nothing.
pub fn new(here: Here<'_>, what: &New) -> Result<Made, Refused> {
    let renderer = Renderer::new();
    match what {
        New::Deployment { name } => deployment(here, name, &renderer),
        New::Service(service) => service::make(here, service, &renderer),
        New::Interface { path } => interfaces::make(here, path, &renderer),
    }
}

/// Files that are to be, and one that is to be changed.
#[derive(Debug, Default)]
struct Draft {
    /// Path below the base, and text.
    files: Vec<(PathBuf, String)>,
    /// Where the runtime is to be unpacked, below the base.
    runtime: Option<PathBuf>,
    /// The manifest of the project, with what belongs into it now.
    manifest: Option<(PathBuf, String)>,
}

fn deployment(here: Here<'_>, name: &str, renderer: &Renderer) -> Result<Made, Refused> {
    names::item(name)?;
    let file = format!("{name}.amb");
    if let Some(project) = Project::find(here.folder)? {
        let draft =
            Draft { files: vec![(file.clone().into(), text(renderer, name, None))], ..Draft::default() };
        write::all(project.root(), &draft)?;
        let next = vec![
            format!(
                "Say in {file} which services there are and where they run: `use`, `instance`, `deploy`."
            ),
            format!("ambc check {}", names::shown(here.folder, &project.root().join(&file)).display()),
        ];
        return Ok(made(here, project.root(), &draft, next));
    }
    if here.folder.join(name).exists() {
        return Err(Refused::place(
            format!("there is a `{name}` here already"),
            "nothing was changed: choose another name, or remove it",
        ));
    }
    let mut draft = Draft::default();
    let starter = service::starter();
    let folder = PathBuf::from(name);
    let member = format!("services/{}", starter.name);
    project::set_up(&mut draft, &folder, &[&member], renderer);
    draft.files.push((folder.join(&file), text(renderer, name, Some(&starter.name))));
    draft.files.extend(service::files(&folder.join(&member), &starter, None, renderer));
    write::all(here.folder, &draft)?;
    Ok(made(here, here.folder, &draft, vec![format!("cd {name}"), format!("ambc run {file}")]))
}

fn text(renderer: &Renderer, name: &str, service: Option<&str>) -> String {
    let mut cx = tera::Context::new();
    cx.insert("name", name);
    cx.insert("service", &service);
    renderer.text(ambc_templates::NEW_DEPLOYMENT, &cx)
}

/// Tells paths as seen from where `ambc` was called.
fn made(here: Here<'_>, base: &Path, draft: &Draft, next: Vec<String>) -> Made {
    let shown = |path: &PathBuf| names::shown(here.folder, &base.join(path));
    let runtime = draft.runtime.iter().map(shown);
    let files = draft.files.iter().map(|(path, _)| shown(path)).chain(runtime).collect();
    Made { files, changed: draft.manifest.iter().map(|(path, _)| shown(path)).collect(), next }
}
