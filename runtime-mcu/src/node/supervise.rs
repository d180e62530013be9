//! The user groups of a node: starts them, hears of their deaths, tells those who share lanes with them, and starts them again.
#![expect(unsafe_code, reason = "the status words of groups, in their memory")]

use super::death::Words;
use crate::console::{self, Level};
use crate::kernel::State;
use crate::kernel::thread::{Death, Thread};
use crate::spec::{NodeSpec, Side, Then};
use crate::status::{Phase, Status};
use crate::{arch, control, peer, room};
use ambc_abi::image::GroupLayout;
use ambc_kernel::Lane;
use ambc_kernel::lane::End;
use ambc_kernel::restart::{Limit, Restarts, Verdict};
use ambc_kernel::watchdog::{Look, Watchdog};
use ambc_node::vitals::Vitals;

/// What the supervisor knows of one group.
#[derive(Debug)]
struct Watched {
    restarts: Restarts<'static>,
    status: &'static Status,
    /// When it is started again, if it is dead and will be.
    due: Option<u64>,
    watchdog: Watchdog,
}

/// All user groups.
#[derive(Debug)]
pub(super) struct Supervisor {
    spec: &'static NodeSpec,
    lanes: &'static [Lane],
    layouts: &'static [GroupLayout],
    groups: &'static mut [Watched],
    vitals: &'static Vitals,
    stopping: bool,
    /// The group for whose sake the node is to start anew, and how often it has failed.
    reboot: Option<(&'static str, Limit)>,
}

pub(super) const fn room(spec: &NodeSpec) -> usize {
    let mut bytes = room::slice::<Thread>(spec.groups.len() + 2) + room::slice::<Watched>(spec.groups.len());
    let mut i = 0;
    while i < spec.groups.len() {
        bytes += room::slice::<u64>(spec.groups[i].restart.history());
        i += 1;
    }
    bytes
}

impl Supervisor {
    pub(super) fn prepare(
        spec: &'static NodeSpec,
        layouts: &'static [GroupLayout],
        lanes: &'static [Lane],
        vitals: &'static Vitals,
    ) -> Self {
        let threads = room::take(spec.groups.len() + 2, Thread::new);
        arch::take_over(threads, layouts, spec.groups, spec.order);
        let mut both = spec.groups.iter().zip(layouts);
        let watched = || {
            let (group, layout) = both.next().expect("one for each group");
            // SAFETY: `ambc` placed it inside the group's memory, aligned; both ends use it as atomics only.
            let status = unsafe { &*(layout.status as *const Status) };
            let restarts = Restarts::new(group.restart, room::take(group.restart.history(), || 0));
            Watched { restarts, status, due: None, watchdog: Watchdog::new(spec.watchdog) }
        };
        let groups = room::take(spec.groups.len(), watched);
        Self { spec, lanes, layouts, groups, vitals, stopping: false, reboot: None }
    }

    /// Starts all groups.
    pub(super) fn start(&mut self) {
        for number in 0..self.groups.len() {
            self.start_one(number);
        }
    }

    fn start_one(&mut self, number: usize) {
        let group = &mut self.groups[number];
        group.due = None;
        group.status.clear();
        group.watchdog.reset();
        group.restarts.started(arch::now());
        arch::start_group(number, core::ptr::from_ref(group.status) as u32);
        control::say(format_args!("group {} pid 0", self.name(number)));
    }

    /// Deals with deaths, with restarts that are due, and with groups that stand still; true if there was anything. Adds to
    /// `rings` whom to ring.
    pub(super) fn turn(&mut self, now: u64, rings: &mut u32) -> bool {
        let mut any = false;
        for number in 0..self.groups.len() {
            self.watch(number, now, rings);
            if self.groups[number].due.is_some_and(|at| at <= now) {
                any = true;
                console::line(Level::Info, "ambc", format_args!("group {} starts again", self.name(number)));
                self.start_one(number);
            }
        }
        while let Some((number, death)) = arch::critical(State::take_death) {
            any = true;
            *rings |= self.mourn(number, death);
        }
        any
    }

    /// Whether all groups serve, or will not any more.
    pub(super) fn all_serve(&self) -> bool {
        let serves = |(number, group): (usize, &Watched)| {
            self.is_over(number) || group.status.phase() != Phase::Starting
        };
        self.groups.iter().enumerate().all(serves)
    }

    /// Nothing will run of it any more.
    fn is_over(&self, number: usize) -> bool {
        self.groups[number].due.is_none() && !arch::critical(|state| state.is_alive(number))
    }

    /// Ends a group that serves, and whose loop stands still. One that sleeps is rung, and turns once.
    fn watch(&mut self, number: usize, now: u64, rings: &mut u32) {
        let group = &mut self.groups[number];
        let serves = group.status.phase() != Phase::Starting && group.due.is_none();
        if !serves || !arch::critical(|state| state.is_alive(number)) {
            return;
        }
        match group.watchdog.look(now, group.status.heartbeat()) {
            Look::Wait => {}
            Look::Wake => *rings |= peer::bit(number as u8),
            Look::Stuck => {
                let ms = group.watchdog.limit() / 1_000_000;
                control::say(format_args!("stuck {} pid 0 within-ms {ms}", self.name(number)));
                self.kill_one(number, Death::Stuck);
            }
        }
    }

    /// Ends a group; it is started again like any that dies.
    pub(super) fn kill_one(&self, number: usize, why: Death) {
        arch::critical(|state| state.kill(number, why));
    }

    fn name(&self, number: usize) -> &'static str {
        self.spec.groups[number].name
    }

    /// A group died: says so, tells those at the other ends of its lanes, and decides when it is started again.
    fn mourn(&mut self, number: usize, death: Death) -> u32 {
        self.vitals.forget(Side::Group(number as u8));
        if self.stopping {
            return self.tell(number as u8, true);
        }
        let (now, name) = (arch::now(), self.name(number));
        let verdict = self.groups[number].restarts.died(now);
        match verdict {
            Verdict::Again(at) => {
                self.groups[number].due = Some(at);
                let ms = at.saturating_sub(now) / 1_000_000;
                console::line(Level::Error, "ambc", format_args!("group {name} died: {}", Words(death)));
                control::say(format_args!("died {name} pid 0 status {} restart-in-ms {ms}", Words(death)));
            }
            Verdict::Enough(limit) => self.give_up(name, death, limit),
        }
        self.tell(number as u8, matches!(verdict, Verdict::Enough(_)))
    }

    fn give_up(&mut self, name: &'static str, death: Death, limit: Limit) {
        let Limit { restarts, window, then } = limit;
        let next = match then {
            Then::Stop => "it stays down",
            Then::Reboot => "the node reboots",
        };
        let text = format_args!("group {name} died: {}; after {restarts} restarts {next}", Words(death));
        console::line(Level::Error, "ambc", text);
        match then {
            Then::Stop => {
                let ms = window / 1_000_000;
                control::say(format_args!("gave-up {name} after {restarts} restarts within {ms} ms"));
            }
            Then::Reboot => self.reboot = Some((name, limit)),
        }
    }

    /// For whose sake the node is to start anew, if a group asks for that.
    pub(super) fn take_reboot(&mut self) -> Option<(&'static str, Limit)> {
        self.reboot.take()
    }

    fn tell(&self, number: u8, for_good: bool) -> u32 {
        let mut rings = 0;
        for (lane, at) in self.spec.lanes.iter().zip(self.lanes) {
            let mut end = |end, other| {
                match end {
                    End::Callee if for_good => at.close(),
                    end => at.announce_death(end),
                }
                if let Side::Group(other) = other {
                    rings |= 1 << other;
                }
            };
            if lane.callee == Side::Group(number) {
                end(End::Callee, lane.caller);
            }
            if lane.caller == Side::Group(number) {
                end(End::Caller, lane.callee);
            }
        }
        rings & !(1 << number)
    }

    /// When [`Self::turn`] has something to do; `u64::MAX` for never.
    pub(super) fn next_timer(&self) -> u64 {
        let timer = |g: &Watched| g.due.or(g.watchdog.next_timer());
        self.groups.iter().filter_map(timer).min().unwrap_or(u64::MAX)
    }

    /// Whether no group has anything to do, as far as the groups say.
    pub(super) fn idle(&self) -> bool {
        let idle = |(number, group): (usize, &Watched)| {
            let asleep = arch::critical(|state| state.is_asleep(number));
            let rests = group.status.phase() == Phase::Rested && group.status.work().0 == 0;
            self.is_over(number) || asleep && rests
        };
        self.groups.iter().enumerate().all(idle)
    }

    /// Calls made by all groups.
    pub(super) fn calls(&self) -> u32 {
        self.groups.iter().fold(0, |sum, group| sum.wrapping_add(group.status.work().1))
    }

    /// Asks all groups to end in order, and returns whom to ring; none is started again.
    pub(super) fn stop(&mut self) -> u32 {
        self.stopping = true;
        for group in &mut *self.groups {
            group.due = None;
            group.status.stop();
        }
        (1 << self.groups.len()) - 1
    }

    /// Whether any group is left.
    pub(super) fn any_running(&self) -> bool {
        (0..self.groups.len()).any(|number| arch::critical(|state| state.is_alive(number)))
    }

    /// Ends what did not end by itself.
    pub(super) fn kill(&self) {
        for number in 0..self.groups.len() {
            if arch::critical(|state| state.is_alive(number)) {
                let text = format_args!("group {} did not stop in time", self.name(number));
                console::line(Level::Warn, "ambc", text);
                self.kill_one(number, Death::Stuck);
            }
        }
    }

    /// The line of group `number` in a report.
    pub(super) fn say_state(&self, number: usize) {
        let group = &self.groups[number];
        let phase = match group.status.phase() {
            _ if !arch::critical(|state| state.is_alive(number)) => "dead",
            Phase::Starting => "starting",
            Phase::Serving | Phase::Rested => "serving",
            Phase::Stopped => "stopped",
        };
        let kib = self.layouts[number].ram.len().div_ceil(1024);
        let (name, restarts) = (self.name(number), group.restarts.count());
        control::say(format_args!("state {name} 0 {restarts} {kib} {phase}"));
    }
}
