//! Files that are read back, and records that others published.

use super::flash::{Flash, Piece};
use super::{hex, uf2};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use std::collections::BTreeMap;

fn piece(address: u32, bytes: &[u8]) -> Piece {
    Piece { address, bytes: bytes.to_vec() }
}

/// Byte by byte, which is all that a reader of any format may rely on.
fn by_address(flash: &Flash) -> BTreeMap<u32, u8> {
    flash.pieces.iter().flat_map(|p| (p.address..).zip(p.bytes.iter().copied())).collect()
}

/// A reader of Intel hex that knows three kinds of records and checks every sum.
fn read_hex(text: &str) -> BTreeMap<u32, u8> {
    let mut out = BTreeMap::new();
    let mut upper = 0;
    let mut ended = false;
    for line in text.lines() {
        assert!(!ended, "nothing follows the last record");
        let digits = line.strip_prefix(':').unwrap();
        let bytes: Vec<u8> = (0..digits.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
            .collect();
        assert_eq!(bytes.iter().fold(0u8, |sum, b| sum.wrapping_add(*b)), 0);
        let (head, data) = bytes[..bytes.len() - 1].split_at(4);
        assert_eq!(usize::from(head[0]), data.len());
        let address = u32::from(u16::from_be_bytes([head[1], head[2]]));
        match head[3] {
            0 => out.extend((upper + address..).zip(data.iter().copied())),
            1 => ended = true,
            4 => upper = u32::from(u16::from_be_bytes([data[0], data[1]])) << 16,
            kind => panic!("record {kind}"),
        }
    }
    assert!(ended);
    out
}

/// A reader of UF2 as its description asks of a boot loader.
fn read_uf2(file: &[u8], family: u32) -> BTreeMap<u32, u8> {
    assert!(file.len().is_multiple_of(512));
    let mut out = BTreeMap::new();
    let count = file.len() / 512;
    for (i, block) in file.chunks(512).enumerate() {
        let word = |at: usize| u32::from_le_bytes(block[at..at + 4].try_into().unwrap());
        assert_eq!((word(0), word(4), word(508)), (0x0a32_4655, 0x9e5d_5157, 0x0ab1_6f30));
        assert_eq!((word(8), word(28)), (0x2000, family));
        assert_eq!((word(20) as usize, word(24) as usize), (i, count));
        assert_eq!((word(12) % 256, word(16)), (0, 256));
        out.extend((word(12)..).zip(block[32..32 + 256].iter().copied()));
    }
    out
}

#[test]
fn published_records_of_intel_hex_come_out_as_published() {
    // The examples of the format's description in the encyclopedia that everyone quotes.
    let mut out = String::new();
    hex::record(
        &mut out,
        0x0100,
        0,
        &[0x21, 0x46, 0x01, 0x36, 0x01, 0x21, 0x47, 0x01, 0x36, 0x00, 0x7e, 0xfe, 0x09, 0xd2, 0x19, 0x01],
    );
    hex::record(&mut out, 0x0030, 0, &[0x02, 0x33, 0x7a]);
    hex::record(&mut out, 0, 4, &[0xff, 0xff]);
    hex::record(&mut out, 0, 1, &[]);
    let published = [
        ":10010000214601360121470136007EFE09D2190140",
        ":0300300002337A1E",
        ":02000004FFFFFC",
        ":00000001FF",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), published);
}

#[test]
fn the_marks_of_uf2_are_its_name_in_bytes() {
    let file = uf2::blocks(&Flash::new(vec![piece(0x2000, &[1, 2, 3])]), 0xada5_2840);
    assert_eq!(&file[..4], b"UF2\n");
    assert_eq!(&file[4..8], [0x57, 0x51, 0x5d, 0x9e]);
    assert_eq!(file.len(), 512);
}

#[test]
fn flat_bytes_have_erased_flash_between_the_pieces() {
    let flash =
        Flash::new(vec![piece(0x0800_0008, &[3]), piece(0x0800_0000, &[1]), piece(0x0800_0001, &[2])]);
    assert_eq!(flash.pieces.len(), 2);
    assert_eq!(flash.flat(), [1, 2, 255, 255, 255, 255, 255, 255, 3]);
}

fn flashes() -> impl Strategy<Value = Flash> {
    let piece = (0u32..300, proptest::collection::vec(any::<u8>(), 1..700));
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| {
        let mut at = 0x0800_fe00;
        Flash::new(
            pieces
                .into_iter()
                .map(|(gap, bytes)| {
                    let address = at + gap;
                    at = address + bytes.len() as u32;
                    Piece { address, bytes }
                })
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn every_format_holds_the_flash(flash in flashes()) {
        let bytes = by_address(&flash);
        prop_assert_eq!(&read_hex(&hex::text(&flash)), &bytes);
        let uf2 = read_uf2(&uf2::blocks(&flash, 7), 7);
        prop_assert_eq!(uf2.iter().filter(|(a, _)| bytes.contains_key(a)).collect::<Vec<_>>(), bytes.iter().collect::<Vec<_>>());
        prop_assert_eq!(uf2.iter().filter(|(a, b)| !bytes.contains_key(a) && **b != 0xff).count(), 0);
        let flat: BTreeMap<u32, u8> = (flash.pieces[0].address..).zip(flash.flat()).filter(|(a, _)| bytes.contains_key(a)).collect();
        prop_assert_eq!(flat, bytes);
    }
}
