//! The network side of a node as tables: links, neighbours, routes, and the edges that come and go over them.

use super::index::Index;
use super::lanes::{Carries, NodeLane, export_of};
use super::naming::Naming;
use super::{
    ExportImage, IfaceImage, InImage, NetImage, OutImage, PeerImage, RadioImage, RouteImage, UartImage,
};
use crate::hir::{Address, Deployment, Id, Link, NetworkId, NetworkKind, NodeId};
use crate::plan::report::way;
use crate::plan::{Plan, Route, Transport, edge_name, hash};
use ambc_diag::Spanned;
use std::collections::BTreeMap;

pub(super) fn net(index: &Index<'_>, naming: &Naming, node: NodeId, lanes: &[NodeLane]) -> NetImage {
    let (hir, plan) = (index.hir, index.plan);
    let mut out = NetImage { wire_id: plan.nodes[node.index()].wire_id, ..NetImage::default() };
    let routes = routes(index, naming, node, lanes);
    for &i in &routes {
        let image = route_image(index, node, i, &mut out);
        out.routes.push(image);
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
            let network = &hir.networks[hir.exports[export.export].network];
            out.exports.push(ExportImage {
                id: export.wire_id,
                name: l.image.edge.clone(),
                lane,
                port: export.port,
                slots: l.image.slots,
                reply: l.reply,
                mtu: network.kind.frame(network.mtu),
                network: hir.exports[export.export].network,
                max_payload: l.request.max(l.reply),
            });
        }
    }
    out
}

/// By id; in an image for several nodes, where ids say nothing, by the first lane that takes it, then by its way.
fn routes(index: &Index<'_>, naming: &Naming, node: NodeId, lanes: &[NodeLane]) -> Vec<usize> {
    let mut out = index.routes_at(node).to_vec();
    if let Naming::Shared(_) = naming {
        let mut first = BTreeMap::new();
        for (at, lane) in lanes.iter().enumerate() {
            if let Carries::Edge(e) = lane.carries
                && let Transport::Route(r) = index.plan.edges[e].transport
            {
                first.entry(r).or_insert(at);
            }
        }
        out.sort_by_cached_key(|r| {
            let route = &index.plan.routes[*r];
            let way: Vec<_> = route.nodes.iter().map(|n| &index.hir.nodes[*n].name).collect();
            (first.get(r).copied().unwrap_or(usize::MAX), way)
        });
    }
    out
}

fn route_image(index: &Index<'_>, node: NodeId, number: usize, out: &mut NetImage) -> RouteImage {
    let (hir, plan) = (index.hir, index.plan);
    let route = &plan.routes[number];
    let at = route.nodes.iter().position(|n| *n == node).expect("the caller looked");
    let largest = index.largest_on(number);
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

fn radio(hir: &Deployment, network: NetworkId, link: &Link) -> Option<RadioImage> {
    let network = Some(&hir.networks[network]).filter(|n| n.kind == NetworkKind::Xbee)?;
    let Some(Spanned { value: Address::Number(address), .. }) = &link.address else { return None };
    let name = hash(&format!("{}/{}", hir.name, network.name));
    let [high, low, ..] = name.to_be_bytes();
    Some(RadioImage {
        address: *address as u16,
        // The last one is for all networks.
        pan: (name as u16).min(0xfffe),
        channel: CHANNELS[usize::from(u16::from_be_bytes([high, low])) % CHANNELS.len()],
    })
}

/// Those that every module has, also the PRO ones.
const CHANNELS: [u8; 12] = [0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17];

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
        let link = &hir.nodes[route.nodes[at]].links[own_link];
        out.ifaces.push(IfaceImage {
            network: net.name.to_string(),
            mtu: u32::MAX,
            latency_us: net.latency.unwrap_or(0) / 1000,
            uart: uart(net.kind, link),
            node_link: own_link,
            radio: radio(hir, network, &hir.nodes[route.nodes[at]].links[own_link]),
        });
        out.ifaces.len() - 1
    });
    // Several neighbours on one link: the frames of each must be small enough for all of them.
    let frame = crate::plan::frame(hir, route, first, network);
    out.ifaces[iface].mtu = out.ifaces[iface].mtu.min(frame);
    let there = route.nodes[to];
    let found = out.peers.iter().position(|p| p.iface == iface && p.peer_link == Some((there, their_link)));
    let index = found.unwrap_or_else(|| {
        out.peers.push(PeerImage {
            iface,
            node: hir.nodes[there].name.to_string(),
            wire_id: plan.nodes[there.index()].wire_id,
            max_payload: 0,
            peer_link: Some((there, their_link)),
            radio: radio(hir, network, &hir.nodes[there].links[their_link]).map(|r| r.address),
        });
        out.peers.len() - 1
    });
    out.peers[index].max_payload = out.peers[index].max_payload.max(largest);
    index
}

/// The number and the baud rate of the UART of a line or a radio module, where the deployment names one.
fn uart(kind: NetworkKind, link: &Link) -> Option<UartImage> {
    let number = u8::try_from(link.uart()?).ok()?;
    let baud = u32::try_from(link.baud()).unwrap_or(u32::MAX);
    matches!(kind, NetworkKind::Uart | NetworkKind::Xbee).then_some(UartImage { number, baud })
}
