//! Intel hex: lines of sixteen bytes, with a record for the upper half of the address where it changes.

use super::Flash;
use std::fmt::Write;

const LINE: usize = 16;
const DATA: u8 = 0;
const END: u8 = 1;
const UPPER_ADDRESS: u8 = 4;

pub(super) fn text(flash: &Flash) -> String {
    let mut out = String::new();
    let mut upper = 0;
    for piece in &flash.pieces {
        let mut at = piece.address;
        let mut rest = piece.bytes.as_slice();
        while !rest.is_empty() {
            if at >> 16 != upper {
                upper = at >> 16;
                record(&mut out, 0, UPPER_ADDRESS, &(upper as u16).to_be_bytes());
            }
            // A line does not run past the addresses that its upper half names.
            let room = (0x1_0000 - (at as usize & 0xffff)).min(LINE);
            let (line, more) = rest.split_at(room.min(rest.len()));
            record(&mut out, at as u16, DATA, line);
            at = at.wrapping_add(line.len() as u32);
            rest = more;
        }
    }
    record(&mut out, 0, END, &[]);
    out
}

/// One line. All its bytes, the last among them, add up to 0.
pub(super) fn record(out: &mut String, address: u16, kind: u8, data: &[u8]) {
    let [high, low] = address.to_be_bytes();
    let head = [data.len() as u8, high, low, kind];
    let sum = head.iter().chain(data).fold(0u8, |sum, b| sum.wrapping_add(*b));
    out.push(':');
    for byte in head.iter().chain(data).chain([&sum.wrapping_neg()]) {
        let _ = write!(out, "{byte:02X}");
    }
    out.push('\n');
}
