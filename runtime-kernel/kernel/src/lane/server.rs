//! The callee's end of a lane: which requests have arrived, which it holds, and the session with the caller.
use super::layout::{Field, Word};
use super::memory::{Area, Lane, Ring};
use super::request::Request;
use super::scratch::Scratch;
use crate::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use ambc_abi::CallError;
use core::cell::Cell;
use core::fmt;

/// What [`Server::attend`] found beside requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Some calls were dropped: look at [`Server::cancelled`] for each request held.
    Cancelled,
    /// The caller died or started anew: nobody waits for any request held. Drop them, then call [`Server::renew`].
    Reset,
}

/// The callee's end of one lane.
pub struct Server {
    pub(super) lane: Lane,
    peer: u8,
    scratch: Option<&'static Scratch>,
    dirty: Cell<bool>,
    live: Cell<bool>,
    session: Cell<u32>,
    caller_epoch: Cell<u32>,
    attention: Cell<u32>,
    /// Slots that hold a request which was taken and not yet completed.
    held: Cell<usize>,
    /// Slots whose request was accepted (`@oneway`) and may still be running under the slot's number.
    accepted: Cell<usize>,
    taken: Cell<u32>,
    completed: Cell<u32>,
}

impl Server {
    /// The callee's end. `peer` is what the port is told to ring after something was answered.
    #[must_use]
    pub fn new(lane: Lane, peer: u8) -> Self {
        let attention = lane.word(Word::Attention).load(Acquire);
        // A session that was opened before this end existed is not for it: the caller opens another as soon as it sees
        // the new epoch. Hence this order.
        let session = lane.word(Word::Session).load(Acquire);
        let caller_epoch = lane.word(Word::CallerEpoch).load(Relaxed);
        lane.word(Word::Closed).store(0, Relaxed); // whatever an earlier callee wrote there
        lane.word(Word::CalleeEpoch).fetch_add(1, AcqRel);
        Self {
            lane,
            peer,
            scratch: None,
            dirty: Cell::new(true),
            live: Cell::new(false),
            session: Cell::new(session),
            caller_epoch: Cell::new(caller_epoch),
            attention: Cell::new(attention),
            held: Cell::new(0),
            accepted: Cell::new(0),
            taken: Cell::new(0),
            completed: Cell::new(0),
        }
    }

    /// The same end with private buffers for large arguments.
    #[must_use]
    pub fn with_scratch(self, scratch: &'static Scratch) -> Self {
        Self { scratch: Some(scratch), ..self }
    }

    /// What the port rings after something was answered.
    #[must_use]
    pub fn peer(&self) -> u8 {
        self.peer
    }

    /// The lane of this end.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    pub(super) fn scratch(&self) -> Option<&'static Scratch> {
        self.scratch
    }

    /// Requests taken and not yet completed.
    #[must_use]
    pub fn held(&self) -> u32 {
        self.held.get().count_ones()
    }

    pub(crate) fn take_dirty(&self) -> bool {
        self.dirty.take()
    }

    /// Nothing to take and nothing to attend to: two loads.
    #[inline]
    #[must_use]
    pub fn idle(&self) -> bool {
        !self.needs_attention() && !self.lane.has(Ring::Requests, self.taken.get())
    }

    #[inline]
    fn needs_attention(&self) -> bool {
        self.lane.word(Word::Attention).load(Relaxed) != self.attention.get()
    }

    /// Looks at cancellations, and at deaths and restarts of the caller.
    #[inline]
    pub fn attend(&self) -> Option<Attention> {
        if self.needs_attention() { Some(self.look()) } else { None }
    }

    #[cold]
    fn look(&self) -> Attention {
        self.attention.set(self.lane.word(Word::Attention).load(Acquire));
        let session = self.lane.word(Word::Session).load(Acquire);
        let epoch = self.lane.word(Word::CallerEpoch).load(Relaxed);
        if session == self.session.get() && epoch == self.caller_epoch.get() {
            Attention::Cancelled
        } else {
            self.live.set(false);
            Attention::Reset
        }
    }

    /// Second half of a reset, once nothing runs for the old session any more: empties the ring and tells the caller that
    /// it may submit. Requests of the old session that still exist complete nothing.
    pub fn renew(&self) {
        self.held.set(0);
        let session = self.lane.word(Word::Session).load(Acquire);
        self.caller_epoch.set(self.lane.word(Word::CallerEpoch).load(Relaxed));
        if session == self.session.get() {
            return; // the caller died and has not come back yet
        }
        self.session.set(session);
        self.lane.clear(Ring::Completions);
        self.taken.set(0);
        self.completed.set(0);
        self.live.set(true);
        self.lane.word(Word::Ack).store(session, Release);
        self.dirty.set(true);
    }

    /// Whether the caller of the request in `slot` has dropped its call. A request that was accepted cannot be cancelled.
    #[must_use]
    pub fn cancelled(&self, slot: u8) -> bool {
        let slot = usize::from(slot);
        let word = self.lane.cancel_word(slot).load(Relaxed);
        word >> (slot & 31) & 1 != 0 && self.accepted.get() >> slot & 1 == 0
    }

    /// Whether a request that was accepted may still run under the number of `slot`, which a later request may have too.
    pub(crate) fn was_accepted(&self, slot: u8) -> bool {
        self.accepted.get() >> slot & 1 != 0
    }

    pub(crate) fn forget_accepted(&self, slot: u8) {
        self.accepted.set(self.accepted.get() & !(1 << slot));
    }

    /// The next request whose call still stands; `now` is what its deadline is compared with.
    ///
    /// Its header is read once: what is checked is what is used. Bounded: looks at no more requests than there are slots.
    #[inline]
    pub fn pop(&self, now: u64) -> Option<Request<'_>> {
        if !self.live.get() {
            return None;
        }
        for _ in 0..self.lane.slots() {
            let slot = self.lane.take(Ring::Requests, self.taken.get())?;
            self.taken.set(self.taken.get().wrapping_add(1));
            if self.held.get() & 1 << slot != 0 {
                continue; // a caller that keeps to the protocol cannot submit it again
            }
            self.held.set(self.held.get() | 1 << slot);
            match self.read(slot, now) {
                Ok(request) => return Some(request),
                Err(error) => self.complete(slot as u8, self.session.get(), error.code(), 0),
            }
        }
        None
    }

    #[inline]
    fn read(&self, slot: usize, now: u64) -> Result<Request<'_>, CallError> {
        let get = |field| self.lane.head(slot, field).load(Relaxed);
        let bulk = get(Field::Bulk) as usize;
        if self.lane.cancel_word(slot).load(Relaxed) >> (slot & 31) & 1 != 0 {
            return Err(CallError::Cancelled);
        }
        let deadline = u64::from(get(Field::DeadlineLow)) | u64::from(get(Field::DeadlineHigh)) << 32;
        if deadline <= now {
            return Err(CallError::Timeout);
        }
        let (proc, len) = (get(Field::Proc), get(Field::Len));
        if bulk > usize::from(self.lane.spec().bulk)
            || len as usize > self.area(slot as u8, bulk as u8).capacity
        {
            return Err(CallError::Malformed);
        }
        Ok(Request::new(self, slot as u8, bulk as u8, proc, len, deadline, self.session.get()))
    }

    /// `bulk`: 0, or one more than the number of the buffer.
    #[inline]
    pub(super) fn area(&self, slot: u8, bulk: u8) -> Area {
        let buffer = usize::from(bulk).checked_sub(1).and_then(|b| self.lane.bulk(b));
        buffer.unwrap_or_else(|| self.lane.payload(usize::from(slot)))
    }

    /// Whether the slot still belongs to a request of that session.
    #[inline]
    pub(super) fn holds(&self, slot: u8, session: u32) -> bool {
        session == self.session.get() && self.held.get() >> slot & 1 != 0
    }

    /// Answers the request in `slot`, unless it is of an older session or was answered already.
    #[inline]
    pub(super) fn complete(&self, slot: u8, session: u32, status: u32, len: usize) {
        if !self.holds(slot, session) {
            return;
        }
        self.held.set(self.held.get() & !(1 << slot));
        self.lane.head(usize::from(slot), Field::Len).store(len as u32, Relaxed);
        self.lane.head(usize::from(slot), Field::Status).store(status, Relaxed);
        self.lane.push(Ring::Completions, self.completed.get(), usize::from(slot));
        self.completed.set(self.completed.get().wrapping_add(1));
        self.dirty.set(true);
    }

    pub(super) fn accept(&self, slot: u8, session: u32) {
        if session == self.session.get() {
            self.accepted.set(self.accepted.get() | 1 << slot);
        }
        self.complete(slot, session, ambc_abi::STATUS_OK, 0);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("session", &self.session.get())
            .field("live", &self.live.get())
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}
