//! What every part of a node takes: for people, for comparison, as JSON.

use crate::layout::{Placed, Program};
use crate::link::{Linked, Sections};

/// A node. All figures are bytes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NodeSize {
    /// The kernel first, then the groups by their numbers.
    pub programs: Vec<PartSize>,
    /// RAM that two groups share for their lanes, with what is lost between; the kernel's own is not in it.
    pub ram_between: u32,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PartSize {
    pub name: String,
    #[serde(flatten)]
    pub sections: Sections,
    pub stack: u32,
    /// Lanes to the kernel and to itself, and the words in which it says how it is.
    pub lanes: u32,
    /// Of flash and of RAM, all in all.
    pub flash: u32,
    pub ram: u32,
    /// What of these is there because a region has no other size.
    pub flash_waste: u32,
    pub ram_waste: u32,
}

/// What a linked node takes.
pub fn node_size(linked: &Linked) -> NodeSize {
    let layout = &linked.layout;
    let placed = std::iter::once(&layout.kernel).chain(&layout.groups);
    let programs = std::iter::once(&linked.kernel).chain(&linked.groups);
    let parts = linked.executables.iter().zip(placed).zip(programs);
    let own: u32 = layout.groups.iter().map(|g| g.ram.len()).sum();
    NodeSize {
        programs: parts.map(|((e, placed), program)| part(&e.name, e.sections, placed, program)).collect(),
        ram_between: layout.user.len() - own,
    }
}

fn part(name: &str, sections: Sections, placed: &Placed, program: &Program) -> PartSize {
    PartSize {
        name: name.to_owned(),
        sections,
        stack: placed.stack.len(),
        lanes: placed.data.start - placed.stack.end,
        flash: placed.flash.len(),
        ram: placed.ram.len(),
        flash_waste: placed.flash.len() - program.flash,
        ram_waste: placed.data.len() - program.data,
    }
}
