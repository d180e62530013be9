//! The memory of a program that depends on its tables: one block of zeroed data, sized by constants, given out at start and kept.
//!
//! There is no heap. What a caller's end, a context and the network need is known from the tables; [`group`] and [`node`]
//! add it up at compile time, and the linker counts it.
#![expect(unsafe_code, reason = "cuts one block into slices of other types")]

use crate::spec::{GroupSpec, NodeSpec};
use ambc_abi::LaneSpec;
use ambc_kernel::lane::{Buffer, End, Scratch, Waiter};
use ambc_kernel::spec::{NodeLane, Side};
use ambc_kernel::{Caller, Ctx, Lane, Pending, Room, Server, Timer};
use core::cell::UnsafeCell;
use core::mem::{align_of, size_of};

/// Every slice starts at a multiple of this.
const ALIGN: usize = 8;

/// Bytes of a slice.
pub(crate) const fn slice<T>(count: usize) -> usize {
    assert!(align_of::<T>() <= ALIGN);
    (count * size_of::<T>()).next_multiple_of(ALIGN)
}

const fn context(timers: u16) -> usize {
    slice::<Timer>(timers as usize) + slice::<Ctx<'static>>(1)
}

/// `waiters`: one for each task and request of the consumer, so that none is ever refused.
const fn caller_room(spec: &LaneSpec, waiters: u16) -> usize {
    slice::<Pending>(spec.slots as usize)
        + slice::<Waiter>(waiters as usize)
        + slice::<u8>(spec.bulk_bytes as usize)
        + slice::<Buffer>(1)
}

/// Bytes that [`scratch`] takes.
#[must_use]
pub const fn scratch_room(count: usize, bytes: usize, waiting: usize) -> usize {
    slice::<u8>(count * bytes) + slice::<Buffer>(count) + slice::<Waiter>(waiting) + slice::<Scratch>(1)
}

/// Bytes of the room of a group's program, without its scratches.
#[must_use]
pub const fn group(spec: &GroupSpec) -> usize {
    let mut bytes = context(spec.timers) + slice::<Lane>(spec.lanes.len());
    let mut i = 0;
    while i < spec.lanes.len() {
        if matches!(spec.lanes[i].end, End::Caller) {
            // One address for the node to find its counters.
            bytes += caller_room(&spec.lanes[i].spec, spec.timers) + slice::<u32>(1);
        }
        i += 1;
    }
    bytes
}

/// Bytes of the room of a kernel program, without its scratches.
#[must_use]
pub const fn node(spec: &NodeSpec) -> usize {
    let mut bytes = context(spec.timers) + slice::<Lane>(spec.lanes.len()) + crate::node::room(spec);
    let mut i = 0;
    while i < spec.lanes.len() {
        bytes += kernel_lane(&spec.lanes[i], spec.timers);
        i += 1;
    }
    bytes
}

const fn kernel_lane(lane: &NodeLane, waiters: u16) -> usize {
    let calls = matches!(lane.caller, Side::Kernel | Side::Net(_));
    if calls { caller_room(&lane.spec, waiters) } else { 0 }
}

struct Block(UnsafeCell<Option<&'static mut [u8]>>);

// SAFETY: only the program's one thread takes from it, at start.
unsafe impl Sync for Block {}

static BLOCK: Block = Block(UnsafeCell::new(None));

/// Gives the program its block, before anything is taken.
pub(crate) fn fill(block: &'static mut [u8]) {
    // SAFETY: called once, first thing of the program's one thread.
    unsafe { *BLOCK.0.get() = Some(block) }
}

/// `count` values, each made by `make`.
///
/// # Panics
/// If the tables did not count it.
pub(crate) fn take<T>(count: usize, mut make: impl FnMut() -> T) -> &'static mut [T] {
    // SAFETY: one thread, and nobody has it when `make` comes back here.
    let block = unsafe { &mut *BLOCK.0.get() };
    let rest = block.take().expect("the program has its block");
    let (mine, rest) = rest.split_at_mut(slice::<T>(count));
    *block = Some(rest);
    let at = mine.as_mut_ptr().cast::<T>();
    assert!(at.is_aligned());
    for i in 0..count {
        // SAFETY: inside `mine`, which is long enough, aligned, and nobody else's any more.
        unsafe { at.add(i).write(make()) }
    }
    // SAFETY: all `count` values have just been written.
    unsafe { core::slice::from_raw_parts_mut(at, count) }
}

/// What both hold.
pub(crate) fn join<T: Copy>(first: &[T], second: &[T]) -> &'static [T] {
    let mut values = first.iter().chain(second).copied();
    take(first.len() + second.len(), || values.next().expect("as many as there are"))
}

pub(crate) fn one<T>(value: T) -> &'static T {
    let mut value = Some(value);
    let slot = take(1, || value.take().expect("one is made"));
    &slot[0]
}

pub(crate) fn ctx(timers: u16, clock: fn() -> u64) -> &'static Ctx<'static> {
    let timers = take(usize::from(timers), Timer::new);
    one(Ctx::new(clock, timers))
}

pub(crate) fn caller(lane: Lane, peer: u8, waiters: u16, ctx: &'static Ctx<'static>) -> Caller<'static> {
    let spec = *lane.spec();
    let room = Room {
        pending: take(usize::from(spec.slots), Pending::new),
        waiters: take(usize::from(waiters), Waiter::new),
        reply: one(Buffer::new(take(spec.bulk_bytes as usize, || 0))),
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
    let memory = take(count * bytes, || 0);
    let buffers = take(count, Buffer::none);
    let waiters = take(waiting, Waiter::new);
    one(Scratch::new(memory, buffers, waiters))
}
