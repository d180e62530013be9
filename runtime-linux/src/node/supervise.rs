//! All user groups of a node: started, watched, started again when they die, stopped in order.

use super::edges::Edges;
use super::events::{Events, Source};
use super::kept::{Fate, Kept};
use super::process::{Process, Tuning};
use crate::control::Control;
use crate::identity::Identity;
use crate::log::{self, Level};
use crate::member::Member;
use crate::os::memory::Region;
use crate::os::wait;
use crate::spec::{End, NodeSpec, Side};
use crate::status::Phase;
use ambc_kernel::Lane;
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
    reboot: Option<String>,
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
            Ok(Kept::new(process, spec.watchdog))
        });
        let groups = groups.collect::<Result<Vec<_>, String>>()?;
        let pages = groups.iter().map(|kept| Rc::clone(&kept.process.status)).collect();
        let edges = Box::leak(Box::new(Edges::new(spec, pages)));
        Ok(Self { spec, lanes, groups, edges, stopping: false, reboot: None })
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

    /// Does, once, what is to be done about groups that have been restarted too often.
    fn heed(&mut self) {
        for number in 0..self.groups.len() {
            match self.groups[number].new_fate() {
                None | Some(Fate::Lives) => {}
                Some(Fate::GivenUp) => self.close(number as u8),
                Some(Fate::Reboots(why)) => self.reboot = Some(why),
            }
        }
    }

    /// Ends calls to a group that will not come back, now and from now on.
    fn close(&self, number: u8) {
        for (i, lane) in self.spec.lanes_of(number).filter(|(_, lane)| lane.callee == Side::Group(number)) {
            self.lanes[i].close();
            if let Side::Group(caller) = lane.caller {
                self.ring(caller);
            }
        }
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
            kept.watch(now, control);
            if kept.muted && kept.process.muted_until(now).is_none() {
                kept.muted = events.add(kept.process.output(), Source::Output(number)).is_err();
            }
        }
        self.heed();
        self.groups.iter().all(|kept| kept.serving || kept.given_up())
    }

    /// Why the node is to start anew, if a group asks for that.
    pub(crate) fn take_reboot(&mut self) -> Option<String> {
        self.reboot.take()
    }

    /// When [`Self::turn`] has something to do.
    pub(crate) fn next_timer(&mut self, now: u64) -> Option<u64> {
        self.groups.iter_mut().filter_map(|kept| kept.next_timer(now)).min()
    }

    /// Whether no group has anything to do, as far as the groups say.
    pub(crate) fn idle(&self) -> bool {
        self.groups.iter().all(|kept| {
            let status = &kept.process.status;
            let asleep = status.group_bell().load(std::sync::atomic::Ordering::Acquire) == wait::ASLEEP;
            kept.given_up()
                || asleep && kept.due.is_none() && status.phase() == Phase::Rested && status.in_flight() == 0
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
