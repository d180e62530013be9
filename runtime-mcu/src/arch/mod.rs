//! The processor: start, exceptions, the switch between threads, memory protection, the tick. ARMv7-M and ARMv8-M mainline.
//!
//! All exceptions but faults have one priority, so none interrupts another, and [`STATE`] is theirs; the kernel
//! group reaches it with interrupts masked. Faults come above. A fault inside a handler is a mistake of the kernel: the node reboots.

mod boot;
mod clock;
mod fault;
mod handlers;
mod registers;
mod switch;

pub(crate) use boot::{halt, reboot};
pub(crate) use clock::now;
pub(crate) use handlers::{critical, start_group, take_over};
pub(crate) use registers::{enable_interrupt, masked};
