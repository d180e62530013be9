//! Supervisor calls: all that a group can ask the kernel for. Number in `r0`, arguments in `r1` to `r3`, result in `r0` and `r1`.

/// The time in ns: low word, high word.
pub const NOW: u32 = 0;
/// Rings the peers in `r3`, then waits until somebody rings or until the time in `r1` (low) and `r2` (high). Returns at once
/// if somebody rang since the last wait. May return early. The result is the time, as of [`NOW`].
pub const WAIT: u32 = 1;
/// Rings the peers in `r1`.
pub const RING: u32 = 2;
/// Prints a line: address in `r1`, bytes in `r2`, at most [`MAX_LINE`]. What does not fit the console is lost.
pub const PRINT: u32 = 3;
/// Ends the group.
pub const END: u32 = 4;

/// Longest line that a group can print at once.
pub const MAX_LINE: u32 = 200;

#[cfg(target_arch = "arm")]
pub(crate) use stubs::{end, now, print, ring, wait};

#[cfg(target_arch = "arm")]
#[expect(unsafe_code, reason = "the instruction that calls the kernel")]
mod stubs {
    use super::{END, NOW, PRINT, RING, WAIT};
    use core::arch::asm;

    pub(crate) fn now() -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: the kernel changes the two results and nothing else.
        unsafe {
            asm!("svc 0", inlateout("r0") NOW => low, lateout("r1") high, options(nostack, preserves_flags));
        }
        u64::from(high) << 32 | u64::from(low)
    }

    /// `until`: `u64::MAX` for as long as nobody rings. The time now.
    pub(crate) fn wait(until: u64, peers: u32) -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: the kernel changes the result registers and nothing else of this thread. Others ran meanwhile: memory is
        // not assumed to be as before.
        unsafe {
            asm!(
                "svc 0",
                inlateout("r0") WAIT => low,
                inlateout("r1") until as u32 => high,
                in("r2") (until >> 32) as u32,
                in("r3") peers,
                options(nostack, preserves_flags)
            );
        }
        u64::from(high) << 32 | u64::from(low)
    }

    pub(crate) fn ring(peers: u32) {
        // SAFETY: as for `wait`.
        unsafe {
            asm!("svc 0", inlateout("r0") RING => _, inlateout("r1") peers => _, options(nostack, preserves_flags));
        }
    }

    pub(crate) fn print(text: &str) {
        // SAFETY: the kernel reads the text, which is there, and changes the result registers.
        unsafe {
            asm!(
                "svc 0",
                inlateout("r0") PRINT => _,
                inlateout("r1") text.as_ptr() => _,
                in("r2") text.len(),
                options(nostack, preserves_flags, readonly)
            );
        }
    }

    pub(crate) fn end() -> ! {
        // SAFETY: the kernel does not return here.
        unsafe {
            asm!("svc 0", in("r0") END, options(noreturn));
        }
    }
}
