//! The transport of every bound dependency: the cheapest that the placement allows.

use super::errors::PlanError;
use super::ids::Ids;
use super::route::Topology;
use super::{Edge, PlannedWay, Route, Transport};
use crate::hir::{Deployment, Id, InstanceId, Name, NodeId};
use ambc_diag::Diagnostics;
use std::collections::{BTreeMap, BTreeSet};

/// Every edge with its transport, and every route that one takes.
pub(crate) fn edges(
    hir: &Deployment,
    topology: &Topology<'_>,
    diags: &mut Diagnostics,
) -> (Vec<Edge>, Vec<Route>) {
    let mut edges = bound(hir, diags);
    cut_cycles(hir, &mut edges);
    let routes = route(hir, topology, &mut edges, diags);
    (edges, routes)
}

/// As in plans: `caller.need` or `caller.need[0]`.
pub fn edge_name(hir: &Deployment, edge: &Edge) -> String {
    format!("{}.{}", hir.instances[edge.from].name, need_name(hir, edge))
}

/// `need`, or `need[0]` for a member of a list.
pub fn need_name(hir: &Deployment, edge: &Edge) -> String {
    let name = hir.instances[edge.from]
        .service
        .and_then(|s| hir.services[s].needs.get(edge.need))
        .map_or("?", |n| n.name.value.as_str());
    edge.element.map_or_else(|| name.to_owned(), |e| format!("{name}[{e}]"))
}

/// Edges between instances that run somewhere; transports between nodes are still open (`Lane` stands for them).
fn bound(hir: &Deployment, diags: &mut Diagnostics) -> Vec<Edge> {
    let mut ids = Ids::default();
    let mut out = Vec::new();
    for (from, instance) in hir.instances.iter() {
        let Some(service) = instance.service.map(|s| &hir.services[s]) else { continue };
        for (need, binding) in instance.bindings.iter().enumerate() {
            let (Some(binding), Some(declared)) = (binding, service.needs.get(need)) else { continue };
            let Some(interface) = declared.interface else { continue };
            for (i, target) in binding.targets.iter().enumerate() {
                let here = (&instance.placement, &hir.instances[target.instance].placement);
                let (Some(a), Some(b)) = here else { continue };
                let same = a.node == b.node && a.domain == b.domain;
                let transport = if same { Transport::Direct } else { Transport::Lane };
                let element = (declared.list || binding.targets.len() > 1).then_some(i as u32);
                let to = target.instance;
                let timeout = target.timeout;
                let mut edge = Edge { from, need, element, to, interface, transport, wire_id: 0, timeout };
                match ids.get(edge_name(hir, &edge)) {
                    Ok(id) => edge.wire_id = id,
                    Err(c) => {
                        diags.push(PlanError::IdCollision { at: binding.span, collision: c }.diagnostic(hir))
                    }
                }
                out.push(edge);
            }
        }
    }
    out
}

/// Direct calls may not form a circle of types. Circles that `check` allowed are cut: first at one-way bindings, then,
/// where the manifests say which procedure calls which, at every binding of the circle.
fn cut_cycles(hir: &Deployment, edges: &mut [Edge]) {
    for one_way_only in [true, false] {
        let circle = on_cycles(edges);
        for (i, edge) in edges.iter_mut().enumerate() {
            let one_way = || hir.lidl.procedures(edge.interface).all(|p| p.oneway);
            if circle.contains(&i) && (!one_way_only || one_way()) {
                edge.transport = Transport::OwnLane;
            }
        }
    }
}

/// Indices of direct edges inside a strongly connected component.
fn on_cycles(edges: &[Edge]) -> BTreeSet<usize> {
    let mut graph = petgraph::graph::DiGraph::<InstanceId, usize>::new();
    let mut nodes = BTreeMap::new();
    for (i, e) in edges.iter().enumerate().filter(|(_, e)| e.transport == Transport::Direct) {
        let a = *nodes.entry(e.from).or_insert_with(|| graph.add_node(e.from));
        let b = *nodes.entry(e.to).or_insert_with(|| graph.add_node(e.to));
        graph.add_edge(a, b, i);
    }
    let mut component = vec![0; graph.node_count()];
    for (c, members) in petgraph::algo::kosaraju_scc(&graph).iter().enumerate() {
        for m in members {
            component[m.index()] = c;
        }
    }
    graph
        .edge_indices()
        .filter_map(|e| graph.edge_endpoints(e).map(|ends| (e, ends)))
        .filter(|(_, (a, b))| component[a.index()] == component[b.index()])
        .map(|(e, _)| graph[e])
        .collect()
}

/// Routes for edges that leave their node: one search per callee node.
fn route(
    hir: &Deployment,
    topology: &Topology<'_>,
    edges: &mut [Edge],
    diags: &mut Diagnostics,
) -> Vec<Route> {
    let place = |i: InstanceId| hir.instances[i].placement.as_ref().map(|p| p.node);
    let mut wanted: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for e in edges.iter() {
        if let (Some(a), Some(b)) = (place(e.from), place(e.to))
            && a != b
        {
            wanted.entry(b).or_default().insert(a);
        }
    }
    let mut ways = BTreeMap::new();
    for (to, callers) in wanted {
        let distances = topology.towards(to);
        for from in callers {
            ways.insert((from, to), distances.way_from(from));
        }
    }
    let (routes, index) = number(hir, ways, diags);
    for edge in edges.iter_mut() {
        let (Some(a), Some(b)) = (place(edge.from), place(edge.to)) else { continue };
        if a == b {
            continue;
        }
        match index.get(&(a, b)) {
            Some(&i) => edge.transport = Transport::Route(i),
            None => diags.push(PlanError::unreachable(hir, edge, a, b).diagnostic(hir)),
        }
    }
    routes
}

type RouteIndex = BTreeMap<(NodeId, NodeId), usize>;

fn number(
    hir: &Deployment,
    ways: BTreeMap<(NodeId, NodeId), Option<PlannedWay>>,
    diags: &mut Diagnostics,
) -> (Vec<Route>, RouteIndex) {
    let mut ids = Ids::default();
    let mut routes = Vec::new();
    for (ends, way) in ways {
        let Some(way) = way else { continue };
        let PlannedWay { nodes, networks, hops, weight } = way;
        match ids.get(way_name(hir, &nodes, &networks)) {
            Ok(wire_id) => routes.push((ends, Route { wire_id, nodes, networks, hops, weight })),
            Err(c) => diags.push(
                PlanError::IdCollision { at: hir.nodes[ends.0].name_span, collision: c }.diagnostic(hir),
            ),
        }
    }
    routes.sort_by_key(|(_, r)| r.wire_id);
    let index = routes.iter().enumerate().map(|(i, (ends, _))| (*ends, i)).collect();
    (routes.into_iter().map(|(_, r)| r).collect(), index)
}

/// `a>net>b`, the name that a route's id is a hash of.
fn way_name(hir: &Deployment, nodes: &[NodeId], networks: &[crate::hir::NetworkId]) -> String {
    let name = |n: &Name| n.to_string();
    let mut out = nodes.first().map(|n| name(&hir.nodes[*n].name)).unwrap_or_default();
    for (net, node) in networks.iter().zip(nodes.iter().skip(1)) {
        out.push('>');
        out.push_str(&name(&hir.networks[*net].name));
        out.push('>');
        out.push_str(&name(&hir.nodes[*node].name));
    }
    debug_assert!(nodes.iter().all(|n| n.index() < hir.nodes.len()));
    out
}
