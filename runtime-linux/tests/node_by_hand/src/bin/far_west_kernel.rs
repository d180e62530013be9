//! The kernel program of node `far_west`, in the shape that `ambc` generates: its one group calls a node two networks away.
#![recursion_limit = "128"]

use ambc_kernel::LaneSpec;
use ambc_kernel::net::{Hop, Iface, LinkSize, NetTable, OutEdge, Peer, Route};
use ambc_linux::Refused;
use ambc_linux::node::{self, Host};
use ambc_linux::spec::{NodeGroup, NodeLane, NodeSpec, Policy, Side};
use std::process::ExitCode;

static NODE: NodeSpec = NodeSpec {
    name: "far_west",
    groups: &[NodeGroup {
        name: "ping",
        instances: &["pinger"],
        memory: 0,
        restart: Policy::DEFAULT,
        nice: 0,
    }],
    lanes: &[NodeLane {
        name: "pinger.keeper -> keeper",
        spec: LaneSpec { slots: 16, small: 64, bulk: 0, bulk_bytes: 0 },
        caller: Side::Group(0),
        callee: Side::Net("far_east"),
    }],
    timers: 0,
    watchdog: 0,
    net: NetTable {
        node: 0x77,
        name: "far_west",
        ifaces: &[Iface { name: "lan", mtu: 1400, latency_us: 100 }],
        peers: &[Peer { iface: 0, node: 0x1d, link: LinkSize::roomy(64) }],
        routes: &[Route { id: 5, hops: 2, latency_us: 100, toward: Hop::Peer(0), back: Hop::Here }],
        outs: &[OutEdge { edge: 20, route: 0, lane: 0, slots: 16, request: 64 }],
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
