//! Ends of lanes with room of their own. A Linux process has a heap; all of it is taken here, at start, and kept.

use ambc_kernel::lane::{Buffer, Scratch, Waiter};
use ambc_kernel::{Caller, Ctx, Lane, Pending, Room, Server, Timer};

/// Calls that may queue for a slot of one lane; one more gets `Overloaded`.
pub(crate) const WAITERS: usize = 64;

pub(crate) fn ctx(timers: u16) -> &'static Ctx<'static> {
    let timers = (0..timers).map(|_| Timer::new()).collect::<Vec<_>>();
    Box::leak(Box::new(Ctx::new(crate::os::now, Vec::leak(timers))))
}

pub(crate) fn caller(lane: Lane, peer: u8, ctx: &'static Ctx<'static>) -> Caller<'static> {
    let spec = *lane.spec();
    let room = Room {
        pending: Vec::leak((0..spec.slots).map(|_| Pending::new()).collect()),
        waiters: Vec::leak((0..WAITERS).map(|_| Waiter::new()).collect()),
        reply: Box::leak(Box::new(Buffer::new(Vec::leak(vec![0; spec.bulk_bytes as usize])))),
    };
    Caller::new(lane, peer, ctx, room)
}

pub(crate) fn server(lane: Lane, peer: u8, scratch: Option<&'static Scratch>) -> Server {
    let server = Server::new(lane, peer);
    match scratch {
        Some(scratch) => server.with_scratch(scratch),
        None => server,
    }
}

/// Private buffers of one instance for `count` messages above 256 B of at most `bytes` each; `waiting`: how many requests
/// may queue for one, that is the size of its pool.
#[must_use]
pub fn scratch(count: usize, bytes: usize, waiting: usize) -> &'static Scratch {
    let memory = Vec::leak(vec![0; count * bytes]);
    let buffers = Vec::leak((0..count).map(|_| Buffer::none()).collect());
    let waiters = Vec::leak((0..waiting).map(|_| Waiter::new()).collect());
    Box::leak(Box::new(Scratch::new(memory, buffers, waiters)))
}
