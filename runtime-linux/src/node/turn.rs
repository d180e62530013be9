//! The loop of a node.

use super::events::{Events, Source};
use super::lines::Lines;
use super::links::Links;
use super::manager::Manager;
use super::metrics::Table;
use super::supervise::Supervisor;
use super::voice::News;
use super::{Host, report, report_failed};
use crate::control::{Command, Control};
use crate::log::{self, Level};
use crate::os::memory::Region;
use crate::os::{self, wait};
use crate::spec::{NodeSpec, Side};
use crate::spin::Spin;
use ambc_kernel::{Caller, Ctx, Group, Server, Task, WakeMask, Work};
use ambc_node::control::OneLine;
use ambc_node::report::REPORTED;
use ambc_node::vitals::{Silent, Vitals};
use ambc_node::{Course, Phase};
use core::pin::pin;

/// Busy steps between two looks at the descriptors.
const STEPS_PER_LOOK: u32 = 16;

/// Wakes the `Stop` hooks of the kernel group.
static ENDING: WakeMask = WakeMask::new();

pub(super) fn serve(
    host: Host,
    callers: &[&'static Caller<'static>],
    servers: &[&Server],
    work: &mut [&mut dyn Work],
    stop: impl Future<Output = ()>,
) -> Result<End, String> {
    let edges = host.groups.edges();
    edges.adopt(Side::is_kernel, callers);
    edges.adopt(Side::is_net, host.links.callers());
    let mut node = Node::start(host)?;
    // The executor advances and rings for the network's ends of lanes too.
    let all_callers: Vec<&Caller<'_>> = callers.iter().chain(node.links.callers()).copied().collect();
    let all_servers: Vec<&Server> = servers.iter().chain(node.links.servers()).copied().collect();
    let group = Group { ctx: node.ctx, callers: &all_callers, servers: &all_servers };
    let stop = pin!(stop);
    let mut ending = Task::new(stop, &ENDING, node.ctx, |()| {});
    let mut steps = 0;
    while !node.over(&mut ending) {
        let mut any = group.step(work, |peer| node.groups.ring(peer));
        any |= node.links.step();
        if node.course.phase() == Phase::KernelStops {
            any |= ending.run();
        }
        steps += 1;
        if any && steps < STEPS_PER_LOOK {
            node.spin.worked();
            continue;
        }
        steps = 0;
        if any || node.spin.again() {
            node.look(Some(0), &group, work);
            continue;
        }
        node.sleep(&group, work);
    }
    node.groups.kill();
    report::at_the_end(node.spec, &node.groups);
    node.links.report();
    node.lines.at_the_end();
    log::finish();
    Ok(node.end())
}

/// How the loop ended.
#[derive(Debug)]
pub(super) enum End {
    /// It was asked to.
    Stopped,
    /// The node is to start anew, with the same control socket.
    Reboot { control: Control },
}

#[derive(Debug)]
struct Node {
    spec: &'static NodeSpec,
    ctx: &'static Ctx<'static>,
    groups: Supervisor,
    links: Links,
    control: Control,
    signals: std::os::fd::OwnedFd,
    /// Descriptors of lanes, for groups that are started again.
    _regions: Vec<Region>,
    events: Events,
    spin: Spin,
    vitals: &'static Vitals,
    news: &'static News,
    manager: Manager,
    metrics: &'static Table,
    lines: &'static Lines,
    course: Course,
    backlog: bool,
}

impl Node {
    fn start(host: Host) -> Result<Self, String> {
        use std::os::fd::AsFd;
        let events = Events::new().map_err(|e| format!("epoll: {e}"))?;
        let add = |fd, source| events.add(fd, source).map_err(|e| format!("epoll: {e}"));
        add(host.signals.as_fd(), Source::Signals)?;
        if let Some(fd) = host.control.fd() {
            add(fd, Source::Control)?;
        }
        host.links.watch(&events)?;
        let (mut groups, mut control) = (host.groups, host.control);
        groups.start(os::now(), &events, &mut control)?;
        Ok(Self {
            spec: host.spec,
            ctx: host.ctx,
            groups,
            links: host.links,
            control,
            signals: host.signals,
            _regions: host.regions,
            events,
            spin: host.spin,
            vitals: host.vitals,
            news: host.news,
            manager: Manager::of_environment(),
            metrics: host.metrics,
            lines: host.lines,
            course: Course::START,
            backlog: false,
        })
    }

    /// Whether the node has nothing left to do but exit; moves from one phase of stopping to the next.
    fn over(&mut self, ending: &mut dyn Work) -> bool {
        if self.course.next_timer().is_none() {
            return false; // it does not stop
        }
        let now = os::now();
        if self.course.groups_over(now, self.groups.any_running()) {
            self.groups.kill();
        }
        self.course.is_over(now, ending.done() && self.lines.idle())
    }

    fn sleep(&mut self, group: &Group<'_>, work: &mut [&mut dyn Work]) {
        wait::doze(self.groups.node_bells());
        let busy = group.step(work, |peer| self.groups.ring(peer)) | self.links.step();
        let ending = self.course.phase() == Phase::KernelStops && ENDING.any();
        let changed = self.settle();
        let left = if busy || ending || changed { Some(0) } else { self.time_left(group) };
        self.look(left, group, work);
        wait::rise(self.groups.node_bells());
        self.spin.slept();
    }

    /// How long nothing is due.
    fn time_left(&mut self, group: &Group<'_>) -> Option<u64> {
        let now = os::now();
        let flush = self.backlog.then(|| now.saturating_add(5_000_000));
        let due = [
            group.next_deadline(),
            self.groups.next_timer(now),
            self.links.next_timer(),
            self.vitals.next_timer(),
            self.manager.next_timer(),
            flush,
            self.course.next_timer(),
        ];
        due.into_iter().flatten().min().map(|at| at.saturating_sub(now))
    }

    /// Waits at most `nanoseconds` for descriptors, and does what they and the time ask for.
    fn look(&mut self, nanoseconds: Option<u64>, group: &Group<'_>, work: &[&mut dyn Work]) {
        for source in self.events.wait(nanoseconds) {
            self.handle(source, group, work);
        }
        self.settle();
        report_failed(&mut self.control);
        self.mind_the_silent();
        self.manager.turn(os::now());
        self.backlog = log::flush() | self.control.flush();
    }

    /// Passes on what instances reported, and ends the groups of those that stopped to say that they are alive.
    fn mind_the_silent(&mut self) {
        for news in self.news.take() {
            self.control.say(news);
        }
        while let Some(Silent { label, side, within }) = self.vitals.take_silent(os::now()) {
            let within = within / 1_000_000;
            self.control.say(format_args!("silent {label} within-ms {within}"));
            let text = format_args!("has not said within {within} ms that it is alive");
            log::line(Level::Error, label, text);
            match side {
                Side::Group(number) => self.groups.shoot(number),
                Side::Kernel => self.reboot(&format!("instance {label} of the kernel group fell silent")),
                Side::Net(_) => {}
            }
        }
    }

    /// Starts groups that are due and notices who serves; true if now all do.
    fn settle(&mut self) -> bool {
        let all_serve = self.groups.turn(os::now(), &self.events, &mut self.control);
        if let Some(why) = self.groups.take_reboot() {
            self.reboot(&why);
        }
        let news = all_serve && self.course.serve();
        if news {
            self.control.say("ready");
            self.manager.ready();
        }
        news
    }

    fn handle(&mut self, source: Source, group: &Group<'_>, work: &[&mut dyn Work]) {
        let now = os::now();
        match source {
            Source::Signals => self.stop(now),
            Source::Control => self.obey(group, work, now),
            Source::Bell(number) => self.groups.rang(number),
            Source::Process(number) => {
                if self.groups.ended(number, now, &self.events, &mut self.control) {
                    self.vitals.forget(Side::Group(number));
                }
            }
            Source::Output(number) => self.groups.take_output(number, now, &self.events, &mut self.control),
            Source::Socket(number) => self.links.receive(number),
        }
    }

    fn obey(&mut self, group: &Group<'_>, work: &[&mut dyn Work], now: u64) {
        for command in self.control.take() {
            match command {
                Command::Stop => self.stop(now),
                Command::Poll => self.say_whether_idle(group, work),
                Command::Report => {
                    report::now(&self.groups, &mut self.control);
                    report::instances(self.vitals, self.metrics, &mut self.control);
                    self.control.say(REPORTED);
                }
            }
        }
    }

    fn say_whether_idle(&mut self, group: &Group<'_>, work: &[&mut dyn Work]) {
        let own = group.callers.iter().map(|caller| caller.counters().calls() as u32);
        let calls = own.fold(self.groups.calls(), u32::wrapping_add);
        let rests = group.done(work) && group.in_flight(work) == 0 && self.lines.idle();
        let idle = rests && self.links.idle() && self.groups.idle() && self.course.phase() == Phase::Serving;
        self.control.say(format_args!("{} {calls}", if idle { "idle" } else { "busy" }));
    }

    fn stop(&mut self, now: u64) {
        // A signal stays readable until it is taken; more of them change nothing.
        let mut info = [0; 128];
        let _ = rustix::io::read(&self.signals, &mut info);
        self.manager.stopping();
        if self.course.stop(now) {
            self.groups.stop();
        }
    }

    /// Ends everything in order, to start anew. A node that ends anyway just ends.
    fn reboot(&mut self, why: &str) {
        if self.course.reboot(os::now()) {
            log::line(Level::Error, "ambc", format_args!("the node reboots: {why}"));
            self.control.say(format_args!("reboot {}", OneLine(why)));
            self.groups.stop();
        }
    }

    fn end(self) -> End {
        if self.course.reboots() { End::Reboot { control: self.control } } else { End::Stopped }
    }
}
