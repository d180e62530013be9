//! What a region of a memory protection unit can be, and the two words that say it.
//!
//! PMSAv7 (ARMv7-M Architecture Reference Manual, B3.5): a power of two from 32 bytes on, aligned to itself; from 256 bytes on it has
//! eight subregions that can be left out. PMSAv8 (ARMv8-M, B11): any multiple of 32 bytes.

use ambc_abi::image::{Region, Span};

/// The kind of unit, and how many regions it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mpu {
    V7 { regions: u32 },
    V8 { regions: u32 },
}

/// What a group may do with a region. Nobody may both write and execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Read and execute.
    Execute,
    /// Read and write.
    Write,
}

/// Smallest region.
const SMALLEST: u32 = 32;
/// Smallest region of PMSAv7 with subregions.
const SPLIT: u32 = 256;
const SUBREGIONS: u32 = 8;

/// How a span that one region covers may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Bytes of the span.
    pub(super) bytes: u32,
    /// It starts at a multiple of this.
    pub(super) step: u32,
    /// It lies within a block of this size, aligned to itself; 0 if anywhere.
    pub(super) block: u32,
}

impl Mpu {
    /// The unit of a processor, by the target that it is compiled for.
    pub fn of(target: &str, regions: u32) -> Self {
        if target.starts_with("thumbv8m") { Self::V8 { regions } } else { Self::V7 { regions } }
    }

    pub(super) fn regions(self) -> usize {
        match self {
            Self::V7 { regions } | Self::V8 { regions } => regions as usize,
        }
    }

    /// How a span of one region with room for so many bytes may lie. A larger block takes coarser steps and has more places.
    pub(super) fn shapes(self, bytes: u32) -> Vec<Shape> {
        let bytes = bytes.max(SMALLEST);
        match self {
            Self::V8 { .. } => {
                vec![Shape { bytes: bytes.next_multiple_of(SMALLEST), step: SMALLEST, block: 0 }]
            }
            Self::V7 { .. } => {
                let blocks = [1, 2, 4, 8].map(|n| bytes.next_power_of_two() * n);
                blocks
                    .map(|block| Shape {
                        bytes: bytes.next_multiple_of(step(block)),
                        step: step(block),
                        block,
                    })
                    .into()
            }
        }
    }

    /// Region `number` over a span of such a shape.
    pub(super) fn region(self, number: u32, span: Span, access: Access) -> Region {
        match self {
            Self::V7 { .. } => v7(number, span, access),
            Self::V8 { .. } => v8(span, access),
        }
    }

    /// Region `number`, off.
    pub(super) fn off(self, number: u32) -> Region {
        match self {
            Self::V7 { .. } => Region { base: VALID | number, attributes: 0 },
            Self::V8 { .. } => Region::default(),
        }
    }
}

/// RBAR: the region's number is in it.
const VALID: u32 = 1 << 4;

/// Bytes that a region of this size can leave out.
fn step(block: u32) -> u32 {
    if block < SPLIT { block } else { block / SUBREGIONS }
}

/// The smallest region that can be just this span.
fn block_of(span: Span) -> u32 {
    let mut block = span.len().next_power_of_two();
    let fits = |block: u32| {
        (span.start | span.end).is_multiple_of(step(block)) && span.start % block + span.len() <= block
    };
    while !fits(block) {
        block *= 2;
    }
    block
}

fn v7(number: u32, span: Span, access: Access) -> Region {
    const EXECUTE_NEVER: u32 = 1 << 28;
    const READ_ONLY: u32 = 0b110 << 24;
    const READ_WRITE: u32 = 0b011 << 24;
    // As the default memory map has it, through which the kernel sees: flash is cached write-through, RAM write-back with
    // allocation, neither is shared. Exclusive access to shared memory needs a monitor that a Cortex-M7 may not have.
    const WRITE_THROUGH: u32 = 1 << 17;
    const WRITE_BACK: u32 = 1 << 19 | 1 << 17 | 1 << 16;
    let block = block_of(span);
    let start = span.start & !(block - 1);
    let size = block.trailing_zeros() - 1;
    let rights = match access {
        Access::Execute => READ_ONLY | WRITE_THROUGH,
        Access::Write => EXECUTE_NEVER | READ_WRITE | WRITE_BACK,
    };
    let attributes = rights | left_out(span, start, block) << 8 | size << 1 | 1;
    Region { base: start | VALID | number, attributes }
}

/// A bit for each subregion that the span does not fill.
fn left_out(span: Span, start: u32, block: u32) -> u32 {
    if block < SPLIT {
        return 0;
    }
    let step = block / SUBREGIONS;
    let filled = |i: u32| (span.start..span.end).contains(&(start + i * step));
    (0..SUBREGIONS).filter(|i| !filled(*i)).map(|i| 1 << i).sum()
}

fn v8(span: Span, access: Access) -> Region {
    const EXECUTE_NEVER: u32 = 1;
    const READ_WRITE: u32 = 0b01 << 1;
    const READ_ONLY: u32 = 0b11 << 1;
    let rights = match access {
        Access::Execute => READ_ONLY,
        Access::Write => READ_WRITE | EXECUTE_NEVER,
    };
    // The limit is that of the last 32 bytes; attributes are number 0 of MAIR.
    Region { base: span.start | rights, attributes: (span.end - SMALLEST) | 1 }
}
