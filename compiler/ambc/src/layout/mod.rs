//! Where the programs of a microcontroller lie in flash and RAM, and what its memory protection unit is told. Pure arithmetic.
//!
//! In: the memory of the board and, for each program, what its first link took. Out: [`Layout`], with one
//! [`GroupLayout`] for each user group, as the kernel takes it. The decisions are those of ADR 17.
//!
//! A user group needs a region for its flash, one for its RAM, and one for each group that it has lanes with. [`pack`] finds the places;
//! [`mpu`] knows what a region can be.

mod mpu;
mod pack;
#[cfg(test)]
mod tests;

pub use mpu::Mpu;

use ambc_abi::image::{GroupLayout, KERNEL_PEER, REGIONS, Region, Span};
use mpu::Access;
use pack::{Free, Item};
use std::collections::BTreeMap;

/// The memory of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    pub flash: Span,
    pub ram: Span,
    pub mpu: Mpu,
}

/// What a program takes, as its first link says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Code, constants, and initial values of data.
    pub flash: u32,
    /// Data, zeroed data included.
    pub data: u32,
    /// Declared.
    pub stack: u32,
}

/// Who holds an end of a lane; the network side is the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Kernel,
    /// By number.
    Group(usize),
}

/// A lane of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub bytes: u32,
    pub ends: [End; 2],
}

/// What is to be placed.
#[derive(Clone, Debug)]
pub struct Request {
    pub memory: Memory,
    pub kernel: Program,
    pub groups: Vec<Program>,
    pub lanes: Vec<Lane>,
    /// Bytes of the words in which a group says how it is.
    pub status: u32,
}

/// Where one program lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    pub flash: Span,
    /// Lowest the stack, then status, lanes, and data.
    pub ram: Span,
    pub stack: Span,
    pub data: Span,
}

/// Where everything lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub kernel: Placed,
    pub groups: Vec<Placed>,
    /// Address of each lane, in the order of the request.
    pub lanes: Vec<u32>,
    /// For the kernel, by number of the group.
    pub tables: Vec<GroupLayout>,
    /// RAM behind the kernel's that anything uses.
    pub user: Span,
    /// A page of flash for what makes this node this node.
    pub identity: Span,
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Bytes that everything takes as it was packed, the identity included, and bytes there are.
    Flash {
        needed: u64,
        has: u64,
    },
    Ram {
        needed: u64,
        has: u64,
    },
    /// A group needs more regions than there are: its number, how many, and how many there are.
    Regions {
        group: usize,
        needed: usize,
        has: usize,
    },
}

/// Flash of the identity of a node: the smallest page that every board can erase.
pub const IDENTITY: u32 = 4096;

/// Places everything, or says what does not fit.
pub fn place(request: &Request) -> Result<Layout, Overflow> {
    let pairs = pairs(request);
    enough_regions(request, &pairs)?;
    let memory = &request.memory;
    let identity = Span { start: memory.flash.end - IDENTITY, end: memory.flash.end };
    let (kernel_flash, codes) = flash(request)?;
    let (kernel_ram, rooms, shared) = ram(request, &pairs)?;
    let mut lanes = vec![0; request.lanes.len()];
    let kernel = placed(kernel_flash, kernel_ram, request.kernel, 0, request, Owner::Kernel, &mut lanes);
    let groups: Vec<_> = (0..request.groups.len())
        .map(|g| {
            let program = request.groups[g];
            placed(codes[g], rooms[g], program, request.status, request, Owner::Group(g), &mut lanes)
        })
        .collect();
    for (pair, span) in &shared {
        lay(request, Owner::Pair(pair.0, pair.1), span.start, &mut lanes);
    }
    let used = end(rooms.iter().chain(shared.values()), kernel_ram);
    Ok(Layout {
        tables: (0..groups.len()).map(|g| table(request, g, &groups[g], &shared)).collect(),
        kernel,
        groups,
        lanes,
        user: Span { start: kernel_ram.end, end: used },
        identity,
    })
}

/// Flash of the kernel and of the groups.
fn flash(request: &Request) -> Result<(Span, Vec<Span>), Overflow> {
    let Memory { flash, mpu, .. } = request.memory;
    let all = || -> Option<_> {
        let mut free = Free::from(flash.start);
        let kernel = free.first(request.kernel.flash)?;
        let items: Vec<_> = request.groups.iter().map(|g| Item::of(mpu, g.flash)).collect();
        Some((kernel, free.place(&items, |_, _| false)?))
    };
    let (needed, found) = match all() {
        Some((kernel, codes)) => {
            (u64::from(end(codes.iter(), kernel) - flash.start + IDENTITY), Some((kernel, codes)))
        }
        None => (u64::from(u32::MAX), None),
    };
    let has = u64::from(flash.len());
    found.filter(|_| needed <= has).ok_or(Overflow::Flash { needed, has })
}

type Shared = BTreeMap<(usize, usize), Span>;

/// RAM of the kernel, of the groups, and of what two groups share.
fn ram(
    request: &Request,
    pairs: &BTreeMap<(usize, usize), u32>,
) -> Result<(Span, Vec<Span>, Shared), Overflow> {
    let Memory { ram, mpu, .. } = request.memory;
    let all = || -> Option<_> {
        let mut free = Free::from(ram.start);
        let kernel = free.first(kernel_bytes(request))?;
        let items: Vec<_> =
            (0..request.groups.len()).map(|g| Item::of(mpu, group_bytes(request, g))).collect();
        let rooms = free.place(&items, |_, _| false)?;
        let keys: Vec<_> = pairs.keys().copied().collect();
        let items: Vec<_> = pairs.values().map(|bytes| Item::of(mpu, *bytes)).collect();
        // Below the stack of a group nothing may lie that it can write: an overflow would not fault.
        let below = |i: usize, at: Span| {
            let (a, b) = keys[i];
            at.end == rooms[a].start || at.end == rooms[b].start
        };
        let shared = free.place(&items, below)?;
        Some((kernel, rooms, keys.iter().copied().zip(shared).collect::<Shared>()))
    };
    let (needed, found) = match all() {
        Some((kernel, rooms, shared)) => {
            let used = end(rooms.iter().chain(shared.values()), kernel) - ram.start;
            (u64::from(used), Some((kernel, rooms, shared)))
        }
        None => (u64::from(u32::MAX), None),
    };
    let has = u64::from(ram.len());
    found.filter(|_| needed <= has).ok_or(Overflow::Ram { needed, has })
}

/// Where the last of some spans ends, or the kernel if there are none.
fn end<'s>(spans: impl Iterator<Item = &'s Span>, kernel: Span) -> u32 {
    spans.map(|s| s.end).max().unwrap_or(kernel.end).max(kernel.end)
}

/// Whose memory a lane lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Kernel,
    Group(usize),
    Pair(usize, usize),
}

fn owner(lane: &Lane) -> Owner {
    match lane.ends {
        [End::Kernel, End::Kernel] => Owner::Kernel,
        [End::Group(g), End::Kernel] | [End::Kernel, End::Group(g)] => Owner::Group(g),
        [End::Group(a), End::Group(b)] if a == b => Owner::Group(a),
        [End::Group(a), End::Group(b)] => Owner::Pair(a.min(b), a.max(b)),
    }
}

/// Bytes of the lanes that two groups share, by the groups.
fn pairs(request: &Request) -> BTreeMap<(usize, usize), u32> {
    let mut out = BTreeMap::new();
    for lane in &request.lanes {
        if let Owner::Pair(a, b) = owner(lane) {
            *out.entry((a, b)).or_default() += up(lane.bytes);
        }
    }
    out
}

fn enough_regions(request: &Request, pairs: &BTreeMap<(usize, usize), u32>) -> Result<(), Overflow> {
    let has = request.memory.mpu.regions().min(REGIONS);
    for group in 0..request.groups.len() {
        let needed = 2 + pairs.keys().filter(|(a, b)| *a == group || *b == group).count();
        if needed > has {
            return Err(Overflow::Regions { group, needed, has });
        }
    }
    Ok(())
}

/// Everything starts at a multiple of 8.
const fn up(bytes: u32) -> u32 {
    bytes.next_multiple_of(8)
}

fn lanes_of(request: &Request, whose: Owner) -> u32 {
    request.lanes.iter().filter(|l| owner(l) == whose).map(|l| up(l.bytes)).sum()
}

fn kernel_bytes(request: &Request) -> u32 {
    up(request.kernel.stack) + lanes_of(request, Owner::Kernel) + up(request.kernel.data)
}

fn group_bytes(request: &Request, group: usize) -> u32 {
    let program = &request.groups[group];
    up(program.stack) + up(request.status) + lanes_of(request, Owner::Group(group)) + up(program.data)
}

/// Divides the RAM of a program, and gives the lanes in it their addresses.
fn placed(
    flash: Span,
    ram: Span,
    program: Program,
    status: u32,
    request: &Request,
    whose: Owner,
    lanes: &mut [u32],
) -> Placed {
    let stack = Span { start: ram.start, end: ram.start + up(program.stack) };
    let data = lay(request, whose, stack.end + up(status), lanes);
    Placed { flash, ram, stack, data: Span { start: data, end: ram.end } }
}

/// Addresses from `at` on for the lanes of an owner; what comes behind them.
fn lay(request: &Request, whose: Owner, mut at: u32, lanes: &mut [u32]) -> u32 {
    for (lane, address) in request.lanes.iter().zip(lanes) {
        if owner(lane) == whose {
            *address = at;
            at += up(lane.bytes);
        }
    }
    at
}

/// What the kernel is told of a group.
fn table(
    request: &Request,
    group: usize,
    placed: &Placed,
    shared: &BTreeMap<(usize, usize), Span>,
) -> GroupLayout {
    let mpu = request.memory.mpu;
    let mut spans = vec![(placed.flash, Access::Execute), (placed.ram, Access::Write)];
    // Every group may ring the kernel group, which started it and looks at its status.
    let mut peers = 1 << KERNEL_PEER;
    for ((a, b), span) in shared.iter().filter(|((a, b), _)| *a == group || *b == group) {
        spans.push((*span, Access::Write));
        peers |= 1 << if *a == group { *b } else { *a };
    }
    let mut regions = [Region::default(); REGIONS];
    for (number, region) in regions.iter_mut().enumerate() {
        *region = match spans.get(number) {
            Some((span, access)) => mpu.region(number as u32, *span, *access),
            None => mpu.off(number as u32),
        };
    }
    GroupLayout {
        // The entry is the first of its code; odd, as all code is Thumb.
        entry: placed.flash.start | 1,
        stack: placed.stack,
        ram: placed.ram,
        flash: placed.flash,
        status: placed.stack.end,
        peers,
        regions,
    }
}
