//! What this machine (or the container we are in) offers for isolation, found out before anything starts.

use super::wait;
use core::fmt;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// System call filters. Without them a group would not be isolated: a node refuses to start.
    pub seccomp: bool,
    /// Version of landlock, 0 = none. A second wall; its absence is reported.
    pub landlock: u32,
    /// `futex_waitv`; without it groups with several lanes poll every millisecond.
    pub waitv: bool,
    /// Processors this process may use.
    pub cpus: usize,
}

/// Isolation cannot be had here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoIsolation;

impl fmt::Display for NoIsolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this kernel or container does not allow seccomp filters, so user groups could not be isolated; \
             refusing to start (give the container the seccomp system call, or use a kernel with CONFIG_SECCOMP_FILTER)",
        )
    }
}

impl core::error::Error for NoIsolation {}

impl Support {
    /// Asks the kernel; changes nothing.
    #[must_use]
    pub fn detect() -> Self {
        Self {
            seccomp: has_seccomp(),
            landlock: landlock_version(),
            waitv: wait::has_waitv(),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// An error where groups cannot be isolated.
    pub fn require(&self) -> Result<(), NoIsolation> {
        if self.seccomp { Ok(()) } else { Err(NoIsolation) }
    }

    /// What is missing but not needed for isolation, one sentence each, for the log.
    pub fn warnings(&self) -> impl Iterator<Item = &'static str> {
        let landlock = (self.landlock == 0).then_some(
            "landlock is missing here: groups are isolated by the system call filter alone, without a second wall",
        );
        let waitv = (!self.waitv)
            .then_some("futex_waitv is missing here: calls between groups may take a millisecond longer");
        [landlock, waitv].into_iter().flatten()
    }
}

#[expect(unsafe_code, reason = "plain system call")]
fn has_seccomp() -> bool {
    const SECCOMP_GET_ACTION_AVAIL: u64 = 2;
    let action: u32 = libc::SECCOMP_RET_ERRNO;
    // SAFETY: reads one word.
    unsafe { libc::syscall(libc::SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0u64, &raw const action) == 0 }
}

#[expect(unsafe_code, reason = "plain system call")]
fn landlock_version() -> u32 {
    const SYS_LANDLOCK_CREATE_RULESET: i64 = 444;
    const VERSION: u64 = 1;
    // SAFETY: with this flag the call takes no memory.
    let v = unsafe { libc::syscall(SYS_LANDLOCK_CREATE_RULESET, 0u64, 0u64, VERSION) };
    u32::try_from(v).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Support = Support { seccomp: true, landlock: 7, waitv: true, cpus: 2 };

    #[test]
    fn refuses_without_seccomp_and_only_then() {
        assert_eq!(Support { seccomp: false, ..ALL }.require(), Err(NoIsolation));
        assert_eq!(Support { landlock: 0, waitv: false, ..ALL }.require(), Ok(()));
    }

    #[test]
    fn says_what_is_missing() {
        assert_eq!(ALL.warnings().count(), 0);
        assert_eq!(Support { landlock: 0, waitv: false, ..ALL }.warnings().count(), 2);
    }
}
