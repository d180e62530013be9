//! The program of user group `ask` of node `west`, in the shape that `ambc` generates.
#![recursion_limit = "256"]

use ambc_kernel::{Caller, Handle, LaneSpec, Run, Task, WakeMask, instance};
use ambc_linux::Refused;
use ambc_linux::group::{self, Host};
use ambc_linux::spec::{End, GroupLane, GroupSpec, Peer};
use core::pin::pin;
use node_by_hand::store::StoreClient;
use std::process::ExitCode;

static GROUP: GroupSpec = GroupSpec {
    name: "ask",
    lanes: &[
        GroupLane {
            name: "asker.keeper -> keeper",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            end: End::Caller,
            peer: Peer::Node,
        },
        GroupLane {
            name: "asker.tally -> tally",
            spec: LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 },
            end: End::Caller,
            peer: Peer::Node,
        },
    ],
    timers: 1,
};

type Asker =
    ::node_by_hand::asker::Asker<StoreClient<Handle<__ambc_caller_0>>, StoreClient<Handle<__ambc_caller_1>>>;

instance!(asker: Asker);
instance!(__ambc_caller_0: Caller<'static>);
instance!(__ambc_caller_1: Caller<'static>);

static RUN_ASKER: WakeMask = WakeMask::new();

fn main() -> ExitCode {
    group::run(&GROUP, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let caller_0 = Handle::<__ambc_caller_0>::init(|| host.caller(0));
    let caller_1 = Handle::<__ambc_caller_1>::init(|| host.caller(1));
    let made = ambc_kernel::made!(::node_by_hand::asker::Asker::new(
        ::node_by_hand::asker::Needs { keeper: StoreClient(caller_0), tally: StoreClient(caller_1) },
        ::node_by_hand::asker::Params { rounds: 100 },
    ))
    .map_err(|e| Refused::new("asker", e))?;
    let asker = Handle::<asker>::init(|| made);
    let run_asker = pin!(Handle::get(asker).run());
    let mut task_asker = Task::new(run_asker, &RUN_ASKER, ctx, |result| group::ran("asker", result));
    Ok(host.serve(&[Handle::get(caller_0), Handle::get(caller_1)], &[], &mut [&mut task_asker], async {
        ambc_kernel::stop!(Handle::get(asker)).await;
    }))
}
