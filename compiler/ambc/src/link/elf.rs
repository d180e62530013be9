//! Linked programs: what they take.

use super::LinkError;
use crate::emit;
use crate::layout::Program;
use object::elf::{SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE};
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SectionFlags, SectionKind};
use std::fs;
use std::path::Path;

/// One linked program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linked {
    /// Flash and data; its stack is not known here.
    pub(super) program: Program,
    pub(super) sections: Sections,
}

/// Bytes of a program by what they are. Constants that stand among the code are counted as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Sections {
    pub code: u32,
    pub data: u32,
    /// Zeroed, or left as a reset finds it.
    pub zeroed: u32,
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
    let loaded = file.segments().filter(|s| s.data().is_ok_and(|d| !d.is_empty()));
    // Code comes first in the file as in flash; initial values of data are loaded behind it.
    let start = loaded.map(|s| s.address() as u32).next().unwrap_or_default();
    let program = Program {
        flash: symbol("__ambc_flash_end")?.saturating_sub(start),
        data: symbol("__ambc_ram_end")? - symbol("__ambc_data_start")?,
        stack: 0,
    };
    Ok(Linked { program, sections: sections(&file) })
}

fn sections(file: &object::File<'_>) -> Sections {
    let mut out = Sections::default();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        let has = |flag: u32| sh_flags & u64::from(flag) != 0;
        if !has(SHF_ALLOC) {
            continue;
        }
        let to = match section.kind() {
            SectionKind::UninitializedData => &mut out.zeroed,
            _ if has(SHF_WRITE) && !has(SHF_EXECINSTR) => &mut out.data,
            _ => &mut out.code,
        };
        *to += section.size() as u32;
    }
    out
}
