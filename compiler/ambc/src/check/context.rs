//! What several rules ask of the deployment, computed once.

use crate::hir::{
    Binding, Deployment, GroupId, Id, Instance, InstanceId, InstanceKind, Need, NodeId, Platform, Service,
};
use ambc_diag::{Diagnostics, Span};
use ambc_lidl::model::InterfaceId;

/// The deployment and the questions that rules put to it.
pub(super) struct Context<'a> {
    pub(super) hir: &'a Deployment,
    /// The first group that names each instance, in file order.
    groups: Vec<Option<GroupId>>,
    /// A name or a file was not understood, and that has been reported: what seems unused may have been meant.
    pub(super) names_failed: bool,
}

/// One instance bound to one need of another.
#[derive(Clone, Copy)]
pub(super) struct Edge<'a> {
    pub(super) from: InstanceId,
    pub(super) need: &'a Need,
    pub(super) to: InstanceId,
    /// Where the callee is named; the caller, when the manifest's default binds it.
    pub(super) span: Span,
}

impl<'a> Context<'a> {
    /// `before` is what earlier stages reported.
    pub(super) fn new(hir: &'a Deployment, before: &Diagnostics) -> Self {
        let mut groups = vec![None; hir.instances.len()];
        for (id, group) in hir.groups.iter() {
            for member in &group.members {
                groups[member.value.index()].get_or_insert(id);
            }
        }
        Self { hir, groups, names_failed: before.has_errors() }
    }

    pub(super) fn name(&self, instance: InstanceId) -> String {
        self.hir.instances[instance].name.to_string()
    }

    pub(super) fn node_name(&self, node: NodeId) -> String {
        self.hir.nodes[node].name.to_string()
    }

    pub(super) fn service(&self, instance: &Instance) -> Option<&'a Service> {
        instance.service.map(|s| &self.hir.services[s])
    }

    /// The platform of a node, if it is known and whole.
    pub(super) fn platform(&self, node: NodeId) -> Option<&'a Platform> {
        self.hir.nodes[node].platform.map(|p| &self.hir.platforms[p]).filter(|p| !p.broken)
    }

    /// The group that an instance counts as in.
    pub(super) fn group(&self, instance: InstanceId) -> Option<GroupId> {
        self.groups[instance.index()]
    }

    /// The needs of an instance and what each is bound to.
    pub(super) fn needs(
        &self,
        instance: InstanceId,
    ) -> impl Iterator<Item = (&'a Need, Option<&'a Binding>)> + use<'a> {
        let at = &self.hir.instances[instance];
        let needs = self.service(at).map_or(&[][..], |s| &s.needs);
        needs.iter().zip(at.bindings.iter().map(Option::as_ref))
    }

    /// Every bound dependency, in the order of the callers.
    pub(super) fn edges(&self) -> impl Iterator<Item = Edge<'a>> {
        self.hir.instances.ids().flat_map(|id| self.edges_of(id))
    }

    /// The bound dependencies of one instance.
    pub(super) fn edges_of(&self, from: InstanceId) -> impl Iterator<Item = Edge<'a>> + use<'a> {
        let caller = self.hir.instances[from].name_span;
        self.needs(from).filter_map(|(need, binding)| Some((need, binding?))).flat_map(
            move |(need, binding)| {
                binding.targets.iter().map(move |target| Edge {
                    from,
                    need,
                    to: target.instance,
                    span: if binding.by_default { caller } else { target.span },
                })
            },
        )
    }

    /// The interfaces that an instance serves, as declared: bases are not listed.
    pub(super) fn interfaces(&self, instance: InstanceId) -> Vec<InterfaceId> {
        let at = &self.hir.instances[instance];
        match &at.kind {
            InstanceKind::Declared | InstanceKind::LogRoute { .. } => {
                self.service(at).map_or_else(Vec::new, |s| s.interfaces.iter().map(|i| i.value).collect())
            }
            InstanceKind::Offer { interface, .. } | InstanceKind::Import { interface } => {
                interface.iter().copied().collect()
            }
        }
    }

    /// What an instance serves is not known, because something about it has been reported already.
    pub(super) fn interfaces_unknown(&self, instance: InstanceId) -> bool {
        let at = &self.hir.instances[instance];
        match &at.kind {
            InstanceKind::Declared | InstanceKind::LogRoute { .. } => {
                self.service(at).is_none_or(|s| s.broken)
            }
            InstanceKind::Offer { interface, .. } | InstanceKind::Import { interface } => interface.is_none(),
        }
    }

    /// An instance may be bound where `wanted` is needed.
    pub(super) fn serves(&self, instance: InstanceId, wanted: InterfaceId) -> bool {
        self.interfaces(instance).into_iter().any(|i| self.is_a(i, wanted))
    }
}

/// "`a`, `b` and `c`"; after the fourth, how many more.
pub(super) fn listed<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 4;
    let names: Vec<String> = names.into_iter().map(|n| format!("`{}`", n.to_string())).collect();
    if names.len() > SHOWN + 1 {
        return format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN);
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_string(),
    }
}
