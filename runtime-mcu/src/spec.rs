//! What generated code says about a node and its groups: constant tables, no behaviour.

pub use ambc_kernel::lane::End;
use ambc_kernel::net::NetTable;
pub use ambc_kernel::restart::{Policy, Then};
pub use ambc_kernel::spec::{GroupLane, GroupSpec, NodeLane, Peer, Side};
pub use ambc_kernel::xbee::Config;

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
    /// How many services of health its program makes: one for each instance that has one.
    pub health: u16,
    /// How long the loop of a group may stand still before it is ended, in ns; 0 for ever.
    pub watchdog: u64,
    /// Links, routes, and what comes and goes over them. Its lane numbers are positions in `lanes`. Nobody from outside comes to
    /// such a node: it has no exports.
    pub net: NetTable<'static>,
    /// What is at each interface of `net`.
    pub links: &'static [Link],
}

/// A UART and what it leads to.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Of those of the board that are free for links: 0 for `uart0`.
    pub uart: u8,
    /// Bits a second on the line.
    pub baud: u32,
    /// What is at the other end.
    pub kind: LinkKind,
}

/// What is at the other end of a link's UART.
#[derive(Clone, Copy, Debug)]
pub enum LinkKind {
    /// Another node; it is the only neighbour there.
    Serial,
    /// A radio module, and the 16-bit address of each neighbour: its index into the peers of the table, and the address.
    XBee(Config, &'static [(u16, u16)]),
}

impl Link {
    /// A line to another node.
    #[must_use]
    pub const fn serial(uart: u8, baud: u32) -> Self {
        Self { uart, baud, kind: LinkKind::Serial }
    }

    /// A radio module that is to be `module`, and its neighbours.
    #[must_use]
    pub const fn xbee(uart: u8, baud: u32, module: Config, peers: &'static [(u16, u16)]) -> Self {
        Self { uart, baud, kind: LinkKind::XBee(module, peers) }
    }
}

/// A user group, as its node sees it.
#[derive(Clone, Copy, Debug)]
pub struct NodeGroup {
    /// Name of the group.
    pub name: &'static str,
    /// When it is started again after a death.
    pub restart: Policy,
}
