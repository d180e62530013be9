//! The loop of a node: step the kernel group, look after the groups, and wait until somebody rings or something is due.

use super::Host;
use super::edges::Edges;
use super::links::Network;
use super::supervise::Supervisor;
use crate::console::{self, Level};
use crate::kernel::thread::Death;
use crate::spec::{NodeSpec, Side};
use crate::{arch, control, peer, room, svc};
use ambc_kernel::restart::Limit;
use ambc_kernel::{Caller, Ctx, Group, Server, Task, WakeMask, Work};
use ambc_node::Edges as _;
use ambc_node::control::{Command, Commands, OneLine};
use ambc_node::report::{Edge, REPORTED};
use ambc_node::vitals::{self, Silent, Vitals};
use ambc_node::{Course, Phase};
use core::fmt::Display;
use core::pin::pin;

/// Wakes the `Stop` hooks of the kernel group.
static ENDING: WakeMask = WakeMask::new();

pub(super) fn serve(
    host: Host,
    callers: &[&'static Caller<'static>],
    servers: &[&'static Server],
    work: &mut [&mut dyn Work],
    stop: impl Future<Output = ()>,
) -> ! {
    // The executor advances and rings for the network's ends of lanes too.
    let (out, into) = host.links.as_ref().map_or((&[][..], &[][..]), |net| (net.servers(), net.callers()));
    let callers = room::join(callers, into);
    let servers = room::join(servers, out);
    let group = Group { ctx: host.ctx, callers, servers };
    host.edges.adopt(callers);
    let mut node = Node::start(host);
    let stop = pin!(stop);
    let mut ending = Task::new(stop, &ENDING, node.ctx, |()| {});
    while !node.over(&ending) {
        let mut any = group.step(work, |number| node.rings |= peer::bit(number));
        any |= node.links.as_mut().is_some_and(|links| links.step());
        any |= node.turn();
        if node.course.phase() == Phase::KernelStops {
            any |= ending.run();
        }
        any |= node.obey(&group, work, any);
        report_lost();
        if any {
            svc::ring(core::mem::take(&mut node.rings));
        } else {
            svc::wait(node.next_timer(&group), core::mem::take(&mut node.rings));
        }
    }
    node.end()
}

#[derive(Debug)]
struct Node {
    spec: &'static NodeSpec,
    ctx: &'static Ctx<'static>,
    groups: Supervisor,
    links: Option<&'static mut dyn Network>,
    edges: &'static Edges,
    vitals: &'static Vitals,
    commands: Commands,
    /// The next line of a report that is under way.
    reporting: Option<usize>,
    /// Whom to ring.
    rings: u32,
    course: Course,
}

impl Node {
    fn start(host: Host) -> Self {
        let mut groups = host.groups;
        groups.start();
        Self {
            spec: host.spec,
            ctx: host.ctx,
            groups,
            links: host.links,
            edges: host.edges,
            vitals: host.vitals,
            commands: Commands::default(),
            reporting: None,
            rings: 0,
            course: Course::START,
        }
    }

    /// Looks after the groups; true if there was anything to do.
    fn turn(&mut self) -> bool {
        let mut any = self.groups.turn(arch::now(), &mut self.rings);
        if self.course.phase() == Phase::Starting && self.groups.all_serve() && self.course.serve() {
            any = true;
            match crate::board::CONTROL {
                Some(_) => control::say("ready"),
                None => console::line(Level::Info, "ambc", "ready"),
            }
        }
        self.mind_the_silent();
        if let Some((name, Limit { restarts, window, .. })) = self.groups.take_reboot() {
            let ms = window / 1_000_000;
            self.reboot(format_args!("group {name} failed after {restarts} restarts within {ms} ms"));
        }
        any
    }

    /// Ends the groups of instances that stopped to say that they are alive.
    fn mind_the_silent(&mut self) {
        while let Some(Silent { label, side, within }) = self.vitals.take_silent(arch::now()) {
            let within = within / 1_000_000;
            control::say(format_args!("silent {label} within-ms {within}"));
            let text = format_args!("has not said within {within} ms that it is alive");
            console::line(Level::Error, label, text);
            match side {
                Side::Group(number) => self.groups.kill_one(usize::from(number), Death::Silent),
                Side::Kernel => self.reboot(format_args!("instance {label} of the kernel group fell silent")),
                Side::Net(_) => {}
            }
        }
    }

    /// Does what came in over the line of control. `busy`: something happened in this turn.
    fn obey(&mut self, group: &Group<'_>, work: &[&mut dyn Work], busy: bool) -> bool {
        let mut any = false;
        while let Some(command) = control::take(&mut self.commands) {
            any = true;
            match command {
                Command::Poll => self.say_whether_idle(group, work, busy),
                Command::Report => self.reporting = self.reporting.or(Some(0)),
                Command::Stop => {
                    if self.course.stop(arch::now()) {
                        self.rings |= self.groups.stop();
                    }
                }
            }
        }
        while let Some(line) = self.reporting
            && control::has_room()
        {
            self.reporting = self.report(line).then_some(line + 1);
        }
        any
    }

    fn say_whether_idle(&self, group: &Group<'_>, work: &[&mut dyn Work], busy: bool) {
        let own = group.callers.iter().map(|caller| caller.counters().calls() as u32);
        let calls = own.fold(self.groups.calls(), u32::wrapping_add);
        let rests = !busy && self.rings == 0 && group.done(work) && group.in_flight(work) == 0;
        let idle = rests
            && self.links.as_ref().is_none_or(|links| links.idle())
            && self.groups.idle()
            && console::is_empty()
            && self.course.phase() == Phase::Serving;
        control::say(format_args!("{} {calls}", if idle { "idle" } else { "busy" }));
    }

    /// Says line `line` of a report; false if it is the last.
    fn report(&self, line: usize) -> bool {
        let (lanes, groups) = (self.spec.lanes.len(), self.spec.groups.len());
        let told = || self.vitals.conditions().nth(line - lanes - groups - 1);
        if line < lanes {
            let name = self.spec.lanes[line].name;
            control::say(Edge { name, counts: &self.edges.counts(line) });
        } else if line == lanes {
            control::say("state kernel 0 0 0 serving");
        } else if line <= lanes + groups {
            self.groups.say_state(line - lanes - 1);
        } else if let Some((label, condition, reason)) = told() {
            let condition = vitals::word(condition);
            control::say(OneLine(format_args!("condition {condition} {label} {reason}")));
        } else {
            control::say(REPORTED);
            return false;
        }
        true
    }

    /// Ends everything in order, to start anew. A node that ends anyway just ends.
    fn reboot(&mut self, why: impl Display) {
        if self.course.reboot(arch::now()) {
            console::line(Level::Error, "ambc", format_args!("the node reboots: {why}"));
            control::say(OneLine(format_args!("reboot {why}")));
            self.rings |= self.groups.stop();
        }
    }

    /// Whether the node has nothing left to do; moves from one phase of stopping to the next.
    fn over(&mut self, ending: &dyn Work) -> bool {
        if self.course.next_timer().is_none() {
            return false; // it does not stop
        }
        let now = arch::now();
        if self.course.groups_over(now, self.groups.any_running()) {
            self.groups.kill();
        }
        self.course.is_over(now, ending.done())
    }

    fn next_timer(&self, group: &Group<'_>) -> u64 {
        if self.course.phase() == Phase::KernelStops && ENDING.any() {
            return 0;
        }
        let own = group.next_deadline().unwrap_or(u64::MAX);
        let silent = self.vitals.next_timer().unwrap_or(u64::MAX);
        let links = self.links.as_ref().map_or(u64::MAX, |links| links.next_timer());
        let groups = self.groups.next_timer().min(silent);
        let patience = self.course.next_timer().unwrap_or(u64::MAX);
        own.min(groups).min(links).min(patience)
    }

    /// One line per edge that was called.
    fn say_edges(&self) {
        for (lane, of) in self.spec.lanes.iter().enumerate() {
            let counts = self.edges.counts(lane);
            let (calls, errors, us) = (counts.calls, counts.failures(), counts.percentile(50) / 1000);
            if calls > 0 {
                let text =
                    format_args!("edge {}: {calls} calls, {errors} errors, p50 under {us} us", of.name);
                console::line(Level::Info, "ambc", text);
                console::drain();
            }
        }
    }

    /// Everything is out before the node reboots, or ends.
    fn end(self) -> ! {
        self.say_edges();
        report_lost();
        self.links.iter().for_each(|links| links.report());
        console::drain();
        if self.course.reboots() {
            super::reboot();
        }
        control::say("stopped");
        control::drain();
        arch::halt()
    }
}

/// Says that lines were lost, once there is room again.
fn report_lost() {
    if console::is_empty() {
        match console::take_lost() {
            0 => {}
            lost => console::line(
                Level::Warn,
                "log",
                format_args!("{lost} lines were lost: the console was too slow"),
            ),
        }
    }
}
