//! Tables of small clusters.
use crate::{keep, keep_slice};
use ambc_kernel::net::{
    Arrival, Call, Flight, Group, Hop, Iface, InEdge, Ingress, Link, LinkSize, NetTable, OutEdge, OutState,
    Peer, PeerAddr, Record, Route, Storage, Unit,
};

/// What all links and edges of a simulated cluster have in common.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Of every network.
    pub mtu: u32,
    /// Declared for every network.
    pub latency_us: u32,
    /// Of every edge.
    pub slots: u16,
    /// Largest arguments and results.
    pub payload: u32,
    /// Room of every link.
    pub link: LinkSize,
}

/// The address of node `node` on its link to node `to`.
#[must_use]
pub fn addr(node: usize, to: usize) -> PeerAddr {
    PeerAddr::from(std::net::SocketAddr::from(([10, 0, node as u8, to as u8], 7411)))
}

/// The address of the export socket of a node.
#[must_use]
pub fn export_addr(node: usize) -> PeerAddr {
    PeerAddr::from(std::net::SocketAddr::from(([10, 1, node as u8, 0], 80)))
}

/// The address of a client.
#[must_use]
pub fn client_addr(client: usize) -> PeerAddr {
    PeerAddr::from(std::net::SocketAddr::from(([10, 2, 0, 0], 1000 + client as u16)))
}

/// The tables of nodes `0..nodes`. Each path is a route with one edge from its first to its last node; out lanes and in
/// lanes are numbered in the order of the paths. Node ids are `100 + i`, route ids `200 + i`, edge ids `300 + i`.
#[must_use]
pub fn tables(
    nodes: usize,
    paths: &[&[usize]],
    shape: &Shape,
    exports: &[(usize, Ingress)],
) -> Vec<NetTable<'static>> {
    (0..nodes).map(|node| table(node, paths, shape, exports)).collect()
}

fn table(node: usize, paths: &[&[usize]], shape: &Shape, exports: &[(usize, Ingress)]) -> NetTable<'static> {
    let neighbours = neighbours(node, paths);
    let peer =
        |n: usize| Hop::Peer(neighbours.iter().position(|m| *m == n).expect("paths are symmetric") as u16);
    let (mut routes, mut outs, mut ins) = (vec![], vec![], vec![]);
    for (i, path) in paths.iter().enumerate() {
        let Some(at) = path.iter().position(|n| *n == node) else { continue };
        let route = routes.len() as u16;
        let hops = path.len() as u8 - 1;
        routes.push(Route {
            id: 200 + i as u32,
            hops,
            latency_us: u32::from(hops) * shape.latency_us,
            toward: path.get(at + 1).map_or(Hop::Here, |n| peer(*n)),
            back: if at == 0 { Hop::Here } else { peer(path[at - 1]) },
        });
        let (edge, slots) = (300 + i as u32, shape.slots);
        if at == 0 {
            outs.push(OutEdge { edge, route, lane: outs.len() as u16, slots, request: shape.payload });
        }
        if at + 1 == path.len() {
            ins.push(InEdge { edge, route, lane: ins.len() as u16, slots, reply: shape.payload });
        }
    }
    let exports: Vec<Ingress> = exports.iter().filter(|e| e.0 == node).map(|e| e.1).collect();
    let ifaces =
        neighbours.iter().map(|_| Iface { name: "net", mtu: shape.mtu, latency_us: shape.latency_us });
    let peers = neighbours.iter().enumerate();
    let peers = peers.map(|(i, n)| Peer { iface: i as u16, node: 100 + *n as u32, link: shape.link });
    NetTable {
        node: 100 + node as u32,
        name: "node",
        ifaces: keep_slice(ifaces.collect()),
        peers: keep_slice(peers.collect()),
        routes: keep_slice(routes),
        outs: keep_slice(outs),
        ins: keep_slice(ins),
        exports: keep_slice(exports),
    }
}

/// The nodes next to `node` on any path, in ascending order: its interfaces and peers.
pub(super) fn neighbours(node: usize, paths: &[&[usize]]) -> Vec<usize> {
    let mut all: Vec<usize> = paths
        .iter()
        .flat_map(|p| p.windows(2))
        .filter_map(|w| match (w[0] == node, w[1] == node) {
            (true, false) => Some(w[1]),
            (false, true) => Some(w[0]),
            (true, true) | (false, false) => None,
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Memory for a table, kept for the rest of the process.
#[must_use]
pub fn storage(table: &NetTable<'_>) -> Storage<'static> {
    let s = table.sizes();
    Storage {
        links: keep_slice(vec![Link::default(); s.links]),
        flights: keep_slice(vec![Flight::default(); s.flights]),
        units: keep_slice(vec![Unit::default(); s.units]),
        arrivals: keep_slice(vec![Arrival::default(); s.arrivals]),
        controls: keep_slice(vec![[0; 40]; s.controls]),
        outs: keep_slice(vec![OutState::default(); s.outs]),
        calls: keep_slice(vec![Call::default(); s.calls]),
        groups: keep_slice(vec![Group::default(); s.groups]),
        records: keep_slice(vec![Record::default(); s.records]),
        words: keep_slice(vec![0; s.words]),
        bytes: keep_slice(vec![0; s.bytes]),
    }
}

/// A table kept for the rest of the process.
pub(super) fn kept(table: NetTable<'static>) -> &'static NetTable<'static> {
    keep(table)
}
