//! The process of one user group.
//!
//! It starts behind the sandbox the node put around it (see [`crate::os::spawn`]), maps its lanes, gives up the rights it
//! needed for that, builds its instances, and then steps and sleeps until the node asks it to stop.

use crate::ends;
use crate::member::{ClassSpec, Member, MemberLines, say_who_it_is};
use crate::os::{filter, inherit, spawn, wait};
use crate::spec::{End, GroupSpec, Peer};
use crate::spin::Spin;
use crate::status::{Phase, Status, status_bytes};
use ambc_kernel::lane::{Scratch, lane_bytes};
use ambc_kernel::{Caller, Ctx, Lane, Server, Task, WakeMask, Work};
use core::fmt::Display;
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

/// Why a group could not be built: an instance whose constructor failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    instance: &'static str,
    why: String,
}

impl Refused {
    /// `instance` could not be made: `why`.
    pub fn new(instance: &'static str, why: impl Display) -> Self {
        Self { instance, why: why.to_string() }
    }

    pub(crate) fn parts(&self) -> (&'static str, &str) {
        (self.instance, &self.why)
    }
}

/// What a group's program builds upon.
#[derive(Debug)]
pub struct Host {
    spec: &'static GroupSpec,
    member: Member,
    lanes: &'static [Lane],
    ctx: &'static Ctx<'static>,
    status: Status,
    node: OwnedFd,
    spin: Spin,
    waitv: bool,
}

/// Wakes the `Stop` hooks.
static ENDING: WakeMask = WakeMask::new();

/// A group that never sleeps reports what it counted after this many turns.
const TURNS_PER_REPORT: u32 = 4096;

/// The number that lanes are given whose other end is in the node process, or in this group.
const NODE: u8 = 255;
const OWN: u8 = 254;

/// Runs the program of a group: the whole body of its `main`.
///
/// `build` makes the instances and ends in [`Host::serve`]. Anything wrong is printed, which the node logs, and is a
/// status of 1.
pub fn run(spec: &'static GroupSpec, build: impl FnOnce(Host) -> Result<ExitCode, Refused>) -> ExitCode {
    start(spec, None, build)
}

/// As [`run`], for an image that several nodes share: the node says which of them this is.
pub fn run_member(
    spec: &'static GroupSpec,
    class: &'static ClassSpec,
    build: impl FnOnce(Host) -> Result<ExitCode, Refused>,
) -> ExitCode {
    start(spec, Some(class), build)
}

fn start(
    spec: &'static GroupSpec,
    class: Option<&ClassSpec>,
    build: impl FnOnce(Host) -> Result<ExitCode, Refused>,
) -> ExitCode {
    end_at_panic();
    let host = match Host::open(spec, class) {
        Ok(host) => host,
        Err(what) => {
            print(format_args!("group {} must be started by its node: {what}", spec.name));
            return ExitCode::FAILURE;
        }
    };
    build(host).unwrap_or_else(|refused| {
        let (instance, why) = refused.parts();
        report(instance, format_args!("cannot be made: {why}"));
        ExitCode::FAILURE
    })
}

/// A panic ends the process at once. Unwinding would drop requests under way, which answers them as `Cancelled`, before the
/// node can say to their callers what is true: `Restarted`.
fn end_at_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        print(panic);
        spawn::end_now(101);
    }));
}

/// What the `run` service `instance` returned. To be given to its `Task`.
pub fn ran(instance: &'static str, result: Result<(), impl Display>) {
    if let Err(why) = result {
        report(instance, why);
    }
}

fn report(instance: &str, why: impl Display) {
    let one_line = why.to_string().replace(['\n', '\r'], " ");
    print(format_args!("{REPORT}{instance} {one_line}"));
}

/// First byte of a line that is for the node, not for people.
pub(crate) const REPORT: char = '\u{1}';

#[expect(clippy::print_stderr, reason = "the pipe to the node")]
fn print(line: impl Display) {
    eprintln!("{line}");
}

impl Host {
    fn open(spec: &'static GroupSpec, class: Option<&ClassSpec>) -> Result<Self, String> {
        let args: Vec<String> = std::env::args().collect();
        let [name, spin, waits, lines @ ..] = args.as_slice() else {
            return Err("arguments are missing".to_owned());
        };
        let lines = MemberLines::parse(lines.iter().map(String::as_str))?;
        let member = Member::of(class.unwrap_or(&ClassSpec::NONE), &lines)?;
        if name != member.name(spec.name) {
            return Err(format!("the node took it for `{name}`"));
        }
        let spin = spin.parse().map_err(|_| "bad arguments".to_owned())?;
        let mut fd = spawn::FIRST_FD;
        let mut lanes = Vec::new();
        for lane in spec.lanes {
            let bytes = lane_bytes(&lane.spec);
            let region = inherit::region(&mut fd, bytes).map_err(|e| format!("lane {}: {e}", lane.name))?;
            lanes.push(inherit::lane(&region, lane.spec));
        }
        let bytes = status_bytes(lanes.len());
        let status = inherit::region(&mut fd, bytes).map_err(|e| format!("status page: {e}"))?;
        let node = inherit::descriptor(fd);
        let second = filter::second().map_err(|e| e.to_string())?;
        filter::install(&second).map_err(|e| format!("system call filter: {e}"))?;
        Ok(Self {
            spec,
            member,
            lanes: Vec::leak(lanes),
            ctx: ends::ctx(spec.timers),
            status: Status::new(status, spec.lanes.len()),
            node,
            spin: Spin::new(spin),
            waitv: waits == "waitv",
        })
    }

    /// Clock, timers and the current deadline of this group.
    #[must_use]
    pub fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }

    say_who_it_is!();

    /// The caller's end of lane `lane`, to be made once.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn caller(&self, lane: usize) -> Caller<'static> {
        ends::caller(self.lanes[lane], self.peer(lane), self.ctx)
    }

    /// The callee's end of lane `lane`, to be made once. `scratch`: the instance's, if the lane carries large messages.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn server(&self, lane: usize, scratch: Option<&'static Scratch>) -> Server {
        ends::server(self.lanes[lane], self.peer(lane), scratch)
    }

    /// A number for the group at the other end: the first lane shared with it is where its doorbell is.
    fn peer(&self, lane: usize) -> u8 {
        match self.spec.lanes[lane].peer {
            Peer::Node => NODE,
            Peer::Own => OWN,
            Peer::Group(group) => group,
        }
    }

    /// Serves until the node says stop; then runs `stop` (the `Stop` hooks of all instances, one after another) while
    /// everything else goes on, and returns. The node gives all of that a bounded time.
    pub fn serve(
        mut self,
        callers: &[&Caller<'_>],
        servers: &[&Server],
        work: &mut [&mut dyn Work],
        stop: impl Future<Output = ()>,
    ) -> ExitCode {
        let group = ambc_kernel::Group { ctx: self.ctx, callers, servers };
        let bells = Bells::of(&self);
        let stop = pin!(stop);
        let mut ending = Task::new(stop, &ENDING, self.ctx, |()| {});
        self.status.set_phase(Phase::Serving);
        self.wake_node();
        let mut turns = 0_u32;
        while !ending.done() {
            let mut any = group.step(work, |peer| bells.ring(peer, &self));
            if self.status.stop().load(Ordering::Relaxed) != 0 {
                any |= ending.run();
            }
            turns = turns.wrapping_add(1);
            self.status.beat();
            if turns.is_multiple_of(TURNS_PER_REPORT) {
                self.publish(&group, work, callers);
            }
            if any {
                self.spin.worked();
                continue;
            }
            if self.spin.again() {
                core::hint::spin_loop();
                continue;
            }
            self.publish(&group, work, callers);
            self.sleep(&group, work, &bells);
        }
        self.publish(&group, work, callers);
        self.status.set_phase(Phase::Stopped);
        self.wake_node();
        ExitCode::SUCCESS
    }

    fn sleep(&mut self, group: &ambc_kernel::Group<'_>, work: &mut [&mut dyn Work], bells: &Bells) {
        wait::doze(bells.own.iter().copied());
        let busy = group.step(work, |peer| bells.ring(peer, self));
        // Only once the node asked for it is the end something to do.
        let ending = self.status.stop().load(Ordering::Relaxed) != 0 && ENDING.any();
        if !busy && !ending {
            wait::wait(&bells.own, group.next_deadline(), self.waitv);
        }
        wait::rise(bells.own.iter().copied());
        self.spin.slept();
    }

    /// Tells the node what it wants to know, and wakes it if that is news it waits for.
    fn publish(&self, group: &ambc_kernel::Group<'_>, work: &[&mut dyn Work], callers: &[&Caller<'_>]) {
        let calls =
            callers.iter().fold(0u32, |sum, caller| sum.wrapping_add(caller.counters().calls() as u32));
        self.status.set_work(group.in_flight(work), calls);
        for (lane, caller) in self.calling_lanes().zip(callers) {
            self.status.set_edge(lane, caller.counters().counts());
        }
        if group.done(work) && self.status.set_phase(Phase::Rested) {
            self.wake_node();
        }
    }

    /// Lanes whose caller is here, in order: generated code passes their ends in the same order.
    fn calling_lanes(&self) -> impl Iterator<Item = usize> {
        self.spec.lanes.iter().enumerate().filter(|(_, lane)| lane.end == End::Caller).map(|(i, _)| i)
    }

    fn wake_node(&self) {
        if wait::sleeps(self.status.node_bell()) {
            // A full counter means that the node has been told already.
            let _ = rustix::io::write(self.node.as_fd(), &1u64.to_ne_bytes());
        }
    }
}

/// The words this group sleeps on, and those of the groups it calls or serves.
#[derive(Debug)]
struct Bells {
    own: Vec<&'static AtomicU32>,
    peers: Vec<Option<&'static AtomicU32>>,
}

impl Bells {
    fn of(host: &Host) -> Self {
        let mut bells = Self { own: vec![host.status.group_bell()], peers: vec![None; OWN as usize] };
        for (lane, spec) in host.lanes.iter().zip(host.spec.lanes) {
            let Peer::Group(group) = spec.peer else { continue };
            if bells.peers[usize::from(group)].is_some() {
                continue; // one pair of words serves all lanes between two groups
            }
            let (mine, theirs) = match spec.end {
                End::Caller => (End::Caller, End::Callee),
                End::Callee => (End::Callee, End::Caller),
            };
            bells.own.push(lane.asleep(mine));
            bells.peers[usize::from(group)] = Some(lane.asleep(theirs));
        }
        bells
    }

    fn ring(&self, peer: u8, host: &Host) {
        match self.peers.get(usize::from(peer)) {
            Some(Some(word)) => wait::ring(word),
            Some(None) => {}
            None if peer == NODE => host.wake_node(),
            None => {}
        }
    }
}
