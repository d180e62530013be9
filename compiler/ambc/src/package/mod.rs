//! The programs of a node as files that debuggers, programmers and boot loaders take.
//!
//! In: what [`crate::link`] made. Out: one ELF file of all programs, and the flash as flat bytes, as Intel hex and, where a board has such
//! a boot loader, as UF2; and what everything takes ([`NodeSize`]). Each file is written to a temporary and renamed.

mod elf;
mod flash;
mod hex;
mod size;
#[cfg(test)]
mod tests;
mod uf2;

pub use flash::{Flash, Piece};
pub use size::{NodeSize, PartSize, node_size};

use crate::emit::{EmitError, at, write_if_changed};
use crate::link::Linked;
use std::io;
use std::path::{Path, PathBuf};

/// Writes `image.elf`, which `elf` names, and beside it `image.bin`, `image.hex` and, where the board has a family, `image.uf2`; all
/// that were written.
///
/// The ELF file has the names of functions and data behind that of their program: `motion:main`. The flat bytes begin at the
/// first address of the flash.
///
/// # Errors
/// This machine cannot write or read a file.
pub fn package(linked: &Linked, elf: &Path, uf2_family: Option<u32>) -> Result<Vec<PathBuf>, EmitError> {
    let mut read = Vec::new();
    for program in &linked.executables {
        let bytes = std::fs::read(&program.elf).map_err(at("read", &program.elf))?;
        read.push((program.name.as_str(), bytes));
    }
    let understood = |e: String| at("understand a program of", elf)(io::Error::other(e));
    let whole = elf::joined(&read).map_err(understood)?;
    let flash = Flash::of(&whole).map_err(|e| understood(e.to_string()))?;
    let mut files = vec![(elf.with_extension("bin"), flash.flat())];
    files.push((elf.with_extension("hex"), hex::text(&flash).into_bytes()));
    files.extend(uf2_family.map(|family| (elf.with_extension("uf2"), uf2::blocks(&flash, family))));
    // Last, as it is the one that says that an image was made.
    files.push((elf.to_owned(), whole));
    for (path, bytes) in &files {
        write_if_changed(path, bytes)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
