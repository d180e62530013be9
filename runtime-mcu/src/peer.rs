//! Numbers of those that a program shares lanes with, and sets of them as the kernel takes them.

/// The kernel group.
pub(crate) const KERNEL: u8 = ambc_abi::image::KERNEL_PEER as u8;
/// A lane whose other end is here too: nobody is rung.
pub(crate) const OWN: u8 = 32;

/// The set of one; empty for [`OWN`].
pub(crate) const fn bit(peer: u8) -> u32 {
    if peer == OWN { 0 } else { 1 << (peer & 31) }
}
