//! `allow` and `deny`: the edges, the procedure and the condition they speak of.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::names::{Kind, segments};
use crate::hir::{AccessRule, DeferredConstruct, Edge, InstanceId};
use crate::syntax::ast;
use ambc_diag::Diagnostic;
use ambc_lidl::model::{InterfaceId, Procedure};
use std::collections::{BTreeMap, BTreeSet};

/// One side of `a -> b`: instances, and what follows the dot.
struct Side<'s> {
    /// `None`: `*`.
    instances: Option<Vec<InstanceId>>,
    member: Option<&'s ast::Ident>,
    /// `a.need[0]`.
    position: Option<&'s ast::Select>,
}

/// All wires of the deployment by their callee, made on first use.
type ByCallee = BTreeMap<InstanceId, Vec<Edge>>;

impl Ctx<'_> {
    pub(super) fn access_rules(&mut self) {
        let mut by_callee: Option<ByCallee> = None;
        for placed in self.names.loose.clone() {
            if let ast::ItemKind::Access(access) = &placed.item.kind {
                self.defer(DeferredConstruct::Access, placed.item.span);
                let env = Env::of(placed.scope);
                let rule = self.access_rule(access, placed.item, env, &mut by_callee);
                self.hir.access.push(rule);
            }
        }
    }

    fn access_rule(
        &mut self,
        access: &ast::Access,
        item: &ast::Item,
        env: Env<'_>,
        by_callee: &mut Option<ByCallee>,
    ) -> AccessRule {
        let mut rule = AccessRule {
            allow: access.allow,
            edges: Vec::new(),
            procedure: None,
            predicate: None,
            span: item.span,
            broken: true,
        };
        let (from, to) = (self.side(access.from.as_ref(), env), self.side(access.to.as_ref(), env));
        let (Some(from), Some(to)) = (from, to) else { return rule };
        let Some(edges) = self.edges_between(&from, &to, env, by_callee) else { return rule };
        let callees = to.instances.clone().unwrap_or_else(|| unique(edges.iter().map(|e| e.callee)));
        let interfaces = unique(callees.iter().flat_map(|c| self.interfaces_of(*c)));
        if let Some(name) = to.member {
            let unknown = interfaces.is_empty() && callees.iter().any(|c| self.hir.instances[*c].broken);
            match self.procedure_of(&interfaces, name).filter(|_| !unknown) {
                Some(procedure) => rule.procedure = Some(procedure),
                None => return rule,
            }
        }
        rule.edges = self.edges_with(edges, to.member);
        if rule.edges.is_empty()
            && !self.maybe_wired(&from)
            && from.instances.is_some()
            && to.instances.is_some()
        {
            self.not_wired(access);
            return rule;
        }
        let predicate = access.predicate.as_ref();
        let shape = predicate.and_then(|_| self.called_shape(&rule.edges, &interfaces, to.member));
        if let Some(expr) = predicate {
            match self.predicate(expr, shape.as_ref(), env) {
                Some(predicate) => rule.predicate = Some(predicate),
                None => return rule,
            }
        }
        rule.broken = item.broken;
        rule
    }

    /// Instances of one side; behind the dot stands a need (caller) or a procedure (callee).
    fn side<'s>(&mut self, reference: Option<&'s ast::Ref>, env: Env<'_>) -> Option<Side<'s>> {
        let Some(reference) = reference else {
            return Some(Side { instances: None, member: None, position: None });
        };
        let position = reference.member_select.as_ref();
        let path = segments(&reference.head);
        let offer = self.names.find(Kind::Instance, env.scope, &path).is_none()
            && self.names.find(Kind::Node, env.scope, &path).is_some();
        if offer && reference.member.is_some() {
            let instances = self.instances_of(reference, true, env)?;
            return Some(Side { instances: Some(instances), member: reference.more.first(), position });
        }
        let plain = ast::Ref { member: None, more: Vec::new(), member_select: None, ..reference.clone() };
        let instances = self.instances_of(&plain, true, env)?;
        Some(Side { instances: Some(instances), member: reference.member.as_ref(), position })
    }

    fn edges_between(
        &mut self,
        from: &Side<'_>,
        to: &Side<'_>,
        env: Env<'_>,
        by_callee: &mut Option<ByCallee>,
    ) -> Option<Vec<Edge>> {
        let Some(callers) = &from.instances else {
            let all = by_callee.get_or_insert_with(|| self.wires_by_callee());
            return Some(match &to.instances {
                Some(callees) => callees.iter().flat_map(|c| all.get(c)).flatten().copied().collect(),
                None => all.values().flatten().copied().collect(),
            });
        };
        let wanted: Option<BTreeSet<InstanceId>> = to.instances.as_ref().map(|c| c.iter().copied().collect());
        let position = match from.position {
            Some(select) => Some(self.position(select, env)?),
            None => None,
        };
        let mut out = Vec::new();
        for caller in callers {
            let need = match from.member {
                Some(name) => Some(self.need_of(*caller, name)?),
                None => None,
            };
            out.extend(self.wires_of(*caller).into_iter().filter(|e| {
                need.is_none_or(|n| n == e.need)
                    && position.as_ref().is_none_or(|p| p.contains(&e.position))
                    && wanted.as_ref().is_none_or(|w| w.contains(&e.callee))
            }));
        }
        Some(out)
    }

    fn position(&mut self, select: &ast::Select, env: Env<'_>) -> Option<std::ops::Range<usize>> {
        let mut at = |e: &ast::Expr| self.eval_int(e, u64::from(u32::MAX), env).map(|v| v as usize);
        match &select.kind {
            ast::SelectKind::All => Some(0..usize::MAX),
            ast::SelectKind::Index(index) => at(index).map(|i| i..i + 1),
            ast::SelectKind::Range(from, to) => {
                let (from, to) = (at(from), at(to));
                Some(from?..to?)
            }
        }
    }

    fn need_of(&mut self, caller: InstanceId, name: &ast::Ident) -> Option<usize> {
        let service = self.hir.instances[caller].service?;
        let it = &self.hir.services[service];
        let found = it.needs.iter().position(|n| n.name.value == name.text);
        if found.is_none() && !it.broken {
            let known: Vec<String> = it.needs.iter().map(|n| n.name.value.clone()).collect();
            let message = format!("the service `{}` has no need `{}`", it.name, name.text);
            let close = self.close(&name.text, known.iter().map(String::as_str));
            let d = Diagnostic::new(codes::UNKNOWN_NEED, name.span, message);
            self.report(with_nearest(d, name.span, close.as_deref()));
        }
        found
    }

    fn wires_of(&self, caller: InstanceId) -> Vec<Edge> {
        let bindings = self.hir.instances[caller].bindings.iter().enumerate();
        bindings
            .filter_map(|(need, b)| Some((need, b.as_ref()?)))
            .flat_map(|(need, b)| {
                let targets = b.targets.iter().enumerate();
                targets.map(move |(position, t)| Edge { caller, need, position, callee: t.instance })
            })
            .collect()
    }

    fn wires_by_callee(&self) -> ByCallee {
        let mut out = ByCallee::new();
        for edge in self.hir.instances.ids().flat_map(|id| self.wires_of(id)) {
            out.entry(edge.callee).or_default().push(edge);
        }
        out
    }

    /// The edges whose need has the procedure: an instance may be called through several interfaces.
    fn edges_with(&self, mut edges: Vec<Edge>, procedure: Option<&ast::Ident>) -> Vec<Edge> {
        if let Some(name) = procedure {
            edges.retain(|e| {
                self.needed_interface(e).is_some_and(|i| self.hir.lidl.procedure(i, &name.text).is_some())
            });
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn needed_interface(&self, edge: &Edge) -> Option<InterfaceId> {
        let service = self.hir.instances[edge.caller].service?;
        self.hir.services[service].needs.get(edge.need)?.interface
    }

    /// The procedure as the edges call it, or as the callees serve it where there is no edge.
    fn called_shape(
        &self,
        edges: &[Edge],
        served: &[InterfaceId],
        name: Option<&ast::Ident>,
    ) -> Option<Procedure> {
        let name = &name?.text;
        let needed = edges.iter().filter_map(|e| self.needed_interface(e));
        needed.chain(served.iter().copied()).find_map(|i| self.hir.lidl.procedure(i, name)).cloned()
    }

    /// A caller with a binding that was not understood may be wired to anything.
    fn maybe_wired(&self, from: &Side<'_>) -> bool {
        from.instances.iter().flatten().any(|id| {
            let it = &self.hir.instances[*id];
            it.broken || it.bindings.iter().flatten().any(|b| b.broken)
        })
    }

    fn not_wired(&mut self, access: &ast::Access) {
        let (Some(from), Some(to)) = (&access.from, &access.to) else { return };
        let text = |r: &ast::Ref| self.loaded.sources.text(r.span).to_owned();
        let message = format!("`{}` is not wired to `{}`", text(from), text(to));
        let d = Diagnostic::new(codes::NOT_WIRED, from.span.to(to.span), message)
            .label("no binding leads from one to the other")
            .help("bind it first, or take the rule out");
        self.report(d);
    }
}

fn unique<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}
