//! One group: everything that runs on one thread, in steps.
use super::Work;
use crate::lane::{Caller, Server};
use crate::{Ctx, Port};

/// The ends of the lanes of a group, and its context.
#[derive(Clone, Copy, Debug)]
pub struct Group<'g> {
    /// Clock, timers and the deadline of what runs.
    pub ctx: &'g Ctx<'g>,
    /// The lanes it calls over.
    pub callers: &'g [&'g Caller<'g>],
    /// The lanes it serves.
    pub servers: &'g [&'g Server],
}

impl Group<'_> {
    /// One turn: timers, completions, whatever is ready, then `bell` for each peer that got something. False if there was
    /// nothing to do: the group may sleep until [`next_deadline`](Self::next_deadline) or until a peer rings.
    ///
    /// What was sent is visible to the peer before `bell` runs; a port whose peers sleep must put a sequentially consistent
    /// fence between that and its look at the peer's asleep flag, and step once more between setting its own and sleeping. It
    /// asks for the next deadline before it sleeps, also if it does not need it: that makes the step after it read the clock.
    #[inline]
    pub fn step(&self, work: &mut [&mut dyn Work], mut bell: impl FnMut(u8)) -> bool {
        let mut any = self.ctx.begin_step();
        for caller in self.callers {
            any |= caller.advance();
        }
        for item in work {
            any |= item.run();
        }
        for caller in self.callers {
            if caller.take_dirty() {
                any = true;
                bell(caller.peer());
            }
        }
        for server in self.servers {
            if server.take_dirty() {
                any = true;
                bell(server.peer());
            }
        }
        if any {
            self.ctx.read_clock_next();
        }
        any
    }

    /// When the group has something to do though nobody rings, on its port's clock; `None` if never.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        self.ctx.read_clock_next();
        let calls = self.callers.iter().map(|caller| caller.next_deadline());
        let next = calls.fold(self.ctx.next_timer(), u64::min);
        (next != u64::MAX).then_some(next)
    }

    /// Calls under way or waiting, requests being served, and requests held otherwise. 0 says that the group is at rest.
    #[must_use]
    pub fn in_flight(&self, work: &[&mut dyn Work]) -> u32 {
        let calls: u32 = self.callers.iter().map(|caller| caller.in_flight()).sum();
        let held: u32 = self.servers.iter().map(|server| server.held()).sum();
        let served: u32 = work.iter().map(|item| item.in_flight()).sum();
        calls + held.max(served)
    }

    /// Whether all active services of the group have returned.
    #[must_use]
    pub fn done(&self, work: &[&mut dyn Work]) -> bool {
        work.iter().all(|item| item.done())
    }

    /// Steps and sleeps until `stop` says so; it is asked between steps.
    pub fn run(
        &self,
        port: &impl Port,
        work: &mut [&mut dyn Work],
        mut stop: impl FnMut(&[&mut dyn Work]) -> bool,
    ) {
        while !stop(work) {
            if !self.step(work, |peer| port.ring(peer)) {
                port.wait(self.next_deadline());
            }
        }
    }
}
