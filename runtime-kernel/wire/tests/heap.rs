//! Owned values without bounds.
#![cfg(feature = "alloc")]

use ambc_wire::{Encode, MapView, Seq, Text, Unbounded, Writer, args, decode};
use std::collections::BTreeMap;

fn bytes(value: &impl Encode) -> Vec<u8> {
    let mut memory = vec![0xa5; 512];
    let mut w = Writer::new(&mut memory);
    value.encode(&mut w).expect("fits");
    let len = w.len();
    memory.truncate(len);
    memory
}

#[test]
fn strings_lists_and_maps_round_trip() {
    type Owned = (String, Vec<Vec<u16>>, BTreeMap<String, Option<u8>>);
    type Schema = (Text, Unbounded<Unbounded<u16>>, ambc_wire::Map<Text, Option<u8>, { usize::MAX }>);
    let value: Owned = (
        "a text".to_owned(),
        vec![vec![1, 2], vec![], vec![3]],
        [("b".to_owned(), Some(1)), ("a".to_owned(), None)].into_iter().collect(),
    );
    let message = bytes(&value);
    assert_eq!(decode::<Owned, Owned>(&message), Ok(value.clone()));
    assert_eq!(bytes(&args::<Schema, _>(value.clone())), message);
    let (text, lists, map) =
        decode::<Schema, (&str, Seq<'_, Seq<'_, u16>>, MapView<'_, &str, Option<u8>>)>(&message).unwrap();
    assert_eq!((text, lists.len(), map.get("b")), ("a text", 3, Some(Some(1))));
    assert_eq!(lists.get(0).unwrap().iter().collect::<Vec<_>>(), [1, 2]);
}
