//! The program of user group `ping` of node `far_west`, in the shape that `ambc` generates.
#![recursion_limit = "128"]

use ambc_kernel::LaneSpec;
use ambc_linux::group::{Host, run};
use ambc_linux::prelude::*;
use ambc_linux::spec::{End, GroupLane, GroupSpec, Peer};
use node_by_hand::store::StoreClient;

static GROUP: GroupSpec = GroupSpec {
    name: "ping",
    lanes: &[GroupLane {
        name: "pinger.keeper -> keeper",
        spec: LaneSpec { slots: 16, small: 64, bulk: 0, bulk_bytes: 0 },
        end: End::Caller,
        peer: Peer::Node,
    }],
    timers: 1,
};

type Pinger = ::node_by_hand::pinger::Pinger<StoreClient<Handle<edge_keeper>>>;
instance!(edge_keeper: Caller<'static>);
instance!(pinger: Pinger);
static RUN_PINGER: WakeMask = WakeMask::new();

fn main() -> ExitCode {
    run(&GROUP, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let edge_keeper = Handle::<edge_keeper>::init(|| host.caller(0).with_timeout(500_000));
    let needs = ::node_by_hand::pinger::Needs { keeper: StoreClient(edge_keeper) };
    let instance =
        made!(::node_by_hand::pinger::Pinger::new(needs, ctx)).map_err(|e| Refused::new("pinger", e))?;
    let pinger = Handle::<pinger>::init(|| instance);
    let run_pinger = pin!(Run::run(Handle::get(pinger)));
    let mut task_pinger = Task::new(run_pinger, &RUN_PINGER, ctx, |r| ambc_linux::group::ran("pinger", r));
    Ok(host.serve(&[Handle::get(edge_keeper)], &[], &mut [&mut task_pinger], async {
        stop!(Handle::get(pinger)).await;
    }))
}
