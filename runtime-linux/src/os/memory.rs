//! Memory that two processes map: a memfd of fixed size, sealed against growing, shrinking and executing.
#![expect(unsafe_code, reason = "maps memory and hands out atomics that lie in it")]

use core::ptr::NonNull;
use core::sync::atomic::{AtomicU32, AtomicU64};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A mapped memfd. Never unmapped: lanes, and everything that points into them, live as long as the process.
///
/// The size cannot change once it is sealed, so no peer can make an access here fault.
#[derive(Debug)]
pub struct Region {
    fd: Option<OwnedFd>,
    base: NonNull<u8>,
    len: usize,
}

impl Region {
    /// Creates `len` zeroed bytes named `name` (for `/proc/PID/maps` only) and maps them.
    pub fn create(name: &str, len: usize) -> Result<Self, Errno> {
        let fd = memfd(name)?;
        rustix::fs::ftruncate(&fd, len as u64)?;
        rustix::fs::fcntl_add_seals(&fd, SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
        let base = map(fd.as_fd(), len)?;
        Ok(Self { fd: Some(fd), base, len })
    }

    /// Maps `len` bytes of a memfd somebody trusted created (the node, for its groups), and closes the descriptor.
    pub fn adopt(fd: OwnedFd, len: usize) -> Result<Self, Errno> {
        let base = map(fd.as_fd(), len)?;
        Ok(Self { fd: None, base, len })
    }

    /// The descriptor, to pass it on; `None` when it was closed after mapping.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    /// First byte; page aligned.
    #[must_use]
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// Bytes mapped.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Regions are never empty: mapping nothing fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The 32-bit word at `offset`. The other process may write to it at any time, hence an atomic.
    ///
    /// # Panics
    /// If `offset` is not a multiple of four inside the region: offsets come from layouts of ours, never from a peer.
    #[must_use]
    pub fn word(&self, offset: usize) -> &'static AtomicU32 {
        assert!(offset.is_multiple_of(4) && offset + 4 <= self.len, "word outside its region");
        // SAFETY: inside the mapping, aligned, never unmapped; shared memory is only ever accessed through atomics.
        unsafe { &*self.base.as_ptr().add(offset).cast::<AtomicU32>() }
    }

    /// The 64-bit word at `offset`, likewise.
    ///
    /// # Panics
    /// If `offset` is not a multiple of eight inside the region.
    #[must_use]
    pub fn long_word(&self, offset: usize) -> &'static AtomicU64 {
        assert!(offset.is_multiple_of(8) && offset + 8 <= self.len, "word outside its region");
        // SAFETY: as above.
        unsafe { &*self.base.as_ptr().add(offset).cast::<AtomicU64>() }
    }
}

fn memfd(name: &str) -> Result<OwnedFd, Errno> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    match rustix::fs::memfd_create(name, flags | MemfdFlags::NOEXEC_SEAL) {
        // Kernels before 6.3 do not know that flag; nothing of ours can map it executable either way.
        Err(Errno::INVAL) => rustix::fs::memfd_create(name, flags),
        other => other,
    }
}

fn map(fd: BorrowedFd<'_>, len: usize) -> Result<NonNull<u8>, Errno> {
    let prot = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a fresh mapping at an address the kernel chooses.
    let at = unsafe {
        rustix::mm::mmap(core::ptr::null_mut(), len, prot, MapFlags::SHARED | MapFlags::POPULATE, fd, 0)?
    };
    NonNull::new(at.cast()).ok_or(Errno::NOMEM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::Ordering::Relaxed;

    #[test]
    fn two_mappings_see_one_memory() {
        let a = Region::create("test", 4096).unwrap();
        let b = Region::adopt(a.fd().unwrap().try_clone_to_owned().unwrap(), 4096).unwrap();
        a.word(8).store(7, Relaxed);
        assert_eq!(b.word(8).load(Relaxed), 7);
        assert!(b.fd().is_none());
    }

    #[test]
    fn size_is_sealed() {
        let a = Region::create("test", 8192).unwrap();
        assert_eq!(rustix::fs::ftruncate(a.fd().unwrap(), 4096), Err(Errno::PERM));
        assert_eq!(rustix::fs::ftruncate(a.fd().unwrap(), 16384), Err(Errno::PERM));
        assert!(rustix::fs::fcntl_add_seals(a.fd().unwrap(), SealFlags::WRITE).is_err());
    }
}
