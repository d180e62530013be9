//! What the network side needs of lanes: whole messages copied out and in, by lane number and slot, without futures.
use ambc_abi::CallError;

/// A request taken out of a lane; its bytes are in the buffer given to [`Lanes::pop`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Popped {
    /// Names the request within its lane until it is completed.
    pub slot: u8,
    /// Procedure fingerprint.
    pub proc: u32,
    /// Bytes of arguments.
    pub len: usize,
    /// Local time in ns after which nobody waits for the reply; `u64::MAX` for never.
    pub deadline: u64,
}

/// A completed call; its bytes are in the buffer given to [`Lanes::poll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 0 ok, 1..=99 a [`CallError`] code, 100 a typed error.
    pub status: u32,
    /// Bytes of the reply.
    pub len: usize,
}

/// What became of a request offered to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It runs under this slot number until [`Lanes::poll`] returns its answer.
    Slot(u8),
    /// No free slot or bulk buffer now; the network keeps the call at its caller and tries again.
    Full,
    /// It can never be taken.
    Failed(CallError),
}

/// The lanes of this node that end at its network side, by the numbers in [`NetTable`](super::NetTable).
///
/// Out lanes (callers are on this node): the network is their serving end (`pop`, `cancelled`, `complete`).
/// In lanes (callees are on this node): the network is their calling end (`submit`, `poll`, `cancel`).
/// Calls with a lane number that does not exist do nothing and return nothing.
pub trait Lanes {
    /// The next request of out lane `lane`, copied into `buf`. A request longer than `buf` is completed by the
    /// implementation as `Malformed` and skipped.
    fn pop(&self, lane: u16, buf: &mut [u8]) -> Option<Popped>;
    /// True once the caller of a popped request does not want its reply any more.
    fn cancelled(&self, lane: u16, slot: u8) -> bool;
    /// Ends a popped request. Ignored if the lane was restarted since.
    fn complete(&self, lane: u16, slot: u8, status: u32, payload: &[u8]);
    /// Starts a call on in lane `lane` with its deadline in local ns and room for a reply of `reply_max` bytes.
    fn submit(&self, lane: u16, proc: u32, deadline: u64, payload: &[u8], reply_max: usize) -> Submitted;
    /// The answer, once; afterwards the slot is not ours. An answer longer than `buf` becomes `Malformed`, length 0.
    fn poll(&self, lane: u16, slot: u8, buf: &mut [u8]) -> Option<Answer>;
    /// Gives a call up; its slot is not ours any more. The callee is asked to let go of it.
    fn cancel(&self, lane: u16, slot: u8);
}
