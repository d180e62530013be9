//! The part of the kernel that handlers run: threads, who is ready, who rings whom, who died. It touches no hardware.
//!
//! Everything a group says comes in through [`State::call`], and nothing of it is believed.

pub mod sched;
pub mod thread;

use crate::spec::NodeGroup;
use crate::svc;
use ambc_abi::image::{GroupLayout, KERNEL_PEER};
use sched::{Scheduler, THREADS};
use thread::{Death, Thread, UNPRIVILEGED};

/// Place of the kernel group: the first in the order.
pub const KERNEL: usize = 0;

/// What the caller of [`State::call`] does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The thread goes on, now or later, with whatever is in its result registers.
    Nothing,
    /// It gets this number.
    Number(u64),
    /// These bytes of its memory are a line for the console: address and length.
    Print(u32, u32),
}

/// All threads of a node.
#[derive(Debug)]
pub struct State {
    sched: Scheduler,
    /// The kernel group, the user groups in the order of their priority, and the idle thread.
    threads: &'static mut [Thread],
    layouts: &'static [GroupLayout],
    groups: &'static [NodeGroup],
    /// Number of the group at each place but the first.
    group_at: [u8; THREADS],
    place_of: [u8; THREADS],
    current: usize,
    /// Who was rung since its last wait, by place.
    rung: u32,
    /// Nobody wakes by time before this.
    next_wake: u64,
    /// Clock cycles when the current thread was last charged.
    charged: u32,
}

impl State {
    /// A node whose kernel group runs. `order`: numbers of the user groups by their priority; `budget`: clock cycles of each
    /// thread for each round; `cycles`: what the cycle counter says.
    ///
    /// # Panics
    /// If the numbers of threads, groups and places do not fit.
    #[must_use]
    pub fn new(
        threads: &'static mut [Thread],
        layouts: &'static [GroupLayout],
        groups: &'static [NodeGroup],
        order: &[u8],
        budget: u32,
        cycles: u32,
    ) -> Self {
        assert!(layouts.len() < THREADS && order.len() == layouts.len() && groups.len() == layouts.len());
        assert!(threads.len() == layouts.len() + 2, "groups, the kernel group and the idle thread");
        let (mut group_at, mut place_of) = ([0; THREADS], [0; THREADS]);
        for (place, group) in (1..).zip(order) {
            group_at[place] = *group;
            place_of[usize::from(*group)] = place as u8;
        }
        let mut sched = Scheduler::new(budget);
        sched.wake(KERNEL);
        threads[KERNEL].alive = true;
        Self {
            sched,
            threads,
            layouts,
            groups,
            group_at,
            place_of,
            current: KERNEL,
            rung: 0,
            next_wake: u64::MAX,
            charged: cycles,
        }
    }

    fn idle(&self) -> usize {
        self.threads.len() - 1
    }

    /// Where group `number` lies.
    #[must_use]
    pub fn layout(&self, number: usize) -> &'static GroupLayout {
        &self.layouts[number]
    }

    /// What the group that runs is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.in_group() { self.groups[usize::from(self.group_at[self.current])].name } else { "kernel" }
    }

    /// The idle thread, to be given its registers.
    pub fn idle_thread(&mut self) -> &mut Thread {
        let idle = self.idle();
        &mut self.threads[idle]
    }

    /// The thread that runs.
    pub fn current(&mut self) -> &mut Thread {
        &mut self.threads[self.current]
    }

    /// Whether a user group runs, that is: whether a fault is its own doing.
    #[must_use]
    pub fn in_group(&self) -> bool {
        self.current != KERNEL && self.current != self.idle()
    }

    /// A group starts, or starts again: the frame of its first exception return lies at `sp`.
    pub fn start(&mut self, group: usize, sp: u32) {
        let place = usize::from(self.place_of[group]);
        let thread = &mut self.threads[place];
        *thread = Thread::new();
        thread.context.sp = sp;
        thread.context.control = UNPRIVILEGED;
        thread.context.regions = core::ptr::from_ref(&self.layouts[group].regions).cast();
        thread.alive = true;
        self.rung &= !(1 << place);
        self.sched.wake(place);
    }

    /// Ends a group from outside.
    pub fn kill(&mut self, group: usize, death: Death) {
        let place = usize::from(self.place_of[group]);
        if self.threads[place].alive {
            self.bury(place, death);
        }
    }

    /// Whether a group runs, or will when its turn comes.
    #[must_use]
    pub fn is_alive(&self, group: usize) -> bool {
        self.threads[usize::from(self.place_of[group])].alive
    }

    /// Whether a group waits, and nobody has rung it since.
    #[must_use]
    pub fn is_asleep(&self, group: usize) -> bool {
        let place = usize::from(self.place_of[group]);
        self.threads[place].alive && !self.sched.is_ready(place) && self.rung >> place & 1 == 0
    }

    /// The group that runs must not go on.
    pub fn end_current(&mut self, death: Death) {
        self.bury(self.current, death);
    }

    fn bury(&mut self, place: usize, death: Death) {
        self.threads[place].death = Some(death);
        self.threads[place].alive = false;
        self.sched.block(place);
        self.ring_place(KERNEL);
    }

    /// A death that the kernel group has not been told of: the number of the group, and why.
    pub fn take_death(&mut self) -> Option<(usize, Death)> {
        let place = self.threads.iter().position(|t| t.death.is_some())?;
        let death = self.threads[place].death.take()?;
        Some((usize::from(self.group_at[place]), death))
    }

    /// Something lies there for the kernel group.
    pub fn ring_kernel(&mut self) {
        self.ring_place(KERNEL);
    }

    /// Something lies there for a group.
    pub fn ring_group(&mut self, group: usize) {
        self.ring_place(usize::from(self.place_of[group]));
    }

    /// A thread that waits runs again; one that does not will not wait the next time.
    fn ring_place(&mut self, place: usize) {
        if !self.threads[place].alive {
            return;
        }
        if self.sched.is_ready(place) {
            self.rung |= 1 << place;
        } else {
            self.threads[place].wake_at = u64::MAX;
            self.sched.wake(place);
        }
    }

    /// What the current thread asks for.
    #[inline]
    pub fn call(&mut self, now: u64, number: u32, args: [u32; 3]) -> Reply {
        match number {
            svc::NOW => return Reply::Number(now),
            svc::WAIT => {
                self.ring(args[2]);
                return self.wait(now, u64::from(args[1]) << 32 | u64::from(args[0]));
            }
            svc::RING => self.ring(args[0]),
            svc::PRINT => return self.print(args[0], args[1]),
            svc::END => self.end_current(Death::Ended),
            other => self.end_current(Death::BadCall(other)),
        }
        Reply::Nothing
    }

    /// Rings everybody in a set that the current thread gave.
    fn ring(&mut self, mut peers: u32) {
        if peers == 0 {
            return;
        }
        let allowed = if self.current == KERNEL { self.all_groups() } else { self.layout_of_current().peers };
        if peers & !allowed != 0 {
            return self.end_current(Death::BadPeer(peers));
        }
        while peers != 0 {
            let number = peers.trailing_zeros();
            peers &= peers - 1;
            let place = if number == KERNEL_PEER { 0 } else { self.place_of[number as usize] };
            self.ring_place(usize::from(place));
        }
    }

    fn all_groups(&self) -> u32 {
        (1 << self.layouts.len()) - 1
    }

    fn layout_of_current(&self) -> &'static GroupLayout {
        &self.layouts[usize::from(self.group_at[self.current])]
    }

    fn wait(&mut self, now: u64, until: u64) -> Reply {
        let (place, bit) = (self.current, 1 << self.current);
        let thread = &mut self.threads[place];
        if self.rung & bit != 0 || !thread.alive || until <= now {
            self.rung &= !bit;
            return Reply::Number(now);
        }
        thread.wake_at = until;
        thread.waited = true;
        self.next_wake = self.next_wake.min(until);
        self.sched.block(place);
        Reply::Nothing
    }

    fn print(&mut self, at: u32, len: u32) -> Reply {
        let own = self.current == KERNEL || self.may_read(at, len);
        if len > svc::MAX_LINE || !own {
            self.end_current(Death::BadPointer(at));
            return Reply::Nothing;
        }
        Reply::Print(at, len)
    }

    /// Whether the current group may read these bytes: its memory, or its constants.
    fn may_read(&self, at: u32, len: u32) -> bool {
        let layout = self.layout_of_current();
        layout.ram.holds(at, len) || layout.flash.holds(at, len)
    }

    /// The time moved on: wakes whom it concerns.
    pub fn tick(&mut self, now: u64) {
        if now < self.next_wake {
            return;
        }
        self.next_wake = u64::MAX;
        for (place, thread) in self.threads.iter_mut().enumerate() {
            if thread.wake_at <= now {
                thread.wake_at = u64::MAX;
                if thread.alive {
                    self.sched.wake(place);
                }
            }
            self.next_wake = self.next_wake.min(thread.wake_at);
        }
    }

    /// The thread to run from now on, if it is another one. Charges the current one for what it ran.
    #[inline]
    pub fn switch(&mut self, cycles: u32) -> Option<&mut Thread> {
        if self.current < self.idle() {
            self.sched.charge(self.current, cycles.wrapping_sub(self.charged));
        }
        self.charged = cycles;
        let next = self.sched.pick().unwrap_or_else(|| self.idle());
        if next == self.current {
            return None;
        }
        self.current = next;
        Some(&mut self.threads[next])
    }
}

#[cfg(test)]
mod tests;
