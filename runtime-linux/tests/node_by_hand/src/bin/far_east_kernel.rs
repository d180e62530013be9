//! The kernel program of node `far_east`, in the shape that `ambc` generates: its one instance is called from two networks away.
#![recursion_limit = "128"]

use ambc_kernel::LaneSpec;
use ambc_kernel::net::{Hop, Iface, InEdge, LinkSize, NetTable, Peer, Route};
use ambc_linux::node::{Host, run};
use ambc_linux::prelude::*;
use ambc_linux::spec::{NodeLane, NodeSpec, Side};
use node_by_hand::keeper::Keeper;
use node_by_hand::store;

static NODE: NodeSpec = NodeSpec {
    name: "far_east",
    groups: &[],
    lanes: &[NodeLane {
        name: "pinger.keeper -> keeper",
        spec: LaneSpec { slots: 16, small: 64, bulk: 0, bulk_bytes: 0 },
        caller: Side::Net("far_west"),
        callee: Side::Kernel,
    }],
    timers: 16,
    watchdog: 0,
    net: NetTable {
        node: 0xea,
        name: "far_east",
        ifaces: &[Iface { name: "wan", mtu: 1400, latency_us: 100 }],
        peers: &[Peer { iface: 0, node: 0x1d, link: LinkSize::roomy(64) }],
        routes: &[Route { id: 5, hops: 2, latency_us: 200, toward: Hop::Here, back: Hop::Peer(0) }],
        outs: &[],
        ins: &[InEdge { edge: 20, route: 0, lane: 0, slots: 16, reply: 64 }],
        exports: &[],
    },
};

instance!(keeper: Keeper);
instance!(__ambc_server_0: Server);
static WAKE_KEEPER: WakeMask = WakeMask::new();
static KIDS_KEEPER: Kids<{ kids_bytes(serve_keeper, 16) }> = Kids::new();

fn serve_keeper(instance: Handle<keeper>, request: Request<'static>) -> impl Future<Output = ()> {
    store::dispatch(Handle::get(instance), request)
}

fn main() -> ExitCode {
    run(&NODE, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let made = made!(Keeper::new(ctx)).map_err(|e| Refused::new("keeper", e))?;
    let keeper = Handle::<keeper>::init(|| made);
    let server_0 = Handle::<__ambc_server_0>::init(|| host.server(0, None));
    let lanes = [Handle::get(server_0)];
    let mut pool = Serve::new(KIDS_KEEPER.take(serve_keeper, 16), &lanes, ctx, &WAKE_KEEPER, move |r| {
        serve_keeper(keeper, r)
    });
    Ok(host.serve(&[], &lanes, &mut [&mut pool], async {
        stop!(Handle::get(keeper)).await;
    }))
}
