//! Where things lie in the memory of a lane, in words of 32 bits.
//!
//! ```text
//! caller's line   written by the caller (and the supervisor), read by the callee
//! callee's line   written by the callee (and the supervisor), read by the caller
//! slots           header of 8 words and payload; owned by the caller until submitted, then by the callee until completed
//! bulk buffers    owned like the slot that names them
//! ```
//!
//! The rings have no place of their own: entry `i` of both lies in the header of slot `i`. While requests complete in order,
//! a request is in the slot of its position, and one cache line carries entry, header and a short message.
use ambc_abi::LaneSpec;

/// What one end writes must not share a line with what the other writes.
const LINE: usize = if cfg!(any(target_arch = "arm", loom)) { SINGLE_CORE } else { 16 };
/// Where there is one core and no cache line to fight for.
const SINGLE_CORE: usize = 2;
const _: () = assert!(LINE.is_multiple_of(2), "areas are read in words of 64 bits");

const fn up(words: usize, to: usize) -> usize {
    (words + to - 1) & !(to - 1)
}

/// A word of the two control lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Word {
    /// Counts what the callee must look at beside its ring: cancellations, a new session, a dead caller.
    Attention = 0,
    /// One bit per slot whose call was dropped; the caller's to set and clear.
    Cancel = 1,
    CancelHigh = 2,
    /// The session the caller wants.
    Session = 3,
    /// Counts deaths of the caller; the supervisor's.
    CallerEpoch = 4,
    /// For the port: whether the caller's group sleeps.
    CallerAsleep = 5,
    /// Counts starts and deaths of the callee.
    CalleeEpoch = up(6, LINE),
    /// The session the callee is ready for.
    Ack = up(6, LINE) + 1,
    /// For the port: whether the callee's group sleeps.
    CalleeAsleep = up(6, LINE) + 2,
    /// [`CLOSED`]: nobody will serve this lane any more. The supervisor's; a new callee clears it.
    Closed = up(6, LINE) + 3,
}

/// A callee that scribbles does not hit it by accident.
pub(super) const CLOSED: u32 = 0xc105_ed01;

pub(super) const SLOTS: usize = slots(LINE);
const _: () = assert!(Word::Closed as usize + 1 == up(6, LINE) + 4);

/// Words before the first slot.
const fn slots(line: usize) -> usize {
    up(up(6, line) + 4, line)
}

/// Words of a slot's header.
pub(crate) const HEAD: usize = 8;

/// A field of a slot's header.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Field {
    Proc = 0,
    Len = 1,
    Status = 2,
    /// 0, or one more than the bulk buffer that holds request and reply.
    Bulk = 3,
    DeadlineLow = 4,
    DeadlineHigh = 5,
    /// An entry of the request ring; the caller's, whoever owns the slot.
    Request = 6,
    /// An entry of the completion ring; the callee's, whoever owns the slot.
    Completion = 7,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) stride: u32,
    pub(crate) bulk: u32,
    pub(crate) bulk_stride: u32,
    pub(crate) total: u32,
}

impl Layout {
    pub(crate) const fn of(spec: &LaneSpec) -> Self {
        assert!(spec.valid(), "a lane cannot have this size");
        Self::with_lines_of(LINE, spec)
    }

    const fn with_lines_of(line: usize, spec: &LaneSpec) -> Self {
        let stride = up(HEAD + spec.small as usize / 4, line);
        let bulk = slots(line) + stride * spec.slots as usize;
        let bulk_stride = up((spec.bulk_bytes as usize).div_ceil(4), line);
        Self {
            stride: stride as u32,
            bulk: bulk as u32,
            bulk_stride: bulk_stride as u32,
            total: (bulk + bulk_stride * spec.bulk as usize) as u32,
        }
    }
}

/// Bytes of the memory of a lane; it must be aligned to [`lane_align`].
#[must_use]
pub const fn lane_bytes(spec: &LaneSpec) -> usize {
    4 * Layout::of(spec).total as usize
}

/// Bytes of the memory of a lane on a microcontroller, for whoever lays it out elsewhere. It must be aligned to 8.
#[must_use]
pub const fn lane_bytes_on_microcontrollers(spec: &LaneSpec) -> usize {
    4 * Layout::with_lines_of(SINGLE_CORE, spec).total as usize
}

/// Alignment of the memory of a lane.
#[must_use]
pub const fn lane_align() -> usize {
    4 * LINE
}
