//! System registers by their addresses: the ARMv7-M and ARMv8-M architecture reference manuals, chapter B3 and D1.
#![expect(unsafe_code, reason = "registers are memory")]

use core::arch::asm;
use core::ptr::{read_volatile, write_volatile};

/// One 32-bit register.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register(usize);

pub(crate) const SYST_CSR: Register = Register(0xe000_e010);
pub(crate) const SYST_RVR: Register = Register(0xe000_e014);
pub(crate) const SYST_CVR: Register = Register(0xe000_e018);
pub(crate) const ICSR: Register = Register(0xe000_ed04);
pub(crate) const AIRCR: Register = Register(0xe000_ed0c);
/// Priorities of system exceptions 8 to 11, and of 12 to 15.
pub(crate) const SHPR2: Register = Register(0xe000_ed1c);
pub(crate) const SHPR3: Register = Register(0xe000_ed20);
pub(crate) const SHCSR: Register = Register(0xe000_ed24);
pub(crate) const CFSR: Register = Register(0xe000_ed28);
pub(crate) const HFSR: Register = Register(0xe000_ed2c);
pub(crate) const MMFAR: Register = Register(0xe000_ed34);
pub(crate) const BFAR: Register = Register(0xe000_ed38);
pub(crate) const CPACR: Register = Register(0xe000_ed88);
pub(crate) const MPU_CTRL: Register = Register(0xe000_ed94);
pub(crate) const MPU_MAIR0: Register = Register(0xe000_edc0);
pub(crate) const FPCCR: Register = Register(0xe000_ef34);
const NVIC_ISER: usize = 0xe000_e100;
const NVIC_ICER: usize = 0xe000_e180;
const NVIC_IPR: usize = 0xe000_e400;

impl Register {
    pub(crate) fn read(self) -> u32 {
        // SAFETY: a word-aligned register of the system control space, which privileged code may read.
        unsafe { read_volatile(self.0 as *const u32) }
    }

    pub(crate) fn write(self, value: u32) {
        // SAFETY: as for `read`. What the value does to the processor is the business of this folder alone.
        unsafe { write_volatile(self.0 as *mut u32, value) }
    }

    pub(crate) fn set(self, bits: u32) {
        self.write(self.read() | bits);
    }
}

/// Priority of everything but faults: the lowest that every implementation has bits for.
pub(crate) const PRIORITY: u8 = 0x80;

/// Lets the interrupt come, at the priority of all handlers.
pub(crate) fn enable_interrupt(number: usize) {
    // SAFETY: the byte of this interrupt in the array of priorities.
    unsafe { write_volatile((NVIC_IPR + number) as *mut u8, PRIORITY) }
    Register(NVIC_ISER + 4 * (number / 32)).write(1 << (number % 32));
}

/// No interrupt comes any more.
pub(crate) fn disable_interrupts() {
    (0..8).for_each(|i| Register(NVIC_ICER + 4 * i).write(u32::MAX));
}

/// The interrupt whose handler this is.
pub(crate) fn active_interrupt() -> usize {
    const EXCEPTIONS: u32 = 16;
    (ICSR.read() & 0x1ff).saturating_sub(EXCEPTIONS) as usize
}

/// What was written to system registers holds from here on.
pub(crate) fn synchronize() {
    // SAFETY: barriers.
    unsafe { asm!("dsb", "isb", options(nostack, preserves_flags)) }
}

/// Sleeps until an interrupt.
pub(crate) fn wait_for_interrupt() {
    // SAFETY: a hint.
    unsafe { asm!("wfi", options(nostack, preserves_flags)) }
}

/// Runs `what` with interrupts masked.
pub(crate) fn masked<T>(what: impl FnOnce() -> T) -> T {
    let before: u32;
    // SAFETY: reads a special register and masks interrupts.
    unsafe { asm!("mrs {}, PRIMASK", "cpsid i", out(reg) before, options(nostack, preserves_flags)) }
    let result = what();
    if before & 1 == 0 {
        // SAFETY: they were not masked before.
        unsafe { asm!("cpsie i", options(nostack, preserves_flags)) }
    }
    result
}
