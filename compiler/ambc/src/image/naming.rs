//! What generated programs call the things of a node: by their names in the deployment, or, in an image that may become that
//! of several nodes, by names that all of these have. Those come from services and needs, never from arrays or indices.

use super::index::Index;
use super::rust_names::Taken;
use crate::hir::{Deployment, Domain, Id, InstanceId, InstanceKind, Name, NodeId};
use crate::plan::{DomainPlan, Edge, edge_name, need_name};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) enum Naming {
    /// The image is of one node.
    Own,
    /// The image is one of a class.
    Shared(Keys),
}

/// Unique on their node.
#[derive(Debug, Default)]
pub(super) struct Keys {
    instances: BTreeMap<InstanceId, String>,
    domains: BTreeMap<Domain, String>,
}

impl Naming {
    /// Keys of everything on `node`, in the plan's order.
    pub(super) fn shared(index: &Index<'_>, node: NodeId) -> Self {
        let (hir, domains) = (index.hir, &index.plan.nodes[node.index()].domains);
        let (mut keys, mut taken) = (Keys::default(), Taken::default());
        taken.plain("kernel");
        let own = domains.iter().flat_map(|d| &d.instances).copied();
        // Who calls an instance from elsewhere has a name here too: a logger knows whose lines it writes.
        let callers: BTreeMap<_, _> = own
            .clone()
            .flat_map(|i| index.edges_to(i))
            .map(|(_, e)| (&hir.instances[e.from].name, e.from))
            .collect();
        for id in own.chain(callers.into_values()) {
            keys.instances.entry(id).or_insert_with(|| taken.plain(&kind(hir, id)));
        }
        for d in domains {
            let key = match d.domain {
                Domain::Kernel => d.name.clone(),
                Domain::Own(id) => keys.instances.get(&id).cloned().unwrap_or_default(),
                Domain::Group(_) => taken.plain("group"),
            };
            keys.domains.insert(d.domain.clone(), key);
        }
        Self::Shared(keys)
    }

    pub(super) fn instance(&self, hir: &Deployment, id: InstanceId) -> String {
        match self {
            Self::Own => hir.instances[id].name.to_string(),
            Self::Shared(keys) => keys.instances.get(&id).cloned().unwrap_or_else(|| kind(hir, id)),
        }
    }

    pub(super) fn domain(&self, plan: &DomainPlan) -> String {
        match self {
            Self::Own => plan.name.clone(),
            Self::Shared(keys) => keys.domains.get(&plan.domain).cloned().unwrap_or_default(),
        }
    }

    /// `caller.need`.
    pub(super) fn edge(&self, hir: &Deployment, edge: &Edge) -> String {
        match self {
            Self::Own => edge_name(hir, edge),
            Self::Shared(_) => format!("{}.{}", self.instance(hir, edge.from), need_name(hir, edge)),
        }
    }

    /// The Rust expression of an instance's name, in a program's `build`.
    pub(super) fn shown(&self, hir: &Deployment, id: InstanceId) -> String {
        let name = self.instance(hir, id);
        match self {
            Self::Own => format!("{name:?}"),
            Self::Shared(_) => format!("host.name({name:?})"),
        }
    }

    /// What lanes are sorted by where the order must be the same for all members of a class: the kind of the caller, and
    /// within one kind its index as a number. Own names have no such key: they are sorted as they are read.
    pub(super) fn order<'h>(&self, hir: &'h Deployment, caller: InstanceId) -> Option<(String, &'h Name)> {
        match self {
            Self::Own => None,
            Self::Shared(_) => Some((kind(hir, caller), &hir.instances[caller].name)),
        }
    }
}

/// What an instance is, whatever it is called: its service, or the offer.
fn kind(hir: &Deployment, id: InstanceId) -> String {
    let instance = &hir.instances[id];
    match (&instance.kind, instance.service) {
        (InstanceKind::Offer { offer, .. }, _) => offer.clone(),
        (_, Some(service)) => {
            hir.services[service].name.text.rsplit("::").next().unwrap_or_default().to_owned()
        }
        (_, None) => String::new(),
    }
}
