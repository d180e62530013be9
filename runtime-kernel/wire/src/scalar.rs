//! Numbers and `bool`.

use crate::codec::Sink;
use crate::{CallError, Get, Put, Reader, Tail, View, Wire, Writer};

macro_rules! number {
    ($($number:ty)*) => { $(
        impl Wire for $number {
            const SIZE: usize = size_of::<$number>();
            const ALIGN: usize = size_of::<$number>();
            const TAIL: Tail = Tail::NONE;
        }
        impl Put<$number> for $number {
            #[inline]
            fn put(value: &$number, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
                w.write(at, &value.to_le_bytes())
            }
        }
        impl<'a> Get<'a, $number> for $number {
            #[inline]
            fn get(r: &mut Reader<'a>, at: usize) -> Result<$number, CallError> {
                Ok(<$number>::from_le_bytes(r.array(at)?))
            }
        }
        impl View<'_> for $number {
            type Schema = $number;
        }
    )* }
}
number!(i8 u16 i16 u32 i32 u64 i64 f32 f64);

impl Wire for u8 {
    const SIZE: usize = 1;
    const ALIGN: usize = 1;
    const TAIL: Tail = Tail::NONE;
}

impl Put<u8> for u8 {
    #[inline]
    fn put(value: &u8, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        w.write(at, &[*value])
    }

    #[inline]
    fn put_all(values: &[u8], w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        w.write(at, values)
    }
}

impl<'a> Get<'a, u8> for u8 {
    #[inline]
    fn get(r: &mut Reader<'a>, at: usize) -> Result<u8, CallError> {
        Ok(u8::from_le_bytes(r.array(at)?))
    }

    #[inline]
    fn get_all<O: Sink<u8>>(
        r: &mut Reader<'a>,
        at: usize,
        count: usize,
        out: &mut O,
    ) -> Result<(), CallError> {
        out.push_slice(r.bytes(at, count)?)
    }
}

impl View<'_> for u8 {
    type Schema = u8;
}

impl Wire for bool {
    const SIZE: usize = 1;
    const ALIGN: usize = 1;
    const TAIL: Tail = Tail::NONE;
}

impl Put<bool> for bool {
    #[inline]
    fn put(value: &bool, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        w.write(at, &[u8::from(*value)])
    }
}

impl<'a> Get<'a, bool> for bool {
    #[inline]
    fn get(r: &mut Reader<'a>, at: usize) -> Result<bool, CallError> {
        match u8::get(r, at)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CallError::Malformed),
        }
    }
}

impl View<'_> for bool {
    type Schema = bool;
}

impl Wire for () {
    const SIZE: usize = 0;
    const ALIGN: usize = 1;
    const TAIL: Tail = Tail::NONE;
}

impl Put<()> for () {
    #[inline]
    fn put((): &(), _: &mut Writer<'_>, _: usize) -> Result<(), CallError> {
        Ok(())
    }
}

impl<'a> Get<'a, ()> for () {
    #[inline]
    fn get(_: &mut Reader<'a>, _: usize) -> Result<(), CallError> {
        Ok(())
    }
}

impl View<'_> for () {
    type Schema = ();
}
