//! The part of a call that does not depend on its types. Where flash is short, one copy of it serves all stubs of an image;
//! where it is not, it is inlined into each of them, which takes a third off the cost of a call.
use super::caller::Caller;
use super::channel::CallOptions;
use super::pending::State;
use crate::wire::{Encode, Writer};
use ambc_abi::{CallError, STATUS_ERROR, STATUS_OK};
use core::task::Context;

/// What is sent, and how large it and its reply may be.
#[derive(Clone, Copy)]
pub(super) struct Message<'q> {
    pub(super) args: &'q dyn Write,
    pub(super) request_max: usize,
    pub(super) reply_max: usize,
}

/// [`Encode`] behind a pointer.
pub(super) trait Write {
    fn write(&self, to: &mut Writer<'_>) -> Result<(), CallError>;
}

impl<Q: Encode> Write for Q {
    fn write(&self, to: &mut Writer<'_>) -> Result<(), CallError> {
        self.encode(to)
    }
}

/// What a poll came to.
pub(super) enum Turn {
    Wait,
    Fail(CallError),
    /// The answer lies in a slot, which is to be released once it was copied.
    Answer {
        slot: usize,
        status: u32,
        len: usize,
    },
}

#[derive(Clone, Copy)]
enum Stage {
    New,
    Queued(u8),
    Sent(u8),
    Over,
}

/// How far a call has come. Dropping it cancels the call.
pub(super) struct Progress<'c> {
    pub(super) caller: &'c Caller<'c>,
    proc: u32,
    options: CallOptions,
    stage: Stage,
}

/// A timeout from here on is counted from the start of the group's step, so that it costs no reading of the clock.
const LONG_TIMEOUT_NS: u64 = 1_000_000_000;

impl<'c> Progress<'c> {
    pub(super) fn new(caller: &'c Caller<'c>, proc: u32, options: CallOptions) -> Self {
        Self { caller, proc, options, stage: Stage::New }
    }

    #[cfg_attr(target_pointer_width = "64", inline)]
    pub(super) fn turn(&mut self, cx: &Context<'_>, message: Message<'_>) -> Turn {
        let turn = match self.stage {
            Stage::New => self.begin(cx, message),
            Stage::Queued(place) => self.wait(usize::from(place), cx, message),
            Stage::Sent(slot) => self.finish(usize::from(slot), cx, message),
            Stage::Over => Turn::Fail(CallError::Cancelled),
        };
        match turn {
            Turn::Wait => {}
            Turn::Answer { .. } => self.stage = Stage::Over,
            Turn::Fail(error) => {
                self.stage = Stage::Over;
                self.caller.counters.failed(error);
            }
        }
        turn
    }

    #[cfg_attr(target_pointer_width = "64", inline)]
    fn begin(&mut self, cx: &Context<'_>, message: Message<'_>) -> Turn {
        self.caller.counters.begun();
        let timeout = self.caller.allowed(self.options.timeout_us);
        let ctx = self.caller.ctx;
        let now = if timeout < LONG_TIMEOUT_NS { ctx.now() } else { ctx.recent() };
        let deadline = ctx.deadline().min(now.saturating_add(timeout));
        if deadline <= now { Turn::Fail(CallError::Timeout) } else { self.enter(deadline, cx, message) }
    }

    /// Sends, unless others wait already; then it queues behind them.
    #[cfg_attr(target_pointer_width = "64", inline)]
    fn enter(&mut self, deadline: u64, cx: &Context<'_>, message: Message<'_>) -> Turn {
        let caller = self.caller;
        if caller.queue.is_empty()
            && let Some(sent) = self.send(deadline, cx, message)
        {
            return sent;
        }
        if caller.closed() {
            return Turn::Fail(CallError::Unreachable);
        }
        let Some(place) = caller.queue.join(deadline, cx.waker()) else {
            return Turn::Fail(CallError::Overloaded);
        };
        caller.watch_deadline(deadline);
        self.stage = Stage::Queued(place as u8);
        Turn::Wait
    }

    #[cold]
    fn wait(&mut self, place: usize, cx: &Context<'_>, message: Message<'_>) -> Turn {
        let caller = self.caller;
        let deadline = caller.queue.deadline(place);
        let sent = if caller.queue.is_first(place) { self.send(deadline, cx, message) } else { None };
        let gone = || caller.closed().then_some(Turn::Fail(CallError::Unreachable));
        let late = || (caller.ctx.now() >= deadline).then_some(Turn::Fail(CallError::Timeout));
        let Some(done) = sent.or_else(gone).or_else(late) else {
            caller.queue.stay(place, cx.waker());
            return Turn::Wait;
        };
        caller.queue.leave(place);
        caller.serve_queue();
        done
    }

    /// `None` if there is no room now.
    #[cfg_attr(target_pointer_width = "64", inline)]
    fn send(&mut self, deadline: u64, cx: &Context<'_>, message: Message<'_>) -> Option<Turn> {
        let small = usize::from(self.caller.lane.spec().small);
        let has_bulk = self.caller.lane.spec().bulk > 0;
        let (slot, mut bulk) = self.caller.vacancy(has_bulk && message.reply_max > small)?;
        let mut written = self.write(slot, bulk, message);
        if written.is_err() && bulk.is_none() && has_bulk && message.request_max > small {
            bulk = self.caller.vacancy(true)?.1;
            written = self.write(slot, bulk, message);
        }
        let len = match written {
            Ok(len) => len,
            Err(error) => return Some(Turn::Fail(error)),
        };
        self.caller.submit(slot, bulk, self.proc, len, deadline);
        self.caller.pending[slot].listen(cx);
        self.stage = Stage::Sent(slot as u8);
        Some(Turn::Wait)
    }

    #[cfg(not(loom))]
    #[cfg_attr(target_pointer_width = "64", inline)]
    fn write(&self, slot: usize, bulk: Option<u8>, message: Message<'_>) -> Result<usize, CallError> {
        let mut writer = self.caller.lane.writer(self.caller.area(slot, bulk.map(usize::from)));
        message.args.write(&mut writer)?;
        Ok(writer.len())
    }

    /// Under the model checker, calls are made over raw ends only.
    #[cfg(loom)]
    fn write(&self, _: usize, _: Option<u8>, message: Message<'_>) -> Result<usize, CallError> {
        let mut nothing = [];
        message.args.write(&mut Writer::new(&mut nothing))?;
        Err(CallError::Malformed)
    }

    #[cfg_attr(target_pointer_width = "64", inline)]
    fn finish(&mut self, slot: usize, cx: &Context<'_>, message: Message<'_>) -> Turn {
        let pending = &self.caller.pending[slot];
        match pending.state.get() {
            State::Done => {
                let (status, len) = self.caller.answer(slot);
                self.caller.counters.answered(pending.age(self.caller.ctx.recent()));
                if status != STATUS_OK && status != STATUS_ERROR {
                    self.caller.counters.failed(CallError::from_code(status));
                }
                Turn::Answer { slot, status, len }
            }
            State::Lost => self.lost(slot, cx, message),
            State::Late | State::LateLost => {
                self.caller.abandon(slot);
                Turn::Fail(CallError::Timeout)
            }
            State::Sent | State::Free | State::Gone => {
                pending.listen(cx);
                Turn::Wait
            }
        }
    }

    #[cold]
    fn lost(&mut self, slot: usize, cx: &Context<'_>, message: Message<'_>) -> Turn {
        let deadline = self.caller.pending[slot].deadline.get();
        self.caller.release(slot);
        self.stage = Stage::New;
        if !self.options.idempotent || self.caller.ctx.now() >= deadline {
            return Turn::Fail(CallError::Restarted);
        }
        self.enter(deadline, cx, message)
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        match self.stage {
            Stage::New | Stage::Over => {}
            Stage::Queued(place) => {
                self.caller.queue.leave(usize::from(place));
                self.caller.serve_queue();
            }
            Stage::Sent(slot) => self.caller.abandon(usize::from(slot)),
        }
    }
}
