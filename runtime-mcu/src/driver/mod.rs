//! Devices, one file each, by the registers that their makers describe.

#[cfg(feature = "mps2_an386")]
pub(crate) mod cmsdk_uart;
pub(crate) mod memory;
