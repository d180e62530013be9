//! The caller's node: takes requests out of lanes, brings each to its callee's node, and completes it exactly once.
//!
//! A call is `Waiting` until the edge's session with the callee's node is open, `Sending` until the next node has the
//! request, then `Sent`; it is `Parked` while the callee has no room, and `Leaving` once nobody waits for it but the
//! callee may still run it. An edge's session is opened by a probe before its first call, so that each request can say
//! which life of the callee it is meant for.
use super::frame::{self, HEADER, Header, Kind, NO_SLOT};
use super::storage::{NONE, Outcome};
use super::{Lanes, Net, OutEdge, Route};
use ambc_abi::CallError;

/// One call under way from this node.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Index of its out edge.
    pub(super) out: u16,
    pub(super) phase: Phase,
    /// Slot of its lane, until that is completed.
    lane_slot: Option<u8>,
    proc: u32,
    pub(super) seq: u32,
    len: u32,
    deadline: u64,
    pub(super) next_at: u64,
    /// Questions without answer in a row.
    pub(super) tries: u8,
    /// Answers without result in a row.
    pub(super) patience: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Free,
    Waiting,
    Sending,
    Sent,
    Parked,
    Leaving,
}

/// State of an out edge.
#[derive(Clone, Debug, Default)]
pub struct OutState {
    /// First of its calls.
    pub(super) first: u16,
    used: u16,
    /// Callee session the edge is open to, and whether it is.
    pub(super) remote: u64,
    pub(super) open: bool,
    pub(super) next_at: u64,
    pub(super) tries: u8,
    /// Why it could not be opened; until `next_at` further calls fail with it at once.
    pub(super) refused: Option<CallError>,
    /// When the callee's node last said anything about this edge.
    pub(super) heard_at: u64,
}

impl Call {
    pub(super) fn new(out: u16) -> Self {
        Call { out, ..Call::default() }
    }
}

impl OutState {
    pub(super) fn new(first: u16) -> Self {
        OutState { first, ..OutState::default() }
    }
}

pub(super) const MS: u64 = 1_000_000;
/// Questions without answer after which the callee's node counts as unreachable.
const TRIES: u8 = 8;
/// The same for an edge that could not be opened before, and when that is tried again.
const TRIES_AGAIN: u8 = 3;
pub(super) const RETRY: u64 = 250 * MS;

impl Net<'_> {
    /// New requests, cancellations, deadlines, questions. True if anything happened.
    pub(super) fn drive_calls(&mut self, now: u64, lanes: &dyn Lanes) -> bool {
        let (mut any, mut at) = (false, 0);
        while let Some(call) = self.active_calls.next(at) {
            any |= self.drive_call(now, lanes, call);
            at = call + 1;
        }
        for out in 0..self.outs.len() {
            any |= self.take_requests(now, lanes, out);
            any |= self.drive_opening(now, lanes, out);
        }
        any
    }

    pub(super) fn next_call_timer(&self) -> u64 {
        let (mut next, mut at) = (u64::MAX, 0);
        while let Some(i) = self.active_calls.next(at) {
            let call = &self.calls[i];
            next = next.min(call.deadline);
            match call.phase {
                Phase::Sent | Phase::Parked | Phase::Leaving => next = next.min(call.next_at),
                Phase::Waiting => next = next.min(self.outs[call.out as usize].next_at),
                Phase::Free | Phase::Sending => {}
            }
            at = i + 1;
        }
        next
    }

    fn edge_of(&self, out: usize) -> (&OutEdge, &Route) {
        let edge = &self.table.outs[out];
        (edge, &self.table.routes[edge.route as usize])
    }

    /// Time after which a question is asked again.
    pub(super) fn pause(&self, out: usize, tries: u8) -> u64 {
        let base = 50 * MS + 4000 * u64::from(self.edge_of(out).1.latency_us);
        (base << tries.min(6)).min(base.max(500 * MS))
    }

    /// A header of this node's about a call.
    fn header(&self, call: usize, kind: Kind, word: u32) -> Header {
        let (c, out) = (&self.calls[call], self.calls[call].out as usize);
        let slot = call as u16 - self.outs[out].first;
        Header { seq: c.seq, slot, word, ..self.edge_header(out, kind) }
    }

    fn edge_header(&self, out: usize, kind: Kind) -> Header {
        let (edge, route) = self.edge_of(out);
        Header {
            kind,
            flags: 0,
            hops: route.hops,
            route: route.id,
            edge: edge.edge,
            session: self.session,
            tag: frame::tag(self.outs[out].remote),
            seq: 0,
            left_us: frame::FOREVER,
            word: 0,
            slot: NO_SLOT,
        }
    }

    fn send_control(&mut self, out: usize, header: &Header) {
        if let super::Hop::Peer(link) = self.edge_of(out).1.toward {
            self.links.control(link, header);
        }
    }

    /// Tells an export that this client makes no more calls.
    pub(super) fn leave_export(&mut self) {
        if self.outs.first().is_some_and(|o| o.open) {
            let header = self.edge_header(0, Kind::Cancel);
            self.send_control(0, &header);
        }
    }

    // --- from the lane ---

    fn take_requests(&mut self, now: u64, lanes: &dyn Lanes, out: usize) -> bool {
        let (lane, slots, first) =
            (self.table.outs[out].lane, self.table.outs[out].slots, self.outs[out].first as usize);
        let mut any = false;
        for _ in 0..slots {
            if self.outs[out].used == slots {
                break;
            }
            let calls = first..first + slots as usize;
            let Some(call) = calls.clone().find(|c| self.calls[*c].phase == Phase::Free) else { break };
            let buffer = self.links.buffer(call as u16);
            let room = buffer.len() - frame::TAG;
            let Some(popped) = lanes.pop(lane, &mut buffer[HEADER..room]) else { break };
            any = true;
            // A slot that comes again was abandoned with its lane's earlier life: nobody waits for that call.
            let orphan = calls.into_iter().find(|c| self.calls[*c].lane_slot == Some(popped.slot));
            if let Some(orphan) = orphan {
                self.leave(now, orphan);
            }
            self.doubt(now, out);
            let seq = self.calls[call].seq.wrapping_add(1).max(1);
            self.calls[call] = Call {
                out: out as u16,
                phase: Phase::Waiting,
                lane_slot: Some(popped.slot),
                proc: popped.proc,
                seq,
                len: popped.len.min(room - HEADER) as u32,
                deadline: popped.deadline,
                ..Call::default()
            };
            self.outs[out].used += 1;
            self.active_calls.insert(call);
            if self.outs[out].open {
                self.send(now, lanes, call);
            }
        }
        any
    }

    /// Before the first call after a pause: after a long silence the callee's node may have restarted, so its session is
    /// asked for first; an attempt that nobody waited for any more begins anew.
    fn doubt(&mut self, now: u64, out: usize) {
        let o = &mut self.outs[out];
        if o.used > 0 {
            return;
        }
        o.open &= now.saturating_sub(o.heard_at) < self.reopening;
        let refused = o.refused.is_some() && o.tries == 0 && now < o.next_at;
        if !o.open && !refused {
            (o.tries, o.next_at) = (0, now);
        }
    }

    fn drive_call(&mut self, now: u64, lanes: &dyn Lanes, call: usize) -> bool {
        let c = &self.calls[call];
        let lane = self.table.outs[c.out as usize].lane;
        if c.lane_slot.is_some_and(|slot| lanes.cancelled(lane, slot)) {
            self.complete(lanes, call, CallError::Cancelled.code(), NONE);
            self.leave(now, call);
            return true;
        }
        if c.deadline <= now {
            // The callee's node sees the same deadline and ends the call there.
            self.finish(lanes, call, CallError::Timeout.code());
            return true;
        }
        if c.next_at > now {
            return false;
        }
        match c.phase {
            Phase::Free | Phase::Waiting | Phase::Sending => false,
            Phase::Parked => {
                self.send(now, lanes, call);
                true
            }
            Phase::Sent => self.ask(now, lanes, call, Kind::Probe),
            Phase::Leaving => self.ask(now, lanes, call, Kind::Cancel),
        }
    }

    fn ask(&mut self, now: u64, lanes: &dyn Lanes, call: usize, kind: Kind) -> bool {
        let c = &mut self.calls[call];
        if c.tries == TRIES {
            self.finish(lanes, call, CallError::Unreachable.code());
            return true;
        }
        c.tries += 1;
        let (out, doubt) = (c.out as usize, c.tries.max(c.patience));
        self.calls[call].next_at = now + self.pause(out, doubt);
        let header = self.header(call, kind, self.calls[call].proc);
        self.send_control(out, &header);
        true
    }

    /// Asks for the session of the callee's node while calls wait for it.
    fn drive_opening(&mut self, now: u64, lanes: &dyn Lanes, out: usize) -> bool {
        let o = &self.outs[out];
        if o.open || o.used == 0 || !self.any_waiting(out) {
            return false;
        }
        let early = now < o.next_at;
        let tries = match o.refused {
            Some(error) if early && o.tries == 0 => return self.refuse(lanes, out, error),
            Some(_) | None if early => return false,
            Some(_) => TRIES_AGAIN,
            None => TRIES,
        };
        if o.tries >= tries {
            self.outs[out].next_at = now + RETRY;
            return self.refuse(lanes, out, CallError::Unreachable);
        }
        let pause = self.pause(out, o.tries);
        let o = &mut self.outs[out];
        o.tries += 1;
        o.next_at = now + pause;
        let header = self.edge_header(out, Kind::Probe);
        self.send_control(out, &header);
        true
    }

    pub(super) fn calls_of(&self, out: usize) -> core::ops::Range<usize> {
        let first = self.outs[out].first as usize;
        first..first + self.table.outs[out].slots as usize
    }

    fn any_waiting(&self, out: usize) -> bool {
        self.calls[self.calls_of(out)].iter().any(|c| c.phase == Phase::Waiting)
    }

    /// Ends all calls that wait for the session. True, for those who want to know that something happened.
    pub(super) fn refuse(&mut self, lanes: &dyn Lanes, out: usize, error: CallError) -> bool {
        for call in self.calls_of(out) {
            if self.calls[call].phase == Phase::Waiting {
                self.finish(lanes, call, error.code());
            }
        }
        let o = &mut self.outs[out];
        (o.tries, o.refused) = (0, Some(error));
        true
    }

    // --- to the link ---

    pub(super) fn send(&mut self, now: u64, lanes: &dyn Lanes, call: usize) {
        let c = &self.calls[call];
        let (len, deadline, out) = (HEADER + c.len as usize, c.deadline, c.out as usize);
        let header = self.header(call, Kind::Request, c.proc);
        let unit = call as u16;
        self.links.abort(unit);
        self.links.buffer(unit)[..HEADER].copy_from_slice(&header.encode());
        let sent = match self.edge_of(out).1.toward {
            super::Hop::Peer(link) => self.links.enqueue(now, unit, link, len, deadline).is_ok(),
            super::Hop::Here => false,
        };
        self.calls[call].phase = Phase::Sending;
        if !sent {
            self.finish(lanes, call, CallError::Unreachable.code());
        }
    }

    /// The next node has the request, or will not get it.
    pub(super) fn request_sent(&mut self, now: u64, lanes: &dyn Lanes, unit: u16, outcome: Outcome) {
        let call = unit as usize;
        if self.calls[call].phase != Phase::Sending {
            return;
        }
        match outcome {
            Outcome::Acked => {
                let pause = self.pause(self.calls[call].out as usize, self.calls[call].patience);
                let c = &mut self.calls[call];
                (c.phase, c.tries, c.next_at) = (Phase::Sent, 0, now + pause);
            }
            Outcome::Unreachable => self.finish(lanes, call, CallError::Unreachable.code()),
            Outcome::Expired => self.finish(lanes, call, CallError::Timeout.code()),
        }
    }

    /// Nobody waits any more; what the callee's node may have of the call is taken back.
    fn leave(&mut self, now: u64, call: usize) {
        self.links.abort(call as u16);
        let c = &mut self.calls[call];
        c.lane_slot = None;
        match c.phase {
            Phase::Waiting | Phase::Parked => self.free(call),
            Phase::Free => {}
            Phase::Sending | Phase::Sent | Phase::Leaving => {
                (c.phase, c.tries, c.patience, c.next_at) = (Phase::Leaving, 0, 0, now);
            }
        }
    }

    pub(super) fn free(&mut self, call: usize) {
        let c = &mut self.calls[call];
        c.phase = Phase::Free;
        c.lane_slot = None;
        self.outs[c.out as usize].used -= 1;
        self.active_calls.remove(call);
    }

    pub(super) fn complete(&mut self, lanes: &dyn Lanes, call: usize, status: u32, payload: u16) {
        let c = &mut self.calls[call];
        let Some(slot) = c.lane_slot.take() else { return };
        let lane = self.table.outs[c.out as usize].lane;
        let bytes =
            if payload == NONE { &[][..] } else { self.links.message(payload).get(HEADER..).unwrap_or(&[]) };
        lanes.complete(lane, slot, status, bytes);
    }

    pub(super) fn finish(&mut self, lanes: &dyn Lanes, call: usize, status: u32) {
        self.links.abort(call as u16);
        self.complete(lanes, call, status, NONE);
        self.free(call);
    }
}
