//! The program of user group `keep` of node `arena`, in the shape that `ambc` generates.
#![recursion_limit = "256"]

use ambc_kernel::{Handle, Kids, LaneSpec, Request, Serve, Server, WakeMask, instance, kids_bytes};
use ambc_linux::group::{self, Host};
use ambc_linux::spec::{End, GroupLane, GroupSpec, Peer};
use ambc_linux::{Refused, scratch};
use node_by_hand::keeper::Keeper;
use node_by_hand::store;
use std::process::ExitCode;

const LANE: LaneSpec = LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 };

static GROUP: GroupSpec = GroupSpec {
    name: "keep",
    lanes: &[
        GroupLane { name: "neighbour.keeper", spec: LANE, end: End::Callee, peer: Peer::Group(0) },
        GroupLane { name: "villain.keeper", spec: LANE, end: End::Callee, peer: Peer::Group(2) },
    ],
    timers: 16,
};

instance!(keeper: Keeper);
instance!(__ambc_server_0: Server);
instance!(__ambc_server_1: Server);

static WAKE_KEEPER: WakeMask = WakeMask::new();
static KIDS_KEEPER: Kids<{ kids_bytes(serve_keeper, 16) }> = Kids::new();

fn serve_keeper(instance: Handle<keeper>, request: Request<'static>) -> impl Future<Output = ()> {
    store::dispatch(Handle::get(instance), request)
}

fn main() -> ExitCode {
    group::run(&GROUP, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let made = ambc_kernel::made!(Keeper::new(ctx)).map_err(|e| Refused::new("keeper", e))?;
    let keeper = Handle::<keeper>::init(|| made);
    let scratch_keeper = scratch(2, 100_032, 16);
    let server_0 = Handle::<__ambc_server_0>::init(|| host.server(0, Some(scratch_keeper)));
    let server_1 = Handle::<__ambc_server_1>::init(|| host.server(1, Some(scratch_keeper)));
    let lanes_keeper = [Handle::get(server_0), Handle::get(server_1)];
    let mut pool_keeper =
        Serve::new(KIDS_KEEPER.take(serve_keeper, 16), &lanes_keeper, ctx, &WAKE_KEEPER, move |r| {
            serve_keeper(keeper, r)
        });
    Ok(host.serve(&[], &[Handle::get(server_0), Handle::get(server_1)], &mut [&mut pool_keeper], async {
        ambc_kernel::stop!(Handle::get(keeper)).await;
    }))
}
