//! The process of one node: its kernel group, its links, and the supervisor of its user groups.
//!
//! Everything runs on one thread: step the kernel group, move datagrams, look after the groups, and sleep until a
//! descriptor is readable or something is due.

mod args;
pub(crate) mod edges;
mod events;
mod kept;
pub(crate) mod lines;
pub(crate) mod links;
mod manager;
pub(crate) mod metrics;
mod opening;
mod process;
mod reboot;
mod report;
mod supervise;
mod turn;
mod voice;

use crate::control::Control;
use crate::ends;
use crate::group::Refused;
use crate::identity::Identity;
use crate::log::{self, Level};
use crate::member::{ClassSpec, Member, node_spec, say_who_it_is};
use crate::os::memory::Region;
use crate::os::support::Support;
use crate::os::{inherit, signals};
use crate::spec::{NodeSpec, Side};
use crate::spin::Spin;
use ambc_kernel::lane::{Scratch, lane_bytes};
use ambc_kernel::{Caller, Ctx, Lane, Server, Work};
use ambc_node::Known;
use ambc_node::control::OneLine;
use ambc_node::vitals::Vitals;
use args::Args;
use core::cell::RefCell;
use core::fmt::Display;
use links::Links;
use process::Tuning;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::ExitCode;
use supervise::Supervisor;
use turn::End;
use voice::News;

/// What a node's program builds upon.
#[derive(Debug)]
pub struct Host {
    spec: &'static NodeSpec,
    identity: Identity,
    member: Member,
    lanes: &'static [Lane],
    /// Keeps the descriptors of lanes open: a group that is started again gets the same.
    regions: Vec<Region>,
    ctx: &'static Ctx<'static>,
    groups: Supervisor,
    links: Links,
    control: Control,
    signals: OwnedFd,
    spin: Spin,
    started: u64,
    vitals: &'static Vitals,
    news: &'static News,
    metrics: &'static metrics::Table,
    lines: &'static lines::Lines,
}

/// The number of a lane's other end that needs no bell: it is in this process.
const HERE: u8 = 255;

/// Runs the program of a node: the whole body of its `main`.
///
/// `build` makes the instances of the kernel group and ends in [`Host::serve`]. The exit status is 0 after an orderly stop,
/// 2 for a wrong command line, 1 for everything else, with a line on standard error.
pub fn run(spec: &'static NodeSpec, build: impl FnOnce(Host) -> Result<ExitCode, Refused>) -> ExitCode {
    start(spec, None, build)
}

/// As [`run`], for an image that several nodes share: the identity file says which of them this is. `spec` is without ids,
/// and its names are those of the class.
pub fn run_member(
    spec: &'static NodeSpec,
    class: &'static ClassSpec,
    build: impl FnOnce(Host) -> Result<ExitCode, Refused>,
) -> ExitCode {
    start(spec, Some(class), build)
}

fn start(
    spec: &'static NodeSpec,
    class: Option<&ClassSpec>,
    build: impl FnOnce(Host) -> Result<ExitCode, Refused>,
) -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(what) => {
            complain(format_args!("{what}\n{}", args::USAGE));
            return ExitCode::from(2);
        }
    };
    let code = match Host::open(spec, class, &args) {
        Ok(host) => build(host).unwrap_or_else(|refused| {
            let (instance, why) = refused.parts();
            log::line(Level::Error, instance, format_args!("cannot be made: {why}"));
            ExitCode::FAILURE
        }),
        Err(what) => {
            log::finish();
            complain(format_args!("node {} cannot start: {what}", spec.name));
            ExitCode::FAILURE
        }
    };
    log::finish();
    code
}

/// What the `run` service `instance` of the kernel group returned. To be given to its `Task`.
pub fn ran(instance: &'static str, result: Result<(), impl Display>) {
    if let Err(why) = result {
        FAILED.with_borrow_mut(|failed| failed.push((instance, why.to_string())));
    }
}

thread_local! {
    /// `run` services of the kernel group that failed and were not reported yet.
    static FAILED: RefCell<Vec<(&'static str, String)>> = const { RefCell::new(Vec::new()) };
}

fn report_failed(control: &mut Control) {
    for (instance, why) in FAILED.take() {
        run_failed(instance, &why, control);
    }
}

fn run_failed(instance: &str, why: &str, control: &mut Control) {
    log::line(Level::Error, instance, format_args!("ended: {why}"));
    control.say(format_args!("run-failed {instance} {}", OneLine(why)));
}

#[expect(clippy::print_stderr, reason = "for whoever started the node")]
fn complain(what: impl Display) {
    eprintln!("{what}");
}

impl Host {
    fn open(spec: &'static NodeSpec, class: Option<&ClassSpec>, args: &Args) -> Result<Self, String> {
        let path = args.identity.display();
        let identity = Identity::read(&args.identity).map_err(|e| format!("{path}: {e}"))?;
        let (spec, member) = who(spec, class, &identity).map_err(|e| format!("{path} {e}"))?;
        let support = isolation(spec)?;
        allow_descriptors();
        let signals = signals::stop_signals().map_err(|e| format!("signals: {e}"))?;
        let control = match args.control {
            Some(fd) => Control::inherit(fd).map_err(|e| format!("control socket: {e}"))?,
            None => Control::none(),
        };
        let regions = spec.lanes.iter().map(|lane| {
            Region::create(lane.name, lane_bytes(&lane.spec)).map_err(|e| format!("lane {}: {e}", lane.name))
        });
        let regions = regions.collect::<Result<Vec<_>, _>>()?;
        let lanes = regions.iter().zip(spec.lanes).map(|(region, lane)| inherit::lane(region, lane.spec));
        let lanes: &'static [Lane] = Vec::leak(lanes.collect());
        let spin = Spin::suited(support.cpus, spec.groups.len() + 1);
        let tuning = Tuning { spin, waitv: support.waitv };
        let ctx = ends::ctx(spec.timers);
        Ok(Self {
            groups: Supervisor::prepare(spec, &identity, &member, &regions, lanes, &tuning)?,
            links: Links::open(spec, &identity, lanes, ctx, peer)?,
            spec,
            identity,
            member,
            lanes,
            regions,
            ctx,
            control,
            signals,
            spin: Spin::new(spin),
            started: ctx.now(),
            vitals: Box::leak(Box::default()),
            news: Box::leak(Box::default()),
            metrics: Box::leak(Box::default()),
            lines: Box::leak(Box::default()),
        })
    }

    /// Clock, timers and the current deadline of the kernel group.
    #[must_use]
    pub fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }

    /// The caller's end of lane `lane`, to be made once, for an instance of the kernel group.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn caller(&self, lane: usize) -> Caller<'static> {
        ends::caller(self.lanes[lane], peer(self.spec.lanes[lane].callee), self.ctx)
    }

    /// The callee's end of lane `lane`, to be made once, for an instance of the kernel group. `scratch`: the instance's, if
    /// the lane carries large messages.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn server(&self, lane: usize, scratch: Option<&'static Scratch>) -> Server {
        ends::server(self.lanes[lane], peer(self.spec.lanes[lane].caller), scratch)
    }

    /// Where the folder is that an offer names: what the identity file says about it (`folder NAME PATH`, the name as
    /// written in the deployment), else the folder of that name below the node's data folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let found = self.identity.folder(name);
        found.ok_or_else(|| format!("folder {name}: the identity file gives neither `folder` nor `data`"))
    }

    say_who_it_is!();

    /// The metrics of instances.
    pub(crate) fn metrics(&self) -> &'static metrics::Table {
        self.metrics
    }

    /// Lines on their way to collectors.
    pub(crate) fn lines(&self) -> &'static lines::Lines {
        self.lines
    }

    /// The name of this node.
    pub(crate) fn node(&self) -> &'static str {
        self.spec.name
    }

    /// Starts the user groups and serves until a signal or the control socket says stop. Then the groups end in order (their
    /// `Stop` hooks may still call the kernel group), after them `stop` runs: the `Stop` hooks of the kernel group.
    pub fn serve(
        self,
        callers: &[&'static Caller<'static>],
        servers: &[&Server],
        work: &mut [&mut dyn Work],
        stop: impl Future<Output = ()>,
    ) -> ExitCode {
        match turn::serve(self, callers, servers, work, stop) {
            Ok(End::Stopped) => ExitCode::SUCCESS,
            Ok(End::Reboot { control }) => {
                log::line(Level::Error, "ambc", reboot::again(&control));
                ExitCode::FAILURE
            }
            Err(what) => {
                log::line(Level::Error, "ambc", what);
                ExitCode::FAILURE
            }
        }
    }
}

impl ambc_node::Host for Host {
    fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }

    fn started(&self) -> u64 {
        self.started
    }

    fn known(&self) -> Known {
        Known { vitals: self.vitals, edges: self.groups.edges(), metrics: self.metrics, voice: self.news }
    }

    fn keep<T>(&self, value: T) -> &'static T {
        Box::leak(Box::new(value))
    }
}

/// The tables and the names of this node, from its image and its identity file.
fn who(
    spec: &'static NodeSpec,
    class: Option<&ClassSpec>,
    identity: &Identity,
) -> Result<(&'static NodeSpec, Member), String> {
    let lines = &identity.member;
    match class {
        None if identity.node != spec.name => Err(format!("is the identity of node {}", identity.node)),
        None if !lines.is_empty() => Err("has lines for an image that several nodes share".to_owned()),
        None => Ok((spec, Member::default())),
        Some(class) if lines.class.as_deref() != Some(class.name) => {
            Err(format!("is not the identity of a node of class {}", class.name))
        }
        Some(class) => {
            let member = Member::of(class, lines).map_err(|e| format!("({}): {e}", identity.node))?;
            let spec = node_spec(spec, &identity.node, &member, lines);
            Ok((spec.map_err(|e| format!("({}): {e}", identity.node))?, member))
        }
    }
}

/// As many descriptors as this user may have: lanes are descriptors, and a group's are copied while it starts.
fn allow_descriptors() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    // Without it, the first start that needs more says so.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit);
}

fn peer(side: Side) -> u8 {
    match side {
        Side::Group(number) => number,
        Side::Kernel | Side::Net(_) => HERE,
    }
}

/// What the machine offers; an error where user groups could not be isolated.
fn isolation(spec: &NodeSpec) -> Result<Support, String> {
    let support = Support::detect();
    if !spec.groups.is_empty() {
        support.require().map_err(|e| e.to_string())?;
        support.warnings().for_each(|warning| log::line(Level::Warn, "ambc", warning));
    }
    Ok(support)
}
