//! How large a lane is.

/// The size of one lane: one direction of one edge of the deployment. Made by the compiler, constant in generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LaneSpec {
    /// Requests under way at once: a power of two, 1 to 64 (to 32 on 32-bit targets).
    pub slots: u8,
    /// Payload bytes of a slot, 8 to 256 and a multiple of 8. Requests and replies up to this size travel in the slot.
    pub small: u16,
    /// Buffers for larger messages, at most 32. A call that needs one waits for one.
    pub bulk: u8,
    /// Bytes of each such buffer; also the largest message of the lane, unless there is none.
    pub bulk_bytes: u32,
}

impl LaneSpec {
    /// A lane whose messages all fit into its slots.
    #[must_use]
    pub const fn small(slots: u8, small: u16) -> Self {
        Self { slots, small, bulk: 0, bulk_bytes: 0 }
    }

    /// Adds `bulk` buffers of `bulk_bytes`.
    #[must_use]
    pub const fn with_bulk(self, bulk: u8, bulk_bytes: u32) -> Self {
        Self { bulk, bulk_bytes, ..self }
    }

    /// Whether a lane can have this size.
    #[must_use]
    pub const fn valid(&self) -> bool {
        self.slots.is_power_of_two()
            && self.slots as u32 <= if usize::BITS < 64 { usize::BITS } else { 64 }
            && self.small >= 8
            && self.small <= 256
            && self.small.is_multiple_of(8)
            && self.bulk <= 32
            && (self.bulk == 0) == (self.bulk_bytes == 0)
            && self.bulk_bytes <= 1 << 26
    }

    /// Bytes of the largest message that fits.
    #[must_use]
    pub const fn largest(&self) -> usize {
        if self.bulk_bytes > self.small as u32 { self.bulk_bytes as usize } else { self.small as usize }
    }
}
