//! What generated code says about a node and its groups: constant tables, no behaviour.

pub use crate::member::{ClassParam, ClassSpec, ParamType};
use ambc_abi::LaneSpec;
pub use ambc_kernel::lane::End;
use ambc_kernel::net::NetTable;
pub use ambc_kernel::restart::{Policy, Then};

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

/// One direction of one edge that leaves a group.
#[derive(Clone, Copy, Debug)]
pub struct NodeLane {
    /// `caller.need -> callee`, for the log.
    pub name: &'static str,
    /// Its size.
    pub spec: LaneSpec,
    /// Who calls.
    pub caller: Side,
    /// Who serves.
    pub callee: Side,
}

/// One end of a lane, as the node sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// An instance in the kernel group.
    Kernel,
    /// An instance of a user group, by number.
    Group(u8),
    /// An instance of the named other node, or a client outside: the network side of this node holds the end.
    Net(&'static str),
}

impl NodeLane {
    /// A lane between two sides.
    #[must_use]
    pub const fn new(name: &'static str, spec: LaneSpec, caller: Side, callee: Side) -> Self {
        Self { name, spec, caller, callee }
    }
}

impl Side {
    pub(crate) fn is_kernel(self) -> bool {
        self == Self::Kernel
    }

    pub(crate) fn is_net(self) -> bool {
        matches!(self, Self::Net(_))
    }
}

/// One user group: the table in its program.
#[derive(Clone, Copy, Debug)]
pub struct GroupSpec {
    /// Name of the group.
    pub name: &'static str,
    /// Its lanes, in the order of the node's table.
    pub lanes: &'static [GroupLane],
    /// Tasks and requests that may sleep at once: the sum of its pools and `run` services.
    pub timers: u16,
}

/// A lane, as one of its groups sees it.
#[derive(Clone, Copy, Debug)]
pub struct GroupLane {
    /// `caller.need -> callee`, for people.
    pub name: &'static str,
    /// Its size.
    pub spec: LaneSpec,
    /// Which end is here. For a lane within the group, either.
    pub end: End,
    /// Who has the other end.
    pub peer: Peer,
}

impl GroupLane {
    /// A lane whose `end` is here.
    #[must_use]
    pub const fn new(name: &'static str, spec: LaneSpec, end: End, peer: Peer) -> Self {
        Self { name, spec, end, peer }
    }
}

/// The other end of a group's lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The node process: an offer, another instance of the kernel group, or the network.
    Node,
    /// Another user group of this node, by number.
    Group(u8),
    /// This group itself.
    Own,
}

impl NodeSpec {
    /// Positions in `lanes` of those that have an end in group `group`.
    pub(crate) fn lanes_of(&self, group: u8) -> impl Iterator<Item = (usize, &'static NodeLane)> {
        let touches =
            move |lane: &NodeLane| lane.caller == Side::Group(group) || lane.callee == Side::Group(group);
        self.lanes.iter().enumerate().filter(move |(_, lane)| touches(lane))
    }
}
