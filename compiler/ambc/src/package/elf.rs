//! One ELF file of several: the loaded sections and the symbols of each, under the name of their program.
//!
//! Debug information stays in the program's own file: it is made of offsets into itself.

use object::elf::{
    EM_ARM, ET_EXEC, PF_R, PF_W, PF_X, PT_LOAD, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS,
    SHT_PROGBITS, STT_FUNC, STT_NOTYPE, STT_OBJECT,
};
use object::read::elf::{ElfFile32, ProgramHeader as _};
use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, Sym, Writer};
use object::{
    Endianness, Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, SectionKind, SymbolKind,
};
use std::collections::BTreeMap;

/// Version 5 of the embedded ABI.
const EABI5: u32 = 0x0500_0000;

/// What a processor finds in its memory, and what is zeroed there.
struct Section<'a> {
    name: String,
    address: u64,
    load: u64,
    size: u64,
    align: u64,
    flags: u64,
    /// Absent for what is zeroed.
    bytes: Option<&'a [u8]>,
}

struct Named {
    name: String,
    /// Index into the sections.
    section: usize,
    address: u64,
    size: u64,
    kind: u8,
}

/// Joins the programs; the first is the kernel's, whose vectors say where the processor starts.
pub(super) fn joined(programs: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, String> {
    let (mut sections, mut symbols) = (Vec::new(), Vec::new());
    for (name, bytes) in programs {
        read(name, bytes, &mut sections, &mut symbols).map_err(|e| e.to_string())?;
    }
    let vectors = sections.first().and_then(|s| s.bytes).and_then(|b| b.get(4..8)).unwrap_or_default();
    let entry = vectors.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b));
    let mut out = Vec::new();
    write(&sections, &symbols, entry, &mut out).map_err(|e| e.to_string())?;
    Ok(out)
}

fn read<'a>(
    program: &str,
    bytes: &'a [u8],
    sections: &mut Vec<Section<'a>>,
    symbols: &mut Vec<Named>,
) -> object::Result<()> {
    let file = ElfFile32::<Endianness>::parse(bytes)?;
    let mut taken = BTreeMap::new();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        if sh_flags & u64::from(SHF_ALLOC) == 0 || section.size() == 0 {
            continue;
        }
        let zeroed = section.kind() == SectionKind::UninitializedData;
        taken.insert(section.index().0, sections.len());
        sections.push(Section {
            name: format!(".{program}{}", section.name()?),
            address: section.address(),
            load: load_address(&file, section.address()),
            size: section.size(),
            align: section.align(),
            flags: sh_flags,
            bytes: if zeroed { None } else { Some(section.data()?) },
        });
    }
    for symbol in file.symbols() {
        let Some(section) = symbol.section_index().and_then(|i| taken.get(&i.0)) else { continue };
        symbols.push(Named {
            name: renamed(program, symbol.name()?),
            section: *section,
            address: symbol.address(),
            size: symbol.size(),
            kind: match symbol.kind() {
                SymbolKind::Text => STT_FUNC,
                SymbolKind::Data => STT_OBJECT,
                _ => STT_NOTYPE,
            },
        });
    }
    symbols.retain(|s| !s.name.is_empty());
    Ok(())
}

/// Tools look for `$t` and `$d`, which say what is code and what is data, by just these names.
fn renamed(program: &str, name: &str) -> String {
    match name {
        "" => String::new(),
        mark if mark.starts_with('$') => mark.to_owned(),
        name => format!("{program}:{name}"),
    }
}

/// Where the bytes that belong to an address are kept.
fn load_address(file: &ElfFile32<'_>, address: u64) -> u64 {
    let endian = file.endian();
    let segments = file.elf_program_headers().iter().filter(|s| s.p_type(endian) == PT_LOAD);
    let mut at =
        segments.map(|s| (u64::from(s.p_vaddr(endian)), u64::from(s.p_memsz(endian)), s.p_paddr(endian)));
    let found = at.find(|(start, size, _)| (*start..start + size).contains(&address));
    found.map_or(address, |(start, _, load)| u64::from(load) + (address - start))
}

fn write(
    sections: &[Section<'_>],
    symbols: &[Named],
    entry: u64,
    out: &mut Vec<u8>,
) -> object::write::Result<()> {
    let mut writer = Writer::new(Endianness::Little, false, out);
    let loaded = || sections.iter().filter_map(|s| s.bytes.map(|b| (s, b)));
    writer.reserve_file_header();
    writer.reserve_program_headers(loaded().count() as u32);
    let offsets: Vec<_> =
        sections.iter().map(|s| writer.reserve(s.bytes.map_or(0, <[u8]>::len), s.align as usize)).collect();
    writer.reserve_null_section_index();
    let names: Vec<_> = sections
        .iter()
        .map(|s| (writer.add_section_name(s.name.as_bytes()), writer.reserve_section_index()))
        .collect();
    writer.reserve_null_symbol_index();
    let strings: Vec<_> = symbols
        .iter()
        .map(|s| {
            writer.reserve_symbol_index(Some(names[s.section].1));
            writer.add_string(s.name.as_bytes())
        })
        .collect();
    writer.reserve_symtab_section_index();
    writer.reserve_symtab();
    writer.reserve_strtab_section_index();
    writer.reserve_strtab();
    writer.reserve_shstrtab_section_index();
    writer.reserve_shstrtab();
    writer.reserve_section_headers();

    writer.write_file_header(&FileHeader {
        os_abi: 0,
        abi_version: 0,
        e_type: ET_EXEC,
        e_machine: EM_ARM,
        e_entry: entry,
        e_flags: EABI5,
    })?;
    writer.write_align_program_headers();
    for ((section, bytes), offset) in
        sections.iter().zip(&offsets).filter_map(|(s, offset)| s.bytes.map(|b| ((s, b), offset)))
    {
        writer.write_program_header(&ProgramHeader {
            p_type: PT_LOAD,
            p_flags: access(section.flags),
            p_offset: *offset as u64,
            p_vaddr: section.address,
            p_paddr: section.load,
            p_filesz: bytes.len() as u64,
            p_memsz: bytes.len() as u64,
            p_align: section.align,
        });
    }
    for (section, offset) in sections.iter().zip(&offsets) {
        writer.pad_until(*offset);
        writer.write(section.bytes.unwrap_or_default());
    }
    writer.write_null_symbol();
    for (symbol, name) in symbols.iter().zip(strings) {
        writer.write_symbol(&Sym {
            name: Some(name),
            section: Some(names[symbol.section].1),
            st_info: symbol.kind,
            st_other: 0,
            st_shndx: 0,
            st_value: symbol.address,
            st_size: symbol.size,
        });
    }
    writer.write_strtab();
    writer.write_shstrtab();
    writer.write_null_section_header();
    for ((section, offset), (name, _)) in sections.iter().zip(&offsets).zip(&names) {
        writer.write_section_header(&SectionHeader {
            name: Some(*name),
            sh_type: if section.bytes.is_some() { SHT_PROGBITS } else { SHT_NOBITS },
            sh_flags: section.flags,
            sh_addr: section.address,
            sh_offset: *offset as u64,
            sh_size: section.size,
            sh_link: 0,
            sh_info: 0,
            sh_addralign: section.align,
            sh_entsize: 0,
        });
    }
    // Every symbol is local: two programs may well have one of the same name.
    writer.write_symtab_section_header(symbols.len() as u32 + 1);
    writer.write_strtab_section_header();
    writer.write_shstrtab_section_header();
    Ok(())
}

fn access(flags: u64) -> u32 {
    let has = |flag: u32, gives: u32| if flags & u64::from(flag) == 0 { 0 } else { gives };
    PF_R | has(SHF_WRITE, PF_W) | has(SHF_EXECINSTR, PF_X)
}
