//! What runs in which isolation domain of which node.

use super::ids::Ids;
use super::{DomainPlan, Edge, NodePlan, Route, Transport};
use crate::hir::{Deployment, Domain, Id, InstanceId, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// Every node with its domains, instances in the order in which they are constructed.
pub(crate) fn domains(hir: &Deployment, edges: &[Edge], routes: &[Route], ids: &mut Ids) -> Vec<NodePlan> {
    let mut by_node: BTreeMap<NodeId, Vec<DomainPlan>> = BTreeMap::new();
    let mut direct: BTreeMap<InstanceId, Vec<InstanceId>> = BTreeMap::new();
    for e in edges.iter().filter(|e| e.transport == Transport::Direct) {
        direct.entry(e.from).or_default().push(e.to);
    }
    for ((node, domain), instances) in hir.domains() {
        let name = domain_name(hir, &domain);
        let instances = callees_first(hir, &instances, &direct);
        by_node.entry(node).or_default().push(DomainPlan { domain, name, instances });
    }
    let mut forwards: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
    for (i, route) in routes.iter().enumerate() {
        for node in route.nodes.iter().skip(1).take(route.nodes.len().saturating_sub(2)) {
            forwards.entry(*node).or_default().push(i);
        }
    }
    hir.nodes
        .iter()
        .map(|(node, n)| {
            let mut domains = by_node.remove(&node).unwrap_or_default();
            if !domains.iter().any(|d| d.domain == Domain::Kernel) {
                domains.push(DomainPlan { domain: Domain::Kernel, name: KERNEL.into(), instances: vec![] });
            }
            domains.sort_by(|a, b| {
                (a.domain != Domain::Kernel, &a.name).cmp(&(b.domain != Domain::Kernel, &b.name))
            });
            let forwards = forwards.remove(&node).unwrap_or_default();
            // A collision of node names is reported with the routes, where the spans of both are at hand.
            let wire_id = ids.get(n.name.to_string()).unwrap_or(0);
            NodePlan { node, wire_id, domains, forwards }
        })
        .collect()
}

const KERNEL: &str = "kernel";

/// As in logs and in the names of generated crates.
pub(crate) fn domain_name(hir: &Deployment, domain: &Domain) -> String {
    match domain {
        Domain::Kernel => KERNEL.into(),
        Domain::Group(g) => hir.groups[*g].name.to_string(),
        Domain::Own(i) => hir.instances[*i].name.to_string(),
    }
}

/// Depth first along direct calls; those have no cycle, as cycles are cut by lanes.
fn callees_first(
    hir: &Deployment,
    instances: &[InstanceId],
    direct: &BTreeMap<InstanceId, Vec<InstanceId>>,
) -> Vec<InstanceId> {
    let mut order = instances.to_vec();
    order.sort_by(|a, b| hir.instances[*a].name.cmp(&hir.instances[*b].name));
    let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
    for start in order {
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 && !seen.insert(at) {
                continue;
            }
            match direct.get(&at).and_then(|c| c.get(next)) {
                Some(&callee) => {
                    stack.push((at, next + 1));
                    stack.push((callee, 0));
                }
                None => out.push(at),
            }
        }
    }
    debug_assert_eq!(
        out.len(),
        instances.len(),
        "direct calls stay in their domain: {:?}",
        out.first().map(|i| i.index())
    );
    out
}
