//! `array`, and tuples: the arguments of a procedure and the entries of a map.

use crate::{CallError, Get, GetFields, Layout, Put, PutFields, Reader, Tail, Vector, View, Wire, Writer};

impl<S: Wire, const N: usize> Wire for [S; N] {
    const SIZE: usize = S::SIZE.saturating_mul(N);
    const ALIGN: usize = S::ALIGN;
    const TAIL: Tail = S::TAIL.times(N);
}

impl<S: Put<V>, V, const N: usize> Put<[V; N]> for [S; N] {
    #[inline]
    fn put(values: &[V; N], w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        if S::SIZE == 0 { Ok(()) } else { S::put_all(values, w, at) }
    }
}

impl<'a, S: Get<'a, V>, V, const N: usize> Get<'a, [V; N]> for [S; N] {
    #[inline]
    fn get(r: &mut Reader<'a>, at: usize) -> Result<[V; N], CallError> {
        let mut out = Vector::<V, N>::new();
        if S::SIZE == 0 {
            for _ in 0..N {
                out.push(S::get(r, at)?).map_err(|_| CallError::Malformed)?;
            }
        } else {
            S::get_all(r, at, N, &mut out)?;
        }
        out.into_array().map_err(|_| CallError::Malformed)
    }
}

impl<'a, V: View<'a>, const N: usize> View<'a> for [V; N] {
    type Schema = [V::Schema; N];
}

macro_rules! tuple {
    ($($schema:ident $value:ident $index:tt),+) => {
        impl<$($schema: Wire),+> Wire for ($($schema,)+) {
            const SIZE: usize = Layout::EMPTY$(.field::<$schema>())+.size();
            const ALIGN: usize = Layout::EMPTY$(.field::<$schema>())+.align();
            const TAIL: Tail = Layout::EMPTY$(.field::<$schema>())+.tail();
        }

        impl<$($schema: Put<$value>, $value),+> Put<($($value,)+)> for ($($schema,)+) {
            #[inline]
            fn put(value: &($($value,)+), w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
                let mut fields = PutFields::at(at);
                $(fields.put::<$schema, $value>(&value.$index, w)?;)+
                fields.pad(Self::SIZE, w)?;
                Ok(())
            }
        }

        impl<'a, $($schema: Get<'a, $value>, $value),+> Get<'a, ($($value,)+)> for ($($schema,)+) {
            #[inline]
            fn get(r: &mut Reader<'a>, at: usize) -> Result<($($value,)+), CallError> {
                let mut fields = GetFields::at(at);
                let value = ($(fields.get::<$schema, $value>(r)?,)+);
                fields.pad(Self::SIZE, r)?;
                Ok(value)
            }
        }

        impl<'a, $($value: View<'a>),+> View<'a> for ($($value,)+) {
            type Schema = ($($value::Schema,)+);
        }
    };
}
tuple!(S0 V0 0);
tuple!(S0 V0 0, S1 V1 1);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9, S10 V10 10);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9, S10 V10 10, S11 V11 11);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9, S10 V10 10, S11 V11 11, S12 V12 12);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9, S10 V10 10, S11 V11 11, S12 V12 12, S13 V13 13);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9, S10 V10 10, S11 V11 11, S12 V12 12, S13 V13 13, S14 V14 14);
tuple!(S0 V0 0, S1 V1 1, S2 V2 2, S3 V3 3, S4 V4 4, S5 V5 5, S6 V6 6, S7 V7 7, S8 V8 8, S9 V9 9, S10 V10 10, S11 V11 11, S12 V12 12, S13 V13 13, S14 V14 14, S15 V15 15);
