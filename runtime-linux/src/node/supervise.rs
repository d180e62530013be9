//! All user groups of a node: started, watched, started again when they die, stopped in order.

use super::edges::Edges;
use super::events::{Events, Source};
use super::process::{Ended, Printed, Process, Tuning};
use crate::control::Control;
use crate::identity::Identity;
use crate::log::{self, Level};
use crate::member::Member;
use crate::os::memory::Region;
use crate::os::wait;
use crate::spec::{End, NodeSpec, Side};
use crate::status::Phase;
use ambc_kernel::Lane;
use ambc_kernel::restart::{Policy, Restarts};
use std::rc::Rc;
use std::sync::atomic::AtomicU32;

/// The groups of a node and what is due for them.
#[derive(Debug)]
pub(crate) struct Supervisor {
    spec: &'static NodeSpec,
    lanes: &'static [Lane],
    groups: Vec<Kept>,
    edges: &'static Edges,
    stopping: bool,
}

#[derive(Debug)]
struct Kept {
    process: Process,
    restarts: Restarts,
    /// When it is to be started again.
    due: Option<u64>,
    /// When it died, until it serves again.
    died: Option<u64>,
    serving: bool,
    /// Its output is not waited for: it printed its share of this second.
    muted: bool,
}

/// Group numbers share a byte with the numbers of the node itself.
const MAX_GROUPS: usize = 250;

impl Supervisor {
    /// Prepares all groups; nothing runs yet.
    pub(crate) fn prepare(
        spec: &'static NodeSpec,
        identity: &Identity,
        member: &Member,
        regions: &[Region],
        lanes: &'static [Lane],
        tuning: &Tuning,
    ) -> Result<Self, String> {
        if spec.groups.len() > MAX_GROUPS {
            return Err(format!("{} groups; {MAX_GROUPS} are possible", spec.groups.len()));
        }
        let groups = spec.groups.iter().zip(0..).map(|(group, number)| {
            let path = identity
                .group(group.name)
                .ok_or_else(|| format!("no executable for group {}", group.name))?;
            let lanes: Vec<&Region> = spec.lanes_of(number).map(|(i, _)| &regions[i]).collect();
            let process = Process::prepare(group, path, &lanes, tuning, &member.lines_of(group))
                .map_err(|e| format!("group {} ({}): {e}", group.name, path.display()))?;
            Ok(Kept {
                process,
                restarts: Restarts::new(Policy::default()),
                due: None,
                died: None,
                serving: false,
                muted: false,
            })
        });
        let groups = groups.collect::<Result<Vec<_>, String>>()?;
        let pages = groups.iter().map(|kept| Rc::clone(&kept.process.status)).collect();
        let edges = Box::leak(Box::new(Edges::new(spec, pages)));
        Ok(Self { spec, lanes, groups, edges, stopping: false })
    }

    /// Starts every group.
    pub(crate) fn start(&mut self, now: u64, events: &Events, control: &mut Control) -> Result<(), String> {
        for (kept, number) in self.groups.iter_mut().zip(0..) {
            let add = |fd, source| events.add(fd, source).map_err(|e| e.to_string());
            add(kept.process.bell(), Source::Bell(number))?;
            add(kept.process.output(), Source::Output(number))?;
            kept.start(number, now, events, control);
        }
        Ok(())
    }

    /// What is counted on the lanes of the node.
    pub(crate) fn edges(&self) -> &'static Edges {
        self.edges
    }

    /// The words by which groups know that the node sleeps.
    pub(crate) fn node_bells(&self) -> impl Iterator<Item = &'static AtomicU32> {
        self.groups.iter().map(|kept| kept.process.status.node_bell())
    }

    /// Wakes group `number` if it sleeps.
    pub(crate) fn ring(&self, number: u8) {
        if let Some(kept) = self.groups.get(usize::from(number)) {
            kept.process.ring();
        }
    }

    /// Group `number` rang: the step that follows finds out why.
    pub(crate) fn rang(&self, number: u8) {
        if let Some(kept) = self.groups.get(usize::from(number)) {
            kept.process.quiet_bell();
        }
    }

    /// The process of group `number` may have ended; true if it has.
    pub(crate) fn ended(&mut self, number: u8, now: u64, events: &Events, control: &mut Control) -> bool {
        let Some(kept) = self.groups.get_mut(usize::from(number)) else { return false };
        let watched = kept.process.pidfd().map(|fd| fd.try_clone_to_owned());
        let Some(how) = kept.process.reap() else { return false };
        if let Some(Ok(fd)) = watched {
            use std::os::fd::AsFd;
            events.remove(fd.as_fd());
        }
        self.take_output(number, now, events, control);
        let kept = &mut self.groups[usize::from(number)];
        if let Some(words) = kept.process.last_words() {
            kept.print(words, control);
        }
        self.let_go(number);
        self.edges.retire(number);
        if !self.stopping {
            self.groups[usize::from(number)].schedule(how, now, control);
        }
        true
    }

    /// Kills the process of group `number`; it ends and is started again like any that dies.
    pub(crate) fn shoot(&mut self, number: u8) {
        if let Some(kept) = self.groups.get(usize::from(number)) {
            kept.process.shoot();
        }
    }

    /// Makes every other end let go of what it shared with a process that is gone.
    fn let_go(&self, number: u8) {
        for (i, lane) in self.spec.lanes_of(number) {
            let ends = [(lane.caller, End::Caller, lane.callee), (lane.callee, End::Callee, lane.caller)];
            for (side, end, other) in ends {
                if side != Side::Group(number) {
                    continue;
                }
                self.lanes[i].announce_death(end);
                if let Side::Group(other) = other {
                    self.ring(other);
                }
            }
        }
    }

    /// Logs what group `number` printed.
    pub(crate) fn take_output(&mut self, number: u8, now: u64, events: &Events, control: &mut Control) {
        let Some(kept) = self.groups.get_mut(usize::from(number)) else { return };
        for printed in kept.process.take_output(now) {
            kept.print(printed, control);
        }
        if !kept.muted && kept.process.muted_until(now).is_some() {
            kept.muted = true;
            events.remove(kept.process.output());
        }
    }

    /// Starts what is due, notices who serves; true once all groups serve.
    pub(crate) fn turn(&mut self, now: u64, events: &Events, control: &mut Control) -> bool {
        for (kept, number) in self.groups.iter_mut().zip(0..) {
            if kept.due.is_some_and(|due| due <= now) {
                kept.due = None;
                kept.start(number, now, events, control);
            }
            kept.notice_serving(now);
            if kept.muted && kept.process.muted_until(now).is_none() {
                kept.muted = events.add(kept.process.output(), Source::Output(number)).is_err();
            }
        }
        self.groups.iter().all(|kept| kept.serving)
    }

    /// When [`Self::turn`] has something to do.
    pub(crate) fn next_timer(&mut self, now: u64) -> Option<u64> {
        self.groups
            .iter_mut()
            .filter_map(|kept| kept.due.into_iter().chain(kept.process.muted_until(now)).min())
            .min()
    }

    /// Whether no group has anything to do, as far as the groups say.
    pub(crate) fn idle(&self) -> bool {
        self.groups.iter().all(|kept| {
            let status = &kept.process.status;
            let asleep = status.group_bell().load(std::sync::atomic::Ordering::Acquire) == wait::ASLEEP;
            asleep && kept.due.is_none() && status.phase() == Phase::Rested && status.in_flight() == 0
        })
    }

    /// Calls made by all groups.
    pub(crate) fn calls(&self) -> u32 {
        self.groups.iter().fold(0, |sum, kept| sum.wrapping_add(kept.process.status.calls()))
    }

    /// Asks all groups to end in order; none is started again.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        for kept in &mut self.groups {
            kept.due = None;
            kept.process.ask_to_stop();
        }
    }

    /// Whether any group process is left.
    pub(crate) fn any_running(&self) -> bool {
        self.groups.iter().any(|kept| kept.process.is_running())
    }

    /// Ends what did not end by itself.
    pub(crate) fn kill(&mut self) {
        for kept in &mut self.groups {
            if kept.process.is_running() {
                log::line(
                    Level::Warn,
                    "ambc",
                    format_args!("group {} did not stop in time", kept.process.spec.name),
                );
                kept.process.kill();
            }
        }
    }

    /// Every group, for reports: its process, how often one of its processes died, whether it serves.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&Process, u32, bool)> {
        self.groups.iter().map(|kept| (&kept.process, kept.restarts.count(), kept.serving))
    }

    /// Group `number`, for the report at the end.
    pub(crate) fn process(&self, number: u8) -> Option<&Process> {
        self.groups.get(usize::from(number)).map(|kept| &kept.process)
    }
}

impl Kept {
    fn start(&mut self, number: u8, now: u64, events: &Events, control: &mut Control) {
        let name = self.process.spec.name;
        self.restarts.started(now);
        match self.process.start() {
            Ok(pid) => {
                let instances = self.process.spec.instances.join(", ");
                log::line(Level::Info, "ambc", format_args!("group {name} is process {pid} ({instances})"));
                control.say(format_args!("group {name} pid {pid}"));
            }
            Err(e) => {
                log::line(Level::Error, "ambc", format_args!("group {name} cannot be started: {e}"));
                self.due = Some(self.restarts.died(now));
            }
        }
        if let Some(pidfd) = self.process.pidfd()
            && let Err(e) = events.add(pidfd, Source::Process(number))
        {
            log::line(Level::Error, "ambc", format_args!("group {name} cannot be watched: {e}"));
            self.process.kill();
            self.due = Some(self.restarts.died(now));
        }
    }

    fn schedule(&mut self, how: Ended, now: u64, control: &mut Control) {
        let (name, pid) = (self.process.spec.name, self.process.last_pid);
        let due = self.restarts.died(now);
        let wait_ms = due.saturating_sub(now) / 1_000_000;
        self.due = Some(due);
        self.died = self.died.or(Some(now));
        self.serving = false;
        let text =
            format!("group {name} (process {pid}) ended with {how}; it is started again in {wait_ms} ms");
        log::line(Level::Error, "ambc", text);
        control.say(format_args!("died {name} pid {pid} status {how} restart-in-ms {wait_ms}"));
    }

    fn notice_serving(&mut self, now: u64) {
        if self.serving || self.process.status.phase() == Phase::Starting || !self.process.is_running() {
            return;
        }
        self.serving = true;
        if let Some(died) = self.died.take() {
            let ms = now.saturating_sub(died) as f64 / 1e6;
            let name = self.process.spec.name;
            log::line(
                Level::Info,
                "ambc",
                format_args!("group {name} serves again {ms:.1} ms after it died"),
            );
        }
    }

    fn print(&self, printed: Printed, control: &mut Control) {
        let spec = self.process.spec;
        match printed {
            Printed::RunFailed { instance, message } if spec.instances.contains(&instance.as_str()) => {
                super::run_failed(&instance, &message, control);
            }
            Printed::RunFailed { instance, message } => {
                log::line(Level::Warn, "ambc", format_args!("group {}: {instance} {message}", spec.name));
            }
            Printed::Line(line) => {
                log::line(Level::Warn, "ambc", format_args!("group {}: {line}", spec.name))
            }
        }
    }
}
