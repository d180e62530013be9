//! The traits that join schemas and values.

use crate::{CallError, Reader, Wire, Writer};
use core::marker::PhantomData;

/// Values of type `V` can be written in this schema.
pub trait Put<V: ?Sized>: Wire {
    /// Writes the fixed part at `at`, every byte of it, and appends the rest.
    ///
    /// # Errors
    /// `Malformed` when the value breaks a bound of the schema or the memory ends.
    fn put(value: &V, w: &mut Writer<'_>, at: usize) -> Result<(), CallError>;

    /// Writes elements at distances of [`Wire::STRIDE`].
    ///
    /// # Errors
    /// As [`Put::put`].
    #[inline]
    fn put_all(values: &[V], w: &mut Writer<'_>, mut at: usize) -> Result<(), CallError>
    where
        V: Sized,
    {
        for value in values {
            Self::put(value, w, at)?;
            w.zero(at + Self::SIZE, Self::STRIDE - Self::SIZE)?;
            at += Self::STRIDE;
        }
        Ok(())
    }
}

/// Values of type `V` can be read in this schema.
pub trait Get<'a, V>: Wire {
    /// Reads the fixed part at `at` and what it refers to.
    ///
    /// # Errors
    /// `Malformed` when the bytes are not the encoding of a value.
    fn get(r: &mut Reader<'a>, at: usize) -> Result<V, CallError>;

    /// Reads the element at `at` and the byte that stands for an element without a size.
    ///
    /// # Errors
    /// As [`Get::get`].
    #[inline]
    fn get_element(r: &mut Reader<'a>, at: usize) -> Result<V, CallError> {
        let value = Self::get(r, at)?;
        r.zeros(at + Self::SIZE, Self::STRIDE - Self::SIZE)?;
        Ok(value)
    }

    /// Reads `count` elements into `out`.
    ///
    /// # Errors
    /// As [`Get::get`], and when `out` is full.
    #[inline]
    fn get_all<O: Sink<V>>(
        r: &mut Reader<'a>,
        at: usize,
        count: usize,
        out: &mut O,
    ) -> Result<(), CallError> {
        for i in 0..count {
            out.push(Self::get_element(r, at + i * Self::STRIDE)?)?;
        }
        Ok(())
    }
}

/// Where decoded elements go.
pub trait Sink<V> {
    /// Appends one.
    ///
    /// # Errors
    /// `Malformed` when it is full.
    fn push(&mut self, value: V) -> Result<(), CallError>;

    /// Appends plain bytes or other copied values.
    ///
    /// # Errors
    /// `Malformed` when it is full.
    fn push_slice(&mut self, values: &[V]) -> Result<(), CallError>
    where
        V: Clone;
}

impl<V, const N: usize> Sink<V> for crate::Vector<V, N> {
    #[inline]
    fn push(&mut self, value: V) -> Result<(), CallError> {
        Self::push(self, value).map_err(|_| CallError::Malformed)
    }

    #[inline]
    fn push_slice(&mut self, values: &[V]) -> Result<(), CallError>
    where
        V: Clone,
    {
        self.extend_from_slice(values).map_err(|_| CallError::Malformed)
    }
}

#[cfg(feature = "alloc")]
impl<V> Sink<V> for alloc::vec::Vec<V> {
    fn push(&mut self, value: V) -> Result<(), CallError> {
        Self::push(self, value);
        Ok(())
    }

    fn push_slice(&mut self, values: &[V]) -> Result<(), CallError>
    where
        V: Clone,
    {
        self.extend_from_slice(values);
        Ok(())
    }
}

impl<S: Put<V> + ?Sized, V: ?Sized> Put<&V> for S {
    #[inline]
    fn put(value: &&V, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        S::put(*value, w, at)
    }
}

/// What a view reads by itself: the schema without bounds. Layouts do not depend on bounds, so elements of a message
/// that was accepted are read by it.
pub trait View<'a>: Copy {
    type Schema: Get<'a, Self>;
}

/// A value that is a whole message.
pub trait Encode {
    /// The largest message; `usize::MAX` if there is none.
    const MAX: usize;

    /// Writes the message. On an error the writer holds a useless part of it.
    ///
    /// # Errors
    /// `Malformed` when the value breaks a bound of its type or the memory ends.
    fn encode(&self, w: &mut Writer<'_>) -> Result<(), CallError>;
}

impl<T: Put<T>> Encode for T {
    const MAX: usize = <T as Wire>::MAX;

    #[inline]
    fn encode(&self, w: &mut Writer<'_>) -> Result<(), CallError> {
        let at = w.reserve(T::SIZE, T::ALIGN)?;
        T::put(self, w, at)
    }
}

/// A value read from a whole message.
pub trait Decode<'a>: Sized {
    /// The largest message; `usize::MAX` if there is none.
    const MAX: usize;

    /// Reads the message.
    ///
    /// # Errors
    /// `Malformed` when the bytes are not the encoding of a value.
    fn decode(message: &'a [u8]) -> Result<Self, CallError>;
}

impl<'a, T: Get<'a, T>> Decode<'a> for T {
    const MAX: usize = <T as Wire>::MAX;

    #[inline]
    fn decode(message: &'a [u8]) -> Result<Self, CallError> {
        decode::<T, T>(message)
    }
}

/// Reads a message of schema `S`.
///
/// # Errors
/// `Malformed` when the bytes are not the encoding of a value.
#[inline]
pub fn decode<'a, S: Get<'a, V>, V>(message: &'a [u8]) -> Result<V, CallError> {
    let mut r = Reader::new(message, S::SIZE)?;
    let value = S::get(&mut r, 0)?;
    r.finish()?;
    Ok(value)
}

/// A value to be written in schema `S`. Made by [`args`].
#[derive(Debug)]
pub struct As<S, V> {
    value: V,
    schema: PhantomData<fn() -> S>,
}

/// Names the schema of a value: `args::<(u32, String<64>), _>((7, "text"))`.
#[inline]
pub fn args<S: Put<V>, V>(value: V) -> As<S, V> {
    As { value, schema: PhantomData }
}

impl<S: Wire, V> Wire for As<S, V> {
    const SIZE: usize = S::SIZE;
    const ALIGN: usize = S::ALIGN;
    const TAIL: crate::Tail = S::TAIL;
}

impl<S: Put<V>, V> Put<As<S, V>> for As<S, V> {
    #[inline]
    fn put(value: &As<S, V>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        S::put(&value.value, w, at)
    }
}
