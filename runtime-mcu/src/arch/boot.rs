//! From reset to the program of the kernel group, and back.
#![expect(unsafe_code, reason = "nothing is set up yet")]

use super::handlers::Frame;
use super::registers::{
    AIRCR, CFSR, CPACR, FPCCR, MPU_CTRL, MPU_MAIR0, PRIORITY, SHCSR, SHPR2, SHPR3, SYST_CSR,
    disable_interrupts, synchronize, wait_for_interrupt,
};
use crate::board;
use crate::console;
use core::arch::global_asm;
use core::cell::UnsafeCell;
use core::ptr;

/// A stack of the kernel's own.
#[repr(C, align(8))]
struct Stack<const WORDS: usize>(UnsafeCell<[u32; WORDS]>);

// SAFETY: only its one user touches it: the handlers, or the idle thread.
unsafe impl<const WORDS: usize> Sync for Stack<WORDS> {}

/// For handlers. They do not nest, but for a fault of the kernel, which formats a line.
#[unsafe(no_mangle)]
static AMBC_HANDLER_STACK: Stack<512> = Stack(UnsafeCell::new([0; 512]));
static IDLE_STACK: Stack<32> = Stack(UnsafeCell::new([0; 32]));

// The vectors: the initial stack of handlers, the system exceptions, and every interrupt of the board.
global_asm!(
    "
    .section .ambc.vectors, \"a\"
    .balign 1024
    .global AMBC_VECTORS
    AMBC_VECTORS:
        .word AMBC_HANDLER_STACK + 2048
        .word ambc_reset
        .word ambc_on_fault    @ NMI
        .word ambc_on_fault    @ HardFault
        .word ambc_on_fault    @ MemManage
        .word ambc_on_fault    @ BusFault
        .word ambc_on_fault    @ UsageFault
        .word ambc_on_fault    @ SecureFault
        .space 12
        .word ambc_on_svc
        .word ambc_on_fault    @ DebugMonitor
        .space 4
        .word ambc_on_interrupt    @ PendSV
        .word ambc_on_tick
        .rept {interrupts}
        .word ambc_on_interrupt
        .endr

    .section .text.ambc_reset, \"ax\"
    .global ambc_reset
    .type ambc_reset, %function
    .thumb_func
    ambc_reset:
        cpsid i
        @ The kernel group runs on the process stack, privileged.
        ldr   r0, =__ambc_stack_end
        msr   psp, r0
        movs  r0, #2
        msr   control, r0
        isb
        ldr   r0, =__ambc_data_start
        ldr   r1, =__ambc_data_end
        ldr   r2, =__ambc_data_load
        b     2f
    1:  ldr   r3, [r2], #4
        str   r3, [r0], #4
    2:  cmp   r0, r1
        bne   1b
        ldr   r0, =__ambc_bss_start
        ldr   r1, =__ambc_bss_end
        bl    ambc_zero
        @ Memory of groups and the lanes between them: an earlier life of the node must not show.
        ldr   r0, =__ambc_user_start
        ldr   r1, =__ambc_user_end
        bl    ambc_zero
        bl    ambc_set_up
        bl    ambc_kernel_main
        udf   #0
    ambc_zero:
        movs  r2, #0
        movs  r3, #0
        b     4f
    3:  stmia r0!, {{r2, r3}}
    4:  cmp   r0, r1
        blo   3b
        bx    lr
    .ltorg
    ",
    interrupts = const board::INTERRUPTS,
);

/// Faults have their own handlers above everything else, the floating-point unit is on, and memory is protected.
#[unsafe(no_mangle)]
extern "C" fn ambc_set_up() {
    const ENABLE_FAULTS: u32 = 0b111 << 16;
    const FULL_ACCESS: u32 = 0b1111 << 20;
    const AUTOMATIC: u32 = 1 << 31;
    const LAZY: u32 = 1 << 30;
    const ENABLE: u32 = 0b101; // privileged code keeps the default map
    let priority = u32::from(PRIORITY);
    SHPR2.write(priority << 24);
    SHPR3.write(priority << 24 | priority << 16);
    CFSR.write(CFSR.read());
    SHCSR.set(ENABLE_FAULTS);
    CPACR.set(FULL_ACCESS);
    // A lazy frame would be written later, with the rights of somebody else.
    FPCCR.write(FPCCR.read() & !LAZY | AUTOMATIC);
    // Normal memory, write-back; of ARMv8-M, and nothing on ARMv7-M.
    if cfg!(armv8m) {
        MPU_MAIR0.write(0xff);
    }
    MPU_CTRL.write(ENABLE);
    synchronize();
    console::start();
    // SAFETY: the vectors are in place and every handler does without the state of the kernel.
    unsafe { core::arch::asm!("cpsie i", options(nostack, preserves_flags)) }
}

/// Stack pointer of the idle thread, with its frame.
pub(super) fn idle_frame() -> u32 {
    extern "C" fn idle() -> ! {
        loop {
            wait_for_interrupt();
        }
    }
    let end = IDLE_STACK.0.get() as u32 + 4 * 32;
    let sp = end - size_of::<Frame>() as u32;
    let entry = idle as extern "C" fn() -> ! as usize as u32;
    let frame = Frame { r: [0; 4], r12: 0, lr: u32::MAX, pc: entry & !1, xpsr: 1 << 24 };
    // SAFETY: inside the stack of the idle thread, which does not run yet.
    unsafe { ptr::write_volatile(sp as *mut Frame, frame) }
    sp
}

/// Ends the node: nothing runs any more until the next power-up.
pub(crate) fn halt() -> ! {
    SYST_CSR.write(0);
    disable_interrupts();
    loop {
        wait_for_interrupt();
    }
}

/// Starts the node anew, as after power-up.
pub(crate) fn reboot() -> ! {
    const KEY: u32 = 0x05fa << 16;
    const SYSRESETREQ: u32 = 1 << 2;
    synchronize();
    AIRCR.write(KEY | SYSRESETREQ);
    loop {
        synchronize();
    }
}
