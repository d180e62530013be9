//! What is where on a board, one file each: clock, interrupts, UARTs and what they are for, devices.
//!
//! The `uart0`, `uart1`, … of deployments are those UARTs of a board that are free for links, in its order: the console is none of
//! them, and neither is the one over which an emulated node is controlled.

#[cfg(feature = "mps2_an386")]
mod mps2_an386;

#[cfg(feature = "mps2_an386")]
pub(crate) use mps2_an386::{CLOCK_HZ, CONSOLE, CONTROL, INTERRUPTS, LINKS, UARTS, start_uart, uart_of};

#[cfg(all(target_os = "none", not(feature = "mps2_an386")))]
compile_error!("name a board: `features = [\"mps2_an386\"]`");
