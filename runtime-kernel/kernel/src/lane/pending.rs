//! A caller's private record of one slot. It is never in shared memory, so the callee cannot forge it.
use core::cell::Cell;
use core::fmt;
use core::task::{Context, Waker};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    /// The callee holds the slot and the call waits.
    Sent,
    /// The answer lies in the slot.
    Done,
    /// Timed out, the call does not know yet, the callee still holds the slot.
    Late,
    /// The call is gone, the callee still holds the slot.
    Gone,
    /// The callee restarted; the call does not know yet.
    Lost,
    /// Timed out, then the callee restarted; the call does not know yet.
    LateLost,
}

/// The record of one slot: a caller needs one for each.
pub struct Pending {
    pub(crate) state: Cell<State>,
    /// The bulk buffer it holds, plus one.
    pub(crate) bulk: Cell<u8>,
    /// When it was submitted, in units of [`Pending::TICK`].
    started: Cell<u32>,
    pub(crate) deadline: Cell<u64>,
    waker: Cell<Option<Waker>>,
}

impl Pending {
    const TICK: u32 = 6;

    /// An idle record: `[const { Pending::new() }; 4]`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: Cell::new(State::Free),
            bulk: Cell::new(0),
            started: Cell::new(0),
            deadline: Cell::new(0),
            waker: Cell::new(None),
        }
    }

    pub(crate) fn submitted(&self, now: u64, deadline: u64, bulk: Option<u8>) {
        self.state.set(State::Sent);
        self.started.set((now >> Self::TICK) as u32);
        self.deadline.set(deadline);
        self.bulk.set(bulk.map_or(0, |b| b + 1));
    }

    pub(crate) fn bulk(&self) -> Option<usize> {
        self.bulk.get().checked_sub(1).map(usize::from)
    }

    /// Nanoseconds since it was submitted.
    pub(crate) fn age(&self, now: u64) -> u64 {
        u64::from(((now >> Self::TICK) as u32).wrapping_sub(self.started.get())) << Self::TICK
    }

    #[inline]
    pub(crate) fn listen(&self, cx: &Context<'_>) {
        let kept = self.waker.take().filter(|w| w.will_wake(cx.waker()));
        self.waker.set(Some(kept.unwrap_or_else(|| cx.waker().clone())));
    }

    #[inline]
    pub(crate) fn enter(&self, state: State) {
        self.state.set(state);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Default for Pending {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("state", &self.state.get()).finish_non_exhaustive()
    }
}
