//! Ways from node to node: least cost, then fewest networks, then the smallest sequence of names.
//!
//! In: nodes and networks as vertices. `node → network` where a link may import (send requests), `network → node` where
//! one may export (serve them). Out: for one destination the distance of every vertex to it, from which the best way of
//! every caller is read off.
//!
//! Algorithm: Dijkstra once per destination, backwards, over (cost, networks); the tie of names is then broken while
//! walking forward: of the neighbours that keep the optimum, take the one with the smallest name. All ways that tie have
//! the same number of vertices, so the greedy choice yields the smallest sequence.

use crate::hir::{Deployment, Id, Name, NetworkId, NodeId};
use crate::plan::{Hop, PlannedWay};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Cost and number of networks of the rest of a way.
type Distance = (u64, u32);
const UNREACHED: Distance = (u64::MAX, u32::MAX);

/// Nodes, networks and the links between them, as routing sees them.
#[derive(Debug)]
pub(crate) struct Topology<'a> {
    nodes: Vec<Vertex<'a>>,
    networks: Vec<Net<'a>>,
}

#[derive(Debug)]
struct Vertex<'a> {
    name: &'a Name,
    relay: bool,
    /// Per network, sorted by network: the cheapest link that may send and the cheapest that may serve.
    ports: Vec<Port>,
}

#[derive(Clone, Debug)]
struct Port {
    network: usize,
    /// Link index and cost.
    out: Option<(usize, u64)>,
    into: Option<(usize, u64)>,
}

#[derive(Debug)]
struct Net<'a> {
    name: &'a Name,
    cost: u64,
    hub: Option<usize>,
    /// Nodes with a link here, ascending.
    members: Vec<usize>,
}

impl<'a> Topology<'a> {
    pub(crate) fn new(hir: &'a Deployment) -> Self {
        let mut networks: Vec<_> = hir
            .networks
            .iter()
            .map(|(_, n)| Net {
                name: &n.name,
                cost: n.cost,
                hub: n.hub.map(|h| h.value.index()),
                members: vec![],
            })
            .collect();
        let nodes: Vec<_> = hir
            .nodes
            .iter()
            .map(|(_, n)| Vertex { name: &n.name, relay: n.relay, ports: ports_of(&n.links) })
            .collect();
        for (i, node) in nodes.iter().enumerate() {
            for port in &node.ports {
                networks[port.network].members.push(i);
            }
        }
        Self { nodes, networks }
    }

    /// Distances of every node to `to`, and of every network as entered by a leaf or by its hub.
    pub(crate) fn towards(&self, to: NodeId) -> Distances<'_> {
        let to = to.index();
        let mut d = Distances {
            topology: self,
            to,
            nodes: vec![UNREACHED; self.nodes.len()],
            nets: vec![[UNREACHED; 2]; self.networks.len()],
        };
        d.nodes[to] = (0, 0);
        let mut heap = BinaryHeap::from([Reverse(((0, 0), At::Node(to)))]);
        while let Some(Reverse((dist, at))) = heap.pop() {
            match at {
                At::Node(n) if dist == d.nodes[n] => self.relax_into_node(&mut d, n, dist, &mut heap),
                At::Net(n, from) if dist == d.nets[n][from] => {
                    self.relax_into_net(&mut d, n, from, dist, &mut heap)
                }
                At::Node(_) | At::Net(..) => {}
            }
        }
        d
    }

    /// Networks from which `n` can be entered. A node that does not relay is entered only as the destination.
    fn relax_into_node(&self, d: &mut Distances<'_>, n: usize, dist: Distance, heap: &mut Heap) {
        if n != d.to && !self.nodes[n].relay {
            return;
        }
        for port in &self.nodes[n].ports {
            let Some((_, cost)) = port.into else { continue };
            let next = (dist.0.saturating_add(cost), dist.1);
            for from in [LEAF, HUB] {
                if self.networks[port.network].leads(from, n) && next < d.nets[port.network][from] {
                    d.nets[port.network][from] = next;
                    heap.push(Reverse((next, At::Net(port.network, from))));
                }
            }
        }
    }

    /// Nodes that can send into the network.
    fn relax_into_net(
        &self,
        d: &mut Distances<'_>,
        net: usize,
        from: usize,
        dist: Distance,
        heap: &mut Heap,
    ) {
        for &n in &self.networks[net].members {
            if self.networks[net].entered_by(n) != from {
                continue;
            }
            let Some((_, cost)) = self.port(n, net).and_then(|p| p.out) else { continue };
            let next = (dist.0.saturating_add(cost).saturating_add(self.networks[net].cost), dist.1 + 1);
            if next < d.nodes[n] {
                d.nodes[n] = next;
                heap.push(Reverse((next, At::Node(n))));
            }
        }
    }

    fn port(&self, node: usize, network: usize) -> Option<&Port> {
        let ports = &self.nodes[node].ports;
        ports.binary_search_by_key(&network, |p| p.network).ok().map(|i| &ports[i])
    }
}

type Heap = BinaryHeap<Reverse<(Distance, At)>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Node(usize),
    /// A network, as entered by a leaf or by the hub of a star.
    Net(usize, usize),
}

const LEAF: usize = 0;
const HUB: usize = 1;

impl Net<'_> {
    fn entered_by(&self, node: usize) -> usize {
        if self.hub == Some(node) { HUB } else { LEAF }
    }

    /// In a star a leaf reaches only the hub. Without a hub everyone counts as a leaf and reaches everyone.
    fn leads(&self, from: usize, to: usize) -> bool {
        match self.hub {
            None => from == LEAF,
            Some(hub) => (from == HUB) != (to == hub),
        }
    }
}

fn ports_of(links: &[crate::hir::Link]) -> Vec<Port> {
    let mut ports: Vec<Port> = Vec::new();
    for (i, link) in links.iter().enumerate() {
        let Some(network) = link.network.map(NetworkId::index) else { continue };
        let at = ports.iter().position(|p| p.network == network).unwrap_or_else(|| {
            ports.push(Port { network, out: None, into: None });
            ports.len() - 1
        });
        let keep = |old: &mut Option<(usize, u64)>| {
            if old.is_none_or(|(_, cost)| link.cost < cost) {
                *old = Some((i, link.cost));
            }
        };
        if link.import {
            keep(&mut ports[at].out);
        }
        if link.export {
            keep(&mut ports[at].into);
        }
    }
    ports.sort_by_key(|p| p.network);
    ports
}

/// How far everything is from one destination.
#[derive(Debug)]
pub(crate) struct Distances<'t> {
    topology: &'t Topology<'t>,
    to: usize,
    nodes: Vec<Distance>,
    nets: Vec<[Distance; 2]>,
}

impl Distances<'_> {
    /// The best way from a node, or `None` if there is none.
    pub(crate) fn way_from(&self, from: NodeId) -> Option<PlannedWay> {
        let t = self.topology;
        let mut at = from.index();
        let mut way =
            PlannedWay { nodes: vec![from], networks: vec![], hops: vec![], weight: self.nodes[at].0 };
        if self.nodes[at] == UNREACHED {
            return None;
        }
        while at != self.to {
            let (port, net) = self.best_network(at);
            let next = self.best_node(net, t.networks[net].entered_by(at));
            let out_link = port.out.map_or(0, |(l, _)| l);
            let in_link = t.port(next, net).and_then(|p| p.into).map_or(0, |(l, _)| l);
            way.hops.push(Hop { out_link, in_link });
            way.networks.push(NetworkId::new(net));
            way.nodes.push(NodeId::new(next));
            at = next;
        }
        Some(way)
    }

    fn best_network(&self, at: usize) -> (&Port, usize) {
        let t = self.topology;
        let (cost, hops) = self.nodes[at];
        t.nodes[at]
            .ports
            .iter()
            .filter(|p| {
                let net = &t.networks[p.network];
                let rest = self.nets[p.network][net.entered_by(at)];
                p.out.is_some_and(|(_, c)| {
                    rest != UNREACHED
                        && (rest.0.saturating_add(c).saturating_add(net.cost), rest.1 + 1) == (cost, hops)
                })
            })
            .min_by_key(|p| t.networks[p.network].name)
            .map(|p| (p, p.network))
            .expect("a reached node has a network on its best way")
    }

    fn best_node(&self, net: usize, from: usize) -> usize {
        let t = self.topology;
        let (cost, hops) = self.nets[net][from];
        t.networks[net]
            .members
            .iter()
            .copied()
            .filter(|&n| {
                let open = n == self.to || t.nodes[n].relay;
                let rest = self.nodes[n];
                open && t.networks[net].leads(from, n)
                    && t.port(n, net).and_then(|p| p.into).is_some_and(|(_, c)| {
                        rest != UNREACHED && (rest.0.saturating_add(c), rest.1) == (cost, hops)
                    })
            })
            .min_by_key(|&n| t.nodes[n].name)
            .expect("a reached network has a node on its best way")
    }
}
