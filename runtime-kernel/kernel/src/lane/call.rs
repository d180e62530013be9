//! A call over a lane, as a future.
use super::caller::Caller;
use super::memory::Area;
use super::pending::State;
use crate::wire::{Encode, Reply};
use crate::{Handle, Instance};
use ambc_abi::{CallError, STATUS_ERROR, STATUS_OK};
use core::future::Future;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::task::{Context, Poll};

/// What the interface says about a procedure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// `@timeout`, in µs; 0 takes the edge's.
    pub timeout_us: u32,
    /// `@idempotent`: after the callee restarted, the call is made again while there is time.
    pub idempotent: bool,
}

/// What a generated stub is generic over: an edge that leaves the group.
pub trait Channel {
    /// Calls a procedure. Waits in order for room on the edge. Dropping the future cancels the call at the callee.
    ///
    /// The deadline is the earlier of that of the request in whose name it is made and `options.timeout_us` from the first poll.
    fn call<Q: Encode, R: Reply>(&self, proc: u32, args: &Q, options: CallOptions)
    -> impl Future<Output = R>;
}

impl Channel for Caller<'_> {
    #[inline]
    fn call<Q: Encode, R: Reply>(
        &self,
        proc: u32,
        args: &Q,
        options: CallOptions,
    ) -> impl Future<Output = R> {
        Call { caller: self, proc, args, options, stage: Stage::New, _reply: PhantomData }
    }
}

impl<C: Channel> Channel for &C {
    #[inline]
    fn call<Q: Encode, R: Reply>(
        &self,
        proc: u32,
        args: &Q,
        options: CallOptions,
    ) -> impl Future<Output = R> {
        (**self).call(proc, args, options)
    }
}

impl<K: Instance<T: Channel>> Channel for Handle<K> {
    #[inline]
    fn call<Q: Encode, R: Reply>(
        &self,
        proc: u32,
        args: &Q,
        options: CallOptions,
    ) -> impl Future<Output = R> {
        Handle::get(*self).call(proc, args, options)
    }
}

#[derive(Clone, Copy)]
enum Stage {
    New,
    Queued(u8),
    Sent(u8),
    Over,
}

/// Two lifetimes: with one, a stub could not return it as `impl Future` (E0700: their intersection has no name).
struct Call<'c, 'q, Q, R> {
    caller: &'c Caller<'c>,
    proc: u32,
    #[cfg_attr(loom, expect(dead_code, reason = "see `write`"))]
    args: &'q Q,
    options: CallOptions,
    stage: Stage,
    _reply: PhantomData<fn() -> R>,
}

/// A timeout from here on is counted from the start of the group's step, so that it costs no reading of the clock.
const LONG_TIMEOUT_NS: u64 = 1_000_000_000;

impl<Q: Encode, R: Reply> Future for Call<'_, '_, Q, R> {
    type Output = R;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let polled = match self.stage {
            Stage::New => self.begin(cx),
            Stage::Queued(place) => self.wait(place as usize, cx),
            Stage::Sent(slot) => self.finish(slot as usize, cx),
            Stage::Over => Poll::Ready(R::failed(CallError::Cancelled)),
        };
        if polled.is_ready() {
            self.stage = Stage::Over;
        }
        polled
    }
}

impl<Q: Encode, R: Reply> Call<'_, '_, Q, R> {
    #[inline]
    fn begin(&mut self, cx: &Context<'_>) -> Poll<R> {
        self.caller.counters.begun();
        let timeout = match self.options.timeout_us {
            0 => self.caller.timeout.get(),
            us => u64::from(us) * 1000,
        };
        let ctx = self.caller.ctx;
        let now = if timeout < LONG_TIMEOUT_NS { ctx.now() } else { ctx.recent() };
        let deadline = ctx.deadline().min(now.saturating_add(timeout));
        if deadline <= now { self.fail(CallError::Timeout) } else { self.enter(deadline, cx) }
    }

    /// Sends, unless others wait already; then it queues behind them.
    #[inline]
    fn enter(&mut self, deadline: u64, cx: &Context<'_>) -> Poll<R> {
        if self.caller.queue.is_empty()
            && let Some(sent) = self.send(deadline, cx)
        {
            return sent;
        }
        let Some(place) = self.caller.queue.join(deadline, cx.waker()) else {
            return self.fail(CallError::Overloaded);
        };
        self.caller.watch_deadline(deadline);
        self.stage = Stage::Queued(place as u8);
        Poll::Pending
    }

    #[cold]
    fn wait(&mut self, place: usize, cx: &Context<'_>) -> Poll<R> {
        let caller = self.caller;
        let deadline = caller.queue.deadline(place);
        let sent = if caller.queue.is_first(place) { self.send(deadline, cx) } else { None };
        let done = sent.or_else(|| (caller.ctx.now() >= deadline).then(|| self.fail(CallError::Timeout)));
        if done.is_some() {
            caller.queue.leave(place);
            caller.serve_queue();
        } else {
            caller.queue.stay(place, cx.waker());
        }
        done.unwrap_or(Poll::Pending)
    }

    /// `None` if there is no room now.
    #[inline]
    fn send(&mut self, deadline: u64, cx: &Context<'_>) -> Option<Poll<R>> {
        let small = self.caller.lane.spec().small as usize;
        let has_bulk = self.caller.lane.spec().bulk > 0;
        let (slot, bulk) = self.caller.vacancy(has_bulk && R::MAX > small)?;
        let mut written = self.write(slot, bulk);
        let mut used = bulk;
        if written.is_err() && bulk.is_none() && has_bulk && Q::MAX > small {
            let (_, buffer) = self.caller.vacancy(true)?;
            used = buffer;
            written = self.write(slot, used);
        }
        let len = match written {
            Ok(len) => len,
            Err(error) => return Some(self.fail(error)),
        };
        self.caller.submit(slot, used, self.proc, len, deadline);
        self.caller.pending[slot].listen(cx);
        self.stage = Stage::Sent(slot as u8);
        Some(Poll::Pending)
    }

    #[cfg(not(loom))]
    #[inline]
    fn write(&self, slot: usize, bulk: Option<u8>) -> Result<usize, CallError> {
        let mut writer = self.caller.lane.writer(self.caller.area(slot, bulk.map(usize::from)));
        self.args.encode(&mut writer)?;
        Ok(writer.len())
    }

    /// Under the model checker, calls are made over raw ends only.
    #[cfg(loom)]
    fn write(&self, _: usize, _: Option<u8>) -> Result<usize, CallError> {
        Err(CallError::Malformed)
    }

    #[inline]
    fn finish(&mut self, slot: usize, cx: &Context<'_>) -> Poll<R> {
        let pending = &self.caller.pending[slot];
        match pending.state.get() {
            State::Done => {}
            State::Lost => return self.lost(slot, cx),
            State::Late | State::LateLost => {
                self.caller.abandon(slot);
                return self.fail(CallError::Timeout);
            }
            State::Sent | State::Free | State::Gone => {
                pending.listen(cx);
                return Poll::Pending;
            }
        }
        let (status, len) = self.caller.answer(slot);
        self.caller.counters.answered(pending.age(self.caller.ctx.recent()));
        if status != STATUS_OK && status != STATUS_ERROR {
            self.caller.counters.failed();
        }
        let reply = self.take(self.caller.area(slot, pending.bulk()), status, len);
        self.caller.release(slot);
        Poll::Ready(reply)
    }

    #[cold]
    fn lost(&mut self, slot: usize, cx: &Context<'_>) -> Poll<R> {
        let deadline = self.caller.pending[slot].deadline.get();
        self.caller.release(slot);
        if !self.options.idempotent || self.caller.ctx.now() >= deadline {
            return self.fail(CallError::Restarted);
        }
        self.stage = Stage::New;
        self.enter(deadline, cx)
    }

    /// Copies the answer before it looks at it: the callee could still write to it.
    #[inline]
    fn take(&self, area: Area, status: u32, len: usize) -> R {
        if len > R::MAX.min(area.capacity) {
            return if status == STATUS_OK || status == STATUS_ERROR {
                R::failed(CallError::Malformed)
            } else {
                R::take(status, &[])
            };
        }
        // `R::MAX` is a constant: one of these remains.
        if R::MAX <= 8 {
            self.take_on_stack::<1>(area, status, len)
        } else if R::MAX <= 64 {
            self.take_on_stack::<8>(area, status, len)
        } else if len <= 256 {
            self.take_on_stack::<32>(area, status, len)
        } else {
            self.take_large(area, status, len)
        }
    }

    #[inline]
    fn take_on_stack<const WORDS: usize>(&self, area: Area, status: u32, len: usize) -> R {
        let mut words = [MaybeUninit::uninit(); WORDS];
        match self.caller.lane.copy_words(area, &mut words, len) {
            Some(bytes) => R::take(status, bytes),
            None => R::failed(CallError::Malformed),
        }
    }

    fn take_large(&self, area: Area, status: u32, len: usize) -> R {
        let copied = self.caller.reply.with(|room| {
            let bytes = room.get_mut(..len)?;
            self.caller.lane.copy_out(area, bytes).then(|| R::take(status, bytes))
        });
        copied.flatten().unwrap_or_else(|| R::failed(CallError::Malformed))
    }

    fn fail(&self, error: CallError) -> Poll<R> {
        self.caller.counters.failed();
        Poll::Ready(R::failed(error))
    }
}

impl<Q, R> Drop for Call<'_, '_, Q, R> {
    fn drop(&mut self) {
        match self.stage {
            Stage::New | Stage::Over => {}
            Stage::Queued(place) => {
                self.caller.queue.leave(place as usize);
                self.caller.serve_queue();
            }
            Stage::Sent(slot) => self.caller.abandon(slot as usize),
        }
    }
}
