//! What is where on a board, one file each: clock, interrupts, console, devices.

#[cfg(feature = "mps2_an386")]
mod mps2_an386;

#[cfg(feature = "mps2_an386")]
pub(crate) use mps2_an386::{CLOCK_HZ, INTERRUPTS, interrupt, put, start, start_interrupts, wait_for_room};

#[cfg(all(target_os = "none", not(feature = "mps2_an386")))]
compile_error!("name a board: `features = [\"mps2_an386\"]`");
