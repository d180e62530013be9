//! Registers of devices.
#![expect(unsafe_code, reason = "registers are memory")]

use core::ptr::{read_volatile, write_volatile};

/// The registers of one device, from its base address on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Device(usize);

impl Device {
    /// The device at `base`, which is one of the board's.
    pub(crate) const fn at(base: usize) -> Self {
        Self(base)
    }

    pub(crate) fn read(self, offset: usize) -> u32 {
        // SAFETY: a register of a device of the board, as its driver says; privileged code may read it.
        unsafe { read_volatile((self.0 + offset) as *const u32) }
    }

    pub(crate) fn write(self, offset: usize, value: u32) {
        // SAFETY: as for `read`; the devices here do not touch memory by themselves.
        unsafe { write_volatile((self.0 + offset) as *mut u32, value) }
    }
}
