//! Signals that end a node, as a descriptor its loop can wait for.
#![expect(unsafe_code, reason = "signalfd and the signal mask have no safe wrapper in rustix")]

use rustix::io::Errno;
use std::os::fd::{FromRawFd, OwnedFd};

/// Blocks SIGTERM, SIGINT and SIGHUP for this thread and returns a descriptor that becomes readable when one arrives.
/// SIGPIPE is ignored: a reader that went away shows as an error of the write.
pub fn stop_signals() -> Result<OwnedFd, Errno> {
    // SAFETY: plain calls on a local signal set; the returned descriptor is fresh and ours.
    unsafe {
        let mut set = core::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut set);
        for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
            libc::sigaddset(&raw mut set, signal);
        }
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        if libc::sigprocmask(libc::SIG_BLOCK, &raw const set, core::ptr::null_mut()) != 0 {
            return Err(super::last_error());
        }
        let fd = libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK);
        if fd < 0 { Err(super::last_error()) } else { Ok(OwnedFd::from_raw_fd(fd)) }
    }
}
