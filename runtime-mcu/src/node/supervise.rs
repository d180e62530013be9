//! The user groups of a node: starts them, hears of their deaths, tells those who share lanes with them, and starts them again.
#![expect(unsafe_code, reason = "the status words of groups, in their memory")]

use crate::arch;
use crate::console::{self, Level};
use crate::kernel::thread::{Death, Thread};
use crate::room;
use crate::spec::{NodeSpec, Side, Then};
use crate::status::{Phase, Status};
use ambc_abi::image::GroupLayout;
use ambc_kernel::lane::End;
use ambc_kernel::restart::{Restarts, Verdict};
use ambc_kernel::{Ctx, Lane};

/// What the supervisor knows of one group.
#[derive(Debug)]
struct Watched {
    restarts: Restarts<'static>,
    status: &'static Status,
    /// When it is started again, if it is dead and will be.
    due: Option<u64>,
}

/// All user groups.
#[derive(Debug)]
pub(super) struct Supervisor {
    spec: &'static NodeSpec,
    lanes: &'static [Lane],
    groups: &'static mut [Watched],
    ready: bool,
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
    ) -> Self {
        let threads = room::take(spec.groups.len() + 2, Thread::new);
        arch::take_over(threads, layouts, spec.groups, spec.order);
        let mut both = spec.groups.iter().zip(layouts);
        let histories = &mut |policy: ambc_kernel::restart::Policy| room::take(policy.history(), || 0);
        let watched = || {
            let (group, layout) = both.next().expect("one for each group");
            // SAFETY: `ambc` placed it inside the group's memory, aligned; both ends use it as atomics only.
            let status = unsafe { &*(layout.status as *const Status) };
            Watched { restarts: Restarts::new(group.restart, histories(group.restart)), status, due: None }
        };
        Self { spec, lanes, groups: take_watched(spec.groups.len(), watched), ready: false }
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
        group.restarts.started(arch::now());
        arch::start_group(number, core::ptr::from_ref(group.status) as u32);
    }

    /// Deals with deaths and with restarts that are due; true if there was anything. Adds to `rings` whose lanes changed.
    pub(super) fn turn(&mut self, ctx: &Ctx<'_>, rings: &mut u32) -> bool {
        let mut any = false;
        while let Some((number, death)) = arch::critical(|state| state.take_death()) {
            any = true;
            *rings |= self.mourn(number, death);
        }
        for number in 0..self.groups.len() {
            if self.groups[number].due.is_some_and(|at| at <= ctx.recent()) {
                any = true;
                console::line(Level::Info, "ambc", format_args!("group {} starts again", self.name(number)));
                self.start_one(number);
            }
        }
        any | self.say_ready()
    }

    fn say_ready(&mut self) -> bool {
        let all = || self.groups.iter().all(|g| g.status.phase() != Phase::Starting);
        let news = !self.ready && all();
        if news {
            self.ready = true;
            console::line(Level::Info, "ambc", "ready");
        }
        news
    }

    fn name(&self, number: usize) -> &'static str {
        self.spec.groups[number].name
    }

    /// A group died: says so, tells those at the other ends of its lanes, and decides when it is started again.
    fn mourn(&mut self, number: usize, death: Death) -> u32 {
        let verdict = self.groups[number].restarts.died(arch::now());
        let name = self.name(number);
        match verdict {
            Verdict::Again(at) => {
                self.groups[number].due = Some(at);
                console::line(Level::Error, "ambc", format_args!("group {name} died: {}", Words(death)));
            }
            Verdict::Enough(limit) => {
                let text = format_args!(
                    "group {name} died: {}; after {} restarts it stays down",
                    Words(death),
                    limit.restarts
                );
                if limit.then == Then::Reboot {
                    console::line_now(Level::Error, "ambc", text);
                    arch::reboot();
                }
                console::line(Level::Error, "ambc", text);
            }
        }
        self.tell(number as u8, matches!(verdict, Verdict::Enough(_)))
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

    /// When the next group is due; `u64::MAX` if none is.
    pub(super) fn next_timer(&self) -> u64 {
        self.groups.iter().filter_map(|g| g.due).min().unwrap_or(u64::MAX)
    }
}

fn take_watched(count: usize, make: impl FnMut() -> Watched) -> &'static mut [Watched] {
    room::take(count, make)
}

/// A death in words.
struct Words(Death);

impl core::fmt::Display for Words {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Death::Ended => f.write_str("it ended itself"),
            Death::Fault { status, address, pc } => {
                f.write_str(what(status))?;
                if let Some(address) = address {
                    write!(f, " at {address:#010x}")?;
                }
                if let Some(pc) = pc {
                    write!(f, ", instruction at {pc:#010x}")?;
                }
                Ok(())
            }
            Death::BadCall(number) => write!(f, "it called the kernel with number {number}"),
            Death::BadPointer(at) => write!(f, "it gave the kernel memory at {at:#010x} that is not its own"),
            Death::BadPeer(peers) => write!(f, "it rang a group it has no edge to (set {peers:#x})"),
            Death::Stuck => f.write_str("its loop stood still"),
        }
    }
}

/// A status of the configurable faults in words; the most telling bit first.
fn what(status: u32) -> &'static str {
    const WORDS: [(u32, &str); 10] = [
        (1 << 4 | 1 << 12, "its stack is full, or it lost it"),
        (1 << 0, "it jumped out of its code"),
        (1 << 1, "it touched memory that is not its own"),
        (1 << 3 | 1 << 11, "it returned from an exception with a broken stack"),
        (1 << 8, "an instruction could not be read"),
        (1 << 9 | 1 << 10, "it touched a device or memory that is not there"),
        (1 << 16, "an instruction is undefined"),
        (1 << 17 | 1 << 18 | 1 << 19, "an instruction is not allowed"),
        (1 << 24, "it touched memory unaligned"),
        (1 << 25, "it divided by zero"),
    ];
    WORDS.iter().find(|(bits, _)| status & bits != 0).map_or("a fault", |(_, words)| words)
}
