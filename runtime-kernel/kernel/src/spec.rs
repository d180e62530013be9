//! What generated code says about lanes and groups on every platform: constant tables, no behaviour.

use crate::lane::End;
use ambc_abi::LaneSpec;

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

    /// Whether an end is in user group `group`.
    #[must_use]
    pub fn touches(&self, group: u8) -> bool {
        self.caller == Side::Group(group) || self.callee == Side::Group(group)
    }
}

impl Side {
    /// An instance in the kernel group.
    #[must_use]
    pub fn is_kernel(self) -> bool {
        self == Self::Kernel
    }

    /// The network side of the node.
    #[must_use]
    pub fn is_net(self) -> bool {
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
    /// The kernel group of the node: an offer, another of its instances, or the network.
    Node,
    /// Another user group of this node, by number.
    Group(u8),
    /// This group itself.
    Own,
}
