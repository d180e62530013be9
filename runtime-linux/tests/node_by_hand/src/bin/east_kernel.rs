//! The kernel program of node `east`, in the shape that `ambc` generates.
#![recursion_limit = "256"]

use ambc_kernel::net::{Hop, Iface, InEdge, Ingress, LinkSize, NetTable, Peer, Route};
use ambc_kernel::{Handle, Kids, LaneSpec, Request, Serve, Server, WakeMask, instance, kids_bytes};
use ambc_linux::node::{self, Host};
use ambc_linux::spec::{NodeGroup, NodeLane, NodeSpec, Policy, Side};
use ambc_linux::{Refused, scratch};
use node_by_hand::keeper::Keeper;
use node_by_hand::store;
use std::process::ExitCode;

const LANE: LaneSpec = LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 };

static NODE: NodeSpec = NodeSpec {
    name: "east",
    groups: &[NodeGroup {
        name: "keep",
        instances: &["keeper"],
        memory: 0,
        restart: Policy::DEFAULT,
        nice: 0,
    }],
    lanes: &[
        NodeLane {
            name: "asker.keeper -> keeper",
            spec: LANE,
            caller: Side::Net("west"),
            callee: Side::Group(0),
        },
        NodeLane {
            name: "asker.tally -> tally",
            spec: LANE,
            caller: Side::Net("west"),
            callee: Side::Kernel,
        },
        NodeLane { name: "export tally", spec: LANE, caller: Side::Net("outside"), callee: Side::Kernel },
    ],
    timers: 16,
    watchdog: 0,
    net: NetTable {
        node: 0xea,
        name: "east",
        ifaces: &[Iface { name: "lan", mtu: 1400, latency_us: 100 }],
        peers: &[Peer { iface: 0, node: 0x77, link: LinkSize::roomy(100_032) }],
        routes: &[Route { id: 5, hops: 1, latency_us: 100, toward: Hop::Here, back: Hop::Peer(0) }],
        outs: &[],
        ins: &[
            InEdge { edge: 10, route: 0, lane: 0, slots: 16, reply: 64 },
            InEdge { edge: 11, route: 0, lane: 1, slots: 16, reply: 64 },
        ],
        exports: &[Ingress {
            id: 77,
            lane: 2,
            clients: 4,
            slots: 16,
            reply: 64,
            mtu: 1400,
            link: LinkSize::roomy(100_032),
        }],
    },
};

instance!(tally: Keeper);
instance!(__ambc_server_1: Server);
instance!(__ambc_server_2: Server);

static WAKE_TALLY: WakeMask = WakeMask::new();
static KIDS_TALLY: Kids<{ kids_bytes(serve_tally, 16) }> = Kids::new();

fn serve_tally(instance: Handle<tally>, request: Request<'static>) -> impl Future<Output = ()> {
    store::dispatch(Handle::get(instance), request)
}

fn main() -> ExitCode {
    node::run(&NODE, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let made = ambc_kernel::made!(Keeper::new(ctx)).map_err(|e| Refused::new("tally", e))?;
    let tally = Handle::<tally>::init(|| made);
    let scratch_tally = scratch(2, 100_032, 16);
    let server_1 = Handle::<__ambc_server_1>::init(|| host.server(1, Some(scratch_tally)));
    let server_2 = Handle::<__ambc_server_2>::init(|| host.server(2, Some(scratch_tally)));
    let lanes_tally = [Handle::get(server_1), Handle::get(server_2)];
    let mut pool_tally =
        Serve::new(KIDS_TALLY.take(serve_tally, 16), &lanes_tally, ctx, &WAKE_TALLY, move |r| {
            serve_tally(tally, r)
        });
    Ok(host.serve(&[], &[Handle::get(server_1), Handle::get(server_2)], &mut [&mut pool_tally], async {
        ambc_kernel::stop!(Handle::get(tally)).await;
    }))
}
