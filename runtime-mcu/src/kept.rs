//! What outlives a reset: a few words of RAM that no start initialises, and the identity in flash that no image holds.
#![expect(unsafe_code, reason = "memory that the linker names")]

use ambc_abi::image::Identity;
use core::arch::global_asm;
use core::ptr::{read_volatile, write_volatile};

// In a section of its own, that nothing initialises.
global_asm!(
    "
    .section .ambc.kept, \"aw\", %nobits
    .balign 8
    .global AMBC_KEPT
    AMBC_KEPT:
        .space 16
    .size AMBC_KEPT, 16
    "
);

unsafe extern "C" {
    static mut AMBC_KEPT: [u32; 4];
    /// In the flash, outside the image.
    static AMBC_IDENTITY: [u8; Identity::BYTES];
}

/// What the words hold that a start of ours has written.
const MARK: [u32; 2] = [0x616d_6263, 0x6b65_7074];

/// How often the node has started before without losing power, and that it has once more. To be asked once.
pub(crate) fn count_start() -> u32 {
    let kept = &raw mut AMBC_KEPT;
    // SAFETY: static memory of this program, whatever it holds; only this function, called once, uses it.
    let [a, b, starts, check] = unsafe { read_volatile(kept) };
    let valid = [a, b] == MARK && check == !starts;
    let starts = if valid { starts.wrapping_add(1) } else { 0 };
    // SAFETY: as above.
    unsafe { write_volatile(kept, [MARK[0], MARK[1], starts, !starts]) }
    starts
}

/// The identity of this node.
pub(crate) fn identity() -> Identity {
    // SAFETY: flash that every board has there; any bytes will do. Volatile, as it is not what the compiler of this image may know.
    Identity::parse(&unsafe { read_volatile(&raw const AMBC_IDENTITY) })
}
