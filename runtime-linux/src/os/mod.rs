//! What this port asks of the kernel underneath: memory two processes share, sleeping and waking, the sandbox, child processes.
//! Every `unsafe` system call of the crate is below this module.

pub mod filter;
pub mod inherit;
pub mod landlock;
pub mod memory;
pub(crate) mod ready;
pub mod signals;
pub mod spawn;
pub mod support;
pub mod tie;
pub mod wait;

/// Nanoseconds of the monotonic clock: the time base of a whole machine, the same in every process of it.
///
/// Asked of libc, which reads it without a system call also behind the sandbox; rustix would have to look its way up in
/// `/proc` there.
#[must_use]
#[expect(unsafe_code, reason = "clock_gettime of libc")]
pub fn now() -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes a local struct; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut t) };
    (t.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(t.tv_nsec as u64)
}

/// Error number of the system call that just failed.
pub(crate) fn last_error() -> rustix::io::Errno {
    rustix::io::Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(rustix::io::Errno::IO)
}
