//! Arm MPS2 with the AN386 image (Cortex-M4 with FPU), as QEMU's `mps2-an386`: Application Note AN386, chapter 3.

use crate::console;
use crate::driver::cmsdk_uart::Uart;

/// Clock of the processor and of SysTick.
pub(crate) const CLOCK_HZ: u32 = 25_000_000;
/// Interrupts of the board.
pub(crate) const INTERRUPTS: usize = 32;

/// The console.
const UART0: Uart = Uart::at(0x4000_4000);
/// Transmission and reception of UART 0 and 1 have their own; the interrupts of overflow are one.
const UART0_SENT: usize = 1;

pub(crate) fn start() {
    UART0.start(CLOCK_HZ, 115_200);
}

pub(crate) fn start_interrupts() {
    crate::arch::enable_interrupt(UART0_SENT);
}

/// Looks after all devices; true if the kernel group has something to do.
pub(crate) fn interrupt() -> bool {
    UART0.acknowledge();
    console::sent();
    false
}

/// Gives a byte to the console; false if it is busy.
pub(crate) fn put(byte: u8) -> bool {
    UART0.put(byte)
}

/// Returns when the console takes another byte.
pub(crate) fn wait_for_room() {
    while UART0.full() {}
}
