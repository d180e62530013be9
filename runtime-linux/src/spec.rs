//! What generated code says about a node and its groups: constant tables, no behaviour.

pub use crate::member::{ClassParam, ClassSpec, ParamKind};
pub use ambc_kernel::lane::End;
use ambc_kernel::net::NetTable;
pub use ambc_kernel::restart::{Policy, Then};
pub use ambc_kernel::spec::{GroupLane, GroupSpec, NodeLane, Peer, Side};

/// One node: the table in its kernel program.
#[derive(Clone, Copy, Debug)]
pub struct NodeSpec {
    /// Name of the node; the identity file must give the same.
    pub name: &'static str,
    /// User groups. Their position is their number, below 255.
    pub groups: &'static [NodeGroup],
    /// Every lane of the node, in one order. Lane `i` of group `g` is the `i`-th of those that have an end in `g`.
    pub lanes: &'static [NodeLane],
    /// Tasks and requests of the kernel group that may sleep at once.
    pub timers: u16,
    /// How long the loop of a group may stand still before its process is killed, in ns; 0 for ever.
    pub watchdog: u64,
    /// Links, routes, and what comes and goes over them. Its lane numbers are positions in `lanes`.
    pub net: NetTable<'static>,
}

/// A user group, as its node sees it.
#[derive(Clone, Copy, Debug)]
pub struct NodeGroup {
    /// Name of the group.
    pub name: &'static str,
    /// Names of its instances, for the log.
    pub instances: &'static [&'static str],
    /// Bytes of address space it may use; 0 takes [`DEFAULT_MEMORY`].
    pub memory: u64,
    /// When it is started again after a death.
    pub restart: Policy,
    /// How much nicer its process is to others than the node's, 0 to 19.
    pub nice: u8,
}

/// What a group gets that declares no memory: 1 GiB of address space.
pub const DEFAULT_MEMORY: u64 = 1 << 30;

impl NodeSpec {
    /// Positions in `lanes` of those that have an end in group `group`.
    pub(crate) fn lanes_of(&self, group: u8) -> impl Iterator<Item = (usize, &'static NodeLane)> {
        self.lanes.iter().enumerate().filter(move |(_, lane)| lane.touches(group))
    }
}
