//! The caller's end without futures: bytes in, bytes out, for whoever moves messages between lanes and links.
use super::caller::Caller;
use super::pending::State;
use ambc_abi::{CallError, STATUS_ERROR, STATUS_OK};
use core::task::Poll;

/// A request as bytes.
#[derive(Clone, Copy, Debug)]
pub struct RawCall<'b> {
    /// The procedure.
    pub proc: u32,
    /// When to give up, on this group's clock.
    pub deadline: u64,
    /// The encoded arguments.
    pub message: &'b [u8],
    /// Bytes that the reply may need.
    pub reply_max: usize,
}

/// An answer as bytes: they are in the buffer given to [`Caller::poll_raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawReply {
    /// 0, 100 with a declared error, or the code of a `CallError`.
    pub status: u32,
    /// Bytes of the message.
    pub len: usize,
}

/// Why a raw end took nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No slot, no bulk buffer or no callee at the moment.
    Full,
    /// No message of this size fits the lane.
    TooLarge,
    /// Nobody will serve this lane any more.
    Closed,
}

impl Caller<'_> {
    /// Submits a request and returns its slot, which belongs to it until [`poll_raw`](Self::poll_raw) is ready or
    /// [`cancel_raw`](Self::cancel_raw) is called.
    ///
    /// # Errors
    /// [`Refused`]; nothing was taken.
    pub fn submit_raw(&self, call: &RawCall<'_>) -> Result<u8, Refused> {
        let spec = self.lane.spec();
        let small = spec.small as usize;
        if call.message.len() > spec.largest() {
            return Err(Refused::TooLarge);
        }
        let bulk = spec.bulk > 0 && call.message.len().max(call.reply_max) > small;
        let (slot, bulk) = self.vacancy(bulk).ok_or_else(|| self.refusal())?;
        if !self.lane.copy_in(self.area(slot, bulk.map(usize::from)), call.message) {
            return Err(Refused::TooLarge);
        }
        self.counters.begun();
        self.submit(slot, bulk, call.proc, call.message.len(), call.deadline);
        Ok(slot as u8)
    }

    fn refusal(&self) -> Refused {
        if self.closed() { Refused::Closed } else { Refused::Full }
    }

    /// Looks whether the request in `slot` has an answer, and copies it into `buffer`. Once ready, the slot is gone.
    ///
    /// # Errors
    /// As a call: `Timeout`, `Restarted`, and `Malformed` if the answer does not fit into the lane or into `buffer`. A slot
    /// that holds no request is `Cancelled`.
    pub fn poll_raw(&self, slot: u8, buffer: &mut [u8]) -> Poll<Result<RawReply, CallError>> {
        let slot = usize::from(slot);
        let state = self.pending.get(slot).map_or(State::Free, |p| p.state.get());
        let result = match state {
            State::Sent => return Poll::Pending,
            State::Done => self.copy_answer(slot, buffer),
            State::Late | State::LateLost => Err(CallError::Timeout),
            State::Lost => Err(CallError::Restarted),
            State::Free | State::Gone => return Poll::Ready(Err(CallError::Cancelled)),
        };
        if result.is_ok() {
            self.counters.answered(self.pending[slot].age(self.ctx.recent()));
        }
        match result {
            Ok(reply) if reply.status == STATUS_OK || reply.status == STATUS_ERROR => {}
            Ok(reply) => self.counters.failed(CallError::from_code(reply.status)),
            Err(error) => self.counters.failed(error),
        }
        self.abandon(slot);
        Poll::Ready(result)
    }

    /// Gives up the request in `slot`; the callee is asked to drop it.
    pub fn cancel_raw(&self, slot: u8) {
        if self.pending.len() > usize::from(slot) {
            self.abandon(usize::from(slot));
        }
    }

    fn copy_answer(&self, slot: usize, buffer: &mut [u8]) -> Result<RawReply, CallError> {
        let (status, len) = self.answer(slot);
        if status != STATUS_OK && status != STATUS_ERROR {
            return Err(CallError::from_code(status));
        }
        let area = self.area(slot, self.pending[slot].bulk());
        let bytes = buffer.get_mut(..len).ok_or(CallError::Malformed)?;
        if self.lane.copy_out(area, bytes) { Ok(RawReply { status, len }) } else { Err(CallError::Malformed) }
    }
}
