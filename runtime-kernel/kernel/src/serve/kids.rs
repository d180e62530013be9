//! Storage for the futures of requests: static bytes sized from the handler, since nobody can name those futures.
#![expect(unsafe_code, reason = "futures are built, pinned and dropped in place")]

use crate::lane::Request;
use core::cell::UnsafeCell;
use core::fmt;
use core::future::Future;
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};

/// No slot: the request was accepted, and its slot has gone on to another one.
const DETACHED: u8 = u8::MAX;

/// One preallocated request in flight. `F` is never named: it is inferred from the handler.
pub struct Child<F> {
    future: MaybeUninit<F>,
    deadline: u64,
    lane: u8,
    slot: u8,
    full: bool,
}

impl<F> Child<F> {
    /// An empty child: `[const { Child::new() }; 4]`, for pools that do not live in a static.
    #[must_use]
    pub const fn new() -> Self {
        Self { future: MaybeUninit::uninit(), deadline: 0, lane: 0, slot: DETACHED, full: false }
    }

    pub(super) fn deadline(self: Pin<&mut Self>) -> u64 {
        self.fields().deadline
    }

    /// The lane and the slot whose cancellation or reset ends this child.
    pub(super) fn origin(self: Pin<&mut Self>) -> Option<(usize, u8)> {
        let me = self.fields();
        (me.slot != DETACHED).then_some((usize::from(me.lane), me.slot))
    }

    pub(super) fn detach(self: Pin<&mut Self>) {
        self.fields().slot = DETACHED;
    }

    /// The only way to the fields: a shared reference to a whole child would claim to read its future, which may hold unique
    /// references into itself.
    fn fields(self: Pin<&mut Self>) -> &mut Self {
        // SAFETY: this module never moves `future` out of what is returned here.
        unsafe { self.get_unchecked_mut() }
    }

    /// Builds the future where it stays: the compiler stores only what it captured, while `Some(make())` would move all of
    /// its mostly unused bytes.
    #[inline]
    pub(super) fn start<'s>(self: Pin<&mut Self>, request: Request<'s>, make: impl FnOnce(Request<'s>) -> F) {
        let me = self.fields();
        debug_assert!(!me.full);
        (me.lane, me.slot, me.deadline) = (request.lane() as u8, request.slot(), request.deadline());
        me.future.write(make(request));
        me.full = true;
    }

    /// Drops the future, if there is one.
    #[inline]
    pub(super) fn stop(self: Pin<&mut Self>) {
        let me = self.fields();
        if core::mem::take(&mut me.full) {
            // SAFETY: `full` said that it is there, and says so no more; it is dropped where it was pinned.
            unsafe { me.future.assume_init_drop() };
        }
    }
}

impl<F: Future<Output = ()>> Child<F> {
    #[inline]
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let me = self.fields();
        if !me.full {
            return Poll::Ready(());
        }
        // SAFETY: `full` says that it is there; it stays where it is until `stop` drops it.
        unsafe { Pin::new_unchecked(me.future.assume_init_mut()) }.poll(cx)
    }
}

impl<F> Drop for Child<F> {
    fn drop(&mut self) {
        // SAFETY: nothing is moved, and the value is not used again.
        unsafe { Pin::new_unchecked(self) }.stop();
    }
}

impl<F> Default for Child<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> fmt::Debug for Child<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child").field("full", &self.full).field("slot", &self.slot).finish_non_exhaustive()
    }
}

/// Static storage of a pool: `static KIDS: Kids<{ kids_bytes(serve_c1, 4) }> = Kids::new();` with
/// `fn serve_c1(h: Handle<c1>, r: Request<'static>) -> impl Future<Output = ()>`.
#[repr(C, align(16))]
pub struct Kids<const BYTES: usize> {
    memory: UnsafeCell<MaybeUninit<[u8; BYTES]>>,
    taken: AtomicBool,
}

// SAFETY: `take` gives the bytes out once.
unsafe impl<const BYTES: usize> Sync for Kids<BYTES> {}

/// Bytes of [`Kids`] for `count` requests of a handler.
#[must_use]
pub const fn kids_bytes<A, R, F>(_: fn(A, R) -> F, count: usize) -> usize {
    count * size_of::<Child<F>>()
}

impl<const BYTES: usize> Kids<BYTES> {
    /// Unused storage.
    #[must_use]
    pub const fn new() -> Self {
        Self { memory: UnsafeCell::new(MaybeUninit::uninit()), taken: AtomicBool::new(false) }
    }

    /// The children, once.
    ///
    /// # Panics
    /// On a second call, and if the storage is too small for `count`.
    #[expect(clippy::mut_from_ref, reason = "the flag gives the bytes out once")]
    pub fn take<A, R, F>(
        &'static self,
        handler: fn(A, R) -> F,
        count: usize,
    ) -> Pin<&'static mut [Child<F>]> {
        const { assert!(align_of::<Child<F>>() <= 16, "the future is aligned to more than 16") }
        assert!(kids_bytes(handler, count) <= BYTES, "the storage is too small for the pool");
        assert!(!self.taken.swap(true, Ordering::Relaxed), "the storage of a pool is used twice");
        let first = self.memory.get().cast::<Child<F>>();
        // SAFETY: in bounds, aligned, given out once, static and therefore pinned for good.
        unsafe {
            for i in 0..count {
                first.add(i).write(Child::new());
            }
            Pin::new_unchecked(core::slice::from_raw_parts_mut(first, count))
        }
    }
}

impl<const BYTES: usize> Default for Kids<BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const BYTES: usize> fmt::Debug for Kids<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kids").field("bytes", &BYTES).finish_non_exhaustive()
    }
}
