//! The program of user group `office` of node `desk`, in the shape that `ambc` generates.
#![recursion_limit = "128"]

use ambc_kernel::LaneSpec;
use ambc_linux::group::{Host, run};
use ambc_linux::prelude::*;
use ambc_linux::spec::{End, GroupLane, GroupSpec, Peer};

static GROUP: GroupSpec = GroupSpec {
    name: "office",
    lanes: &[
        GroupLane {
            name: "clerk.log",
            spec: LaneSpec { slots: 16, small: 216, bulk: 0, bulk_bytes: 0 },
            end: End::Caller,
            peer: Peer::Node,
        },
        GroupLane {
            name: "clerk.timer",
            spec: LaneSpec { slots: 16, small: 8, bulk: 0, bulk_bytes: 0 },
            end: End::Caller,
            peer: Peer::Node,
        },
        GroupLane {
            name: "clerk.clock",
            spec: LaneSpec { slots: 16, small: 8, bulk: 0, bulk_bytes: 0 },
            end: End::Caller,
            peer: Peer::Node,
        },
        GroupLane {
            name: "clerk.random",
            spec: LaneSpec { slots: 16, small: 32, bulk: 0, bulk_bytes: 0 },
            end: End::Caller,
            peer: Peer::Node,
        },
        GroupLane {
            name: "clerk.files",
            spec: LaneSpec { slots: 16, small: 256, bulk: 2, bulk_bytes: 4240 },
            end: End::Caller,
            peer: Peer::Node,
        },
        GroupLane {
            name: "clerk.storage",
            spec: LaneSpec { slots: 16, small: 256, bulk: 2, bulk_bytes: 1032 },
            end: End::Caller,
            peer: Peer::Node,
        },
    ],
    timers: 1,
};

instance!(edge_log: Caller<'static>);
instance!(edge_timer: Caller<'static>);
instance!(edge_clock: Caller<'static>);
instance!(edge_random: Caller<'static>);
instance!(edge_files: Caller<'static>);
instance!(edge_storage: Caller<'static>);

type Clerk = ::node_by_hand::clerk::Clerk<
    ::ambience::LoggerClient<Handle<edge_log>>,
    ::ambience::TimerClient<Handle<edge_timer>>,
    ::ambience::ClockClient<Handle<edge_clock>>,
    ::ambience::RandomClient<Handle<edge_random>>,
    ::ambience::FilesClient<Handle<edge_files>>,
    ::ambience::StorageClient<Handle<edge_storage>>,
>;
instance!(clerk: Clerk);
static RUN_CLERK: WakeMask = WakeMask::new();

fn main() -> ExitCode {
    run(&GROUP, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let edge_log = Handle::<edge_log>::init(|| host.caller(0).with_timeout(5_000_000));
    let edge_timer = Handle::<edge_timer>::init(|| host.caller(1).with_timeout(5_000_000));
    let edge_clock = Handle::<edge_clock>::init(|| host.caller(2).with_timeout(5_000_000));
    let edge_random = Handle::<edge_random>::init(|| host.caller(3).with_timeout(5_000_000));
    let edge_files = Handle::<edge_files>::init(|| host.caller(4).with_timeout(5_000_000));
    let edge_storage = Handle::<edge_storage>::init(|| host.caller(5).with_timeout(5_000_000));
    let needs = ::node_by_hand::clerk::Needs {
        log: ::ambience::LoggerClient(edge_log),
        timer: ::ambience::TimerClient(edge_timer),
        clock: ::ambience::ClockClient(edge_clock),
        random: ::ambience::RandomClient(edge_random),
        files: ::ambience::FilesClient(edge_files),
        storage: ::ambience::StorageClient(edge_storage),
    };
    let instance = made!(::node_by_hand::clerk::Clerk::new(needs)).map_err(|e| Refused::new("clerk", e))?;
    let clerk = Handle::<clerk>::init(|| instance);
    let run_clerk = pin!(Run::run(Handle::get(clerk)));
    let mut task_clerk = Task::new(run_clerk, &RUN_CLERK, ctx, |r| ambc_linux::group::ran("clerk", r));
    let callers = [
        Handle::get(edge_log),
        Handle::get(edge_timer),
        Handle::get(edge_clock),
        Handle::get(edge_random),
        Handle::get(edge_files),
        Handle::get(edge_storage),
    ];
    Ok(host.serve(&callers, &[], &mut [&mut task_clerk], async {
        stop!(Handle::get(clerk)).await;
    }))
}
