//! Where an encoder writes.
#![expect(unsafe_code, reason = "writes to memory that the other end may map, where no reference may exist")]

use crate::{CallError, align_up};
use core::marker::PhantomData;

/// Writes a message and never reads it back: the memory may be visible to a hostile other end.
///
/// All bytes up to [`len`](Writer::len) are written by the time an encoder returns `Ok`.
#[derive(Debug)]
pub struct Writer<'b> {
    start: *mut u8,
    capacity: usize,
    len: usize,
    memory: PhantomData<&'b mut [u8]>,
}

impl<'b> Writer<'b> {
    /// Over private memory.
    pub fn new(bytes: &'b mut [u8]) -> Self {
        Self { start: bytes.as_mut_ptr(), capacity: bytes.len(), len: 0, memory: PhantomData }
    }

    /// Over memory that others may read and write meanwhile.
    ///
    /// # Safety
    /// `start..start + capacity` must be valid for writes for `'b`.
    #[must_use]
    pub unsafe fn from_raw(start: *mut u8, capacity: usize) -> Self {
        Self { start, capacity, len: 0, memory: PhantomData }
    }

    /// Bytes of the message so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Starts over.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends room for `len` bytes at a multiple of `align` and says where. The padding before it is zeroed, the room
    /// itself is for the caller to write.
    ///
    /// # Errors
    /// `Malformed` when the memory ends first or the message grows past 4 GiB.
    #[inline]
    pub fn reserve(&mut self, len: usize, align: usize) -> Result<usize, CallError> {
        let at = align_up(self.len, align);
        let end = at.checked_add(len).filter(|end| *end <= self.capacity && *end <= u32::MAX as usize);
        let end = end.ok_or(CallError::Malformed)?;
        self.zero(self.len, at - self.len)?;
        self.len = end;
        Ok(at)
    }

    /// Writes `bytes` at `at`.
    ///
    /// # Errors
    /// `Malformed` when they do not fit.
    #[inline]
    pub fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), CallError> {
        self.check(at, bytes.len())?;
        // SAFETY: `check` keeps the range inside the memory that the constructor vouches for; `bytes` is private.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(at), bytes.len()) };
        Ok(())
    }

    /// Zeroes `len` bytes at `at`.
    ///
    /// # Errors
    /// `Malformed` when they do not fit.
    #[inline]
    pub fn zero(&mut self, at: usize, len: usize) -> Result<(), CallError> {
        if len == 0 {
            return Ok(());
        }
        self.check(at, len)?;
        // SAFETY: as in `write`.
        unsafe { core::ptr::write_bytes(self.start.add(at), 0, len) };
        Ok(())
    }

    #[inline]
    fn check(&self, at: usize, len: usize) -> Result<(), CallError> {
        if at <= self.capacity && len <= self.capacity - at { Ok(()) } else { Err(CallError::Malformed) }
    }
}
