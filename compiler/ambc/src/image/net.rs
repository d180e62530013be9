//! The network side of a node as tables: links, neighbours, routes, and the edges that come and go over them.

use super::lanes::{Carries, NodeLane, export_of};
use super::{ExportImage, IfaceImage, InImage, NetImage, OutImage, PeerImage, RouteImage};
use crate::hir::{Deployment, Id, NodeId};
use crate::plan::report::way;
use crate::plan::{Plan, Route, Transport, edge_name};

pub(super) fn net(hir: &Deployment, plan: &Plan, node: NodeId, lanes: &[NodeLane]) -> NetImage {
    let mut out = NetImage { wire_id: plan.nodes[node.index()].wire_id, ..NetImage::default() };
    let mut routes = Vec::new();
    for (i, route) in plan.routes.iter().enumerate() {
        if route.nodes.contains(&node) && in_use(plan, i) {
            let image = route_image(hir, plan, node, (i, route), &mut out);
            out.routes.push(image);
            routes.push(i);
        }
    }
    let position =
        |r: usize| routes.iter().position(|i| *i == r).expect("a route of an edge passes its nodes");
    for (lane, l) in lanes.iter().enumerate() {
        if let Carries::Edge(e) = l.carries {
            let edge = &plan.edges[e];
            let Transport::Route(r) = edge.transport else { continue };
            let (name, route, slots) = (edge_name(hir, edge), position(r), l.image.slots);
            if l.image.caller == super::End::Net {
                out.ins.push(InImage { edge: edge.wire_id, name, route, lane, slots, reply: l.reply });
            } else {
                out.outs.push(OutImage { edge: edge.wire_id, name, route, lane, slots, request: l.request });
            }
        }
        if let Some(export) = export_of(plan, l) {
            out.exports.push(ExportImage {
                id: export.wire_id,
                name: l.image.edge.clone(),
                lane,
                port: export.port,
                slots: l.image.slots,
                reply: l.reply,
                mtu: hir.networks[hir.exports[export.export].network].mtu,
                max_payload: l.request.max(l.reply),
            });
        }
    }
    out
}

/// Some edge takes it. (A route of an export whose ingress is elsewhere is carried by an edge of its own kind.)
fn in_use(plan: &Plan, route: usize) -> bool {
    plan.edges.iter().any(|e| e.transport == Transport::Route(route))
}

fn route_image(
    hir: &Deployment,
    plan: &Plan,
    node: NodeId,
    (index, route): (usize, &Route),
    out: &mut NetImage,
) -> RouteImage {
    let at = route.nodes.iter().position(|n| *n == node).expect("the caller looked");
    let largest = largest_on(hir, plan, index);
    let toward = (at + 1 < route.nodes.len()).then(|| peer(hir, plan, route, at, at + 1, largest, out));
    let back = at.checked_sub(1).map(|before| peer(hir, plan, route, at, before, largest, out));
    RouteImage {
        wire_id: route.wire_id,
        hops: route.networks.len(),
        latency_us: route.networks.iter().map(|n| hir.networks[*n].latency.unwrap_or(0) / 1000).sum(),
        toward,
        back,
        way: way(hir, route),
    }
}

/// Largest arguments or result of any edge on a route.
fn largest_on(hir: &Deployment, plan: &Plan, route: usize) -> u64 {
    plan.edges
        .iter()
        .filter(|e| e.transport == Transport::Route(route))
        .map(|e| super::lanes::sizes(hir, e.interface))
        .fold(0, |most, (request, reply)| most.max(request).max(reply))
}

/// The neighbour at position `to` of a route, as seen from position `at`; added to the tables if it is new.
fn peer(
    hir: &Deployment,
    plan: &Plan,
    route: &Route,
    at: usize,
    to: usize,
    largest: u64,
    out: &mut NetImage,
) -> usize {
    let first = at.min(to);
    let (network, hop) = (route.networks[first], route.hops[first]);
    let (own_link, their_link) =
        if at < to { (hop.out_link, hop.in_link) } else { (hop.in_link, hop.out_link) };
    let iface = out.ifaces.iter().position(|i| i.node_link == own_link).unwrap_or_else(|| {
        let net = &hir.networks[network];
        out.ifaces.push(IfaceImage {
            network: net.name.to_string(),
            mtu: crate::plan::mtu(hir, route, first, network),
            latency_us: net.latency.unwrap_or(0) / 1000,
            node_link: own_link,
        });
        out.ifaces.len() - 1
    });
    let there = route.nodes[to];
    let found = out.peers.iter().position(|p| p.iface == iface && p.peer_link == Some((there, their_link)));
    let index = found.unwrap_or_else(|| {
        out.peers.push(PeerImage {
            iface,
            node: hir.nodes[there].name.to_string(),
            wire_id: plan.nodes[there.index()].wire_id,
            max_payload: 0,
            peer_link: Some((there, their_link)),
        });
        out.peers.len() - 1
    });
    out.peers[index].max_payload = out.peers[index].max_payload.max(largest);
    index
}
