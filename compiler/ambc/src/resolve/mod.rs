//! From parsed files to the resolved deployment: names bound, expressions evaluated, arrays expanded.
//!
//! In: [`Loaded`], the files as parsed, and the `--set` values. Out: [`hir::Deployment`] in source order, and the
//! diagnostics `E02xx`. A mistake is reported once; what is broken is marked, still has its name, and is skipped later.
//!
//! The passes, in order:
//! 1. `names`: files to scopes, names to items; clashes (`Names::collect`)
//! 2. `overrides`: items that others replace ([`Ctx::apply_overrides`])
//! 3. `params`: `--set`, then defaults ([`Ctx::apply_sets`], [`Ctx::read_params`])
//! 4. `platforms`, `networks`, `services`: what does not depend on anything else
//! 5. `nodes`: nodes and links; then hubs of networks
//! 6. `instances`: declared ones, imports, offers of every node; their parameters
//! 7. `groups`, `deploys`, then `placement`: where everything runs
//! 8. `bindings`: last, because `node.disk` and `from node` depend on where the caller runs
//! 9. `exports`, `access` and `predicate`, `require`, `operation`: rules about what is there; `log_routes` adds what carries
//!    lines as `logs` says
//! 10. what damaged text may have named ([`Ctx::damaged_words`]), and `uses`
//!
//! `eval`, `arrays`, `attrs`, `refs` and `idl` are what the passes share; `ctx` holds their state.

mod access;
mod arith;
mod arrays;
mod attrs;
mod bindings;
mod builtin;
mod codes;
mod ctx;
mod deploys;
mod describe;
mod eval;
mod exports;
mod fit;
mod groups;
mod idl;
mod instances;
mod interpolate;
mod log_routes;
mod names;
mod networks;
mod nodes;
mod operation;
mod overrides;
mod params;
mod placement;
mod platforms;
mod predicate;
mod refs;
mod require;
mod services;
mod set_value;
mod types;
mod units;
mod uses;

#[cfg(test)]
mod tests;

pub use codes::CODES;

use crate::hir;
use crate::load::Loaded;
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Diagnostics, FileId, Span};
use ambc_lidl::model::Model;
use ctx::Ctx;
use names::{Clash, Edge, Names};
use std::collections::BTreeSet;

/// Resolves a deployment. Never fails: what is wrong is reported to `diags` and left out or marked.
pub fn resolve(loaded: &Loaded, sets: &[(String, String)], diags: &mut Diagnostics) -> hir::Deployment {
    let edges = name_edges(loaded);
    let (names, clashes) = Names::collect(&loaded.amb, &edges);
    let lidl = ambc_lidl::analyze(loaded.lidl.clone(), &loaded.sources, diags);
    let mut cx = Ctx::new(loaded, names, empty(loaded, lidl), diags);
    cx.report_clashes(&clashes);
    cx.prefixes();
    cx.deployment_name();
    cx.apply_overrides();
    cx.apply_sets(sets);
    cx.read_params();
    cx.platforms();
    cx.networks();
    cx.services();
    let nodes = cx.nodes();
    cx.hubs();
    let sources = cx.instances(&nodes);
    cx.instance_params(&sources);
    cx.groups();
    cx.deploys();
    cx.placements();
    cx.bindings(&sources);
    cx.exports();
    cx.imports();
    cx.access_rules();
    cx.requirements();
    cx.operation();
    cx.damaged_words();
    cx.uses();
    cx.finish()
}

/// `use` edges between `.amb` files.
fn name_edges(loaded: &Loaded) -> Vec<Edge<'_>> {
    let amb: BTreeSet<FileId> = loaded.amb.iter().map(|f| f.file).collect();
    let edge = |u: &'_ crate::load::UseEdge| amb.contains(&u.to).then_some((u.from, u.to));
    loaded
        .uses
        .iter()
        .filter_map(|u| edge(u).map(|(from, to)| Edge { from, to, prefix: u.prefix.as_deref() }))
        .collect()
}

fn empty(loaded: &Loaded, lidl: Model) -> hir::Deployment {
    let root = loaded.amb.first().map_or(FileId(0), |f| f.file);
    hir::Deployment {
        name: stem(loaded, root),
        span: Span::new(root, 0, 0),
        lidl,
        services: hir::IndexVec::default(),
        networks: hir::IndexVec::default(),
        platforms: hir::IndexVec::default(),
        nodes: hir::IndexVec::default(),
        instances: hir::IndexVec::default(),
        groups: hir::IndexVec::default(),
        deploys: Vec::new(),
        exports: Vec::new(),
        imports: Vec::new(),
        access: Vec::new(),
        requirements: Vec::new(),
        places: Vec::new(),
        logs: Vec::new(),
        overrides: Vec::new(),
        deferred: Vec::new(),
        interface_crates: loaded.interface_crates.clone(),
        uses: Vec::new(),
    }
}

/// The name of a deployment that does not say one.
fn stem(loaded: &Loaded, root: FileId) -> String {
    let path =
        loaded.sources.iter().find(|(id, _)| *id == root).map_or("deployment", |(_, f)| f.path.as_str());
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".amb").unwrap_or(file).to_owned()
}

impl Ctx<'_> {
    fn report_clashes(&mut self, clashes: &[Clash]) {
        for clash in clashes {
            let (a, b) = (self.names.def(clash.earlier), self.names.def(clash.later));
            let (earlier, later) = if a.name_span <= b.name_span { (a, b) } else { (b, a) };
            let message = match earlier.kind == later.kind {
                true => format!("the {} `{}` is defined twice", later.kind.word(), later.name),
                false => format!(
                    "`{}` is {} already; instances and groups share their names",
                    later.name,
                    earlier.kind.a()
                ),
            };
            let d = Diagnostic::new(codes::DEFINED_TWICE, later.name_span, message)
                .label("again here")
                .also(earlier.name_span, "first defined here");
            self.report(d);
        }
    }

    /// Text that could not be read may have named what has such a name.
    fn damaged_words(&mut self) {
        for id in self.hir.instances.ids() {
            let excused = self.is_damaged(&self.hir.instances[id].name.text);
            self.hir.instances[id].excused |= excused;
        }
    }

    /// `deployment name;` of the root file; one in a used file names that file's own deployment.
    fn deployment_name(&mut self) {
        let Some(root) = self.loaded.amb.first() else { return };
        let mut first: Option<&ast::Ident> = None;
        for item in &root.items {
            let ast::ItemKind::Deployment(name) = &item.kind else { continue };
            match first {
                None => {
                    self.hir.name.clone_from(&name.text);
                    self.hir.span = name.span;
                    first = Some(name);
                }
                Some(first) => {
                    let d = Diagnostic::new(codes::DEFINED_TWICE, name.span, "the deployment is named twice")
                        .label("again here")
                        .also(first.span, "first named here");
                    self.report(d);
                }
            }
        }
    }
}
