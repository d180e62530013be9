//! Where every instance runs. The first `deploy` of an instance or of its group decides; `check` reports the others.

use super::codes;
use super::ctx::Ctx;
use crate::hir::{DeployTarget, Domain, GroupId, Id, InstanceId, InstanceKind, NodeId, Placement};
use ambc_diag::{Diagnostic, Span};

impl Ctx<'_> {
    pub(super) fn placements(&mut self) {
        let group_of = self.group_of();
        self.place_deployed(&group_of);
        self.place_offers();
    }

    /// The group of each instance: the first that names it.
    fn group_of(&self) -> Vec<Option<GroupId>> {
        let mut of = vec![None; self.hir.instances.len()];
        for (id, group) in self.hir.groups.iter() {
            for member in &group.members {
                let slot: &mut Option<GroupId> = &mut of[member.value.index()];
                slot.get_or_insert(id);
            }
        }
        of
    }

    fn place_deployed(&mut self, group_of: &[Option<GroupId>]) {
        let mut placed_groups = vec![false; self.hir.groups.len()];
        for index in 0..self.hir.deploys.len() {
            let deploy = &self.hir.deploys[index];
            let (node, entries) = (deploy.node, deploy.entries.clone());
            for entry in entries {
                let group = match entry.target {
                    DeployTarget::Group(group) => Some(group),
                    DeployTarget::Instance(id) => group_of[id.index()],
                };
                let Some(node) = node else {
                    self.excuse_entry(entry.target, group);
                    continue;
                };
                match (group, entry.target) {
                    (Some(group), _) => {
                        if !std::mem::replace(&mut placed_groups[group.index()], true) {
                            self.place_group(group, node, entry.kernel, entry.span, group_of);
                        }
                    }
                    (None, DeployTarget::Instance(id)) => {
                        let domain = if entry.kernel { Domain::Kernel } else { Domain::Own(id) };
                        self.place(id, node, domain, entry.span);
                    }
                    (None, DeployTarget::Group(_)) => {}
                }
            }
        }
    }

    fn place_group(
        &mut self,
        group: GroupId,
        node: NodeId,
        kernel: bool,
        span: Span,
        group_of: &[Option<GroupId>],
    ) {
        let members: Vec<InstanceId> = self.hir.groups[group].members.iter().map(|m| m.value).collect();
        for member in members {
            // An instance in two groups counts as in the first.
            if group_of[member.index()] == Some(group) {
                let domain = if kernel { Domain::Kernel } else { Domain::Group(group) };
                self.place(member, node, domain, span);
            }
        }
    }

    fn place(&mut self, id: InstanceId, node: NodeId, domain: Domain, span: Span) {
        let instance = &mut self.hir.instances[id];
        match &instance.kind {
            // An offer runs on the node that offers it.
            InstanceKind::Offer { node: own, .. } if *own != node => {
                let (offer, own) = (instance.name.to_string(), *own);
                self.offer_elsewhere(&offer, own, node, span);
            }
            _ => {
                instance.placement.get_or_insert(Placement { node, domain, span });
            }
        }
    }

    fn offer_elsewhere(&mut self, offer: &str, own: NodeId, node: NodeId, span: Span) {
        let (own, node) = (&self.hir.nodes[own].name, &self.hir.nodes[node].name);
        let message = format!("`{offer}` is offered by `{own}` and cannot run on `{node}`");
        let d = Diagnostic::new(codes::OFFER_ELSEWHERE, span, message)
            .help(format!("deploy it on `{own}`, or leave it out: it runs there by itself"));
        self.report(d);
    }

    /// What a deploy to an unknown node names is not reported as deployed nowhere.
    fn excuse_entry(&mut self, target: DeployTarget, group: Option<GroupId>) {
        let members: Vec<InstanceId> = match (group, target) {
            (Some(group), _) => self.hir.groups[group].members.iter().map(|m| m.value).collect(),
            (None, DeployTarget::Instance(id)) => vec![id],
            (None, DeployTarget::Group(_)) => Vec::new(),
        };
        for member in members {
            self.hir.instances[member].excused = true;
        }
    }

    /// An offer that no deploy puts elsewhere runs in the kernel group of its node.
    fn place_offers(&mut self) {
        for (_, instance) in self.hir.instances.iter_mut() {
            let InstanceKind::Offer { node, .. } = &instance.kind else { continue };
            if instance.placement.is_none() {
                let placement = Placement { node: *node, domain: Domain::Kernel, span: instance.span };
                instance.placement = Some(placement);
            }
        }
    }
}
