//! The kernel program of node `pit`, in the shape that `ambc` generates.
#![recursion_limit = "256"]

use ambc_kernel::net::NetTable;
use ambc_kernel::{Handle, Kids, LaneSpec, Request, Serve, Server, WakeMask, instance, kids_bytes};
use ambc_linux::node::{self, Host};
use ambc_linux::spec::{NodeGroup, NodeLane, NodeSpec, Policy, Side};
use ambc_linux::{Refused, scratch};
use node_by_hand::keeper::Keeper;
use node_by_hand::store;
use std::process::ExitCode;

static NODE: NodeSpec = NodeSpec {
    name: "pit",
    groups: &[
        NodeGroup { name: "load", instances: &["loader"], memory: 0, restart: Policy::DEFAULT, nice: 0 },
        NodeGroup { name: "keep", instances: &["keeper"], memory: 0, restart: Policy::DEFAULT, nice: 0 },
    ],
    lanes: &[
        NodeLane {
            name: "loader.keeper -> keeper",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            caller: Side::Group(0),
            callee: Side::Group(1),
        },
        NodeLane {
            name: "loader.tally -> tally",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
    ],
    timers: 16,
    watchdog: 0,
    net: NetTable::EMPTY,
};

instance!(tally: Keeper);
instance!(__ambc_server_1: Server);

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
    let server_1 = Handle::<__ambc_server_1>::init(|| host.server(1, Some(scratch(2, 100_032, 16))));
    let lanes_tally = [Handle::get(server_1)];
    let mut pool_tally =
        Serve::new(KIDS_TALLY.take(serve_tally, 16), &lanes_tally, ctx, &WAKE_TALLY, move |r| {
            serve_tally(tally, r)
        });
    Ok(host.serve(&[], &[Handle::get(server_1)], &mut [&mut pool_tally], async {
        ambc_kernel::stop!(Handle::get(tally)).await;
    }))
}
