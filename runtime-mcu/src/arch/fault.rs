//! Faults: of a group, which ends, or of the kernel, which ends the node.
#![expect(unsafe_code, reason = "called by exceptions, over what the hardware pushed")]

use super::handlers::{Frame, after_death};
use super::registers::{BFAR, CFSR, HFSR, MMFAR, SHCSR};
use crate::console::{self, Level};
use crate::kernel::thread::{Context, Death};

/// Both address registers are valid, memory management first.
const MMARVALID: u32 = 1 << 7;
const BFARVALID: u32 = 1 << 15;
/// The frame could not be written.
const STACKING: u32 = 1 << 4 | 1 << 5 | 1 << 12 | 1 << 13;
/// The exception came from a thread.
const FROM_THREAD: u32 = 1 << 3;
const SVCALLPENDED: u32 = 1 << 15;

/// Every fault.
///
/// # Safety
/// Called by the exception alone, with the process stack pointer and the return value of the exception.
#[unsafe(no_mangle)]
unsafe extern "C" fn ambc_fault(frame: *const Frame, exc_return: u32) -> *const Context {
    let status = CFSR.read();
    let address = match status {
        s if s & MMARVALID != 0 => Some(MMFAR.read()),
        s if s & BFARVALID != 0 => Some(BFAR.read()),
        _ => None,
    };
    // SAFETY: the hardware could write the frame, with the rights of the thread.
    let pc = (status & STACKING == 0).then(|| unsafe { (*frame).pc });
    let hard = HFSR.read();
    CFSR.write(status); // written ones clear
    HFSR.write(hard);
    // If the frame of a supervisor call could not be written, that call is still to come, and would be taken for one of the next
    // thread.
    SHCSR.write(SHCSR.read() & !SVCALLPENDED);
    let mut next = None;
    if exc_return & FROM_THREAD != 0 {
        next = after_death(Death::Fault { status, address, pc });
    }
    next.unwrap_or_else(|| of_the_kernel(status, hard, address, pc))
}

/// Nothing can be believed any more.
fn of_the_kernel(status: u32, hard: u32, address: Option<u32>, pc: Option<u32>) -> ! {
    let what = format_args!(
        "fault of the kernel: status {status:#x} {hard:#x}, address {address:x?}, at {pc:x?}; the node reboots"
    );
    console::line_now(Level::Error, "ambc", what);
    super::reboot()
}
