//! The caller's end of a lane: which slots are free, what is under way, and the session with the callee.
//!
//! A *session* is a stretch of time in which neither end restarted. The caller opens one: it empties its ring and writes
//! the number; the callee lets go of everything older, empties its own ring and acknowledges. Nothing is submitted before.
//! When the callee's epoch changes, it has died or started anew, and everything under way ends as `Restarted`.
use super::buffer::Buffer;
use super::counters::Counters;
use super::layout::{Field, Word};
use super::memory::{Area, Lane, Ring};
use super::pending::{Pending, State};
use super::waiters::{Queue, Waiter};
use crate::Ctx;
use crate::atomic::Ordering::{Acquire, Relaxed, Release};
use core::cell::Cell;
use core::fmt;

/// The private memory of a caller's end.
#[derive(Debug)]
pub struct Room<'s> {
    /// As many as the lane has slots.
    pub pending: &'s [Pending],
    /// How many calls may queue for a slot or a bulk buffer; one more gets `Overloaded`. All calls queue while the callee
    /// is not there yet: with one place for each request and task of the consumer, none is ever refused.
    pub waiters: &'s [Waiter],
    /// Where a large reply is copied before it is decoded: as long as a bulk buffer, empty if the lane has none.
    pub reply: &'s Buffer,
}

/// The caller's end of one lane.
pub struct Caller<'s> {
    pub(super) lane: Lane,
    pub(super) ctx: &'s Ctx<'s>,
    pub(super) pending: &'s [Pending],
    pub(super) queue: Queue<'s>,
    pub(super) reply: &'s Buffer,
    pub(super) counters: Counters,
    pub(super) timeout: Cell<u64>,
    peer: u8,
    dirty: Cell<bool>,
    live: Cell<bool>,
    session: Cell<u32>,
    callee_epoch: Cell<u32>,
    free: Cell<usize>,
    free_bulk: Cell<u32>,
    cancelled: [Cell<u32>; 2],
    submitted: Cell<u32>,
    completed: Cell<u32>,
    next_deadline: Cell<u64>,
}

/// What a call may take, in ns, if neither its procedure nor its binding says.
pub const DEFAULT_TIMEOUT_NS: u64 = 5_000_000_000;

impl<'s> Caller<'s> {
    /// The caller's end. `peer` is what the port is told to ring after something was sent.
    ///
    /// # Panics
    /// If `room` does not suit the lane.
    #[must_use]
    pub fn new(lane: Lane, peer: u8, ctx: &'s Ctx<'s>, room: Room<'s>) -> Self {
        assert!(room.pending.len() == lane.slots(), "a caller needs one record per slot");
        assert!(
            room.reply.len() >= lane.spec().bulk_bytes as usize,
            "a caller needs room for the largest reply"
        );
        let me = Self {
            lane,
            ctx,
            pending: room.pending,
            queue: Queue::new(room.waiters),
            reply: room.reply,
            counters: Counters::new(),
            timeout: Cell::new(0),
            peer,
            dirty: Cell::new(false),
            live: Cell::new(false),
            session: Cell::new(lane.word(Word::Session).load(Relaxed)),
            callee_epoch: Cell::new(lane.word(Word::CalleeEpoch).load(Acquire)),
            free: Cell::new(lane.all_slots()),
            free_bulk: Cell::new(((1_u64 << lane.spec().bulk) - 1) as u32),
            cancelled: [Cell::new(0), Cell::new(0)],
            submitted: Cell::new(0),
            completed: Cell::new(0),
            next_deadline: Cell::new(u64::MAX),
        };
        me.open_session();
        me
    }

    /// The same end with the most that a call may take, in µs. A procedure's `@timeout` holds if it is less.
    #[must_use]
    pub fn with_timeout(self, timeout_us: u32) -> Self {
        self.timeout.set(u64::from(timeout_us) * 1000);
        self
    }

    /// What a call may take, in ns: the less of what its procedure (`timeout_us`, 0 for nothing) and its binding say.
    pub(super) fn allowed(&self, timeout_us: u32) -> u64 {
        match (u64::from(timeout_us) * 1000, self.timeout.get()) {
            (0, 0) => DEFAULT_TIMEOUT_NS,
            (0, said) | (said, 0) => said,
            (procedure, binding) => procedure.min(binding),
        }
    }

    /// What the port rings after something was sent.
    #[must_use]
    pub fn peer(&self) -> u8 {
        self.peer
    }

    /// The lane of this end.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Calls, errors and latencies of this edge.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Slots that a call could use now.
    #[must_use]
    pub fn free_slots(&self) -> u32 {
        self.free.get().count_ones()
    }

    /// Calls under way or waiting, and slots that the callee has not let go of.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.pending.len() as u32 - self.free_slots() + self.queue.len()
    }

    /// When [`advance`](Self::advance) has something to do though the callee does nothing; `u64::MAX` if never.
    #[must_use]
    pub fn next_deadline(&self) -> u64 {
        self.next_deadline.get()
    }

    /// Takes completions, ends what is past its deadline, keeps the session; true if there was anything.
    ///
    /// Bounded: at most one completion per slot, whatever the callee writes.
    #[inline]
    pub fn advance(&self) -> bool {
        let epoch = self.lane.word(Word::CalleeEpoch).load(Relaxed);
        let mut any = (epoch != self.callee_epoch.get() || !self.live.get()) && self.handshake();
        if self.lane.has(Ring::Completions, self.completed.get()) {
            any |= self.take_completions();
        }
        if self.ctx.recent() >= self.next_deadline.get() {
            any |= self.expire();
        }
        any
    }

    pub(crate) fn take_dirty(&self) -> bool {
        self.dirty.take()
    }

    fn take_completions(&self) -> bool {
        if !self.live.get() {
            return false;
        }
        for _ in 0..self.pending.len() {
            let Some(slot) = self.lane.take(Ring::Completions, self.completed.get()) else { break };
            self.completed.set(self.completed.get().wrapping_add(1));
            match self.pending[slot].state.get() {
                State::Sent | State::Late => self.pending[slot].enter(State::Done),
                State::Gone => self.release(slot),
                // A second completion means nothing.
                State::Done | State::Free | State::Lost | State::LateLost => {}
            }
        }
        true
    }

    #[cold]
    fn handshake(&self) -> bool {
        // In this order: an acknowledgement shows the epoch of the callee that gave it. Otherwise the first call of that
        // session would end as `Restarted` though nothing did.
        let ready = !self.lane.is_closed() && self.lane.word(Word::Ack).load(Acquire) == self.session.get();
        let epoch = self.lane.word(Word::CalleeEpoch).load(Acquire);
        if epoch != self.callee_epoch.get() {
            self.callee_epoch.set(epoch);
            self.open_session();
            return true;
        }
        if ready {
            self.live.set(true);
            self.queue.wake_first();
        }
        ready || self.send_away()
    }

    /// Whether nobody will serve this lane any more.
    #[cold]
    pub(super) fn closed(&self) -> bool {
        !self.live.get() && self.lane.is_closed()
    }

    /// Wakes everybody in the queue of a closed lane, so that they learn of it; true if there was anybody.
    fn send_away(&self) -> bool {
        let any = !self.queue.is_empty() && self.closed();
        if any {
            self.queue.wake_expired(u64::MAX);
        }
        any
    }

    /// The callee of the previous session is dead, or there was none.
    fn open_session(&self) {
        self.live.set(false);
        for slot in 0..self.pending.len() {
            self.lose(slot);
        }
        self.lane.clear(Ring::Requests);
        for (mask, slot) in self.cancelled.iter().zip([0, 32]) {
            mask.set(0);
            self.lane.cancel_word(slot).store(0, Relaxed);
        }
        self.submitted.set(0);
        self.completed.set(0);
        self.session.set(self.session.get().wrapping_add(1));
        self.lane.word(Word::Session).store(self.session.get(), Release);
        self.call_attention();
    }

    fn lose(&self, slot: usize) {
        match self.pending[slot].state.get() {
            State::Sent => self.pending[slot].enter(State::Lost),
            State::Late => self.pending[slot].enter(State::LateLost),
            State::Gone => self.release(slot),
            State::Free | State::Done | State::Lost | State::LateLost => {}
        }
    }

    #[cold]
    fn expire(&self) -> bool {
        let now = self.ctx.now();
        let mut next = self.queue.wake_expired(now);
        for (slot, pending) in self.pending.iter().enumerate() {
            if pending.state.get() != State::Sent {
                continue;
            }
            if pending.deadline.get() <= now {
                pending.enter(State::Late);
                self.ask_to_cancel(slot);
            } else {
                next = next.min(pending.deadline.get());
            }
        }
        self.next_deadline.set(next);
        true
    }

    pub(super) fn watch_deadline(&self, deadline: u64) {
        self.next_deadline.set(self.next_deadline.get().min(deadline));
    }

    /// A free slot, and a free bulk buffer if asked for. Nothing is taken yet: [`submit`](Self::submit) does, at once or not at all.
    #[inline]
    pub(super) fn vacancy(&self, bulk: bool) -> Option<(usize, Option<u8>)> {
        let (slots, buffers) = (self.free.get(), self.free_bulk.get());
        if !self.live.get() || slots == 0 || (bulk && buffers == 0) {
            return None;
        }
        // The slot at the ring's position, if it is free: then entry and message share a cache line.
        let near = self.submitted.get() as usize & (self.pending.len() - 1);
        let slot = if slots >> near & 1 != 0 { near } else { slots.trailing_zeros() as usize };
        Some((slot, bulk.then(|| buffers.trailing_zeros() as u8)))
    }

    /// Where the message of a slot goes.
    #[inline]
    pub(super) fn area(&self, slot: usize, bulk: Option<usize>) -> Area {
        bulk.and_then(|b| self.lane.bulk(b)).unwrap_or_else(|| self.lane.payload(slot))
    }

    #[inline]
    pub(super) fn submit(&self, slot: usize, bulk: Option<u8>, proc: u32, len: usize, deadline: u64) {
        self.free.set(self.free.get() & !(1 << slot));
        if let Some(bulk) = bulk {
            self.free_bulk.set(self.free_bulk.get() & !(1 << bulk));
        }
        self.pending[slot].submitted(self.ctx.recent(), deadline, bulk);
        self.watch_deadline(deadline);
        let set = |field, value| self.lane.head(slot, field).store(value, Relaxed);
        set(Field::Proc, proc);
        set(Field::Len, len as u32);
        set(Field::Bulk, bulk.map_or(0, |b| u32::from(b) + 1));
        set(Field::DeadlineLow, deadline as u32);
        set(Field::DeadlineHigh, (deadline >> 32) as u32);
        self.lane.push(Ring::Requests, self.submitted.get(), slot);
        self.submitted.set(self.submitted.get().wrapping_add(1));
        self.dirty.set(true);
    }

    /// Status word and length of the answer in a slot. Whatever they say, nothing was judged yet.
    #[inline]
    pub(super) fn answer(&self, slot: usize) -> (u32, usize) {
        let get = |field| self.lane.head(slot, field).load(Relaxed);
        (get(Field::Status), get(Field::Len) as usize)
    }

    /// The slot can be used again. Its callee has let go of it.
    pub(super) fn release(&self, slot: usize) {
        self.withdraw_cancel(slot);
        let pending = &self.pending[slot];
        if let Some(bulk) = pending.bulk() {
            self.free_bulk.set(self.free_bulk.get() | 1 << bulk);
        }
        pending.bulk.set(0);
        pending.enter(State::Free);
        self.free.set(self.free.get() | 1 << slot);
        self.serve_queue();
    }

    /// Wakes the first in the queue if there may be room for it.
    #[inline]
    pub(super) fn serve_queue(&self) {
        if !self.queue.is_empty() && self.live.get() && self.free.get() != 0 {
            self.queue.wake_first();
        }
    }

    /// The call of a slot is no longer interested.
    pub(super) fn abandon(&self, slot: usize) {
        match self.pending[slot].state.get() {
            State::Sent => {
                self.pending[slot].state.set(State::Gone);
                self.ask_to_cancel(slot);
            }
            State::Late => self.pending[slot].state.set(State::Gone),
            State::Done | State::Lost | State::LateLost => self.release(slot),
            State::Free | State::Gone => {}
        }
    }

    fn ask_to_cancel(&self, slot: usize) {
        self.set_cancel(slot, true);
        self.call_attention();
    }

    fn withdraw_cancel(&self, slot: usize) {
        if self.cancelled[slot >> 5].get() & 1 << (slot & 31) != 0 {
            self.set_cancel(slot, false);
        }
    }

    /// Stores a private copy: the shared word is written, never believed.
    fn set_cancel(&self, slot: usize, on: bool) {
        let (mask, bit) = (&self.cancelled[slot >> 5], 1 << (slot & 31));
        mask.set(if on { mask.get() | bit } else { mask.get() & !bit });
        self.lane.cancel_word(slot).store(mask.get(), Relaxed);
    }

    fn call_attention(&self) {
        self.lane.word(Word::Attention).fetch_add(1, Release);
        self.dirty.set(true);
    }
}

impl fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("session", &self.session.get())
            .field("live", &self.live.get())
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}
