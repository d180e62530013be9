//! Walks over the fields of a struct, so that interface code lists them and nothing else.

use crate::{CallError, Get, Put, Reader, Wire, Writer, align_up};

/// Writes fields one after the other, with zeroes between them.
#[derive(Debug)]
pub struct PutFields {
    base: usize,
    end: usize,
}

impl PutFields {
    /// A struct at `base`.
    #[inline(always)]
    #[must_use]
    pub fn at(base: usize) -> Self {
        Self { base, end: 0 }
    }

    /// A union, an error or an optional `T` at `at`: writes the tag. The value follows by `put`, if there is one.
    ///
    /// # Errors
    /// `Malformed` when the memory ends.
    #[inline]
    pub fn tagged<T: Wire>(tag: u8, w: &mut Writer<'_>, at: usize) -> Result<Self, CallError> {
        w.write(at, &[tag])?;
        let mut fields = Self { base: at, end: 1 };
        fields.pad(T::ALIGN, w)?;
        Ok(fields)
    }

    /// Writes the next field.
    ///
    /// # Errors
    /// As [`Put::put`].
    #[inline(always)]
    pub fn put<S: Put<V>, V: ?Sized>(&mut self, value: &V, w: &mut Writer<'_>) -> Result<(), CallError> {
        let at = self.pad(align_up(self.end, S::ALIGN), w)?;
        self.end += S::SIZE;
        S::put(value, w, at)
    }

    /// Zeroes what is left of `size` bytes.
    ///
    /// # Errors
    /// `Malformed` when the memory ends.
    #[inline(always)]
    pub fn pad(&mut self, size: usize, w: &mut Writer<'_>) -> Result<usize, CallError> {
        w.zero(self.base + self.end, size - self.end)?;
        self.end = size;
        Ok(self.base + size)
    }
}

/// Reads fields one after the other.
#[derive(Debug)]
pub struct GetFields {
    base: usize,
    end: usize,
}

impl GetFields {
    /// A struct at `base`.
    #[inline(always)]
    #[must_use]
    pub fn at(base: usize) -> Self {
        Self { base, end: 0 }
    }

    /// A union, an error or an optional `T` at `at`: reads the tag.
    ///
    /// # Errors
    /// `Malformed` when the message ends or the padding is not zero.
    #[inline]
    pub fn tagged<T: Wire>(r: &Reader<'_>, at: usize) -> Result<(u8, Self), CallError> {
        let [tag] = r.array(at)?;
        let mut fields = Self { base: at, end: 1 };
        fields.pad(T::ALIGN, r)?;
        Ok((tag, fields))
    }

    /// Reads the next field.
    ///
    /// # Errors
    /// As [`Get::get`].
    #[inline(always)]
    pub fn get<'a, S: Get<'a, V>, V>(&mut self, r: &mut Reader<'a>) -> Result<V, CallError> {
        let at = self.pad(align_up(self.end, S::ALIGN), r)?;
        self.end += S::SIZE;
        S::get(r, at)
    }

    /// Accepts the padding up to `size` bytes.
    ///
    /// # Errors
    /// `Malformed` when it is not zero.
    #[inline(always)]
    pub fn pad(&mut self, size: usize, r: &Reader<'_>) -> Result<usize, CallError> {
        r.zeros(self.base + self.end, size - self.end)?;
        self.end = size;
        Ok(self.base + size)
    }
}
