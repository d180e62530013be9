//! Large or unbounded vectors.

use crate::{CallError, Get, Put, Reader, Seq, Vector, View, Wire, Writer};
use core::fmt;

/// A borrowed vector that may be large: fields above 256 bytes and those without a bound.
///
/// It reads by copy, so that its memory may later be shared with the caller without changing a service. Today the
/// callee holds a private copy, so [`as_slice`](Bulk::as_slice) costs nothing.
pub struct Bulk<'a, V>(Seq<'a, V>);

impl<'a, V: View<'a>> Bulk<'a, V> {
    /// Number of elements.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The element at `index`, `None` past the end.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<V> {
        self.0.get(index)
    }

    /// Copies elements from `offset` on and says how many: fewer than `out` takes only at the end.
    pub fn copy_to(&self, offset: usize, out: &mut [V]) -> usize {
        self.0.copy_to(offset, out)
    }

    /// The elements in order.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = V> + Clone + use<'a, V> {
        self.0.iter()
    }

    /// Copies of `N` elements at a time; the last one may be shorter.
    pub fn chunks<const N: usize>(&self) -> impl Iterator<Item = Vector<V, N>> + use<'a, V, N> {
        let seq = self.0;
        (0..seq.len())
            .step_by(N.max(1))
            .map(move |from| (from..from.saturating_add(N)).map_while(|i| seq.get(i)).collect())
    }
}

impl<'a> Bulk<'a, u8> {
    /// The bytes themselves.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &'a [u8] {
        self.0.as_slice()
    }
}

impl<V> Clone for Bulk<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Bulk<'_, V> {}

impl<V> Default for Bulk<'_, V> {
    fn default() -> Self {
        Self(Seq::default())
    }
}

impl<'a, V> From<&'a [V]> for Bulk<'a, V> {
    fn from(slice: &'a [V]) -> Self {
        Self(slice.into())
    }
}

impl<'a, V, const N: usize> From<&'a [V; N]> for Bulk<'a, V> {
    fn from(array: &'a [V; N]) -> Self {
        Self(array.into())
    }
}

impl<'a, V, const N: usize> From<&'a Vector<V, N>> for Bulk<'a, V> {
    fn from(vector: &'a Vector<V, N>) -> Self {
        Self(vector.into())
    }
}

impl<'a, V> From<Seq<'a, V>> for Bulk<'a, V> {
    fn from(seq: Seq<'a, V>) -> Self {
        Self(seq)
    }
}

impl<'a, V: View<'a>> fmt::Debug for Bulk<'a, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bulk({} elements)", self.len())
    }
}

impl<'a, V: View<'a> + PartialEq> PartialEq for Bulk<'a, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<'a, V: View<'a> + Eq> Eq for Bulk<'a, V> {}

impl<'a, V: View<'a>> View<'a> for Bulk<'a, V> {
    type Schema = crate::Unbounded<V::Schema>;
}

impl<'v, L: Put<Seq<'v, V>>, V> Put<Bulk<'v, V>> for L {
    fn put(value: &Bulk<'v, V>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        L::put(&value.0, w, at)
    }
}

impl<'a, L: Wire + Get<'a, Seq<'a, V>>, V> Get<'a, Bulk<'a, V>> for L {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<Bulk<'a, V>, CallError> {
        L::get(r, at).map(Bulk)
    }
}
