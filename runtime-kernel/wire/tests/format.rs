//! The bytes themselves, and what the decoder must refuse.

mod samples;

use ambc_wire::{CallError, Encode, Failure, Map, MapView, Reply, Seq, String, Vector, Writer, args, decode};
use samples::{Finding, FindingOwned, Rect, Verdict};

fn bytes(value: &impl Encode) -> Vec<u8> {
    let mut memory = vec![0xa5; 512];
    let mut w = Writer::new(&mut memory);
    value.encode(&mut w).expect("fits");
    let len = w.len();
    memory.truncate(len);
    memory
}

#[test]
fn fields_are_aligned_and_padding_is_zero() {
    let rect = Rect { on: true, w: 0x0203, area: 0.0, verdict: Verdict::Person };
    assert_eq!(bytes(&rect), [1, 0, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn variable_parts_are_appended_depth_first() {
    let texts: &[&str] = &["ab", "", "c"];
    type Schema = (Vector<String<4>, 4>, u8, Vector<u16, 2>);
    let message = bytes(&args::<Schema, _>((texts, 9u8, [0x0102u16].as_slice())));
    #[rustfmt::skip]
    assert_eq!(message, [
        20, 0, 0, 0, 3, 0, 0, 0,    // the strings: at 20, three
        9, 0, 0, 0,                 // the byte and padding
        48, 0, 0, 0, 1, 0, 0, 0,    // the number: behind all of the strings, aligned
        44, 0, 0, 0, 2, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,     // an empty one
        46, 0, 0, 0, 1, 0, 0, 0,
        b'a', b'b', b'c', 0,
        2, 1,
    ]);
    let (seq, _, numbers) = decode::<Schema, (Seq<'_, &str>, u8, Seq<'_, u16>)>(&message).unwrap();
    assert_eq!(seq.iter().collect::<Vec<_>>(), texts);
    assert_eq!((seq.get(2), seq.get(3), numbers.get(0)), (Some("c"), None, Some(0x0102)));
}

#[test]
fn every_single_flaw_is_refused() {
    let refused =
        |message: &[u8]| decode::<(Vector<u8, 4>, bool), (&[u8], bool)>(message) == Err(CallError::Malformed);
    let good = bytes(&args::<(Vector<u8, 4>, bool), _>((b"abc".as_slice(), true)));
    assert!(!refused(&good));
    for (at, value) in [(0, 13), (0, 11), (4, 2), (4, 4), (7, 255), (3, 255), (8, 2), (9, 1), (11, 1)] {
        let mut bad = good.clone();
        bad[at] = value;
        assert!(refused(&bad), "byte {at} = {value}");
    }
    let five = bytes(&args::<(Vector<u8, 5>, bool), _>((b"abcde".as_slice(), true)));
    assert!(refused(&five));
    assert!(decode::<Vector<Verdict, 2>, Vector<Verdict, 2>>(&[8, 0, 0, 0, 2, 0, 0, 0, 1, 2]).is_err());
    assert!(decode::<String<9>, &str>(&[8, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0x28]).is_err());
}

/// Elements without a size: the length of the message still bounds their number.
#[test]
fn endless_lists_of_nothing_are_refused() {
    let huge = [8, 0, 0, 0, 255, 255, 255, 255];
    assert!(decode::<ambc_wire::Unbounded<()>, Seq<'_, ()>>(&huge).is_err());
}

#[test]
fn maps_are_sorted_and_found_by_key() {
    let mut map = Map::<u16, bool, 3>::new();
    for (key, value) in [(7, true), (300, false), (5, true)] {
        assert_eq!(map.insert(key, value), Ok(None));
    }
    assert_eq!(map.insert(5, false), Ok(Some(true)));
    assert_eq!(map.insert(6, true), Err((6, true)));
    let message = bytes(&map);
    let view = decode::<Map<u16, bool, 3>, MapView<'_, u16, bool>>(&message).unwrap();
    assert_eq!((view.get(5), view.get(300), view.get(8), view.len()), (Some(false), Some(false), None, 3));
    let mut swapped = message.clone();
    swapped[8] = 8;
    assert!(decode::<Map<u16, bool, 3>, MapView<'_, u16, bool>>(&swapped).is_err());
    assert!(decode::<Map<u16, bool, 3>, Map<u16, bool, 3>>(&swapped).is_err());
    assert!(MapView::new(&[(2u16, true), (2, false)]).is_none());
}

#[test]
fn replies_carry_results_declared_errors_and_failures() {
    type R = Result<u32, Failure<FindingOwned>>;
    let take = |reply: &R| {
        let mut memory = [0; 64];
        let mut w = Writer::new(&mut memory);
        let (status, len) = (reply.put(&mut w), w.len());
        (status, R::take(status, &memory[..len]))
    };
    let hit = FindingOwned::Text(String::try_from("no").unwrap());
    for (status, reply) in
        [(0, Ok(5)), (100, Err(Failure::Error(hit))), (4, R::failed(CallError::Overloaded))]
    {
        assert_eq!(take(&reply), (status, reply));
    }
    assert_eq!(R::take(0, &[1, 2]), Err(Failure::Call(CallError::Malformed)));
    assert_eq!(R::take(77, &[]), Err(Failure::Call(CallError::Malformed)));
    assert_eq!(<R as Reply>::MAX, <FindingOwned as ambc_wire::Wire>::MAX);
}

#[test]
fn a_result_that_breaks_its_bounds_leaves_nothing_behind() {
    let reply: Result<Vector<u32, 8>, CallError> = Ok([1; 8].into_iter().collect());
    let mut memory = [0; 16];
    let mut w = Writer::new(&mut memory);
    assert_eq!((reply.put(&mut w), w.len()), (CallError::Malformed.code(), 0));
}

#[test]
fn lists_read_alike_from_a_slice_and_from_a_message() {
    let slice: Seq<'_, u16> = Seq::from(&[1, 2, 3, 4, 5]);
    let message = bytes(&args::<(Vector<u16, 9>,), _>((slice,)));
    let (wire,) = decode::<(Vector<u16, 9>,), (ambc_wire::Bulk<'_, u16>,)>(&message).unwrap();
    let mut out = [0; 3];
    assert_eq!((wire.copy_to(1, &mut out), out), (3, [2, 3, 4]));
    assert_eq!((wire.copy_to(3, &mut out), out), (2, [4, 5, 4]));
    assert_eq!((slice.copy_to(4, &mut out), out), (1, [5, 5, 4]));
    assert_eq!((wire.copy_to(9, &mut out), slice.copy_to(9, &mut out)), (0, 0));
    let chunks: Vec<_> = wire.chunks::<2>().map(|c| c.to_vec()).collect();
    assert_eq!(chunks, [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(wire, slice.into());
}

#[test]
fn unions_zero_what_they_do_not_use() {
    let short = bytes(&Finding::None);
    assert!(short.iter().all(|b| *b == 0));
    let mut dirty = short.clone();
    dirty[20] = 1;
    assert!(decode::<Finding<'_>, Finding<'_>>(&dirty).is_err());
    dirty = short.clone();
    dirty[0] = 4;
    assert!(decode::<Finding<'_>, Finding<'_>>(&dirty).is_err());
}
