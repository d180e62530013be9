//! The kernel program of node `ward`: three idle groups, each kept up in another way.

use ambc_kernel::net::NetTable;
use ambc_linux::node::run;
use ambc_linux::spec::{NodeGroup, NodeSpec, Policy, Then};
use std::process::ExitCode;

const SOON: Policy = Policy::DEFAULT.backoff(10_000_000, 20_000_000);
const HOUR: u64 = 3_600_000_000_000;

static NODE: NodeSpec = NodeSpec {
    name: "ward",
    groups: &[
        NodeGroup {
            name: "spare",
            instances: &["patient"],
            memory: 0,
            restart: SOON.limit(1, HOUR, Then::Stop),
            nice: 0,
        },
        NodeGroup {
            name: "vital",
            instances: &["patient"],
            memory: 0,
            restart: SOON.limit(2, HOUR, Then::Reboot),
            nice: 3,
        },
        NodeGroup { name: "watched", instances: &["patient"], memory: 0, restart: SOON, nice: 19 },
    ],
    lanes: &[],
    timers: 0,
    watchdog: 500_000_000,
    net: NetTable::EMPTY,
};

fn main() -> ExitCode {
    run(&NODE, |host| Ok(host.serve(&[], &[], &mut [], async {})))
}
