//! The kernel program of node `middle`, in the shape that `ambc` generates: it serves nothing and relays between two networks.
#![recursion_limit = "128"]

use ambc_kernel::net::{Hop, Iface, LinkSize, NetTable, Peer, Route};
use ambc_linux::Refused;
use ambc_linux::node::{self, Host};
use ambc_linux::spec::NodeSpec;
use std::process::ExitCode;

static NODE: NodeSpec = NodeSpec {
    name: "middle",
    groups: &[],
    lanes: &[],
    timers: 0,
    watchdog: 0,
    net: NetTable {
        node: 0x1d,
        name: "middle",
        ifaces: &[
            Iface { name: "lan", mtu: 1400, latency_us: 100 },
            Iface { name: "wan", mtu: 1400, latency_us: 100 },
        ],
        peers: &[
            Peer { iface: 0, node: 0x77, link: LinkSize::roomy(64) },
            Peer { iface: 1, node: 0xea, link: LinkSize::roomy(64) },
        ],
        routes: &[Route { id: 5, hops: 2, latency_us: 200, toward: Hop::Peer(1), back: Hop::Peer(0) }],
        outs: &[],
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
