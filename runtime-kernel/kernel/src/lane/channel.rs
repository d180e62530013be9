//! A call over a lane, as a future.
use super::caller::Caller;
use super::memory::Area;
use super::progress::{Message, Progress, Turn};
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
    /// `@timeout`, in µs; 0 says nothing.
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
        Call { progress: Progress::new(self, proc, options), args, reply: PhantomData }
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

/// Two lifetimes: with one, a stub could not return it as `impl Future` (E0700: their intersection has no name).
struct Call<'c, 'q, Q, R> {
    progress: Progress<'c>,
    args: &'q Q,
    reply: PhantomData<fn() -> R>,
}

impl<Q: Encode, R: Reply> Future for Call<'_, '_, Q, R> {
    type Output = R;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let message = Message { args: self.args, request_max: Q::MAX, reply_max: R::MAX };
        match self.progress.turn(cx, message) {
            Turn::Wait => Poll::Pending,
            Turn::Fail(error) => Poll::Ready(R::failed(error)),
            Turn::Answer { slot, status, len } => {
                let caller = self.progress.caller;
                let reply = self.take(caller.area(slot, caller.pending[slot].bulk()), status, len);
                caller.release(slot);
                Poll::Ready(reply)
            }
        }
    }
}

impl<Q: Encode, R: Reply> Call<'_, '_, Q, R> {
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
        match self.progress.caller.lane.copy_words(area, &mut words, len) {
            Some(bytes) => R::take(status, bytes),
            None => R::failed(CallError::Malformed),
        }
    }

    fn take_large(&self, area: Area, status: u32, len: usize) -> R {
        let copied = self.progress.caller.reply.with(|room| {
            let bytes = room.get_mut(..len)?;
            self.progress.caller.lane.copy_out(area, bytes).then(|| R::take(status, bytes))
        });
        copied.flatten().unwrap_or_else(|| R::failed(CallError::Malformed))
    }
}
