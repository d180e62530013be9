//! Arm MPS2 with the AN386 image (Cortex-M4 with FPU), as QEMU's `mps2-an386`: Application Note AN386, chapter 3.

use crate::driver::cmsdk_uart::Uart;

/// Clock of the processor and of SysTick.
pub(crate) const CLOCK_HZ: u32 = 25_000_000;
/// Interrupts of the board.
pub(crate) const INTERRUPTS: usize = 32;

/// All UARTs, in the order of the board, which is that of QEMU's `-serial`.
pub(crate) const UARTS: [Uart; 5] = [
    Uart::at(0x4000_4000),
    Uart::at(0x4000_5000),
    Uart::at(0x4000_6000),
    Uart::at(0x4000_7000),
    Uart::at(0x4000_9000),
];
/// Reception and transmission of each; overflow, which their handlers see too, is left off.
const UART_INTERRUPTS: [[usize; 2]; 5] = [[0, 1], [2, 3], [4, 5], [18, 19], [20, 21]];
/// The console.
pub(crate) const CONSOLE: usize = 0;
/// What speaks the protocol of [`crate::control`]: this board is emulated.
pub(crate) const CONTROL: Option<usize> = Some(4);
/// What deployments call `uart0`, `uart1`, `uart2`.
pub(crate) const LINKS: [usize; 3] = [1, 2, 3];

/// Switches a UART on, with its interrupts.
pub(crate) fn start_uart(uart: usize, baud: u32) {
    UARTS[uart].start(CLOCK_HZ, baud);
    UART_INTERRUPTS[uart].into_iter().for_each(crate::arch::enable_interrupt);
}

/// Whose interrupt this is.
pub(crate) fn uart_of(interrupt: usize) -> Option<usize> {
    UART_INTERRUPTS.iter().position(|numbers| numbers.contains(&interrupt))
}
