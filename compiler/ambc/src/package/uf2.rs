//! UF2: blocks of 512 bytes, each with 256 bytes of flash and all that a boot loader must know of them.

use super::Flash;
use super::flash::ERASED;
use std::collections::BTreeMap;

const BLOCK: usize = 512;
const PAYLOAD: u32 = 256;
const START: [u32; 2] = [0x0a32_4655, 0x9e5d_5157];
const END: u32 = 0x0ab1_6f30;
/// The word behind the counts is the family of the board.
const HAS_FAMILY: u32 = 0x2000;

pub(super) fn blocks(flash: &Flash, family: u32) -> Vec<u8> {
    let pages = pages(flash);
    let count = pages.len() as u32;
    let block = |(i, (address, page)): (usize, (&u32, &Vec<u8>))| {
        let head = [START[0], START[1], HAS_FAMILY, *address, PAYLOAD, i as u32, count, family];
        let mut block: Vec<u8> =
            head.iter().flat_map(|w| w.to_le_bytes()).chain(page.iter().copied()).collect();
        block.resize(BLOCK - 4, 0);
        block.extend(END.to_le_bytes());
        block
    };
    pages.iter().enumerate().flat_map(block).collect()
}

/// Whole pages: boot loaders write nothing smaller.
fn pages(flash: &Flash) -> BTreeMap<u32, Vec<u8>> {
    let mut out: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    for piece in &flash.pieces {
        for (at, byte) in (piece.address..).zip(&piece.bytes) {
            let page = out.entry(at & !(PAYLOAD - 1)).or_insert_with(|| vec![ERASED; PAYLOAD as usize]);
            page[(at % PAYLOAD) as usize] = *byte;
        }
    }
    out
}
