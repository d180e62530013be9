//! From a view to a value that keeps its parts.

use crate::{Bulk, CallError, Map, MapView, Seq, String, Vector, View};

/// The owned form of views of type `V`. Structs and unions also have it as `TryFrom`.
pub trait Own<V>: Sized {
    /// Copies what the view borrows.
    ///
    /// # Errors
    /// `Malformed` when the view breaks a bound of this type.
    fn own(view: V) -> Result<Self, CallError>;
}

macro_rules! plain {
    ($($plain:ty)*) => { $(
        impl Own<$plain> for $plain {
            #[inline]
            fn own(view: $plain) -> Result<Self, CallError> {
                Ok(view)
            }
        }
    )* }
}
plain!(() bool u8 i8 u16 i16 u32 i32 u64 i64 f32 f64);

impl<const N: usize> Own<&str> for String<N> {
    fn own(view: &str) -> Result<Self, CallError> {
        Self::try_from(view).map_err(|_| CallError::Malformed)
    }
}

impl<const N: usize> Own<&[u8]> for Vector<u8, N> {
    fn own(view: &[u8]) -> Result<Self, CallError> {
        Self::from_slice(view).map_err(|_| CallError::Malformed)
    }
}

impl<'a, O: Own<V>, V: View<'a>, const N: usize> Own<Seq<'a, V>> for Vector<O, N> {
    fn own(view: Seq<'a, V>) -> Result<Self, CallError> {
        let mut out = Self::new();
        for value in view {
            out.push(O::own(value)?).map_err(|_| CallError::Malformed)?;
        }
        Ok(out)
    }
}

impl<'a, O: Own<V>, V: View<'a>, const N: usize> Own<Bulk<'a, V>> for Vector<O, N> {
    fn own(view: Bulk<'a, V>) -> Result<Self, CallError> {
        let mut out = Self::new();
        for value in view.iter() {
            out.push(O::own(value)?).map_err(|_| CallError::Malformed)?;
        }
        Ok(out)
    }
}

impl<'a, K: Own<A> + Ord, O: Own<B>, A: View<'a> + Ord, B: View<'a>, const N: usize> Own<MapView<'a, A, B>>
    for Map<K, O, N>
{
    fn own(view: MapView<'a, A, B>) -> Result<Self, CallError> {
        let mut out = Self::new();
        for (key, value) in view.iter() {
            out.insert(K::own(key)?, O::own(value)?).map_err(|_| CallError::Malformed)?;
        }
        Ok(out)
    }
}

impl<O: Own<V>, V> Own<Option<V>> for Option<O> {
    fn own(view: Option<V>) -> Result<Self, CallError> {
        view.map(O::own).transpose()
    }
}

impl<O: Own<V>, V, const N: usize> Own<[V; N]> for [O; N] {
    fn own(view: [V; N]) -> Result<Self, CallError> {
        let mut out = Vector::<O, N>::new();
        for value in view {
            out.push(O::own(value)?).map_err(|_| CallError::Malformed)?;
        }
        out.into_array().map_err(|_| CallError::Malformed)
    }
}

#[cfg(feature = "alloc")]
mod heap {
    use super::Own;
    use crate::{Bulk, CallError, MapView, Seq, View};
    use alloc::collections::BTreeMap;
    use alloc::string::String;
    use alloc::vec::Vec;

    impl Own<&str> for String {
        fn own(view: &str) -> Result<Self, CallError> {
            Ok(view.into())
        }
    }

    impl<'a, O: Own<V>, V: View<'a>> Own<Seq<'a, V>> for Vec<O> {
        fn own(view: Seq<'a, V>) -> Result<Self, CallError> {
            view.iter().map(O::own).collect()
        }
    }

    impl<'a, O: Own<V>, V: View<'a>> Own<Bulk<'a, V>> for Vec<O> {
        fn own(view: Bulk<'a, V>) -> Result<Self, CallError> {
            view.iter().map(O::own).collect()
        }
    }

    impl<'a, K: Own<A> + Ord, O: Own<B>, A: View<'a> + Ord, B: View<'a>> Own<MapView<'a, A, B>>
        for BTreeMap<K, O>
    {
        fn own(view: MapView<'a, A, B>) -> Result<Self, CallError> {
            view.iter().map(|(key, value)| Ok((K::own(key)?, O::own(value)?))).collect()
        }
    }
}
