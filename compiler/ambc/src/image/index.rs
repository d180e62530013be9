//! The plan by node and by instance, made once, so that lowering a node costs what the node holds, however large the fleet.

use super::Target;
use super::lacks::lacks;
use super::lanes::sizes;
use crate::hir::{BuiltFor, Deployment, Id, InstanceId, NodeId};
use crate::plan::{Edge, Plan, Transport};

/// Positions in the plan. Each list is in the plan's order.
#[derive(Debug)]
pub(super) struct Index<'a> {
    pub(super) hir: &'a Deployment,
    pub(super) plan: &'a Plan,
    /// Every node is built for this machine.
    built_for: BuiltFor,
    edges_at: Vec<Vec<usize>>,
    edges_from: Vec<Vec<usize>>,
    edges_to: Vec<Vec<usize>>,
    routes_at: Vec<Vec<usize>>,
    exports_at: Vec<Vec<usize>>,
    largest: Vec<Option<u64>>,
    /// For each node that would be a microcontroller's image, what its runtime has not.
    lacks: Vec<Vec<String>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(hir: &'a Deployment, plan: &'a Plan, built_for: BuiltFor) -> Self {
        let (nodes, instances) = (hir.nodes.len(), hir.instances.len());
        let mut out = Self {
            hir,
            plan,
            built_for,
            edges_at: vec![vec![]; nodes],
            edges_from: vec![vec![]; instances],
            edges_to: vec![vec![]; instances],
            routes_at: vec![vec![]; nodes],
            exports_at: vec![vec![]; nodes],
            largest: vec![None; plan.routes.len()],
            lacks: vec![vec![]; nodes],
        };
        for (i, edge) in plan.edges.iter().enumerate() {
            out.edge(i, edge);
        }
        for (i, export) in plan.exports.iter().enumerate() {
            if let Some(node) = out.node_of(hir.exports[export.export].instance) {
                out.exports_at[node.index()].push(i);
            }
        }
        // A route that no edge takes is one of an export whose ingress is elsewhere: an edge of its own kind carries it.
        for (i, route) in plan.routes.iter().enumerate().filter(|(i, _)| out.largest[*i].is_some()) {
            for node in &route.nodes {
                out.routes_at[node.index()].push(i);
            }
        }
        for node in hir.nodes.ids().filter(|n| !out.wanted(*n).is_linux()).collect::<Vec<_>>() {
            out.lacks[node.index()] = lacks(&out, node);
        }
        out
    }

    fn edge(&mut self, i: usize, edge: &Edge) {
        let (from, to) = (self.node_of(edge.from), self.node_of(edge.to));
        for node in from.into_iter().chain(to.filter(|_| to != from)) {
            self.edges_at[node.index()].push(i);
        }
        self.edges_from[edge.from.index()].push(i);
        self.edges_to[edge.to.index()].push(i);
        if let Transport::Route(r) = edge.transport {
            let (request, reply) = sizes(self.hir, edge.interface);
            self.largest[r] = Some(self.largest[r].unwrap_or(0).max(request).max(reply));
        }
    }

    fn node_of(&self, instance: InstanceId) -> Option<NodeId> {
        self.hir.instances[instance].placement.as_ref().map(|p| p.node)
    }

    /// What the programs of this node are built for.
    pub(super) fn target(&self, node: NodeId) -> Target {
        if self.lacks(node).is_empty() { self.wanted(node) } else { Target::Linux }
    }

    /// Why it is built for Linux though it is a microcontroller.
    pub(super) fn lacks(&self, node: NodeId) -> &[String] {
        &self.lacks[node.index()]
    }

    fn wanted(&self, node: NodeId) -> Target {
        let platform = self.hir.nodes[node].platform;
        Target::of(platform.map(|p| &self.hir.platforms[p]), self.built_for)
    }

    /// Edges with an end on this node.
    pub(super) fn edges_at(&self, node: NodeId) -> impl Iterator<Item = (usize, &'a Edge)> {
        self.edges(&self.edges_at[node.index()])
    }

    /// Bound dependencies of an instance.
    pub(super) fn edges_from(&self, instance: InstanceId) -> impl Iterator<Item = (usize, &'a Edge)> {
        self.edges(&self.edges_from[instance.index()])
    }

    /// Edges that an instance answers.
    pub(super) fn edges_to(&self, instance: InstanceId) -> impl Iterator<Item = (usize, &'a Edge)> {
        self.edges(&self.edges_to[instance.index()])
    }

    fn edges(&self, positions: &[usize]) -> impl Iterator<Item = (usize, &'a Edge)> {
        let plan = self.plan;
        positions.iter().map(|i| (*i, &plan.edges[*i]))
    }

    /// Routes that begin, end or pass here and that some edge takes.
    pub(super) fn routes_at(&self, node: NodeId) -> &[usize] {
        &self.routes_at[node.index()]
    }

    /// Exports whose instance is on this node.
    pub(super) fn exports_at(&self, node: NodeId) -> &[usize] {
        &self.exports_at[node.index()]
    }

    /// Largest arguments or result of any edge on a route.
    pub(super) fn largest_on(&self, route: usize) -> u64 {
        self.largest[route].unwrap_or(0)
    }
}
