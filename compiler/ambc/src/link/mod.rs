//! Static libraries to one image of a microcontroller: each program is linked twice, the first time to learn its size.
//!
//! In: a library for each program, and what [`crate::layout`] has to know of the node. Out: each program where it stays, and
//! where everything lies. cargo compiles nothing again when only an address changed.

mod elf;
mod linker;
mod script;

pub use elf::Sections;
pub use linker::{Linker, LinkerError};

use crate::emit::{EmitError, write_if_changed};
use crate::layout::{self, Layout, Overflow, Program, Request};
use crate::render::Renderer;
use ambc_abi::image::Span;
use script::Script;
use std::path::{Path, PathBuf};

/// One program of an image.
#[derive(Clone, Debug)]
pub struct Library {
    /// As people read it, and as a file name.
    pub name: String,
    pub slug: String,
    /// What cargo made.
    pub archive: PathBuf,
    /// Bytes of its stack.
    pub stack: u32,
    /// Positions of its lanes in the table of the node.
    pub lanes: Vec<usize>,
}

/// All programs of a node.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    pub kernel: Library,
    pub groups: Vec<Library>,
    /// Memory and lanes; the sizes of programs are filled in here.
    pub request: Request,
    /// What the lanes are called, for comments.
    pub lane_names: Vec<String>,
    /// For scripts and what lies between.
    pub folder: &'a Path,
}

/// Why there is no image.
#[derive(Debug)]
pub enum LinkError {
    Linker(LinkerError),
    Emit(EmitError),
    /// A linked program is not what it should be: the program, and what about it.
    Program(String, String),
    /// What does not fit, and what each program takes, the kernel's first.
    Overflow(Overflow, Vec<(String, Program)>),
}

impl std::fmt::Display for LinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Linker(e) => e.fmt(f),
            Self::Emit(e) => e.fmt(f),
            Self::Program(name, what) => write!(f, "program `{name}`: {what}"),
            Self::Overflow(Overflow::Flash { needed, has }, _) => {
                write!(f, "the image needs {needed} bytes of flash, and there are {has}")
            }
            Self::Overflow(Overflow::Ram { needed, has }, _) => {
                write!(f, "the image needs {needed} bytes of RAM, and there are {has}")
            }
            Self::Overflow(Overflow::Regions { group, needed, has }, _) => {
                write!(f, "group {group} needs {needed} regions of memory protection, and there are {has}")
            }
        }
    }
}

impl From<LinkerError> for LinkError {
    fn from(e: LinkerError) -> Self {
        Self::Linker(e)
    }
}

impl From<EmitError> for LinkError {
    fn from(e: EmitError) -> Self {
        Self::Emit(e)
    }
}

/// An image that was linked.
#[derive(Clone, Debug)]
pub struct Linked {
    pub layout: Layout,
    /// What the kernel program and each group take.
    pub kernel: Program,
    pub groups: Vec<Program>,
    /// The executables, the kernel's first.
    pub executables: Vec<Executable>,
}

/// A program at the addresses that it runs at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    pub name: String,
    /// With the debug information of its code.
    pub elf: PathBuf,
    pub sections: Sections,
}

/// Links everything.
pub fn link(linker: &Linker, mut job: Job<'_>) -> Result<Linked, LinkError> {
    job.request.kernel = measure(linker, &job, None)?;
    job.request.groups =
        (0..job.groups.len()).map(|g| measure(linker, &job, Some(g))).collect::<Result<_, _>>()?;
    let layout = layout::place(&job.request).map_err(|o| LinkError::Overflow(o, programs(&job)))?;
    let mut executables = vec![finally(linker, &job, None, &layout)?];
    for group in 0..job.groups.len() {
        executables.push(finally(linker, &job, Some(group), &layout)?);
    }
    Ok(Linked { layout, kernel: job.request.kernel, groups: job.request.groups, executables })
}

/// What each program takes, for messages.
fn programs(job: &Job<'_>) -> Vec<(String, Program)> {
    let libraries = std::iter::once(&job.kernel).chain(&job.groups);
    let programs = std::iter::once(&job.request.kernel).chain(&job.request.groups);
    libraries.map(|l| l.name.clone()).zip(programs.copied()).collect()
}

fn library<'j>(job: &'j Job<'_>, group: Option<usize>) -> &'j Library {
    group.map_or(&job.kernel, |g| &job.groups[g])
}

/// The first link, at places that are not the last ones.
fn measure(linker: &Linker, job: &Job<'_>, group: Option<usize>) -> Result<Program, LinkError> {
    let memory = &job.request.memory;
    let none = vec![0; job.lane_names.len()];
    let script = Script {
        flash: memory.flash,
        data: memory.ram,
        lanes: &none,
        tables: &vec![Default::default(); job.groups.len()],
        stack: Span { start: memory.ram.start, end: memory.ram.start },
        user: Span { start: memory.ram.end, end: memory.ram.end },
        identity: memory.flash.end,
    };
    let linked = elf::read(&library(job, group).name, &run(linker, job, group, &script, "sizing")?)?;
    Ok(Program { stack: library(job, group).stack, ..linked.program })
}

/// The last link, at the places of the layout.
fn finally(
    linker: &Linker,
    job: &Job<'_>,
    group: Option<usize>,
    layout: &Layout,
) -> Result<Executable, LinkError> {
    let place = group.map_or(&layout.kernel, |g| &layout.groups[g]);
    let script = Script {
        flash: place.flash,
        data: place.data,
        lanes: &layout.lanes,
        tables: &layout.tables,
        stack: place.stack,
        user: layout.user,
        identity: layout.identity.start,
    };
    let elf = run(linker, job, group, &script, "image")?;
    let name = library(job, group).name.clone();
    let sections = elf::read(&name, &elf)?.sections;
    Ok(Executable { name, elf, sections })
}

fn run(
    linker: &Linker,
    job: &Job<'_>,
    group: Option<usize>,
    script: &Script<'_>,
    pass: &str,
) -> Result<PathBuf, LinkError> {
    let program = library(job, group);
    let path = |extension: &str| job.folder.join(format!("{}.{pass}.{extension}", program.slug));
    let text = script.text(&Renderer::new(), program, &job.lane_names, group.is_none());
    write_if_changed(&path("ld"), text.as_bytes())?;
    linker.link(&program.name, &path("ld"), &program.archive, &path("elf"))?;
    Ok(path("elf"))
}
