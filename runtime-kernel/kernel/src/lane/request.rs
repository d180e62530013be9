//! One request at the callee.
use super::memory::Area;
use super::scratch::{Scratch, ScratchBuf};
use super::server::Server;
use crate::wire::Reply;
use ambc_abi::CallError;
use core::mem::ManuallyDrop;

/// One request that was taken from a lane. Dropped without an answer (its future was cancelled) it completes as `Cancelled`,
/// so no slot is ever lost.
#[derive(Debug)]
pub struct Request<'p> {
    server: &'p Server,
    deadline: u64,
    proc: u32,
    len: u32,
    session: u32,
    slot: u8,
    /// 0, or one more than the bulk buffer it uses.
    bulk: u8,
    lane: u8,
}

/// What is left of a [`Request`] that will be answered later by [`Server::complete_raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    session: u32,
    slot: u8,
    bulk: u8,
}

/// A request as bytes: they are in the buffer given to [`Server::pop_raw`].
#[derive(Clone, Copy, Debug)]
pub struct RawRequest {
    /// What to answer it with.
    pub ticket: Ticket,
    /// The procedure.
    pub proc: u32,
    /// When its caller gives up, on the node's clock.
    pub deadline: u64,
    /// Bytes of the message.
    pub len: usize,
}

impl<'p> Request<'p> {
    #[inline]
    pub(super) fn new(
        server: &'p Server,
        slot: u8,
        bulk: u8,
        proc: u32,
        len: u32,
        deadline: u64,
        session: u32,
    ) -> Self {
        Self { server, deadline, proc, len, session, slot, bulk, lane: 0 }
    }

    /// Which of the lanes of its pool it came by.
    #[must_use]
    pub fn lane(&self) -> usize {
        usize::from(self.lane)
    }

    pub(crate) fn set_lane(&mut self, lane: u8) {
        self.lane = lane;
    }

    /// The slot it lies in.
    #[must_use]
    pub fn slot(&self) -> u8 {
        self.slot
    }

    /// The procedure asked for.
    #[must_use]
    pub fn proc(&self) -> u32 {
        self.proc
    }

    /// When the caller gives up, on the node's clock.
    #[must_use]
    pub fn deadline(&self) -> u64 {
        self.deadline
    }

    /// Bytes of the arguments.
    #[must_use]
    pub fn size(&self) -> usize {
        self.len as usize
    }

    fn area(&self) -> Area {
        self.server.area(self.slot, self.bulk)
    }

    /// A private copy of the arguments: what is validated afterwards cannot change.
    ///
    /// # Errors
    /// `Malformed` if they are longer than `buffer`.
    #[inline]
    pub fn args<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], CallError> {
        let bytes = buffer.get_mut(..self.size()).ok_or(CallError::Malformed)?;
        if self.server.lane.copy_out(self.area(), bytes) { Ok(bytes) } else { Err(CallError::Malformed) }
    }

    /// Arguments of one fixed length: straight into registers.
    ///
    /// # Errors
    /// `Malformed` if they have another length.
    #[inline]
    pub fn fixed<const LEN: usize>(&self) -> Result<[u8; LEN], CallError> {
        let mut bytes = [0; LEN];
        if self.size() != LEN || !self.server.lane.copy_out(self.area(), &mut bytes) {
            return Err(CallError::Malformed);
        }
        Ok(bytes)
    }

    /// Large arguments in a private buffer of the instance's scratch; waits in order until one is free.
    ///
    /// # Errors
    /// `Malformed` if they are longer than such a buffer, or if the instance has none; `Overloaded` if too many wait.
    pub async fn bulk_args(&self) -> Result<ScratchBuf<'static>, CallError> {
        self.bulk_args_in(self.server.scratch().ok_or(CallError::Malformed)?).await
    }

    /// The same with a scratch of one's own.
    ///
    /// # Errors
    /// As [`bulk_args`](Self::bulk_args).
    pub async fn bulk_args_in<'s>(&self, scratch: &'s Scratch) -> Result<ScratchBuf<'s>, CallError> {
        let mut buffer = scratch.take(self.size()).await?;
        if self.server.lane.copy_out(self.area(), &mut buffer) {
            Ok(buffer)
        } else {
            Err(CallError::Malformed)
        }
    }

    /// Answers. A result too large for the lane becomes `Malformed` at the caller.
    #[cfg(not(loom))]
    #[inline]
    pub fn reply<R: Reply>(self, result: &R) {
        let me = ManuallyDrop::new(self);
        if !me.server.holds(me.slot, me.session) {
            return; // the slot is no longer this request's to write to
        }
        let mut writer = me.server.lane.writer(me.area());
        let status = result.put(&mut writer);
        me.server.complete(me.slot, me.session, status, writer.len());
    }

    /// Under the model checker, requests are answered over raw ends only.
    #[cfg(loom)]
    pub fn reply<R: Reply>(self, _: &R) {
        self.fail(CallError::Malformed);
    }

    /// Answers a `@oneway` request before it runs. It can no longer be cancelled, not even by a restart of the caller, and from
    /// its next await on it has no deadline.
    pub fn accept(self) {
        let me = ManuallyDrop::new(self);
        me.server.accept(me.slot, me.session);
    }

    /// Answers with an error of the call.
    #[inline]
    pub fn fail(self, error: CallError) {
        let me = ManuallyDrop::new(self);
        me.server.complete(me.slot, me.session, error.code(), 0);
    }

    /// Leaves it unanswered for now.
    #[must_use]
    pub fn into_ticket(self) -> Ticket {
        let me = ManuallyDrop::new(self);
        Ticket { session: me.session, slot: me.slot, bulk: me.bulk }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.server.complete(self.slot, self.session, CallError::Cancelled.code(), 0);
    }
}

impl Ticket {
    /// The slot of the request; no other request of this lane has it until it is completed.
    #[must_use]
    pub fn slot(&self) -> u8 {
        self.slot
    }
}

impl Server {
    /// The next request, copied into `buffer`. One that is larger than `buffer` is answered as `Malformed` and passed over.
    pub fn pop_raw(&self, now: u64, buffer: &mut [u8]) -> Option<RawRequest> {
        for _ in 0..self.lane.slots() {
            let request = self.pop(now)?;
            let (proc, deadline, len) = (request.proc, request.deadline, request.size());
            match request.args(buffer) {
                Ok(_) => return Some(RawRequest { ticket: request.into_ticket(), proc, deadline, len }),
                Err(error) => request.fail(error),
            }
        }
        None
    }

    /// Answers a request taken with [`pop_raw`](Self::pop_raw). One of an older session, or answered already, is ignored. A
    /// message too large for the lane becomes `Malformed` at the caller.
    pub fn complete_raw(&self, ticket: Ticket, status: u32, message: &[u8]) {
        if !self.holds(ticket.slot, ticket.session) {
            return;
        }
        let fits = self.lane.copy_in(self.area(ticket.slot, ticket.bulk), message);
        let (status, len) = if fits { (status, message.len()) } else { (CallError::Malformed.code(), 0) };
        self.complete(ticket.slot, ticket.session, status, len);
    }
}
