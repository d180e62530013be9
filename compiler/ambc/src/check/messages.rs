//! Types that messages carry.

use super::context::Context;
use crate::hir::{NodeId, Placement};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use ambc_lidl::model::{InterfaceId, Procedure, ResultType, Type, TypeId, TypeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Where nothing allocates, every message has a largest size.
pub(super) fn types_on_a_heapless_node_are_bounded(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for (interface, node) in interfaces_on_heapless_nodes(cx) {
        let mut walk = Walk { cx, seen: BTreeSet::new(), found: BTreeMap::new() };
        for procedure in cx.procedures(interface).filter(|p| p.max_request.is_none() || p.max_reply.is_none())
        {
            walk.procedure(procedure);
        }
        for (at, bound) in walk.found {
            if !told.insert(at) {
                continue;
            }
            let mistake = Mistake { at, bound, interface: cx.path(interface), node: cx.node_name(node) };
            diags.push(mistake.diagnostic(cx, node));
        }
    }
}

/// Each interface that something on a node without an allocator serves or calls, with the first such node.
fn interfaces_on_heapless_nodes(cx: &Context<'_>) -> BTreeMap<InterfaceId, NodeId> {
    let mut out = BTreeMap::new();
    for (id, instance) in cx.hir.instances.iter() {
        let Some(Placement { node, .. }) = instance.placement else { continue };
        if cx.platform(node).is_none_or(|p| p.heap) {
            continue;
        }
        let called =
            cx.needs(id).filter(|(_, binding)| binding.is_some()).filter_map(|(need, _)| need.interface);
        for interface in cx.interfaces(id).into_iter().chain(called) {
            out.entry(interface).or_insert(node);
        }
    }
    out
}

/// Looks for types without a bound.
struct Walk<'c, 'a> {
    cx: &'c Context<'a>,
    seen: BTreeSet<TypeId>,
    /// The place, and what to write there.
    found: BTreeMap<Span, String>,
}

impl Walk<'_, '_> {
    fn procedure(&mut self, procedure: &Procedure) {
        for param in &procedure.params {
            self.ty(&param.ty, param.ty_span);
        }
        match &procedure.result {
            ResultType::None => {}
            ResultType::One(ty, span) => self.ty(ty, *span),
            ResultType::Many(results) => results.iter().for_each(|r| self.ty(&r.ty, r.ty_span)),
        }
        if let Some(error) = procedure.error {
            self.named(error);
        }
    }

    fn ty(&mut self, ty: &Type, at: Span) {
        match ty {
            Type::String { bound: None }
            | Type::Vector { bound: None, .. }
            | Type::Map { bound: None, .. } => {
                self.found.entry(at).or_insert_with(|| bounded(self.cx, ty));
            }
            Type::Vector { element, .. } | Type::Array { element, .. } | Type::Optional(element) => {
                self.ty(element, at);
            }
            Type::Map { key, value, .. } => {
                self.ty(key, at);
                self.ty(value, at);
            }
            Type::Named(id) => self.named(*id),
            Type::Scalar(_) | Type::Unit | Type::String { .. } | Type::Broken => {}
        }
    }

    fn named(&mut self, id: TypeId) {
        if !self.seen.insert(id) {
            return;
        }
        let lidl = &self.cx.hir.lidl;
        match &lidl.type_def(id).kind {
            TypeKind::Struct { fields } => fields.iter().for_each(|f| self.ty(&f.ty, f.ty_span)),
            TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => {
                for a in alternatives {
                    if let Some(ty) = &a.ty {
                        self.ty(ty, a.ty_span);
                    }
                }
            }
            TypeKind::Enum { .. } => {}
        }
    }
}

/// The type in lidl, with a bound where one is missing.
fn bounded(cx: &Context<'_>, ty: &Type) -> String {
    const BOUND: u64 = 64;
    let of = |ty: &Type| bounded(cx, ty);
    match ty {
        Type::Scalar(s) => s.name().to_owned(),
        Type::Unit | Type::Broken => "unit".to_owned(),
        Type::String { bound } => format!("string<{}>", bound.unwrap_or(BOUND)),
        Type::Vector { element, bound } => format!("vector<{}, {}>", of(element), bound.unwrap_or(BOUND)),
        Type::Array { element, len } => format!("array<{}, {len}>", of(element)),
        Type::Map { key, value, bound } => {
            format!("map<{}, {}, {}>", of(key), of(value), bound.unwrap_or(BOUND))
        }
        Type::Optional(value) => format!("optional<{}>", of(value)),
        Type::Named(id) => cx.hir.lidl.type_def(*id).path.last().cloned().unwrap_or_default(),
    }
}

struct Mistake {
    at: Span,
    bound: String,
    interface: String,
    node: String,
}

impl Mistake {
    fn diagnostic(self, cx: &Context<'_>, node: NodeId) -> Diagnostic {
        let Self { at, bound, interface, node: name } = self;
        Diagnostic::new(
            Code("E0355"),
            at,
            format!("this type has no bound, but `{interface}` is used on `{name}`, which has no heap"),
        )
        .label("can grow without limit")
        .also(cx.hir.nodes[node].name_span, "nothing allocates here")
        .help(format!("write the largest size, such as `{bound}`"))
    }
}
