//! `string`, with and without a bound.

use crate::{CallError, Get, Put, Reader, String, Tail, View, Wire, Writer};

/// The schema of `string` without a bound.
#[derive(Debug)]
pub enum Text {}

impl Wire for Text {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const TAIL: Tail = Tail::block(usize::MAX, 1);
}

impl<const N: usize> Wire for String<N> {
    const SIZE: usize = 8;
    const ALIGN: usize = 4;
    const TAIL: Tail = Tail::block(N, 1);
}

/// Writes a descriptor and reserves its elements: `count` of `stride` bytes. `None` when there are none.
pub(crate) fn put_descriptor(
    w: &mut Writer<'_>,
    at: usize,
    count: usize,
    stride: usize,
    align: usize,
) -> Result<Option<usize>, CallError> {
    if count == 0 {
        w.zero(at, 8)?;
        return Ok(None);
    }
    let len = count.checked_mul(stride).ok_or(CallError::Malformed)?;
    let start = w.reserve(len, align)?;
    // Both fit: `reserve` keeps messages below 4 GiB and an element takes at least one byte.
    w.write(at, &(start as u32).to_le_bytes())?;
    w.write(at + 4, &(count as u32).to_le_bytes())?;
    Ok(Some(start))
}

fn put_str(text: &str, most: usize, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
    if text.len() > most {
        return Err(CallError::Malformed);
    }
    match put_descriptor(w, at, text.len(), 1, 1)? {
        Some(start) => w.write(start, text.as_bytes()),
        None => Ok(()),
    }
}

fn get_str<'a>(most: usize, r: &mut Reader<'a>, at: usize) -> Result<&'a str, CallError> {
    let (start, len) = r.descriptor(at, 1, 1, most)?;
    core::str::from_utf8(r.bytes(start, len)?).map_err(|_| CallError::Malformed)
}

impl Put<str> for Text {
    fn put(value: &str, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        put_str(value, usize::MAX, w, at)
    }
}

impl<'a> Get<'a, &'a str> for Text {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<&'a str, CallError> {
        get_str(usize::MAX, r, at)
    }
}

impl<'a> View<'a> for &'a str {
    type Schema = Text;
}

impl<const N: usize> Put<str> for String<N> {
    fn put(value: &str, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        put_str(value, N, w, at)
    }
}

impl<'a, const N: usize> Get<'a, &'a str> for String<N> {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<&'a str, CallError> {
        get_str(N, r, at)
    }
}

impl<const N: usize, const M: usize> Put<String<M>> for String<N> {
    fn put(value: &String<M>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        put_str(value, N, w, at)
    }
}

impl<'a, const N: usize> Get<'a, String<N>> for String<N> {
    fn get(r: &mut Reader<'a>, at: usize) -> Result<String<N>, CallError> {
        String::try_from(get_str(N, r, at)?).map_err(|_| CallError::Malformed)
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use super::{Text, get_str, put_str};
    use crate::{CallError, Get, Put, Reader, Tail, Wire, Writer};
    use alloc::string::String;

    impl Wire for String {
        const SIZE: usize = Text::SIZE;
        const ALIGN: usize = Text::ALIGN;
        const TAIL: Tail = Text::TAIL;
    }

    impl Put<String> for String {
        fn put(value: &String, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
            put_str(value, usize::MAX, w, at)
        }
    }

    impl<'a> Get<'a, String> for String {
        fn get(r: &mut Reader<'a>, at: usize) -> Result<String, CallError> {
            get_str(usize::MAX, r, at).map(String::from)
        }
    }

    impl Put<String> for Text {
        fn put(value: &String, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
            put_str(value, usize::MAX, w, at)
        }
    }

    impl<'a> Get<'a, String> for Text {
        fn get(r: &mut Reader<'a>, at: usize) -> Result<String, CallError> {
            get_str(usize::MAX, r, at).map(String::from)
        }
    }
}
