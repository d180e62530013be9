//! Linked programs: what they take, and one file of them all.

use super::LinkError;
use crate::emit;
use crate::layout::Program;
use object::elf::{PF_R, PF_W, PF_X};
use object::{Object, ObjectSegment, ObjectSymbol, SegmentFlags};
use std::fs;
use std::path::Path;

/// One linked program.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    /// Flash and data; its stack is not known here.
    pub(super) program: Program,
    entry: u32,
    /// Bytes to load, by address.
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
struct Segment {
    at: u32,
    bytes: Vec<u8>,
    flags: u32,
}

/// Reads what the linker wrote.
pub(super) fn read(name: &str, path: &Path) -> Result<Linked, LinkError> {
    let bytes = fs::read(path).map_err(emit::at("read", path))?;
    let wrong = |what: &str| LinkError::Program(name.to_owned(), what.to_owned());
    let file = object::File::parse(&*bytes).map_err(|e| wrong(&e.to_string()))?;
    let symbol = |name: &str| {
        let found = file.symbols().find(|s| s.name() == Ok(name));
        found.map(|s| s.address() as u32).ok_or_else(|| wrong(&format!("it has no symbol {name}")))
    };
    let mut segments = Vec::new();
    let mut start = u32::MAX;
    for segment in file.segments() {
        let data = segment.data().map_err(|e| wrong(&e.to_string()))?;
        let SegmentFlags::Elf { p_flags } = segment.flags() else { continue };
        if data.is_empty() {
            continue;
        }
        let at = physical(&file, segment.address()).unwrap_or(segment.address()) as u32;
        start = start.min(at);
        segments.push(Segment { at, bytes: data.to_vec(), flags: p_flags });
    }
    let program = Program {
        flash: symbol("__ambc_flash_end")?.saturating_sub(start),
        data: symbol("__ambc_ram_end")? - symbol("__ambc_data_start")?,
        stack: 0,
    };
    Ok(Linked { program, entry: file.entry() as u32, segments })
}

/// Where a segment is loaded: initial values of data lie in flash, behind the code.
fn physical(file: &object::File<'_>, address: u64) -> Option<u64> {
    use object::read::elf::ProgramHeader as _;
    let object::File::Elf32(elf) = file else { return None };
    let endian = elf.endian();
    let header = elf.elf_program_headers().iter().find(|h| u64::from(h.p_vaddr(endian)) == address)?;
    Some(header.p_paddr(endian).into())
}

const HEADER: usize = 52;
const PROGRAM_HEADER: usize = 32;

/// One executable of all programs, which starts as the first does.
pub(super) fn merge(programs: &[Linked], to: &Path) -> Result<(), LinkError> {
    let segments: Vec<&Segment> = programs.iter().flat_map(|p| &p.segments).collect();
    let entry = programs.first().map_or(0, |p| p.entry);
    let mut out = header(entry, segments.len() as u16);
    let mut at = (HEADER + PROGRAM_HEADER * segments.len()).next_multiple_of(16);
    for s in &segments {
        let len = s.bytes.len() as u32;
        // All is loaded where it stays: RAM is set up by the programs themselves.
        let flags = s.flags & (PF_R | PF_W | PF_X);
        words(&mut out, &[1, at as u32, s.at, s.at, len, len, flags, 4]);
        at = (at + s.bytes.len()).next_multiple_of(16);
    }
    for s in &segments {
        out.resize(out.len().next_multiple_of(16), 0);
        out.extend_from_slice(&s.bytes);
    }
    emit::write_if_changed(to, &out)?;
    Ok(())
}

/// An executable for 32-bit Arm, version 5 of its EABI, with floating-point arguments in registers.
fn header(entry: u32, segments: u16) -> Vec<u8> {
    const MACHINE: u16 = 40;
    const FLAGS: u32 = 0x0500_0400;
    let mut out = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0];
    out.resize(16, 0);
    halves(&mut out, &[2, MACHINE]);
    words(&mut out, &[1, entry, HEADER as u32, 0, FLAGS]);
    halves(&mut out, &[HEADER as u16, PROGRAM_HEADER as u16, segments, 0, 0, 0]);
    out
}

fn halves(out: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|v| out.extend_from_slice(&v.to_le_bytes()));
}

fn words(out: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|v| out.extend_from_slice(&v.to_le_bytes()));
}
