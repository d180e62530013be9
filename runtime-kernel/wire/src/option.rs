//! `optional`.

use crate::{CallError, Get, GetFields, Layout, Put, PutFields, Reader, Tail, View, Wire, Writer};

impl<S: Wire> Wire for Option<S> {
    const SIZE: usize = Layout::EMPTY.alternative::<S>().tagged().size();
    const ALIGN: usize = S::ALIGN;
    const TAIL: Tail = S::TAIL;
}

impl<S: Put<V>, V> Put<Option<V>> for Option<S> {
    #[inline]
    fn put(value: &Option<V>, w: &mut Writer<'_>, at: usize) -> Result<(), CallError> {
        let mut fields = PutFields::tagged::<Self>(u8::from(value.is_some()), w, at)?;
        if let Some(value) = value {
            fields.put::<S, V>(value, w)?;
        }
        fields.pad(Self::SIZE, w)?;
        Ok(())
    }
}

impl<'a, S: Get<'a, V>, V> Get<'a, Option<V>> for Option<S> {
    #[inline]
    fn get(r: &mut Reader<'a>, at: usize) -> Result<Option<V>, CallError> {
        let (tag, mut fields) = GetFields::tagged::<Self>(r, at)?;
        let value = match tag {
            0 => None,
            1 => Some(fields.get::<S, V>(r)?),
            _ => return Err(CallError::Malformed),
        };
        fields.pad(Self::SIZE, r)?;
        Ok(value)
    }
}

impl<'a, V: View<'a>> View<'a> for Option<V> {
    type Schema = Option<V::Schema>;
}
