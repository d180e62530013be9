//! The program of user group `load` of node `pit`, in the shape that `ambc` generates.
#![recursion_limit = "256"]

use ambc_kernel::{Caller, Handle, LaneSpec, Run, Task, WakeMask, instance};
use ambc_linux::Refused;
use ambc_linux::group::{self, Host};
use ambc_linux::spec::{End, GroupLane, GroupSpec, Peer};
use core::pin::pin;
use node_by_hand::keeper::FOR_EVER;
use node_by_hand::store::StoreClient;
use std::process::ExitCode;

/// No call ends for want of patience, also on a loaded machine.
const FOR_EVER_US: u32 = FOR_EVER * 1000;

static GROUP: GroupSpec = GroupSpec {
    name: "load",
    lanes: &[
        GroupLane {
            name: "loader.keeper -> keeper",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            end: End::Caller,
            peer: Peer::Group(1),
        },
        GroupLane {
            name: "loader.tally -> tally",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            end: End::Caller,
            peer: Peer::Node,
        },
    ],
    timers: 1,
};

type Loader = ::node_by_hand::loader::Loader<
    StoreClient<Handle<__ambc_caller_0>>,
    StoreClient<Handle<__ambc_caller_1>>,
>;

instance!(loader: Loader);
instance!(__ambc_caller_0: Caller<'static>);
instance!(__ambc_caller_1: Caller<'static>);

static RUN_LOADER: WakeMask = WakeMask::new();

fn main() -> ExitCode {
    group::run(&GROUP, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let caller_0 = Handle::<__ambc_caller_0>::init(|| host.caller(0).with_timeout(FOR_EVER_US));
    let caller_1 = Handle::<__ambc_caller_1>::init(|| host.caller(1));
    let made = ambc_kernel::made!(::node_by_hand::loader::Loader::new(
        ::node_by_hand::loader::Needs { keeper: StoreClient(caller_0), tally: StoreClient(caller_1) },
        ::node_by_hand::loader::Params { deaths: 3 },
    ))
    .map_err(|e| Refused::new("loader", e))?;
    let loader = Handle::<loader>::init(|| made);
    let run_loader = pin!(Handle::get(loader).run());
    let mut task_loader = Task::new(run_loader, &RUN_LOADER, ctx, |result| group::ran("loader", result));
    Ok(host.serve(&[Handle::get(caller_0), Handle::get(caller_1)], &[], &mut [&mut task_loader], async {
        ambc_kernel::stop!(Handle::get(loader)).await;
    }))
}
