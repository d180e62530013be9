//! [`Lanes`] over the kernel's own lane ends.
use super::{Answer, Lanes, Popped, Submitted};
use crate::lane::{Attention, Caller, RawCall, Refused, Server, Ticket};
use ambc_abi::CallError;
use core::cell::Cell;
use core::fmt;
use core::task::Poll;

/// The serving end of a lane whose callee is on another node.
pub struct OutLane<'l> {
    server: &'l Server,
    tickets: &'l [Cell<Option<Ticket>>],
}

impl<'l> OutLane<'l> {
    /// `tickets`: as many as the lane has slots.
    #[must_use]
    pub fn new(server: &'l Server, tickets: &'l [Cell<Option<Ticket>>]) -> Self {
        OutLane { server, tickets }
    }

    /// When the callers' group died or restarted, nobody waits for what was taken before.
    fn attend(&self) {
        if self.server.attend() == Some(Attention::Reset) {
            self.tickets.iter().for_each(|t| t.set(None));
            self.server.renew();
        }
    }
}

impl fmt::Debug for OutLane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutLane").field("server", self.server).finish_non_exhaustive()
    }
}

/// The lane ends of a node's network side, in the order of the lane numbers of its table. A group's
/// [`step`](crate::Group::step) advances the callers and rings for both kinds.
#[derive(Clone, Copy, Debug)]
pub struct LaneEnds<'l> {
    /// Lanes that groups of this node call over.
    pub outs: &'l [OutLane<'l>],
    /// Lanes that groups of this node serve.
    pub ins: &'l [&'l Caller<'l>],
    /// The node's clock in ns, the one that `Net` is driven with.
    pub now: fn() -> u64,
}

impl LaneEnds<'_> {
    fn out(&self, lane: u16) -> Option<&OutLane<'_>> {
        self.outs.get(usize::from(lane))
    }

    fn caller(&self, lane: u16) -> Option<&Caller<'_>> {
        self.ins.get(usize::from(lane)).copied()
    }
}

impl Lanes for LaneEnds<'_> {
    fn pop(&self, lane: u16, buf: &mut [u8]) -> Option<Popped> {
        let out = self.out(lane)?;
        out.attend();
        let raw = out.server.pop_raw((self.now)(), buf)?;
        let slot = raw.ticket.slot();
        out.tickets.get(usize::from(slot))?.set(Some(raw.ticket));
        Some(Popped { slot, proc: raw.proc, len: raw.len, deadline: raw.deadline })
    }

    fn cancelled(&self, lane: u16, slot: u8) -> bool {
        let Some(out) = self.out(lane) else { return true };
        out.attend();
        let held = out.tickets.get(usize::from(slot)).is_some_and(|t| t.get().is_some());
        !held || out.server.cancelled(slot)
    }

    fn complete(&self, lane: u16, slot: u8, status: u32, payload: &[u8]) {
        let Some(out) = self.out(lane) else { return };
        let ticket = out.tickets.get(usize::from(slot)).and_then(Cell::take);
        if let Some(ticket) = ticket {
            out.server.complete_raw(ticket, status, payload);
        }
    }

    fn submit(&self, lane: u16, proc: u32, deadline: u64, payload: &[u8], reply_max: usize) -> Submitted {
        let Some(caller) = self.caller(lane) else { return Submitted::Failed(CallError::Mismatch) };
        match caller.submit_raw(&RawCall { proc, deadline, message: payload, reply_max }) {
            Ok(slot) => Submitted::Slot(slot),
            Err(Refused::Full) => Submitted::Full,
            Err(Refused::TooLarge) => Submitted::Failed(CallError::Malformed),
            Err(Refused::Closed) => Submitted::Failed(CallError::Unreachable),
        }
    }

    fn poll(&self, lane: u16, slot: u8, buf: &mut [u8]) -> Option<Answer> {
        let Some(caller) = self.caller(lane) else { return Some(lost(CallError::Mismatch)) };
        match caller.poll_raw(slot, buf) {
            Poll::Pending => None,
            Poll::Ready(Ok(reply)) => Some(Answer { status: reply.status, len: reply.len }),
            Poll::Ready(Err(error)) => Some(lost(error)),
        }
    }

    fn cancel(&self, lane: u16, slot: u8) {
        if let Some(caller) = self.caller(lane) {
            caller.cancel_raw(slot);
        }
    }
}

fn lost(error: CallError) -> Answer {
    Answer { status: error.code(), len: 0 }
}
