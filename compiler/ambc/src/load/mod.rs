//! The files of a deployment, read and parsed: what `resolve` starts from.
//!
//! In: a path and something that reads files. Out: [`Loaded`], and the diagnostics of what could not be read. Passes:
//!
//! 1. `walk` follows `use` from the root, parses each `.amb` file once and finds circles.
//! 2. `ambc_lidl::load` parses the interface files and follows their imports.
//! 3. `crates` reads `Cargo.toml` and the library root of service crates, and finds the package of each interface file.
//!
//! The world is behind [`Files`], so that tests and editors can load what is not on disk.

mod codes;
mod crates;
mod files;
mod walk;

pub use files::{Disk, Files, MemFiles, Overlaid};

use crate::hir::{CrateFacts, InterfaceCrate};
use crate::syntax::ast;
use ambc_diag::{Diagnostics, FileId, Sources, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// A `.amb` or a `.lidl` file.
    pub root: PathBuf,
    /// Folders tried after the folder of the file that writes a `use`.
    pub include: Vec<PathBuf>,
    /// `--set name=value`.
    pub sets: Vec<(String, String)>,
}

/// Everything that was read for one deployment.
#[derive(Debug, Default)]
pub struct Loaded {
    /// All files; one of the path `--set` holds a line `name=value` for each such option.
    pub sources: Sources,
    /// In load order, the root first. A file used twice is here once.
    pub amb: Vec<ast::File>,
    /// In load order, built-in ones included.
    pub lidl: Vec<ambc_lidl::ast::File>,
    /// Every `use`, to `.amb` and to `.lidl` files, in load order.
    pub uses: Vec<UseEdge>,
    /// The crate of each manifest, by the place of the path in `crate "…";`.
    pub crates: BTreeMap<Span, ServiceCrate>,
    /// The package of each `.lidl` file that is not built in.
    pub interface_crates: Vec<InterfaceCrate>,
    /// Where each file was read from.
    pub(crate) paths: BTreeMap<FileId, PathBuf>,
}

/// One `use "path" [as prefix];` that found its file.
#[derive(Clone, Debug)]
pub struct UseEdge {
    pub from: FileId,
    pub to: FileId,
    pub prefix: Option<String>,
    /// The path as written, with its quotes.
    pub span: Span,
}

/// The folder that a manifest names.
#[derive(Clone, Debug)]
pub struct ServiceCrate {
    pub dir: PathBuf,
    /// `Err`: why its `Cargo.toml` or library root could not be read.
    pub facts: Result<CrateFacts, String>,
}

impl Loaded {
    /// The crate of the manifest that writes its path here.
    pub fn service_crate(&self, at: Span) -> Option<&ServiceCrate> {
        self.crates.get(&at)
    }

    /// Where a file was read from. Paths inside it are relative to the folder of this.
    pub fn path(&self, file: FileId) -> Option<&Path> {
        self.paths.get(&file).map(PathBuf::as_path)
    }
}

/// Loads a deployment. Never fails: what could not be read is reported and absent.
pub fn load(request: &Request, files: &dyn Files, diags: &mut Diagnostics) -> Loaded {
    let mut loaded = walk::walk(request, files, diags);
    if !request.sets.is_empty() {
        let lines: Vec<String> =
            request.sets.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        loaded.sources.add("--set", lines.concat());
    }
    loaded.interface_crates = crates::interfaces(&loaded, files);
    loaded.crates = crates::services(&loaded, files);
    loaded
}

#[cfg(test)]
mod tests;
