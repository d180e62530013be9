//! The kernel program of node `west`, in the shape that `ambc` generates: its one group calls another node.
#![recursion_limit = "128"]

use ambc_kernel::LaneSpec;
use ambc_kernel::net::{Hop, Iface, LinkSize, NetTable, OutEdge, Peer, Route};
use ambc_linux::Refused;
use ambc_linux::node::{self, Host};
use ambc_linux::spec::{NodeGroup, NodeLane, NodeSpec, Policy, Side};
use std::process::ExitCode;

static NODE: NodeSpec = NodeSpec {
    name: "west",
    groups: &[NodeGroup { name: "ask", instances: &["asker"], memory: 0, restart: Policy::DEFAULT, nice: 0 }],
    lanes: &[
        NodeLane {
            name: "asker.keeper -> keeper",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            caller: Side::Group(0),
            callee: Side::Net("east"),
        },
        NodeLane {
            name: "asker.tally -> tally",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            caller: Side::Group(0),
            callee: Side::Net("east"),
        },
    ],
    timers: 0,
    watchdog: 0,
    net: NetTable {
        node: 0x77,
        name: "west",
        ifaces: &[Iface { name: "lan", mtu: 1400, latency_us: 100 }],
        peers: &[Peer { iface: 0, node: 0xea, link: LinkSize::roomy(100_032) }],
        routes: &[Route { id: 5, hops: 1, latency_us: 100, toward: Hop::Peer(0), back: Hop::Here }],
        outs: &[
            OutEdge { edge: 10, route: 0, lane: 0, slots: 16, request: 100_032 },
            OutEdge { edge: 11, route: 0, lane: 1, slots: 16, request: 100_032 },
        ],
        ins: &[],
        exports: &[],
    },
};

fn main() -> ExitCode {
    node::run(&NODE, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    Ok(host.serve(&[], &[], &mut [], async {}))
}
