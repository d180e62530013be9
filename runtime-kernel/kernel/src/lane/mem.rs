//! Memory for lanes between groups of one image.
#![expect(unsafe_code, reason = "statics shared by two groups")]

use super::{Lane, lane_bytes};
use ambc_abi::LaneSpec;
use core::cell::UnsafeCell;
use core::fmt;

/// The static memory of a lane: `static EDGE: Mem<{ lane_bytes(&SPEC) }> = Mem::new();`.
#[repr(C, align(64))]
pub struct Mem<const BYTES: usize>(UnsafeCell<[u8; BYTES]>);

// SAFETY: all access goes through `Lane`: atomics, and bytes under the protocol of slots.
unsafe impl<const BYTES: usize> Sync for Mem<BYTES> {}

impl<const BYTES: usize> Mem<BYTES> {
    /// Zeroed memory.
    #[must_use]
    pub const fn new() -> Self {
        Self(UnsafeCell::new([0; BYTES]))
    }

    /// The lane in this memory; every use of one `Mem` must name the same `spec`.
    ///
    /// # Panics
    /// If `spec` needs more than `BYTES`.
    #[must_use]
    pub fn lane(&'static self, spec: LaneSpec) -> Lane {
        assert!(lane_bytes(&spec) <= BYTES, "the memory is too small for this lane");
        // SAFETY: static, zeroed at first use, aligned to 64, large enough; all users of it come through here.
        unsafe { Lane::at(self.0.get().cast(), spec) }
    }

    /// The bytes, for a tester that plays a hostile end.
    #[must_use]
    pub fn bytes(&'static self) -> *mut u8 {
        self.0.get().cast()
    }
}

impl<const BYTES: usize> Default for Mem<BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const BYTES: usize> fmt::Debug for Mem<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mem").field("bytes", &BYTES).finish_non_exhaustive()
    }
}
