//! What a group finds at its start: descriptors in a fixed order, and lanes in the memory behind them.
#![expect(unsafe_code, reason = "descriptor numbers and lane memory agreed with the node")]

use super::memory::Region;
use ambc_kernel::lane::lane_bytes;
use ambc_kernel::{Lane, LaneSpec};
use rustix::io::Errno;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// Takes over descriptor `fd`, which the node placed there for us.
#[must_use]
pub fn descriptor(fd: RawFd) -> OwnedFd {
    // SAFETY: the node passes it for this use alone; each number is taken once. A wrong number makes the calls on it fail.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Maps `len` bytes behind the next descriptor.
pub fn region(fd: &mut RawFd, len: usize) -> Result<Region, Errno> {
    let own = descriptor(*fd);
    *fd += 1;
    Region::adopt(own, len)
}

/// The lane of size `spec` that fills `region`.
///
/// # Panics
/// If the region is smaller.
#[must_use]
pub fn lane(region: &Region, spec: LaneSpec) -> Lane {
    assert!(region.len() >= lane_bytes(&spec), "a lane needs a larger region");
    // SAFETY: page aligned, zeroed when it was created, never unmapped, large enough; a region of a lane is used for
    // nothing else.
    unsafe { Lane::at(region.base(), spec) }
}
