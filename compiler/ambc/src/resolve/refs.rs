//! References to instances: declared ones, elements of arrays, offers of nodes.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::names::{Kind, segments, written};
use crate::hir::{InstanceId, InstanceKind, NodeId};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};

impl Ctx<'_> {
    /// The instances that a reference means; `whole`: a bare array name means all of its elements. `None`: reported.
    pub(super) fn instances_of(
        &mut self,
        reference: &ast::Ref,
        whole: bool,
        env: Env<'_>,
    ) -> Option<Vec<InstanceId>> {
        match &reference.member {
            None => self.plain_instances(reference, whole, env),
            Some(member) => self.offers_of(reference, member, whole, env),
        }
    }

    fn plain_instances(
        &mut self,
        reference: &ast::Ref,
        whole: bool,
        env: Env<'_>,
    ) -> Option<Vec<InstanceId>> {
        let id = self.find(Kind::Instance, env.scope, &reference.head)?;
        let range = self.select(id, reference.select.as_ref(), reference.span, whole, env)?;
        Some(range.map(InstanceId).collect())
    }

    /// `cloud.disk`, `sensor[2].pir`, `sensor[*].pir`.
    fn offers_of(
        &mut self,
        reference: &ast::Ref,
        member: &ast::Ident,
        whole: bool,
        env: Env<'_>,
    ) -> Option<Vec<InstanceId>> {
        let head = &reference.head;
        let path = segments(head);
        if self.names.find(Kind::Node, env.scope, &path).is_none()
            && self.names.find(Kind::Instance, env.scope, &path).is_some()
        {
            let message = format!("`{}` is an instance; only nodes offer something", written(head));
            let d = Diagnostic::new(codes::WRONG_KIND, reference.span, message).help(format!(
                "write `{}` alone, or `NODE.{}`",
                written(head),
                member.text
            ));
            self.report(d);
            return None;
        }
        let id = self.find(Kind::Node, env.scope, head)?;
        let nodes = self.select(id, reference.select.as_ref(), reference.span, whole, env)?;
        let found: Option<Vec<InstanceId>> = nodes
            .map(|n| {
                self.offer_named(NodeId(n), &member.text).or_else(|| self.not_offered(NodeId(n), member))
            })
            .collect();
        found
    }

    /// The offer of this name of a node.
    pub(super) fn offer_named(&self, node: NodeId, name: &str) -> Option<InstanceId> {
        let is_it = |id: &&InstanceId| match &self.hir.instances[**id].kind {
            InstanceKind::Offer { offer, .. } => offer == name,
            InstanceKind::Declared | InstanceKind::Import { .. } | InstanceKind::LogRoute { .. } => false,
        };
        self.hir.nodes[node].offers.iter().find(is_it).copied()
    }

    /// Reports that a node does not offer something. A node without a known platform may offer anything.
    pub(super) fn not_offered(&mut self, node: NodeId, member: &ast::Ident) -> Option<InstanceId> {
        let it = &self.hir.nodes[node];
        if it.broken || self.is_damaged(&member.text) {
            return None;
        }
        let offers: Vec<String> = it.offers.iter().filter_map(|o| self.offer_name(*o)).collect();
        let message = format!("the node `{}` offers no `{}`", it.name, member.text);
        let at = it.name_span;
        let close = self.close(&member.text, offers.iter().map(String::as_str));
        let listed: Vec<&str> = offers.iter().map(String::as_str).collect();
        let d = Diagnostic::new(codes::NOT_OFFERED, member.span, message)
            .also(at, "this node")
            .note(format!("it offers {}", super::attrs::listed(&listed)));
        self.report(with_nearest(d, member.span, close.as_deref()));
        None
    }

    fn offer_name(&self, id: InstanceId) -> Option<String> {
        match &self.hir.instances[id].kind {
            InstanceKind::Offer { offer, .. } => Some(offer.clone()),
            InstanceKind::Declared | InstanceKind::Import { .. } | InstanceKind::LogRoute { .. } => None,
        }
    }

    /// The one instance that a reference means.
    pub(super) fn one_instance(&mut self, reference: &ast::Ref, env: Env<'_>) -> Option<InstanceId> {
        let found = self.instances_of(reference, false, env)?;
        match found.as_slice() {
            [one] => Some(*one),
            several => {
                self.needs_one(reference, several.len(), Kind::Instance);
                None
            }
        }
    }

    /// Whether a reference is `node.something`: an offer of the caller's own node.
    pub(super) fn own_offer(reference: &ast::Ref) -> Option<(&ast::Ident, Span)> {
        let member = reference.member.as_ref()?;
        match reference.head.segments.as_slice() {
            [head] if head.text == "node" && reference.select.is_none() => Some((member, reference.span)),
            _ => None,
        }
    }
}
