//! The kernel program of node `desk`, in the shape that `ambc` generates: every offer of the runtime for one group.
#![recursion_limit = "128"]

use ambc_kernel::LaneSpec;
use ambc_kernel::net::NetTable;
use ambc_linux::node::{Host, run};
use ambc_linux::prelude::*;
use ambc_linux::services;
use ambc_linux::spec::{NodeGroup, NodeLane, NodeSpec, Policy, Side};

static NODE: NodeSpec = NodeSpec {
    name: "desk",
    groups: &[NodeGroup {
        name: "office",
        instances: &["clerk"],
        memory: 0,
        restart: Policy::DEFAULT,
        nice: 0,
    }],
    lanes: &[
        NodeLane {
            name: "clerk.log",
            spec: LaneSpec { slots: 16, small: 216, bulk: 0, bulk_bytes: 0 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
        NodeLane {
            name: "clerk.timer",
            spec: LaneSpec { slots: 16, small: 8, bulk: 0, bulk_bytes: 0 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
        NodeLane {
            name: "clerk.clock",
            spec: LaneSpec { slots: 16, small: 8, bulk: 0, bulk_bytes: 0 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
        NodeLane {
            name: "clerk.random",
            spec: LaneSpec { slots: 16, small: 32, bulk: 0, bulk_bytes: 0 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
        NodeLane {
            name: "clerk.files",
            spec: LaneSpec { slots: 16, small: 256, bulk: 2, bulk_bytes: 4240 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
        NodeLane {
            name: "clerk.storage",
            spec: LaneSpec { slots: 16, small: 256, bulk: 2, bulk_bytes: 1032 },
            caller: Side::Group(0),
            callee: Side::Kernel,
        },
    ],
    timers: 96,
    watchdog: 0,
    net: NetTable::EMPTY,
};

instance!(node_log: services::Logger);
instance!(__ambc_server_log: Server);
static WAKE_LOG: WakeMask = WakeMask::new();
static POOL_LOG: Kids<{ kids_bytes(serve_log, 16) }> = Kids::new();
fn serve_log(instance: Handle<node_log>, request: Request<'static>) -> impl Future<Output = ()> {
    ::ambience::logger::dispatch(Handle::get(instance), request)
}

instance!(node_timer: services::Timer);
instance!(__ambc_server_timer: Server);
static WAKE_TIMER: WakeMask = WakeMask::new();
static POOL_TIMER: Kids<{ kids_bytes(serve_timer, 16) }> = Kids::new();
fn serve_timer(instance: Handle<node_timer>, request: Request<'static>) -> impl Future<Output = ()> {
    ::ambience::timer::dispatch(Handle::get(instance), request)
}

instance!(node_clock: services::Clock);
instance!(__ambc_server_clock: Server);
static WAKE_CLOCK: WakeMask = WakeMask::new();
static POOL_CLOCK: Kids<{ kids_bytes(serve_clock, 16) }> = Kids::new();
fn serve_clock(instance: Handle<node_clock>, request: Request<'static>) -> impl Future<Output = ()> {
    ::ambience::clock::dispatch(Handle::get(instance), request)
}

instance!(node_random: services::Random);
instance!(__ambc_server_random: Server);
static WAKE_RANDOM: WakeMask = WakeMask::new();
static POOL_RANDOM: Kids<{ kids_bytes(serve_random, 16) }> = Kids::new();
fn serve_random(instance: Handle<node_random>, request: Request<'static>) -> impl Future<Output = ()> {
    ::ambience::random::dispatch(Handle::get(instance), request)
}

instance!(node_files: services::Files);
instance!(__ambc_server_files: Server);
static WAKE_FILES: WakeMask = WakeMask::new();
static POOL_FILES: Kids<{ kids_bytes(serve_files, 16) }> = Kids::new();
fn serve_files(instance: Handle<node_files>, request: Request<'static>) -> impl Future<Output = ()> {
    ::ambience::files::dispatch(Handle::get(instance), request)
}

instance!(node_storage: services::Storage);
instance!(__ambc_server_storage: Server);
static WAKE_STORAGE: WakeMask = WakeMask::new();
static POOL_STORAGE: Kids<{ kids_bytes(serve_storage, 16) }> = Kids::new();
fn serve_storage(instance: Handle<node_storage>, request: Request<'static>) -> impl Future<Output = ()> {
    ::ambience::storage::dispatch(Handle::get(instance), request)
}

fn main() -> ExitCode {
    run(&NODE, build)
}

fn build(host: Host) -> Result<ExitCode, Refused> {
    let ctx = host.ctx();
    let made = made!(services::Logger::new(&host, services::LoggerParams { label: "clerk", routes: &[] }))
        .map_err(|e| Refused::new("desk.log", e))?;
    let node_log = Handle::<node_log>::init(|| made);
    let server_log = Handle::<__ambc_server_log>::init(|| host.server(0, None));
    let lanes_log = [Handle::get(server_log)];
    let mut pool_log =
        Serve::new(POOL_LOG.take(serve_log, 16), &lanes_log, ctx, &WAKE_LOG, move |r| serve_log(node_log, r));
    let made = made!(services::Timer::new(&host)).map_err(|e| Refused::new("desk.timer", e))?;
    let node_timer = Handle::<node_timer>::init(|| made);
    let server_timer = Handle::<__ambc_server_timer>::init(|| host.server(1, None));
    let lanes_timer = [Handle::get(server_timer)];
    let mut pool_timer =
        Serve::new(POOL_TIMER.take(serve_timer, 16), &lanes_timer, ctx, &WAKE_TIMER, move |r| {
            serve_timer(node_timer, r)
        });
    let made = made!(services::Clock::new(&host)).map_err(|e| Refused::new("desk.clock", e))?;
    let node_clock = Handle::<node_clock>::init(|| made);
    let server_clock = Handle::<__ambc_server_clock>::init(|| host.server(2, None));
    let lanes_clock = [Handle::get(server_clock)];
    let mut pool_clock =
        Serve::new(POOL_CLOCK.take(serve_clock, 16), &lanes_clock, ctx, &WAKE_CLOCK, move |r| {
            serve_clock(node_clock, r)
        });
    let made = made!(services::Random::new(&host)).map_err(|e| Refused::new("desk.random", e))?;
    let node_random = Handle::<node_random>::init(|| made);
    let server_random = Handle::<__ambc_server_random>::init(|| host.server(3, None));
    let lanes_random = [Handle::get(server_random)];
    let mut pool_random =
        Serve::new(POOL_RANDOM.take(serve_random, 16), &lanes_random, ctx, &WAKE_RANDOM, move |r| {
            serve_random(node_random, r)
        });
    let made = made!(services::Files::new(&host, services::FilesParams { path: "papers", read_only: true }))
        .map_err(|e| Refused::new("desk.files", e))?;
    let node_files = Handle::<node_files>::init(|| made);
    let server_files = Handle::<__ambc_server_files>::init(|| host.server(4, Some(scratch(2, 4240, 16))));
    let lanes_files = [Handle::get(server_files)];
    let mut pool_files =
        Serve::new(POOL_FILES.take(serve_files, 16), &lanes_files, ctx, &WAKE_FILES, move |r| {
            serve_files(node_files, r)
        });
    let made = made!(services::Storage::new(&host, services::StorageParams { path: "db", size: 65_536 }))
        .map_err(|e| Refused::new("desk.storage", e))?;
    let node_storage = Handle::<node_storage>::init(|| made);
    let server_storage = Handle::<__ambc_server_storage>::init(|| host.server(5, Some(scratch(2, 1032, 16))));
    let lanes_storage = [Handle::get(server_storage)];
    let mut pool_storage =
        Serve::new(POOL_STORAGE.take(serve_storage, 16), &lanes_storage, ctx, &WAKE_STORAGE, move |r| {
            serve_storage(node_storage, r)
        });
    let servers = [
        Handle::get(server_log),
        Handle::get(server_timer),
        Handle::get(server_clock),
        Handle::get(server_random),
        Handle::get(server_files),
        Handle::get(server_storage),
    ];
    Ok(host.serve(
        &[],
        &servers,
        &mut [
            &mut pool_log,
            &mut pool_timer,
            &mut pool_clock,
            &mut pool_random,
            &mut pool_files,
            &mut pool_storage,
        ],
        async {},
    ))
}
