//! Entry of every exception, and the switch to another thread.
//!
//! A handler gets the process stack pointer and says which thread runs next: null, or a pointer to its
//! [`Context`](crate::kernel::thread::Context). Registers are kept in the kernel's memory, never on a stack that a group chose.
#![expect(unsafe_code, reason = "the instructions between threads")]

use crate::kernel::thread::Context;
use core::arch::global_asm;
use core::mem::offset_of;

const _: () = {
    assert!(offset_of!(Context, sp) == 0 && offset_of!(Context, registers) == 4);
    assert!(offset_of!(Context, exc_return) == 36 && offset_of!(Context, floats) == 40);
    assert!(offset_of!(Context, control) == 104 && offset_of!(Context, regions) == 108);
};

// The numbers of the two memory protection units differ: PMSAv7 carries the number of a region in its base, four at a time over
// the aliases; PMSAv8 selects four at a time.
#[cfg(not(armv8m))]
macro_rules! load_regions {
    () => {
        "ldr   r3, =0xe000ed9c
         ldmia r2!, {{r4-r11}}
         stmia r3, {{r4-r11}}
         ldmia r2!, {{r4-r11}}
         stmia r3, {{r4-r11}}"
    };
}
#[cfg(armv8m)]
macro_rules! load_regions {
    () => {
        "ldr   r3, =0xe000ed9c
         movs  r12, #0
         str   r12, [r3, #-4]
         ldmia r2!, {{r4-r11}}
         stmia r3, {{r4-r11}}
         movs  r12, #4
         str   r12, [r3, #-4]
         ldmia r2!, {{r4-r11}}
         stmia r3, {{r4-r11}}"
    };
}

global_asm!(
    "
    .fpu fpv4-sp-d16
    .macro ambc_handler name, what
    .section .text.\\name, \"ax\"
    .global \\name
    .type \\name, %function
    .thumb_func
    \\name:
        mrs   r0, psp
        mov   r1, lr
        push  {{r1, lr}}
        bl    \\what
        pop   {{r1, lr}}
        cmp   r0, #0
        bne.w ambc_switch
        bx    lr
    .endm

    ambc_handler ambc_on_svc, ambc_svc
    ambc_handler ambc_on_tick, ambc_tick
    ambc_handler ambc_on_interrupt, ambc_interrupt
    ambc_handler ambc_on_fault, ambc_fault

    .section .text.ambc_switch, \"ax\"
    .global ambc_switch
    .type ambc_switch, %function
    .thumb_func
    ambc_switch:
        ldr   r2, =AMBC_CURRENT
        ldr   r1, [r2]
        str   r0, [r2]
        mrs   r3, psp
        mov   r12, lr
        stmia r1!, {{r3-r12}}
        tst   lr, #0x10
        it    eq
        vstmiaeq r1, {{s16-s31}}
        @ its rights
        ldr   r1, [r0, #104]
        msr   control, r1
        ldr   r2, [r0, #108]
        cbz   r2, 1f
    ",
    load_regions!(),
    "
    1:
        ldmia r0!, {{r3-r12}}
        mov   lr, r12
        msr   psp, r3
        tst   lr, #0x10
        bne   2f
        vldmia r0, {{s16-s31}}
        dsb
        bx    lr
    2:
        @ no floating-point frame of its own: nothing of another thread's must be left for it
        ldr   r1, =AMBC_NO_FLOATS
        vldmia r1, {{s0-s31}}
        dsb
        bx    lr
    .ltorg

    .section .rodata.AMBC_NO_FLOATS, \"a\"
    .balign 4
    AMBC_NO_FLOATS:
        .space 128
    "
);
