//! What an image is built for.

use super::DomainImage;
use crate::hir::{BuiltFor, Deployment, InstanceId, Platform, PlatformKind, ServiceSource, emulated};
use crate::plan::DomainPlan;
use serde::Serialize;

/// The machine that a node's programs run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "machine", rename_all = "snake_case")]
pub enum Target {
    /// A process for each isolation domain, on the machine that builds.
    Linux,
    /// One image of several programs, behind a memory protection unit.
    CortexM {
        /// As the runtime's crate calls it: the name of a built-in platform.
        board: String,
        /// Target triple.
        triple: String,
        memory: BoardMemory,
    },
}

/// Where the memory of a board is, in bytes, and how it is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BoardMemory {
    pub flash_start: u32,
    pub flash_bytes: u32,
    pub ram_start: u32,
    pub ram_bytes: u32,
    /// Regions of a PMSAv7 unit.
    pub regions: u32,
}

/// Boards that images are built for: start of flash and of RAM.
const BOARDS: [(&str, u32, u32); 1] = [("mps2_an386", 0, 0x2000_0000)];

/// Stack of an instance on a microcontroller that declares none, in bytes.
const DEFAULT_STACK: u64 = 4 * 1024;
/// What the kernel group needs for itself.
const KERNEL_STACK: u64 = 16 * 1024;

impl Target {
    /// That of the nodes on a platform.
    pub(super) fn of(platform: Option<&Platform>, built_for: BuiltFor) -> Self {
        let hosted = built_for == BuiltFor::ThisMachine;
        let board = platform.filter(|p| !hosted && p.kind == PlatformKind::CortexM);
        board.and_then(|p| Self::cortex_m(p, built_for)).unwrap_or(Self::Linux)
    }

    fn cortex_m(platform: &Platform, built_for: BuiltFor) -> Option<Self> {
        let named = platform.board.as_deref()?;
        let name = match built_for {
            BuiltFor::Emulators => emulated(named)?.board,
            BuiltFor::Platforms | BuiltFor::ThisMachine => named,
        };
        let (_, flash_start, ram_start) = *BOARDS.iter().find(|(board, ..)| *board == name)?;
        let memory = BoardMemory {
            flash_start,
            flash_bytes: u32::try_from(platform.flash?).ok()?,
            ram_start,
            ram_bytes: u32::try_from(platform.ram?).ok()?,
            regions: platform.mpu_regions?,
        };
        Some(Self::CortexM { board: name.to_owned(), triple: platform.target.clone(), memory })
    }

    pub fn is_linux(&self) -> bool {
        *self == Self::Linux
    }
}

/// Bytes of the stack of a domain on a microcontroller: what its instances declare, as a call within the domain may stand on
/// the stacks of all.
pub(super) fn stack(hir: &Deployment, plan: &DomainPlan) -> u64 {
    let declared = |i: &InstanceId| {
        let service = &hir.services[hir.instances[*i].service?];
        let own = !matches!(service.source, ServiceSource::Builtin(_));
        own.then(|| service.stack.map_or(DEFAULT_STACK, |s| s.value))
    };
    let all: u64 = plan.instances.iter().filter_map(declared).sum();
    let kernel = if plan.domain == crate::hir::Domain::Kernel { KERNEL_STACK } else { 0 };
    (all + kernel).next_multiple_of(8)
}

/// Numbers of the user groups in the order of their priority, the first in the file first among equals.
pub(super) fn order(groups: &[DomainImage]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|g| groups[*g].nice);
    order
}
