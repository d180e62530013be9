//! What generated code says about a node and its groups: constant tables, no behaviour.

pub use ambc_kernel::lane::End;
use ambc_kernel::net::NetTable;
pub use ambc_kernel::restart::{Policy, Then};
pub use ambc_kernel::spec::{GroupLane, GroupSpec, NodeLane, Peer, Side};

/// One node: the table in its kernel program.
#[derive(Clone, Copy, Debug)]
pub struct NodeSpec {
    /// Name of the node.
    pub name: &'static str,
    /// User groups. Their position is their number, below 31.
    pub groups: &'static [NodeGroup],
    /// Numbers of the user groups in the order of their priority.
    pub order: &'static [u8],
    /// Every lane of the node, in one order. Lane `i` of group `g` is the `i`-th of those that have an end in `g`.
    pub lanes: &'static [NodeLane],
    /// Tasks and requests of the kernel group that may sleep at once.
    pub timers: u16,
    /// How long the loop of a group may stand still before it is ended, in ns; 0 for ever.
    pub watchdog: u64,
    /// Links, routes, and what comes and goes over them. Its lane numbers are positions in `lanes`.
    pub net: NetTable<'static>,
}

/// A user group, as its node sees it.
#[derive(Clone, Copy, Debug)]
pub struct NodeGroup {
    /// Name of the group.
    pub name: &'static str,
    /// When it is started again after a death.
    pub restart: Policy,
}
