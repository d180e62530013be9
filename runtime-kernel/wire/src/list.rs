//! `vector`, with and without a bound.

use crate::text::put_descriptor;
use crate::{CallError, Get, Put, Reader, Tail, Vector, View, Wire, Writer};
use core::fmt;
use core::marker::PhantomData;

/// The schema of `vector<T>` without a bound, with `S` the schema of the elements.
#[derive(Debug)]
pub struct Unbounded<S>(PhantomData<fn() -> S>);

impl<S: Wire> Wire for Unbounded<S> {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const TAIL: Tail = Tail::block(usize::MAX, 1);
}

impl<S: Wire, const N: usize> Wire for Vector<S, N> {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const TAIL: Tail = Tail::block(S::STRIDE.saturating_mul(N), S::ALIGN).then(S::TAIL.times(N));
}

/// A schema of lists, with `S` the schema of the elements.
pub(crate) trait ListSchema: Wire {
    type Element: Wire;
    const MOST: usize;
}

impl<S: Wire> ListSchema for Unbounded<S> {
    type Element = S;
    const MOST: usize = usize::MAX;
}

impl<S: Wire, const N: usize> ListSchema for Vector<S, N> {
    type Element = S;
    const MOST: usize = N;
}

pub(crate) fn put_slice<L: ListSchema, V>(
    values: &[V],
    w: &mut Writer<'_>,
    at: usize,
) -> Result<(), CallError>
where
    L::Element: Put<V>,
{
    if values.len() > L::MOST {
        return Err(CallError::Malformed);
    }
    match put_descriptor(w, at, values.len(), L::Element::STRIDE, L::Element::ALIGN)? {
        Some(start) => L::Element::put_all(values, w, start),
        None => Ok(()),
    }
}

/// Accepts the elements and leaves them where they are.
pub(crate) fn get_seq<'a, L: ListSchema, V: View<'a>>(
    r: &mut Reader<'a>,
    at: usize,
) -> Result<Seq<'a, V>, CallError>
where
    L::Element: Get<'a, V>,
{
    let (start, count) = r.descriptor(at, L::Element::STRIDE, L::Element::ALIGN, L::MOST)?;
    for i in 0..count {
        L::Element::get_element(r, start + i * L::Element::STRIDE)?;
    }
    Ok(Seq(Items::Wire { message: r.message(), start, count }))
}

fn get_bytes<'a, L: ListSchema>(r: &mut Reader<'a>, at: usize) -> Result<&'a [u8], CallError> {
    let (start, count) = r.descriptor(at, 1, 1, L::MOST)?;
    r.bytes(start, count)
}

/// A borrowed list: a slice of the caller, or elements inside an accepted message.
///
/// `Copy` and two words large; elements are read when asked for.
pub struct Seq<'a, V>(Items<'a, V>);

enum Items<'a, V> {
    Slice(&'a [V]),
    Wire { message: &'a [u8], start: usize, count: usize },
}

impl<'a, V: View<'a>> Seq<'a, V> {
    /// Number of elements.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        match self.0 {
            Items::Slice(slice) => slice.len(),
            Items::Wire { count, .. } => count,
        }
    }

    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`, `None` past the end.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<V> {
        match self.0 {
            Items::Slice(slice) => slice.get(index).copied(),
            Items::Wire { message, start, count } if index < count => {
                let at = start + index * V::Schema::STRIDE;
                V::Schema::get(&mut Reader::again(message), at).ok()
            }
            Items::Wire { .. } => None,
        }
    }

    /// The elements in order.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> SeqIter<'a, V> {
        SeqIter { seq: *self, at: 0, end: self.len() }
    }

    /// Copies elements from `offset` on and says how many: fewer than `out` takes only at the end.
    pub fn copy_to(&self, offset: usize, out: &mut [V]) -> usize {
        let count = self.len().saturating_sub(offset).min(out.len());
        match self.0 {
            Items::Slice(slice) => {
                if let (Some(from), Some(to)) = (slice.get(offset..offset + count), out.get_mut(..count)) {
                    to.copy_from_slice(from);
                }
                count
            }
            Items::Wire { .. } => {
                let values = (offset..offset + count).filter_map(|i| self.get(i));
                out.iter_mut().zip(values).map(|(to, value)| *to = value).count()
            }
        }
    }
}

impl<'a> Seq<'a, u8> {
    /// The bytes themselves.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &'a [u8] {
        match self.0 {
            Items::Slice(slice) => slice,
            Items::Wire { message, start, count } => message.get(start..start + count).unwrap_or_default(),
        }
    }
}

impl<V> Clone for Seq<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Seq<'_, V> {}

impl<V> Clone for Items<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Items<'_, V> {}

impl<V> Default for Seq<'_, V> {
    fn default() -> Self {
        Self(Items::Slice(&[]))
    }
}

impl<'a, V> From<&'a [V]> for Seq<'a, V> {
    fn from(slice: &'a [V]) -> Self {
        Self(Items::Slice(slice))
    }
}

impl<'a, V, const N: usize> From<&'a [V; N]> for Seq<'a, V> {
    fn from(array: &'a [V; N]) -> Self {
        Self(Items::Slice(array))
    }
}

impl<'a, V, const N: usize> From<&'a Vector<V, N>> for Seq<'a, V> {
    fn from(vector: &'a Vector<V, N>) -> Self {
        Self(Items::Slice(vector))
    }
}

impl<'a, V: View<'a> + fmt::Debug> fmt::Debug for Seq<'a, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, V: View<'a> + PartialEq> PartialEq for Seq<'a, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, V: View<'a> + Eq> Eq for Seq<'a, V> {}

impl<'a, V: View<'a>> IntoIterator for Seq<'a, V> {
    type Item = V;
    type IntoIter = SeqIter<'a, V>;

    fn into_iter(self) -> SeqIter<'a, V> {
        self.iter()
    }
}

impl<'a, V: View<'a>> IntoIterator for &Seq<'a, V> {
    type Item = V;
    type IntoIter = SeqIter<'a, V>;

    fn into_iter(self) -> SeqIter<'a, V> {
        self.iter()
    }
}

impl<'a, V: View<'a>> View<'a> for Seq<'a, V> {
    type Schema = Unbounded<V::Schema>;
}

/// Iterates over a [`Seq`].
#[derive(Clone, Debug)]
pub struct SeqIter<'a, V: View<'a>> {
    seq: Seq<'a, V>,
    at: usize,
    end: usize,
}

impl<'a, V: View<'a>> Iterator for SeqIter<'a, V> {
    type Item = V;

    #[inline]
    fn next(&mut self) -> Option<V> {
        let value = self.seq.get(self.at)?;
        self.at += 1;
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.at;
        (left, Some(left))
    }
}

impl<'a, V: View<'a>> ExactSizeIterator for SeqIter<'a, V> {}

impl<'a> View<'a> for &'a [u8] {
    type Schema = Unbounded<u8>;
}

macro_rules! list {
    ([$($generics:tt)*] $list:ty, $schema:ident) => {
        impl<$($generics)*, V> Put<[V]> for $list
        where
            $schema: Put<V>,
        {
            fn put(values: &[V], w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
                put_slice::<Self, V>(values, w, at)
            }
        }

        impl<$($generics)*, V, const M: usize> Put<Vector<V, M>> for $list
        where
            $schema: Put<V>,
        {
            fn put(values: &Vector<V, M>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
                put_slice::<Self, V>(values, w, at)
            }
        }

        impl<'v, $($generics)*, V: View<'v>> Put<Seq<'v, V>> for $list
        where
            $schema: Put<V>,
        {
            fn put(values: &Seq<'v, V>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
                if let Items::Slice(slice) = values.0 {
                    return put_slice::<Self, V>(slice, w, at);
                }
                if values.len() > <Self as ListSchema>::MOST {
                    return Err(CallError::Malformed);
                }
                let Some(start) = put_descriptor(w, at, values.len(), S::STRIDE, S::ALIGN)? else { return Ok(()) };
                let mut values = values.iter().enumerate();
                values.try_for_each(|(i, value)| S::put_all(&[value], w, start + i * S::STRIDE))
            }
        }

        impl<'a, $($generics)*, V: View<'a>> Get<'a, Seq<'a, V>> for $list
        where
            $schema: Get<'a, V>,
        {
            fn get(r: &mut Reader<'a>, at: usize) -> Result<Seq<'a, V>, CallError> {
                get_seq::<Self, V>(r, at)
            }
        }
    };
}
list!([S: Wire] Unbounded<S>, S);
list!([S: Wire, const N: usize] Vector<S, N>, S);

impl<'a> Get<'a, &'a [u8]> for Unbounded<u8> {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<&'a [u8], CallError> {
        get_bytes::<Self>(r, at)
    }
}

impl<'a, const N: usize> Get<'a, &'a [u8]> for Vector<u8, N> {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<&'a [u8], CallError> {
        get_bytes::<Self>(r, at)
    }
}

impl<'a, S: Get<'a, V>, V, const N: usize> Get<'a, Vector<V, N>> for Vector<S, N> {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<Vector<V, N>, CallError> {
        let (start, count) = r.descriptor(at, S::STRIDE, S::ALIGN, N)?;
        let mut out = Vector::new();
        S::get_all(r, start, count, &mut out)?;
        Ok(out)
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use super::{ListSchema, Unbounded, put_slice};
    use crate::{CallError, Get, Put, Reader, Tail, Vector, Wire, Writer};
    use alloc::vec::Vec;

    impl<S: Wire> Wire for Vec<S> {
        const SIZE: usize = 8;
        const ALIGN: usize = 4;
        const TAIL: Tail = Unbounded::<S>::TAIL;
    }

    impl<S: Wire> ListSchema for Vec<S> {
        type Element = S;
        const MOST: usize = usize::MAX;
    }

    fn get_vec<'a, L: ListSchema, V>(r: &mut Reader<'a>, at: usize) -> Result<Vec<V>, CallError>
    where
        L::Element: Get<'a, V>,
    {
        let (start, count) = r.descriptor(at, L::Element::STRIDE, L::Element::ALIGN, L::MOST)?;
        let mut out = Vec::new();
        L::Element::get_all(r, start, count, &mut out)?;
        Ok(out)
    }

    macro_rules! list {
        ([$($generics:tt)*] $list:ty) => {
            impl<$($generics)*, V> Put<Vec<V>> for $list
            where
                S: Put<V>,
            {
                fn put(values: &Vec<V>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
                    put_slice::<Self, V>(values, w, at)
                }
            }

            impl<'a, $($generics)*, V> Get<'a, Vec<V>> for $list
            where
                S: Get<'a, V>,
            {
                fn get(r: &mut Reader<'a>, at: usize) -> Result<Vec<V>, CallError> {
                    get_vec::<Self, V>(r, at)
                }
            }
        };
    }
    list!([S: Wire] Unbounded<S>);
    list!([S: Wire] Vec<S>);
    list!([S: Wire, const N: usize] Vector<S, N>);
}
