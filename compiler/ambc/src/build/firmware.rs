//! The image of a microcontroller, from what cargo made of its programs.

use super::BuildError;
use crate::cargo::{HOST_TRIPLE, Outcome};
use crate::image::{BoardMemory, DomainImage, End, LaneImage, NodeImage};
use crate::layout::{self, Memory, Mpu, Program, Request};
use crate::link::{self, Job, Library, Linker};
use crate::package;
use ambc_abi::LaneSpec;
use ambc_abi::image::{STATUS_BYTES, Span};
use ambc_kernel::lane::lane_bytes_on_microcontrollers;
use std::path::{Path, PathBuf};

/// Links the programs of a node and packs them into `to` and the files beside it; scripts and single programs go to `folder`.
/// Returns all files that stay.
pub(super) fn make(
    image: &NodeImage,
    triple: &str,
    memory: &BoardMemory,
    outcome: &Outcome,
    folder: &Path,
    to: &Path,
) -> Result<Vec<PathBuf>, BuildError> {
    let linker = Linker::find(HOST_TRIPLE).map_err(|e| BuildError::Link(e.into()))?;
    let groups = image.groups.iter().enumerate();
    let job = Job {
        kernel: library(image, None, &image.kernel, outcome)?,
        groups: groups.map(|(g, d)| library(image, Some(g), d, outcome)).collect::<Result<_, _>>()?,
        request: Request {
            memory: spans(memory, triple),
            kernel: Program::default(),
            groups: vec![Program::default(); image.groups.len()],
            lanes: image.lanes.iter().map(lane).collect(),
            status: STATUS_BYTES,
        },
        lane_names: image.lanes.iter().map(|l| format!("{} -> {}", l.edge, l.to)).collect(),
        folder,
    };
    let linked = link::link(&linker, job).map_err(BuildError::Link)?;
    Ok(package::package(&linked, to, memory.uf2_family)?)
}

fn library(
    image: &NodeImage,
    group: Option<usize>,
    domain: &DomainImage,
    outcome: &Outcome,
) -> Result<Library, BuildError> {
    let mine = |l: &LaneImage| {
        let end = group.map(End::Group);
        end.is_none_or(|end| l.caller == end || l.callee == end)
    };
    let lanes = image.lanes.iter().enumerate().filter(|(_, l)| mine(l)).map(|(i, _)| i);
    Ok(Library {
        name: domain.name.clone(),
        slug: if group.is_some() { format!("group_{}", domain.slug) } else { "kernel".to_owned() },
        archive: super::made(outcome, &domain.package)?.to_owned(),
        stack: u32::try_from(domain.stack).unwrap_or(u32::MAX),
        lanes: lanes.collect(),
    })
}

fn spans(memory: &BoardMemory, triple: &str) -> Memory {
    let span = |start: u32, bytes: u32| Span { start, end: start.saturating_add(bytes) };
    Memory {
        flash: span(memory.flash_start, memory.flash_bytes),
        ram: span(memory.ram_start, memory.ram_bytes),
        mpu: Mpu::of(triple, memory.regions),
    }
}

fn lane(lane: &LaneImage) -> layout::Lane {
    let end = |end| match end {
        End::Kernel | End::Net => layout::End::Kernel,
        End::Group(g) => layout::End::Group(g),
    };
    let spec = LaneSpec {
        slots: lane.slots as u8,
        small: lane.small as u16,
        bulk: lane.bulk as u8,
        bulk_bytes: lane.bulk_bytes as u32,
    };
    layout::Lane {
        bytes: lane_bytes_on_microcontrollers(&spec) as u32,
        ends: [end(lane.caller), end(lane.callee)],
    }
}
