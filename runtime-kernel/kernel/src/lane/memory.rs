//! The memory of a lane, as either end sees it: words it may load and store, and areas of bytes it may copy.
//!
//! The other end may be hostile and change any byte at any time. So nothing here hands out a reference to those
//! bytes: words are atomics, and bytes are copied, then judged. Every index is bounded here, not by the caller.
#![expect(unsafe_code, reason = "the only module that touches memory another group maps")]

use super::layout::{CLOSED, Field, HEAD, Layout, SLOTS, Word};
use crate::atomic::{AtomicU32, Ordering};
use ambc_abi::LaneSpec;

/// One end's view of the memory of a lane. Both ends must be given the same [`LaneSpec`].
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    base: *const AtomicU32,
    spec: LaneSpec,
    layout: Layout,
    shift: u32,
}

// SAFETY: a lane is shared memory; both ends reach it from different threads by design.
unsafe impl Send for Lane {}

/// Which end of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The end that calls.
    Caller,
    /// The end that serves.
    Callee,
}

/// Bytes of a lane that hold one message: the payload of a slot or a bulk buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    at: usize,
    pub(crate) capacity: usize,
}

impl Lane {
    /// A view of lane memory.
    ///
    /// # Safety
    /// `base` is aligned to [`lane_align`](super::lane_align), points to [`lane_bytes`](super::lane_bytes) bytes that were
    /// zeroed before the first end used them, that outlive every use, and that nothing but ends of this lane touches.
    ///
    /// # Panics
    /// If `spec` is not [valid](LaneSpec::valid).
    #[must_use]
    pub unsafe fn at(base: *mut u8, spec: LaneSpec) -> Self {
        assert!(cfg!(loom) || base.addr().is_multiple_of(super::lane_align()), "lane memory is not aligned");
        Self {
            base: base.cast_const().cast(),
            spec,
            layout: Layout::of(&spec),
            shift: spec.slots.trailing_zeros(),
        }
    }

    /// The size it was made with.
    #[must_use]
    pub fn spec(&self) -> &LaneSpec {
        &self.spec
    }

    /// For a port: the word that says that this end's group sleeps. The kernel never reads it.
    #[must_use]
    pub fn asleep(&self, end: End) -> &AtomicU32 {
        self.word(match end {
            End::Caller => Word::CallerAsleep,
            End::Callee => Word::CalleeAsleep,
        })
    }

    /// For the supervisor, once nothing of that end's group runs any more: makes the other end let go of what it
    /// shares with it. The other end's group must be woken afterwards.
    pub fn announce_death(&self, end: End) {
        match end {
            End::Callee => {
                self.word(Word::CalleeEpoch).fetch_add(1, Ordering::AcqRel);
            }
            End::Caller => {
                self.word(Word::CallerEpoch).fetch_add(1, Ordering::AcqRel);
                self.word(Word::Attention).fetch_add(1, Ordering::AcqRel);
            }
        }
    }

    /// For the supervisor, once the callee's group is gone and will not come back: calls end as `Unreachable` at once, those
    /// under way as `Restarted`. The caller's group must be woken afterwards.
    pub fn close(&self) {
        self.word(Word::Closed).store(CLOSED, Ordering::Release);
        self.announce_death(End::Callee);
    }

    /// Whether the supervisor said that nobody will serve this lane any more.
    pub(super) fn is_closed(&self) -> bool {
        self.word(Word::Closed).load(Ordering::Acquire) == CLOSED
    }

    pub(crate) fn slots(&self) -> usize {
        self.spec.slots as usize
    }

    /// One bit per slot.
    pub(crate) fn all_slots(&self) -> usize {
        usize::MAX >> (usize::BITS - self.spec.slots as u32)
    }

    #[inline]
    fn atom(&self, at: usize) -> &AtomicU32 {
        debug_assert!(at < self.layout.total as usize);
        // SAFETY: `at` comes from the layout, from a masked slot number or from a masked ring position, so it is inside
        // the memory that `Lane::at` was promised.
        unsafe { &*self.base.add(at) }
    }

    #[inline]
    pub(crate) fn word(&self, word: Word) -> &AtomicU32 {
        self.atom(word as usize)
    }

    #[inline]
    pub(crate) fn head(&self, slot: usize, field: Field) -> &AtomicU32 {
        self.atom(self.slot(slot) + field as usize)
    }

    #[inline]
    fn slot(&self, slot: usize) -> usize {
        SLOTS + (slot & (self.slots() - 1)) * self.layout.stride as usize
    }

    #[inline]
    fn entry(&self, ring: Ring, position: u32) -> &AtomicU32 {
        self.head(position as usize, if ring == Ring::Requests { Field::Request } else { Field::Completion })
    }

    /// What marks an entry of this lap of the ring. Never 0, so that a zeroed ring is empty whatever the lap.
    #[inline]
    fn lap(&self, position: u32) -> u32 {
        ((position >> self.shift) & 0x7fff) << 16 | 1 << 31
    }

    /// Whether the ring has an entry at `position`: one load of the entry itself, no shared index.
    #[inline]
    pub(crate) fn has(&self, ring: Ring, position: u32) -> bool {
        self.entry(ring, position).load(Ordering::Relaxed) & LAP == self.lap(position)
    }

    /// Publishes everything written before to the consumer of `ring`.
    #[inline]
    pub(crate) fn push(&self, ring: Ring, position: u32, slot: usize) {
        self.entry(ring, position).store(self.lap(position) | slot as u32, Ordering::Release);
    }

    /// The slot at `position`; whatever a hostile producer wrote, it names a slot of this lane.
    #[inline]
    pub(crate) fn take(&self, ring: Ring, position: u32) -> Option<usize> {
        let entry = self.entry(ring, position).load(Ordering::Acquire);
        (entry & LAP == self.lap(position)).then_some(entry as usize & (self.slots() - 1))
    }

    pub(crate) fn clear(&self, ring: Ring) {
        for position in 0..self.slots() as u32 {
            self.entry(ring, position).store(0, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(crate) fn cancel_word(&self, slot: usize) -> &AtomicU32 {
        self.word(if slot < 32 { Word::Cancel } else { Word::CancelHigh })
    }

    #[inline]
    pub(crate) fn payload(&self, slot: usize) -> Area {
        Area { at: self.slot(slot) + HEAD, capacity: self.spec.small as usize }
    }

    /// `None` if there is no such buffer.
    pub(crate) fn bulk(&self, index: usize) -> Option<Area> {
        (index < self.spec.bulk as usize).then(|| Area {
            at: self.layout.bulk as usize + index * self.layout.bulk_stride as usize,
            capacity: self.spec.bulk_bytes as usize,
        })
    }
}

const LAP: u32 = 0xffff_0000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ring {
    Requests,
    Completions,
}

#[cfg(not(loom))]
mod copy {
    use super::{Area, Lane};
    use crate::wire::Writer;
    use core::mem::MaybeUninit;
    use core::sync::atomic::{Ordering, compiler_fence};

    impl Lane {
        fn bytes(&self, area: Area) -> *mut u8 {
            self.base.wrapping_add(area.at).cast_mut().cast()
        }

        /// Writes into an area this end owns. The other end may look on; nothing is read back.
        pub(crate) fn writer(&self, area: Area) -> Writer<'_> {
            // SAFETY: an `Area` is inside the memory of the lane, which outlives the lane's ends.
            unsafe { Writer::from_raw(self.bytes(area), area.capacity) }
        }

        /// A private copy of the first bytes of `area`; false if it has fewer.
        ///
        /// A hostile writer may race with the copy and make any value of it; the fence keeps the compiler from reading
        /// the source a second time where the copy is looked at, so what is validated is what is used.
        #[inline]
        pub(crate) fn copy_out(&self, area: Area, to: &mut [u8]) -> bool {
            if to.len() > area.capacity {
                return false;
            }
            // SAFETY: both sides have `to.len()` bytes, and private memory does not overlap a lane.
            unsafe { core::ptr::copy_nonoverlapping(self.bytes(area), to.as_mut_ptr(), to.len()) };
            compiler_fence(Ordering::Acquire);
            true
        }

        /// The same for a short message, word by word: a copy of run-time length would be a call to `memcpy`. `None` if
        /// `words` or `area` is shorter than `len`.
        #[inline]
        pub(crate) fn copy_words<'w>(
            &self,
            area: Area,
            words: &'w mut [MaybeUninit<u64>],
            len: usize,
        ) -> Option<&'w [u8]> {
            let count = len.div_ceil(8);
            if len > area.capacity || count > words.len() {
                return None;
            }
            let from = self.bytes(area).cast::<u64>();
            for (i, word) in words[..count].iter_mut().enumerate() {
                // SAFETY: `count` words lie inside the area, whose capacity is a multiple of 8 or followed by padding; a
                // volatile read happens once, whatever the other end does meanwhile.
                word.write(unsafe { from.wrapping_add(i).read_volatile() });
            }
            // SAFETY: the first `count` words, so the first `len` bytes, have been written.
            Some(unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), len) })
        }

        /// Copies `from` into an area this end owns; false if it does not fit.
        pub(crate) fn copy_in(&self, area: Area, from: &[u8]) -> bool {
            if from.len() > area.capacity {
                return false;
            }
            // SAFETY: both sides have `from.len()` bytes, and private memory does not overlap a lane.
            unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), self.bytes(area), from.len()) };
            true
        }
    }
}

/// The model checker sees payload as words without any order of their own: a read that is not ordered after the write by
/// the protocol finds an old value, and the model's assertions fail.
#[cfg(loom)]
mod copy {
    use super::{Area, Lane, Ordering};
    use core::mem::MaybeUninit;

    impl Lane {
        /// Calls as futures are not modelled.
        pub(crate) fn copy_words<'w>(
            &self,
            _: Area,
            _: &'w mut [MaybeUninit<u64>],
            _: usize,
        ) -> Option<&'w [u8]> {
            None
        }

        pub(crate) fn copy_out(&self, area: Area, to: &mut [u8]) -> bool {
            if to.len() > area.capacity {
                return false;
            }
            for (i, part) in to.chunks_mut(4).enumerate() {
                let word = self.atom(area.at + i).load(Ordering::Relaxed).to_le_bytes();
                part.copy_from_slice(&word[..part.len()]);
            }
            true
        }

        pub(crate) fn copy_in(&self, area: Area, from: &[u8]) -> bool {
            if from.len() > area.capacity {
                return false;
            }
            for (i, part) in from.chunks(4).enumerate() {
                let mut word = [0; 4];
                word[..part.len()].copy_from_slice(part);
                self.atom(area.at + i).store(u32::from_le_bytes(word), Ordering::Relaxed);
            }
            true
        }
    }
}
