//! Instances: whether anyone uses them.

use super::context::Context;
use crate::hir::{Binding, Id, InstanceKind, Need};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use ambc_lidl::model::InterfaceId;
use std::collections::BTreeSet;

/// An instance is bound by another, exported, or active.
pub(super) fn every_instance_is_used(cx: &Context<'_>, diags: &mut Diagnostics) {
    if needs_may_be_missing(cx) {
        return;
    }
    let mut used = vec![false; cx.hir.instances.len()];
    for edge in cx.edges().filter(|e| e.from != e.to) {
        used[edge.to.index()] = true;
    }
    for export in &cx.hir.exports {
        used[export.instance.index()] = true;
    }
    for logs in &cx.hir.logs {
        used[logs.to.value.index()] = true;
    }
    let wanted = wanted_by_mistaken_bindings(cx);
    let mut names = BTreeSet::new();
    for (id, instance) in cx.hir.instances.iter() {
        // Of two instances of one name, which has been reported, users mean the first.
        if !names.insert(&instance.name) || used[id.index()] || instance.excused || instance.broken {
            continue;
        }
        let active = cx.service(instance).is_some_and(|s| s.run.is_some());
        let import = match instance.kind {
            InstanceKind::Offer { .. } => continue,
            InstanceKind::Import { .. } => true,
            InstanceKind::Declared | InstanceKind::LogRoute { .. } => false,
        };
        if (import || !active) && !wanted.iter().any(|i| cx.serves(id, *i)) {
            diags
                .push(Mistake::Unused { instance: cx.name(id), at: instance.name_span, import }.diagnostic());
        }
    }
}

/// The needs of some instance were not understood, and that has been reported.
fn needs_may_be_missing(cx: &Context<'_>) -> bool {
    cx.hir.instances.iter().any(|(_, i)| cx.service(i).is_some_and(|s| s.broken))
}

/// The interfaces of needs that are bound to nothing or to the wrong thing, which has been reported: what serves one of
/// them was probably meant.
fn wanted_by_mistaken_bindings(cx: &Context<'_>) -> BTreeSet<InterfaceId> {
    let needs = cx.hir.instances.ids().flat_map(|id| cx.needs(id));
    let mistaken = |need: &Need, binding: Option<&Binding>| match binding {
        None => !need.optional,
        Some(b) => {
            b.broken || need.interface.is_some_and(|i| b.targets.iter().any(|t| !cx.serves(t.instance, i)))
        }
    };
    needs.filter(|(need, binding)| mistaken(need, *binding)).filter_map(|(need, _)| need.interface).collect()
}

enum Mistake {
    Unused { instance: String, at: Span, import: bool },
}

impl Mistake {
    fn diagnostic(self) -> Diagnostic {
        let Self::Unused { instance, at, import } = self;
        let help = if import {
            "bind it to a need, or take the import out"
        } else {
            "bind it to a need, export it, or take it out; a service that works by itself says `run;`"
        };
        Diagnostic::new(Code("W0301"), at, format!("`{instance}` is used by nobody"))
            .label("bound by no instance, not exported, not active")
            .help(help)
    }
}
