//! Node images to executables: render, write what differs, run cargo where something changed, keep what it made.
//!
//! In: the images to build. Out: for each what was done, and diagnostics in terms of the user's files. For each image, in order: render ([`Renderer`]), write ([`emit`]), skip if the last build still stands
//! ([`cargo::is_current`]), run cargo ([`cargo::build`]), map what rustc says ([`messages`]), copy the executables.

mod firmware;
mod messages;
mod misfit;
mod runtime;
mod session;

pub use runtime::{RuntimeChoice, choose_runtime};
pub use session::{Places, images, runtime_dir, select};

use crate::cargo::{self, Invocation, Outcome};
use crate::emit::{self, EmitError, Written, write_if_changed};
use crate::image::{ClassImage, ClientImage, NodeImage, Target};
use crate::link::LinkError;
use crate::render::{BuildPlace, FileTree, Renderer};
use ambc_diag::Diagnostics;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What to build, and where.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// `target/ambc/<deployment>`: workspaces, images, stamps.
    pub out: PathBuf,
    /// Cargo's target folder, shared by all nodes.
    pub target_dir: PathBuf,
    pub runtime: PathBuf,
    pub triple: String,
    pub release: bool,
    pub locked: bool,
    pub offline: bool,
}

/// What became of one image: that of a node, or of a class of them.
#[derive(Clone, Debug)]
pub struct NodeBuild {
    /// `camera`, or `sensor (500 nodes)`.
    pub label: String,
    pub outcome: NodeOutcome,
    pub written: Written,
    /// Executables, by the name of their isolation domain; the kernel group first.
    pub executables: Vec<(String, PathBuf)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeOutcome {
    /// Nothing had changed: cargo was not called.
    UpToDate,
    Built,
    /// The reasons are among the diagnostics.
    Failed,
}

/// This machine could not do it.
#[derive(Debug)]
pub enum BuildError {
    Emit(EmitError),
    /// cargo could not be started or did not speak as expected.
    Cargo(io::Error),
    /// The programs of a microcontroller did not become an image.
    Link(LinkError),
}

impl From<EmitError> for BuildError {
    fn from(e: EmitError) -> Self {
        Self::Emit(e)
    }
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Emit(e) => e.fmt(f),
            Self::Cargo(e) => write!(f, "cannot run `cargo`: {e}"),
            Self::Link(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}

/// Hears how far a build is.
pub trait Progress {
    fn node(&mut self, node: &str);
    /// One more package of the node is compiled.
    fn package(&mut self, node: &str, package: &str);
    fn done(&mut self, build: &NodeBuild);
}

/// The workspace of every image, as text.
pub fn trees<'a>(images: impl Iterator<Item = &'a NodeImage>, options: &BuildOptions) -> Vec<FileTree> {
    let renderer = Renderer::new();
    let place = BuildPlace { runtime: &options.runtime, triple: &options.triple };
    images.map(|image| renderer.render(image, place)).collect()
}

/// Writes the client crate of every export to `clients/` of the output folder; where each is.
pub fn write_clients(clients: &[ClientImage], options: &BuildOptions) -> Result<Vec<PathBuf>, EmitError> {
    let renderer = Renderer::new();
    let place = BuildPlace { runtime: &options.runtime, triple: &options.triple };
    let mut out = Vec::new();
    for client in clients {
        let dir = options.out.join("clients").join(&client.slug);
        emit::emit(&dir, &renderer.render_client(client, place))?;
        out.push(dir);
    }
    Ok(out)
}

/// Builds every image; a node that fails does not keep the others from being built.
pub fn build(
    images: &[&ClassImage],
    options: &BuildOptions,
    progress: &mut dyn Progress,
    diags: &mut Diagnostics,
) -> Result<Vec<NodeBuild>, BuildError> {
    let mut out = Vec::new();
    let trees = trees(images.iter().map(|c| &c.image), options);
    for (class, tree) in images.iter().zip(trees) {
        progress.node(&class.image.node);
        let done = build_node(class, &tree, options, progress, diags)?;
        progress.done(&done);
        out.push(done);
    }
    Ok(out)
}

fn build_node(
    class: &ClassImage,
    tree: &FileTree,
    options: &BuildOptions,
    progress: &mut dyn Progress,
    diags: &mut Diagnostics,
) -> Result<NodeBuild, BuildError> {
    let image = &class.image;
    let workspace = options.out.join("nodes").join(&image.slug);
    let written = emit::emit(&workspace, tree)?;
    let stamp = workspace.join(".ambc-stamp.json");
    let executables = executables(image, &options.out);
    let mut done = NodeBuild { label: class.label(), outcome: NodeOutcome::UpToDate, written, executables };
    if done.written.is_empty() && cargo::is_current(&stamp, &key(options)) {
        return Ok(done);
    }
    seed_lock(&workspace)?;
    let call = Invocation {
        workspace: &workspace,
        target_dir: &options.target_dir,
        triple: triple(image, options),
        release: options.release,
        locked: options.locked,
        offline: options.offline,
    };
    cargo::begin(&stamp)?;
    let outcome =
        cargo::build(&call, |package| progress.package(&image.node, package)).map_err(BuildError::Cargo)?;
    if !outcome.success {
        messages::report(image, tree, &workspace, &outcome, diags);
        done.outcome = NodeOutcome::Failed;
        return Ok(done);
    }
    let mut kept: Vec<_> = done.executables.iter().map(|(_, path)| path.clone()).collect();
    let built = match &image.target {
        Target::Linux => keep(image, &outcome, &done.executables)?,
        Target::CortexM { memory, .. } => {
            let to = &done.executables[0].1;
            let folder = workspace.join("link");
            fs::create_dir_all(&folder).map_err(emit::at("create the folder", &folder))?;
            match firmware::make(image, triple(image, options), memory, &outcome, &folder, to) {
                Ok(files) => kept = files,
                Err(BuildError::Link(e)) => {
                    diags.push(misfit::told(image, &e).ok_or(BuildError::Link(e))?);
                    done.outcome = NodeOutcome::Failed;
                    return Ok(done);
                }
                Err(e) => return Err(e),
            }
            archives(image, &outcome)?
        }
    };
    cargo::record(&stamp, &key(options), &built, &kept)?;
    done.outcome = NodeOutcome::Built;
    Ok(done)
}

/// What the programs of an image are compiled for.
fn triple<'a>(image: &'a NodeImage, options: &'a BuildOptions) -> &'a str {
    match &image.target {
        Target::Linux => &options.triple,
        Target::CortexM { triple, .. } => triple,
    }
}

fn key(options: &BuildOptions) -> String {
    let profile = if options.release { "release" } else { "dev" };
    format!("{} {profile} {}", env!("CARGO_PKG_VERSION"), options.triple)
}

/// Where the executables of a node are kept: one for each domain, or one for all of a microcontroller.
pub fn executables(image: &NodeImage, out: &Path) -> Vec<(String, PathBuf)> {
    let folder = out.join("images").join(&image.slug);
    if !image.target.is_linux() {
        return vec![("image".to_owned(), folder.join("image.elf"))];
    }
    let kernel = (image.kernel.name.clone(), folder.join("kernel"));
    let groups = image.groups.iter().map(|g| (g.name.clone(), folder.join("groups").join(&g.slug)));
    std::iter::once(kernel).chain(groups).collect()
}

/// Copies what cargo made to where it stays: cargo's folder is shared, and the next build may replace it there.
fn keep(
    image: &NodeImage,
    outcome: &Outcome,
    kept: &[(String, PathBuf)],
) -> Result<Vec<PathBuf>, BuildError> {
    let built = archives(image, outcome)?;
    for (from, (_, to)) in built.iter().zip(kept) {
        copy(from, to)?;
    }
    Ok(built)
}

/// What cargo made of each domain.
fn archives(image: &NodeImage, outcome: &Outcome) -> Result<Vec<PathBuf>, BuildError> {
    let packages = std::iter::once(&image.kernel).chain(&image.groups).map(|d| &d.package);
    packages.map(|package| made(outcome, package).map(Path::to_owned)).collect()
}

fn made<'o>(outcome: &'o Outcome, package: &str) -> Result<&'o Path, BuildError> {
    outcome
        .made(package)
        .ok_or_else(|| BuildError::Cargo(io::Error::other(format!("it made no executable `{package}`"))))
}

/// Into a temporary, then renamed: a running executable cannot be written, and half of one must never be started.
fn copy(from: &Path, to: &Path) -> Result<(), EmitError> {
    let parent = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(emit::at("create the folder", parent))?;
    let temp = tempfile::NamedTempFile::new_in(parent).map_err(emit::at("write in", parent))?;
    fs::copy(from, temp.path()).map_err(emit::at("copy", from))?;
    temp.persist(to).map_err(|e| emit::at("write", to)(e.error))?;
    Ok(())
}

/// The versions that ambc was tested with; cargo adds what services need and drops what nobody does.
fn seed_lock(workspace: &Path) -> Result<(), EmitError> {
    let lock = workspace.join("Cargo.lock");
    if !lock.exists() {
        write_if_changed(&lock, emit::seed_lock())?;
    }
    Ok(())
}
