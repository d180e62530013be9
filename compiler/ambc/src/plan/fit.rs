//! Messages against the networks they cross.

use super::errors::PlanError;
use super::{Edge, Route, Transport};
use crate::hir::{Deployment, Link, NetworkId};
use ambc_diag::Diagnostics;

/// A message is cut into at most this many fragments.
pub(crate) const MAX_FRAGMENTS: u64 = 255;

/// Bytes before the data of each fragment; the kernel's `net::fragment` says the same (held by a test).
const FRAGMENT_HEADER: u64 = 20;
/// Bytes of a call's frame that are not its payload, room for the seal included.
const FRAME_HEADER: u64 = 40 + 16;

/// Every bounded message of an edge fits into 255 fragments on every network of its route.
pub(crate) fn messages_fit(hir: &Deployment, edges: &[Edge], routes: &[Route], diags: &mut Diagnostics) {
    for edge in edges {
        let Transport::Route(r) = edge.transport else { continue };
        let Some(message) = largest_message(hir, edge) else { continue };
        let Some(route) = routes.get(r) else { continue };
        for (i, network) in route.networks.iter().enumerate() {
            let largest = capacity(frame(hir, route, i, *network));
            if message > largest {
                let edge = edge.clone();
                diags.push(
                    PlanError::TooManyFragments { edge, network: *network, message, largest }.diagnostic(hir),
                );
            }
        }
    }
}

/// Every node on a route, forwarders included, has room for one whole message: it is put together before it goes on.
pub(crate) fn messages_can_be_held(
    hir: &Deployment,
    edges: &[Edge],
    routes: &[Route],
    diags: &mut Diagnostics,
) {
    for edge in edges {
        let Transport::Route(r) = edge.transport else { continue };
        let (Some(message), Some(route)) = (largest_message(hir, edge), routes.get(r)) else { continue };
        for &node in &route.nodes {
            let ram = hir.nodes[node].platform.and_then(|p| hir.platforms[p].ram);
            if let Some(ram) = ram.filter(|ram| message > *ram) {
                let edge = edge.clone();
                diags.push(PlanError::MessageAboveMemory { edge, node, message, ram }.diagnostic(hir));
            }
        }
    }
}

/// Bytes of the largest request or reply; `None` if one is unbounded.
pub(crate) fn largest_message(hir: &Deployment, edge: &Edge) -> Option<u64> {
    let mut largest = 0;
    for p in hir.lidl.procedures(edge.interface) {
        largest = largest.max(p.max_request?).max(p.max_reply?);
    }
    Some(largest)
}

/// Largest frame on a network of a route: of what the network and the two links say, the smallest.
pub(crate) fn frame(hir: &Deployment, route: &Route, at: usize, network: NetworkId) -> u32 {
    let hop = route.hops[at];
    let link = |node: usize, link: usize| -> Option<&Link> { hir.nodes[route.nodes[node]].links.get(link) };
    let own = [link(at, hop.out_link), link(at + 1, hop.in_link)];
    let mtus = own.iter().filter_map(|l| l.and_then(|l| l.mtu));
    let network = &hir.networks[network];
    network.kind.frame(mtus.map(|m| m.value).fold(network.mtu, u32::min))
}

/// Bytes of the largest message in frames of this size.
fn capacity(frame: u32) -> u64 {
    let payload = u64::from(frame).saturating_sub(FRAGMENT_HEADER);
    (payload * MAX_FRAGMENTS).saturating_sub(FRAME_HEADER)
}
