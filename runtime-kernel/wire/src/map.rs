//! `map`: a list of key and value with strictly ascending keys.

use crate::{CallError, Get, Put, Reader, Seq, Tail, Unbounded, Vector, View, Wire, Writer};

/// An owned map of at most `N` entries, kept in the order of its keys. Finding is O(log n), inserting O(n).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<K, V, const N: usize>(Vector<(K, V), N>);

impl<K: Ord, V, const N: usize> Map<K, V, N> {
    #[must_use]
    pub const fn new() -> Self {
        Self(Vector::new())
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        let at = self.0.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Sets the value of `key` and returns the one it had.
    ///
    /// # Errors
    /// Gives both back when the map is full.
    pub fn insert(&mut self, key: K, value: V) -> Result<Option<V>, (K, V)> {
        match self.0.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(at) => Ok(self.0.get_mut(at).map(|(_, old)| core::mem::replace(old, value))),
            Err(at) => self.0.insert(at, (key, value)).map(|()| None),
        }
    }

    /// The entries in the order of their keys.
    #[must_use]
    pub fn entries(&self) -> &[(K, V)] {
        &self.0
    }
}

impl<K: Ord, V, const N: usize> Default for Map<K, V, N> {
    fn default() -> Self {
        Self::new()
    }
}

/// A borrowed map.
#[derive(Debug, PartialEq, Eq)]
pub struct MapView<'a, K: View<'a>, V: View<'a>>(Seq<'a, (K, V)>);

impl<'a, K: View<'a> + Ord, V: View<'a>> MapView<'a, K, V> {
    /// Over entries in strictly ascending order of keys; `None` if they are not.
    #[must_use]
    pub fn new(entries: &'a [(K, V)]) -> Option<Self> {
        entries.is_sorted_by(|a, b| a.0 < b.0).then_some(Self(Seq::from(entries)))
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `key`, found by bisection.
    #[must_use]
    pub fn get(&self, key: K) -> Option<V> {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let (k, value) = self.0.get(middle)?;
            match k.cmp(&key) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Equal => return Some(value),
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (K, V)> + Clone + use<'a, K, V> {
        self.0.iter()
    }
}

impl<'a, K: View<'a>, V: View<'a>> Clone for MapView<'a, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, K: View<'a>, V: View<'a>> Copy for MapView<'a, K, V> {}

impl<'a, K: View<'a>, V: View<'a>> View<'a> for MapView<'a, K, V>
where
    K: Ord,
{
    type Schema = Map<K::Schema, V::Schema, { usize::MAX }>;
}

type Entries<K, V, const N: usize> = Vector<(K, V), N>;

/// The bound of a `map<K, V>` without one is `usize::MAX`.
const fn tail<K: Wire, V: Wire>(n: usize) -> Tail {
    if n == usize::MAX {
        <Unbounded<(K, V)> as Wire>::TAIL
    } else {
        Tail::block(<(K, V)>::STRIDE.saturating_mul(n), <(K, V)>::ALIGN).then(<(K, V)>::TAIL.times(n))
    }
}

impl<K: Wire, V: Wire, const N: usize> Wire for Map<K, V, N> {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const TAIL: Tail = tail::<K, V>(N);
}

impl<K: Put<A>, V: Put<B>, A, B, const N: usize, const M: usize> Put<Map<A, B, M>> for Map<K, V, N> {
    fn put(map: &Map<A, B, M>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        <Entries<K, V, N> as Put<[(A, B)]>>::put(&map.0, w, at)
    }
}

impl<'v, K: Put<A>, V: Put<B>, A: View<'v> + Ord, B: View<'v>, const N: usize> Put<MapView<'v, A, B>>
    for Map<K, V, N>
{
    fn put(map: &MapView<'v, A, B>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        <Entries<K, V, N> as Put<Seq<'v, (A, B)>>>::put(&map.0, w, at)
    }
}

impl<'a, K: Get<'a, A>, V: Get<'a, B>, A: View<'a> + Ord, B: View<'a>, const N: usize>
    Get<'a, MapView<'a, A, B>> for Map<K, V, N>
{
    fn get(r: &mut Reader<'a>, at: usize) -> Result<MapView<'a, A, B>, CallError> {
        let entries = <Entries<K, V, N> as Get<'a, Seq<'a, (A, B)>>>::get(r, at)?;
        let sorted = entries.iter().map(|(key, _)| key).is_sorted_by(|a, b| a < b);
        if sorted { Ok(MapView(entries)) } else { Err(CallError::Malformed) }
    }
}

impl<'a, K: Get<'a, A>, V: Get<'a, B>, A: Ord, B, const N: usize> Get<'a, Map<A, B, N>> for Map<K, V, N> {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<Map<A, B, N>, CallError> {
        let entries = <Entries<K, V, N> as Get<'a, Vector<(A, B), N>>>::get(r, at)?;
        let sorted = entries.is_sorted_by(|a, b| a.0 < b.0);
        if sorted { Ok(Map(entries)) } else { Err(CallError::Malformed) }
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use super::Map;
    use crate::{CallError, Get, Put, Reader, Tail, Unbounded, Wire, Writer};
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    impl<K: Wire, V: Wire> Wire for BTreeMap<K, V> {
        const SIZE: usize = 8;
        const ALIGN: usize = 4;
        const TAIL: Tail = Unbounded::<(K, V)>::TAIL;
    }

    impl<K: Put<A>, V: Put<B>, A, B> Put<BTreeMap<A, B>> for BTreeMap<K, V> {
        fn put(map: &BTreeMap<A, B>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
            let entries: Vec<(&A, &B)> = map.iter().collect();
            <Unbounded<(K, V)> as Put<[(&A, &B)]>>::put(&entries, w, at)
        }
    }

    impl<K: Put<A>, V: Put<B>, A, B, const N: usize> Put<BTreeMap<A, B>> for Map<K, V, N> {
        fn put(map: &BTreeMap<A, B>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
            if map.len() > N {
                Err(CallError::Malformed)
            } else {
                <BTreeMap<K, V> as Put<BTreeMap<A, B>>>::put(map, w, at)
            }
        }
    }

    impl<'a, K: Get<'a, A>, V: Get<'a, B>, A: Ord, B> Get<'a, BTreeMap<A, B>> for BTreeMap<K, V> {
        fn get(r: &mut Reader<'a>, at: usize) -> Result<BTreeMap<A, B>, CallError> {
            let entries = <Unbounded<(K, V)> as Get<'a, Vec<(A, B)>>>::get(r, at)?;
            let sorted = entries.is_sorted_by(|a, b| a.0 < b.0);
            if sorted { Ok(entries.into_iter().collect()) } else { Err(CallError::Malformed) }
        }
    }

    impl<'a, K: Get<'a, A>, V: Get<'a, B>, A: Ord, B, const N: usize> Get<'a, BTreeMap<A, B>> for Map<K, V, N> {
        fn get(r: &mut Reader<'a>, at: usize) -> Result<BTreeMap<A, B>, CallError> {
            let map = <BTreeMap<K, V> as Get<'a, BTreeMap<A, B>>>::get(r, at)?;
            if map.len() > N { Err(CallError::Malformed) } else { Ok(map) }
        }
    }
}
