//! Why there is no way, and what the cheapest repair would be.
//!
//! The search that found nothing is run once more over a graph in which every rule that closed a door may be broken at
//! the price of one; what the cheapest way breaks is what is missing.

use crate::hir::{Deployment, Id, Link, NetworkId, NodeId};
use std::collections::VecDeque;

/// One thing that closes the way from a node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The node's link to the network says only `export`.
    MayNotSend { node: NodeId, network: NetworkId, link: usize },
    /// The node's link to the network says only `import`.
    MayNotServe { node: NodeId, network: NetworkId, link: usize },
    /// `relay off;`
    DoesNotRelay { node: NodeId },
    /// Two leaves of a star whose hub does not relay, or that would have to reach each other without it.
    LeavesOfStar { from: NodeId, to: NodeId, network: NetworkId },
}

/// The fewest obstacles on any chain of networks from `from` to `to`; `None` if no chain of networks connects them.
pub(crate) fn obstacles(hir: &Deployment, from: NodeId, to: NodeId) -> Option<Vec<Obstacle>> {
    let mut search = Search::new(hir, to);
    search.run(from);
    search.cost[to.index()].map(|_| search.trail(from, to))
}

struct Search<'a> {
    hir: &'a Deployment,
    to: NodeId,
    cost: Vec<Option<usize>>,
    came: Vec<Option<(NodeId, Vec<Obstacle>)>>,
    members: Vec<Vec<(NodeId, usize)>>,
}

impl<'a> Search<'a> {
    fn new(hir: &'a Deployment, to: NodeId) -> Self {
        let mut members = vec![Vec::new(); hir.networks.len()];
        for (node, n) in hir.nodes.iter() {
            for (i, link) in n.links.iter().enumerate() {
                if let Some(net) = link.network {
                    members[net.index()].push((node, i));
                }
            }
        }
        Self { hir, to, cost: vec![None; hir.nodes.len()], came: vec![None; hir.nodes.len()], members }
    }

    /// Breadth first by number of obstacles: a bucket queue, as a step costs 0 to 4.
    fn run(&mut self, from: NodeId) {
        self.cost[from.index()] = Some(0);
        let mut buckets = vec![VecDeque::from([from])];
        let mut at = 0;
        while at < buckets.len() {
            while let Some(node) = buckets[at].pop_front() {
                if self.cost[node.index()] == Some(at) {
                    self.visit(node, at, &mut buckets);
                }
            }
            at += 1;
        }
    }

    fn visit(&mut self, node: NodeId, at: usize, buckets: &mut Vec<VecDeque<NodeId>>) {
        for (out, link) in self.hir.nodes[node].links.iter().enumerate() {
            let Some(net) = link.network else { continue };
            for i in 0..self.members[net.index()].len() {
                let (next, into) = self.members[net.index()][i];
                if next == node {
                    continue;
                }
                let broken = self.step((node, out), (next, into), net);
                let cost = at + broken.len();
                if self.cost[next.index()].is_none_or(|c| cost < c) {
                    self.cost[next.index()] = Some(cost);
                    self.came[next.index()] = Some((node, broken));
                    if buckets.len() <= cost {
                        buckets.resize_with(cost + 1, VecDeque::new);
                    }
                    buckets[cost].push_back(next);
                }
            }
        }
    }

    fn step(
        &self,
        (node, out): (NodeId, usize),
        (next, into): (NodeId, usize),
        network: NetworkId,
    ) -> Vec<Obstacle> {
        let mut broken = Vec::new();
        let any = |n: NodeId, may: fn(&Link) -> bool| {
            self.hir.nodes[n].links.iter().any(|l| l.network == Some(network) && may(l))
        };
        if !any(node, |l| l.import) {
            broken.push(Obstacle::MayNotSend { node, network, link: out });
        }
        if !any(next, |l| l.export) {
            broken.push(Obstacle::MayNotServe { node: next, network, link: into });
        }
        if let Some(hub) = self.hir.networks[network].hub
            && hub.value != node
            && hub.value != next
        {
            broken.push(Obstacle::LeavesOfStar { from: node, to: next, network });
        }
        if next != self.to && !self.hir.nodes[next].relay {
            broken.push(Obstacle::DoesNotRelay { node: next });
        }
        broken
    }

    fn trail(&self, from: NodeId, to: NodeId) -> Vec<Obstacle> {
        let mut steps = Vec::new();
        let mut at = to;
        while at != from {
            let Some((before, broken)) = &self.came[at.index()] else { break };
            steps.push(broken.clone());
            at = *before;
        }
        steps.into_iter().rev().flatten().collect()
    }
}
