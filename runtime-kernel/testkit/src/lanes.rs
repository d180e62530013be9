//! Lanes in memory, and the private memory of their ends.
#![expect(unsafe_code, reason = "lane memory is given to both ends")]

use crate::{keep, keep_slice};
use ambc_kernel::lane::{Buffer, Scratch, lane_align};
use ambc_kernel::{Ctx, Lane, LaneSpec, Pending, Room, Timer, Waiter, WakeMask, lane_bytes};
use std::alloc::{Layout, alloc_zeroed};
use std::sync::atomic::{AtomicU32, Ordering};

/// The memory of a lane that both ends can be made on, and that a hostile tester can write to.
#[derive(Clone, Copy, Debug)]
pub struct LaneMemory {
    start: &'static *mut u8,
    spec: LaneSpec,
}

// SAFETY: the memory is only reached through lanes, and through `flip` by tests that run on one thread.
unsafe impl Send for LaneMemory {}
// SAFETY: as above.
unsafe impl Sync for LaneMemory {}

impl LaneMemory {
    /// Zeroed memory for a lane of this size.
    #[must_use]
    pub fn new(spec: LaneSpec) -> Self {
        let layout =
            Layout::from_size_align(lane_bytes(&spec), lane_align()).expect("a lane is not that large");
        // SAFETY: a lane has at least its control words.
        let start = unsafe { alloc_zeroed(layout) };
        assert!(!start.is_null());
        Self { start: keep(start), spec }
    }

    /// A view for one end, or for a supervisor.
    #[must_use]
    pub fn lane(&self) -> Lane {
        // SAFETY: zeroed, aligned, never freed, and only used through lanes of this size.
        unsafe { Lane::at(*self.start, self.spec) }
    }

    /// Bytes of the memory.
    #[must_use]
    pub fn len(&self) -> usize {
        lane_bytes(&self.spec)
    }

    /// Never: a lane has words of its own.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// What a hostile end may do at any time: changes bits of the word that holds byte `at`; the word before. Both ends must
    /// be on this thread.
    ///
    /// # Panics
    /// If there is no such byte.
    pub fn flip(&self, at: usize, mask: u32) -> u32 {
        assert!(at < self.len());
        let word = self.start.wrapping_add(at & !3).cast::<AtomicU32>();
        // SAFETY: inside the memory, whose length is a multiple of 4; both ends are on this thread and hold no reference to
        // bytes of it that are not atomic.
        unsafe { &*word }.fetch_xor(mask, Ordering::Relaxed)
    }
}

/// A context on the simulated clock with `timers` timers.
#[must_use]
pub fn ctx(timers: usize) -> &'static Ctx<'static> {
    keep(Ctx::new(crate::now, keep_slice((0..timers).map(|_| Timer::new()).collect())))
}

/// Private memory for a caller's end with room for `waiters` waiting calls.
#[must_use]
pub fn room(spec: &LaneSpec, waiters: usize) -> Room<'static> {
    Room {
        pending: keep_slice((0..spec.slots).map(|_| Pending::new()).collect()),
        waiters: keep_slice((0..waiters).map(|_| Waiter::new()).collect()),
        reply: keep(bulk_buffer(spec.bulk_bytes as usize)),
    }
}

/// A buffer of `bytes`.
#[must_use]
pub fn bulk_buffer(bytes: usize) -> Buffer {
    if bytes == 0 { Buffer::none() } else { Buffer::new(keep_slice(vec![0; bytes])) }
}

/// `count` scratch buffers of `bytes` with room for `waiters`.
#[must_use]
pub fn scratch(count: usize, bytes: usize, waiters: usize) -> &'static Scratch {
    let buffers = keep_slice((0..count).map(|_| Buffer::none()).collect());
    let waiters = keep_slice((0..waiters).map(|_| Waiter::new()).collect());
    keep(Scratch::new(keep_slice(vec![0; count * bytes]), buffers, waiters))
}

/// A mask for a pool or a task.
#[must_use]
pub fn wake() -> &'static WakeMask {
    keep(WakeMask::new())
}
