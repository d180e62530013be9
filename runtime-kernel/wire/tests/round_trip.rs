//! Every value has one encoding, every message at most one value, and no bytes do any harm.

mod samples;

use ambc_wire::{Encode, Map, String, Vector, Wire, Writer, args, decode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use samples::{Finding, FindingOwned, Frame, FrameOwned, Nothing, Rect, Verdict};

fn text<const N: usize>() -> impl Strategy<Value = String<N>> {
    // Up to 4 bytes a character.
    vec(prop::sample::select(vec!['a', 'z', 'ä', '€', '🦌', '\0']), 0..=N).prop_map(|chars| {
        let mut text = String::new();
        chars.into_iter().for_each(|c| drop(text.push(c)));
        text
    })
}

fn list<T: std::fmt::Debug, const N: usize>(
    element: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vector<T, N>> {
    vec(element, 0..=N).prop_map(|v| v.into_iter().collect())
}

fn rect() -> impl Strategy<Value = Rect> {
    let verdict = prop::sample::select(vec![Verdict::Empty, Verdict::Animal, Verdict::Person]);
    (any::<bool>(), any::<u16>(), -1e9..1e9, verdict).prop_map(|(on, w, area, verdict)| Rect {
        on,
        w,
        area,
        verdict,
    })
}

fn finding() -> impl Strategy<Value = FindingOwned> {
    prop_oneof![
        Just(FindingOwned::None),
        rect().prop_map(FindingOwned::Hit),
        text().prop_map(FindingOwned::Text),
        list(text()).prop_map(FindingOwned::Nested),
    ]
}

fn table() -> impl Strategy<Value = Map<String<4>, Option<u16>, 3>> {
    vec((text(), option::of(any::<u16>())), 0..=3).prop_map(|entries| {
        let mut map = Map::new();
        entries.into_iter().for_each(|(key, value)| drop(map.insert(key, value)));
        map
    })
}

fn frame() -> impl Strategy<Value = FrameOwned> {
    let numbers =
        (any::<u8>(), any::<u64>(), text(), list(any::<u8>()), list(any::<u8>()), list(any::<u32>()));
    let parts =
        (list(finding()), table(), prop::array::uniform2(option::of(rect())), 0..=4usize, option::of(text()));
    (numbers, parts).prop_map(
        |((level, id, name, small, pixels, words), (findings, table, corners, n, last))| {
            let nothing = (0..n).map(|_| Nothing {}).collect();
            FrameOwned { level, id, name, small, pixels, words, findings, table, corners, nothing, last }
        },
    )
}

fn bytes(value: &impl Encode) -> Vec<u8> {
    // Not zero, so that padding that nobody writes shows.
    let mut memory = vec![0xa5; 4096];
    let mut w = Writer::new(&mut memory);
    value.encode(&mut w).expect("fits");
    let len = w.len();
    memory.truncate(len);
    memory
}

/// Whatever decodes must be the one encoding of what it decodes to.
fn check_canonical(message: &[u8]) {
    if let Ok(view) = decode::<Frame<'static>, Frame<'_>>(message) {
        assert_eq!(bytes(&view), message);
        let owned = decode::<FrameOwned, FrameOwned>(message).expect("owned and view accept the same");
        assert_eq!(bytes(&owned), message);
    } else {
        assert!(decode::<FrameOwned, FrameOwned>(message).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 8 } else { 512 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn owned_values_and_views_round_trip(value in frame()) {
        let message = bytes(&value);
        prop_assert!(message.len() <= <FrameOwned as Wire>::MAX);
        prop_assert_eq!(decode::<FrameOwned, FrameOwned>(&message).unwrap(), value);
        let view = decode::<Frame<'static>, Frame<'_>>(&message).unwrap();
        prop_assert_eq!(bytes(&view), message.clone());
        prop_assert_eq!(bytes(&FrameOwned::try_from(view).unwrap()), message.clone());
        prop_assert_eq!(bytes(&args::<(Frame<'static>,), _>((&view,))), message);
    }

    #[test]
    fn a_cut_or_longer_message_is_refused(value in frame(), cut in any::<prop::sample::Index>()) {
        let mut message = bytes(&value);
        let short = &message[..cut.index(message.len())];
        prop_assert!(decode::<Frame<'static>, Frame<'_>>(short).is_err());
        message.push(0);
        prop_assert!(decode::<Frame<'static>, Frame<'_>>(&message).is_err());
    }

    #[test]
    fn mutated_messages_decode_only_if_canonical(
        value in frame(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut message = bytes(&value);
        for (at, byte) in changes {
            let at = at.index(message.len());
            message[at] = byte;
        }
        check_canonical(&message);
    }

    #[test]
    fn random_bytes_decode_only_if_canonical(message in vec(prop_oneof![3 => Just(0u8), 1 => any::<u8>()], 0..400)) {
        check_canonical(&message);
    }

    #[test]
    fn a_message_too_large_for_the_memory_is_an_error(value in frame(), room in 0..600usize) {
        let full = bytes(&value);
        let mut memory = vec![0; room];
        let fits = value.encode(&mut Writer::new(&mut memory)).is_ok();
        prop_assert_eq!(fits, full.len() <= room);
    }
}

/// The largest message is reached, not just bounded.
#[test]
fn the_largest_message_is_exact() {
    let rect = Rect { on: true, w: 1, area: 1.0, verdict: Verdict::Person };
    let texts = || ["12345"; 3].iter().map(|t| String::try_from(*t).unwrap()).collect();
    let full = FrameOwned {
        level: 1,
        id: 2,
        name: String::try_from("123456789").unwrap(),
        small: [1; 7].into_iter().collect(),
        pixels: [1; 300].into_iter().collect(),
        words: [1; 4].into_iter().collect(),
        findings: [
            FindingOwned::Nested(texts()),
            FindingOwned::Nested(texts()),
            FindingOwned::Nested(texts()),
        ]
        .into_iter()
        .collect(),
        table: {
            let mut map = Map::new();
            for key in ["aaaa", "bbbb", "cccc"] {
                map.insert(String::try_from(key).unwrap(), Some(1)).unwrap();
            }
            map
        },
        corners: [Some(rect); 2],
        nothing: [Nothing {}; 4].into_iter().collect(),
        last: Some(String::try_from("abc").unwrap()),
    };
    assert_eq!(bytes(&full).len(), <FrameOwned as Wire>::MAX);
    assert_eq!(<FrameOwned as Wire>::MAX, <Frame<'_> as Wire>::MAX);
}

#[test]
fn bounds_hold_when_writing() {
    let mut memory = [0; 64];
    let long = Finding::Text("thirteen char");
    assert!(long.encode(&mut Writer::new(&mut memory)).is_err());
    assert!(args::<(String<3>,), _>(("abcd",)).encode(&mut Writer::new(&mut memory)).is_err());
    assert!(args::<(String<4>,), _>(("abcd",)).encode(&mut Writer::new(&mut memory)).is_ok());
}
