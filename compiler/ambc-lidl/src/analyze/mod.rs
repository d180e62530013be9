//! Files → [`Model`]: names resolved, generics expanded, constants evaluated, everything checked.
//!
//! 1. [`scope`] declares all items and knows what each file sees
//! 2. [`consts`] evaluates constants, each when it is first needed
//! 3. [`types`] and [`members`] resolve structs, unions, errors and enums; generic ones once for each use
//! 4. [`services`] resolves interfaces and their procedures; [`attributes`] what is written before anything
//! 5. [`derived`] fills in the types that follow from others, such as `u::alternatives`
//! 6. [`cycles`] finds types that contain themselves
//! 7. [`finish`] measures messages, fingerprints procedures, and finds names that clash in Rust or are not used
//!
//! A pass never stops: what is wrong is reported once, marked and passed over.

mod attributes;
mod consts;
mod cycles;
mod derived;
mod fingerprint;
mod finish;
mod members;
mod scope;
mod services;
mod types;

use crate::ast;
use crate::model::{ConstId, InterfaceId, Model, TypeId};
use ambc_diag::{Diagnostic, Diagnostics, FileId, Sources};
use scope::{Decl, FileScope};
use std::collections::{BTreeMap, BTreeSet};
use types::Arg;

/// Resolves and checks files together. Imports were followed by whoever loaded the files ([`crate::load`]).
pub fn analyze(files: Vec<ast::File>, sources: &Sources, diags: &mut Diagnostics) -> Model {
    let mut ctx = Ctx::new(&files, sources, diags);
    ctx.declare();
    ctx.check_imports();
    ctx.constants();
    ctx.declared_types();
    ctx.interfaces();
    ctx.derived_types();
    ctx.recursive_types();
    ctx.finish();
    ctx.model
}

struct Ctx<'a> {
    files: &'a [ast::File],
    sources: &'a Sources,
    diags: &'a mut Diagnostics,
    model: Model,
    decls: Vec<Decl<'a>>,
    /// The first declaration of each path.
    by_path: BTreeMap<Vec<String>, usize>,
    scopes: BTreeMap<FileId, FileScope>,
    /// Which file uses something of which.
    used: BTreeSet<(FileId, FileId)>,
    types: BTreeMap<usize, TypeId>,
    interfaces: BTreeMap<usize, InterfaceId>,
    consts: BTreeMap<usize, ConstId>,
    /// Constants being evaluated, to notice one that depends on itself.
    evaluating: Vec<usize>,
    evaluated: BTreeSet<usize>,
    /// Uses of generic types, by library.
    instances: BTreeMap<(usize, Vec<Arg>, String), TypeId>,
    derived: BTreeMap<(derived::Source, String), TypeId>,
    /// Uses of generic types inside each other.
    depth: usize,
}

impl<'a> Ctx<'a> {
    fn new(files: &'a [ast::File], sources: &'a Sources, diags: &'a mut Diagnostics) -> Self {
        Self {
            files,
            sources,
            diags,
            model: Model::default(),
            decls: Vec::new(),
            by_path: BTreeMap::new(),
            scopes: BTreeMap::new(),
            used: BTreeSet::new(),
            types: BTreeMap::new(),
            interfaces: BTreeMap::new(),
            consts: BTreeMap::new(),
            evaluating: Vec::new(),
            evaluated: BTreeSet::new(),
            instances: BTreeMap::new(),
            derived: BTreeMap::new(),
            depth: 0,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diags.push(diagnostic);
    }

    fn library(&self, file: FileId) -> String {
        self.model.library(file).to_owned()
    }
}
