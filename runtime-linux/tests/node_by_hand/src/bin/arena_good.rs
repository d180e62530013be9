//! The program of user group `good` of node `arena`, in the shape that `ambc` generates.
#![recursion_limit = "256"]

use ambc_kernel::{Caller, Handle, LaneSpec, Run, Task, WakeMask, instance};
use ambc_linux::Refused;
use ambc_linux::group::{self, Host};
use ambc_linux::spec::{End, GroupLane, GroupSpec, Peer};
use core::pin::pin;
use node_by_hand::store::StoreClient;
use std::process::ExitCode;

const LANE: LaneSpec = LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 };

static GROUP: GroupSpec = GroupSpec {
    name: "good",
    lanes: &[
        GroupLane { name: "neighbour.keeper", spec: LANE, end: End::Caller, peer: Peer::Group(1) },
        GroupLane { name: "neighbour.tally", spec: LANE, end: End::Caller, peer: Peer::Node },
        GroupLane { name: "neighbour.villain", spec: LANE, end: End::Caller, peer: Peer::Group(2) },
    ],
    timers: 1,
};

type Neighbour = ::node_by_hand::neighbour::Neighbour<
    StoreClient<Handle<__ambc_caller_0>>,
    StoreClient<Handle<__ambc_caller_1>>,
    StoreClient<Handle<__ambc_caller_2>>,
>;

instance!(neighbour: Neighbour);
instance!(__ambc_caller_0: Caller<'static>);
instance!(__ambc_caller_1: Caller<'static>);
instance!(__ambc_caller_2: Caller<'static>);

static RUN_NEIGHBOUR: WakeMask = WakeMask::new();

fn main() -> ExitCode {
    group::run(&GROUP, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let caller_0 = Handle::<__ambc_caller_0>::init(|| host.caller(0));
    let caller_1 = Handle::<__ambc_caller_1>::init(|| host.caller(1));
    let caller_2 = Handle::<__ambc_caller_2>::init(|| host.caller(2).with_timeout(20_000));
    let made =
        ambc_kernel::made!(::node_by_hand::neighbour::Neighbour::new(::node_by_hand::neighbour::Needs {
            keeper: StoreClient(caller_0),
            tally: StoreClient(caller_1),
            villain: StoreClient(caller_2),
        },))
        .map_err(|e| Refused::new("neighbour", e))?;
    let neighbour = Handle::<neighbour>::init(|| made);
    let run_neighbour = pin!(Handle::get(neighbour).run());
    let mut task_neighbour =
        Task::new(run_neighbour, &RUN_NEIGHBOUR, ctx, |result| group::ran("neighbour", result));
    Ok(host.serve(
        &[Handle::get(caller_0), Handle::get(caller_1), Handle::get(caller_2)],
        &[],
        &mut [&mut task_neighbour],
        async {
            ambc_kernel::stop!(Handle::get(neighbour)).await;
        },
    ))
}
