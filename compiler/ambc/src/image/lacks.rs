//! What the runtime of a microcontroller does not carry out yet. A node that takes any of it is built for Linux, and that is said.

use super::index::Index;
use crate::hir::{BuiltinService, Id, NetworkId, NetworkKind, NodeId};
use std::collections::BTreeSet;

/// Services of the node that it has.
const OFFERS: [BuiltinService; 4] =
    [BuiltinService::Logger, BuiltinService::Timer, BuiltinService::Random, BuiltinService::Health];

/// In words, each once.
pub(super) fn lacks(index: &Index<'_>, node: NodeId) -> Vec<String> {
    let mut out = BTreeSet::new();
    out.extend(offers(index, node));
    out.extend(links(index, node));
    if !index.exports_at(node).is_empty() {
        out.insert("exports".to_owned());
    }
    if index.hir.nodes[node].name.index.is_some() {
        out.insert("images for nodes of an array".to_owned());
    }
    out.into_iter().collect()
}

/// Services of the node that somebody uses, and log routes, which nobody calls.
fn offers(index: &Index<'_>, node: NodeId) -> impl Iterator<Item = String> {
    let domains = &index.plan.nodes[node.index()].domains;
    let instances = domains.iter().flat_map(|d| &d.instances).copied();
    instances.filter_map(move |i| {
        let service = index.hir.builtin(i).filter(|s| !OFFERS.contains(s))?;
        let used = service == BuiltinService::LogRoute || index.edges_to(i).next().is_some();
        used.then(|| match service {
            BuiltinService::LogRoute => "log routes".to_owned(),
            _ => format!("`{}`", index.hir.instances[i].name),
        })
    })
}

/// Links that calls take and that are neither lines nor radio modules at a UART.
fn links(index: &Index<'_>, node: NodeId) -> impl Iterator<Item = String> {
    let used = networks(index, node);
    index.hir.nodes[node].links.iter().filter_map(move |link| {
        let network = link.network.filter(|n| used.contains(n))?;
        let kind = index.hir.networks[network].kind;
        let known = matches!(kind, NetworkKind::Uart | NetworkKind::Xbee) && link.uart().is_some();
        (!known).then(|| format!("`{}` links but at a UART", kind.word()))
    })
}

/// Networks that routes through this node take to or from it.
fn networks(index: &Index<'_>, node: NodeId) -> BTreeSet<NetworkId> {
    let mut out = BTreeSet::new();
    for route in index.routes_at(node).iter().map(|r| &index.plan.routes[*r]) {
        for (at, _) in route.nodes.iter().enumerate().filter(|(_, n)| **n == node) {
            out.extend(at.checked_sub(1).and_then(|before| route.networks.get(before)));
            out.extend(route.networks.get(at));
        }
    }
    out
}
