//! Routes against brute force: on small random graphs, every simple way is enumerated and the best one compared.

use super::route::Topology;
use super::unreachable::obstacles;
use crate::hir::{Deployment, Id, Link, Name, Network, NetworkId, NetworkKind, Node, NodeId};
use ambc_diag::{FileId, Span, Spanned};
use proptest::prelude::{Strategy, any};
use proptest::{collection, prop_assert, prop_assert_eq, proptest};

const NOWHERE: Span = Span::new(FileId(0), 0, 0);

#[derive(Clone, Debug)]
struct Graph {
    /// Name and whether it relays.
    nodes: Vec<(String, bool)>,
    /// Name, cost, hub.
    networks: Vec<(String, u64, Option<usize>)>,
    /// Node, network, import, export, cost.
    links: Vec<(usize, usize, bool, bool, u64)>,
}

fn graphs() -> impl Strategy<Value = Graph> {
    (2usize..6, 1usize..5).prop_flat_map(|(n, m)| {
        let nodes = collection::vec(("[ab]{1,2}", any::<bool>()), n);
        let networks = collection::vec(("[xy]{1,2}", 0u64..3, proptest::option::weighted(0.3, 0..n)), m);
        let links = collection::vec((0..n, 0..m, any::<bool>(), any::<bool>(), 0u64..3), 0..12);
        (nodes, networks, links).prop_map(|(nodes, networks, links)| Graph { nodes, networks, links })
    })
}

/// Names are made unique by an index, which also tests the order of indices.
fn deployment(g: &Graph) -> Deployment {
    let mut hir = Deployment::empty("test", NOWHERE);
    for (i, (name, relay)) in g.nodes.iter().enumerate() {
        let links = g.links.iter().filter(|l| l.0 == i).map(|l| link(l.1, l.2, l.3, l.4)).collect();
        hir.nodes.push(Node {
            name: Name::element(name, i as u32),
            name_span: NOWHERE,
            span: NOWHERE,
            platform: None,
            links,
            offers: vec![],
            relay: *relay,
            battery: None,
            watchdog: None,
            broken: false,
        });
    }
    for (i, (name, cost, hub)) in g.networks.iter().enumerate() {
        hir.networks.push(Network {
            name: Name::element(name, i as u32),
            name_span: NOWHERE,
            span: NOWHERE,
            kind: NetworkKind::Udp,
            cost: *cost,
            latency: None,
            bandwidth: None,
            mtu: 1400,
            mtu_span: None,
            loss: None,
            energy: None,
            encrypted: false,
            trusted: false,
            hub: hub.map(|h| Spanned::new(NodeId::new(h), NOWHERE)),
            broken: false,
        });
    }
    hir
}

fn link(network: usize, import: bool, export: bool, cost: u64) -> Link {
    Link {
        network: Some(NetworkId::new(network)),
        network_span: NOWHERE,
        address: None,
        device: None,
        import,
        export,
        cost,
        port: 7411,
        port_span: None,
        bind: None,
        gateway: None,
        baud: None,
        mtu: None,
        span: NOWHERE,
        broken: false,
    }
}

type Key = (u64, usize, Vec<Name>);

/// Every way that visits no node twice, by brute force; the least by cost, networks, names.
fn best(hir: &Deployment, from: usize, to: usize) -> Option<Key> {
    let mut all = Vec::new();
    walk(hir, to, &mut vec![from], &mut vec![], 0, &mut all);
    all.into_iter().min()
}

fn walk(
    hir: &Deployment,
    to: usize,
    nodes: &mut Vec<usize>,
    nets: &mut Vec<usize>,
    cost: u64,
    all: &mut Vec<Key>,
) {
    let at = nodes[nodes.len() - 1];
    if at == to {
        let mut names = vec![hir.nodes[NodeId::new(nodes[0])].name.clone()];
        for (net, node) in nets.iter().zip(&nodes[1..]) {
            names.push(hir.networks[NetworkId::new(*net)].name.clone());
            names.push(hir.nodes[NodeId::new(*node)].name.clone());
        }
        all.push((cost, nets.len(), names));
        return;
    }
    if nodes.len() > 1 && !hir.nodes[NodeId::new(at)].relay {
        return;
    }
    for out in hir.nodes[NodeId::new(at)].links.iter().filter(|l| l.import) {
        let net = out.network.unwrap();
        let seen = nodes.clone();
        for (next, node) in hir.nodes.iter().filter(|(n, _)| !seen.contains(&n.index())) {
            let hub = hir.networks[net].hub.map(|h| h.value.index());
            if hub.is_some_and(|h| h != at && h != next.index()) {
                continue;
            }
            for into in node.links.iter().filter(|l| l.export && l.network == Some(net)) {
                nodes.push(next.index());
                nets.push(net.index());
                walk(hir, to, nodes, nets, cost + out.cost + hir.networks[net].cost + into.cost, all);
                nodes.pop();
                nets.pop();
            }
        }
    }
}

proptest! {
    #[test]
    fn the_best_way_is_that_of_brute_force(g in graphs()) {
        let hir = deployment(&g);
        let topology = Topology::new(&hir);
        for to in 0..g.nodes.len() {
            let distances = topology.towards(NodeId::new(to));
            for from in (0..g.nodes.len()).filter(|f| *f != to) {
                let way = distances.way_from(NodeId::new(from));
                let got = way.as_ref().map(|w| {
                    let mut names = vec![hir.nodes[w.nodes[0]].name.clone()];
                    for (net, node) in w.networks.iter().zip(&w.nodes[1..]) {
                        names.push(hir.networks[*net].name.clone());
                        names.push(hir.nodes[*node].name.clone());
                    }
                    (w.weight, w.networks.len(), names)
                });
                prop_assert_eq!(got, best(&hir, from, to));
                if let Some(way) = way {
                    for (i, hop) in way.hops.iter().enumerate() {
                        let out = &hir.nodes[way.nodes[i]].links[hop.out_link];
                        let into = &hir.nodes[way.nodes[i + 1]].links[hop.in_link];
                        prop_assert!(out.import && out.network == Some(way.networks[i]));
                        prop_assert!(into.export && into.network == Some(way.networks[i]));
                    }
                }
            }
        }
    }

    /// What closes a way is named exactly where there is none.
    #[test]
    fn obstacles_are_found_where_there_is_no_way(g in graphs()) {
        let hir = deployment(&g);
        let topology = Topology::new(&hir);
        for to in 0..g.nodes.len() {
            let distances = topology.towards(NodeId::new(to));
            for from in (0..g.nodes.len()).filter(|f| *f != to) {
                let found = obstacles(&hir, NodeId::new(from), NodeId::new(to));
                let reachable = distances.way_from(NodeId::new(from)).is_some();
                prop_assert_eq!(reachable, found == Some(vec![]));
            }
        }
    }
}
