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
    /// Regions of the memory protection unit.
    pub regions: u32,
    /// What a boot loader that takes UF2 files knows the board by.
    pub uf2_family: Option<u32>,
}

/// A built-in microcontroller.
struct Board {
    name: &'static str,
    flash_start: u32,
    ram_start: u32,
    uf2_family: Option<u32>,
    /// The runtime has it, and images are built for it; the others run on the machine that builds.
    in_runtime: bool,
}

/// `stm32f746` has its DTCM, SRAM1 and SRAM2 side by side from the start of RAM. `stm32l475` has SRAM1 there; its SRAM2, 32 KiB at
/// `0x1000_0000`, does not follow it and is not used. `mps2_an505` starts secure and stays so: its addresses are the secure ones.
const BOARDS: [Board; 5] = [
    board("mps2_an386", 0, 0x2000_0000, None, true),
    board("mps2_an505", 0x1000_0000, 0x3800_0000, None, false),
    board("nrf52840", 0, 0x2000_0000, Some(0xada5_2840), false),
    board("stm32f746", 0x0800_0000, 0x2000_0000, Some(0x53b8_0f00), false),
    board("stm32l475", 0x0800_0000, 0x2000_0000, Some(0x00ff_6919), false),
];

const fn board(
    name: &'static str,
    flash_start: u32,
    ram_start: u32,
    uf2_family: Option<u32>,
    in_runtime: bool,
) -> Board {
    Board { name, flash_start, ram_start, uf2_family, in_runtime }
}

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
        let board = BOARDS.iter().find(|board| board.name == name && board.in_runtime)?;
        let memory = BoardMemory {
            flash_start: board.flash_start,
            flash_bytes: u32::try_from(platform.flash?).ok()?,
            ram_start: board.ram_start,
            ram_bytes: u32::try_from(platform.ram?).ok()?,
            regions: platform.mpu_regions?,
            uf2_family: board.uf2_family,
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
