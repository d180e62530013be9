//! The files of a deployment, read and parsed: what `resolve` starts from.

use crate::hir::{CrateFacts, InterfaceCrate};
use crate::syntax::ast;
use ambc_diag::{FileId, Sources, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;

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
}
