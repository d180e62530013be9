//! What a node's network side is, as constant data that the compiler writes. Addresses are not in it: they come from
//! the node's identity at start.
use super::fragment;
use super::frame;

/// Everything one node needs to know about networks. All ids are hashes of names, made by the compiler.
#[derive(Clone, Copy, Debug)]
pub struct NetTable<'t> {
    /// Id of this node.
    pub node: u32,
    /// Its name, for people.
    pub name: &'t str,
    /// The node's links to networks. A socket of an export counts as one more, see [`NetTable::export_iface`].
    pub ifaces: &'t [Iface<'t>],
    /// Neighbours: nodes this one exchanges datagrams with.
    pub peers: &'t [Peer],
    /// Routes that begin, end or pass here.
    pub routes: &'t [Route],
    /// Edges whose caller is on this node.
    pub outs: &'t [OutEdge],
    /// Edges whose callee is on this node.
    pub ins: &'t [InEdge],
    /// Instances that callers outside the deployment may reach.
    pub exports: &'t [Ingress],
}

/// A link of this node to a network.
#[derive(Clone, Copy, Debug)]
pub struct Iface<'t> {
    /// Name of the network.
    pub name: &'t str,
    /// Largest datagram in bytes, without the medium's own headers; [`fragment::MIN_MTU`] to 65 535.
    pub mtu: u32,
    /// Declared one-way latency.
    pub latency_us: u32,
}

/// A neighbour on one of this node's links.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Index into `ifaces`.
    pub iface: u16,
    /// Id of the neighbour.
    pub node: u32,
    /// Room for messages to and from it.
    pub link: LinkSize,
}

/// Room that one link direction pair has. Memory per link: [`NetTable::sizes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSize {
    /// Messages in transmission at once, 1..=32; further ones queue.
    pub window: u8,
    /// Buffers for received messages of one datagram.
    pub small: u8,
    /// Buffers for received messages of several datagrams; may be 0 if there are none.
    pub large: u8,
    /// Largest arguments or result in bytes of any call that crosses this link.
    pub max_payload: u32,
}

impl LinkSize {
    /// A size for processors with plenty of memory.
    pub const fn roomy(max_payload: u32) -> Self {
        LinkSize { window: 32, small: 64, large: 8, max_payload }
    }

    /// A size for each client of an export.
    pub const fn client(max_payload: u32) -> Self {
        LinkSize { window: 8, small: 8, large: 2, max_payload }
    }

    /// A size for microcontrollers.
    pub const fn tight(max_payload: u32) -> Self {
        LinkSize { window: 2, small: 4, large: 1, max_payload }
    }
}

/// Next hop of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// Index into `peers`.
    Peer(u16),
    /// The route ends at this node.
    Here,
}

/// A path between two nodes, as seen from this one.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The same id on all nodes of the path.
    pub id: u32,
    /// Networks crossed end to end: the hop limit of its frames.
    pub hops: u8,
    /// Sum of their declared one-way latencies.
    pub latency_us: u32,
    /// Next hop of requests.
    pub toward: Hop,
    /// Next hop of replies.
    pub back: Hop,
}

/// An edge whose caller is on this node.
#[derive(Clone, Copy, Debug)]
pub struct OutEdge {
    /// The same id on both nodes.
    pub edge: u32,
    /// Index into `routes`; its `back` is [`Hop::Here`].
    pub route: u16,
    /// Out lane for [`Lanes`](super::Lanes).
    pub lane: u16,
    /// Calls in flight at once; more stay in the lane.
    pub slots: u16,
    /// Largest arguments in bytes.
    pub request: u32,
}

/// An edge whose callee is on this node.
#[derive(Clone, Copy, Debug)]
pub struct InEdge {
    /// The same id on both nodes.
    pub edge: u32,
    /// Index into `routes`; its `toward` is [`Hop::Here`].
    pub route: u16,
    /// In lane for [`Lanes`](super::Lanes). Several edges may share one.
    pub lane: u16,
    /// At least the caller's `slots`.
    pub slots: u16,
    /// Largest result in bytes; one is kept per slot until the caller's next call on that slot.
    pub reply: u32,
}

/// An instance reachable from outside over a socket of its own.
#[derive(Clone, Copy, Debug)]
pub struct Ingress {
    /// Export id, known to clients.
    pub id: u32,
    /// In lane for [`Lanes`](super::Lanes), shared by all clients.
    pub lane: u16,
    /// Clients remembered at once. When full, the one longest idle is forgotten.
    pub clients: u16,
    /// Calls in flight per client.
    pub slots: u16,
    /// Largest result in bytes; `clients * slots` of them are kept.
    pub reply: u32,
    /// Largest datagram of its socket.
    pub mtu: u32,
    /// Room per client.
    pub link: LinkSize,
}

impl Peer {
    /// Neighbour `node` on link `iface`.
    pub const fn new(iface: u16, node: u32, link: LinkSize) -> Self {
        Self { iface, node, link }
    }
}

impl Route {
    /// A path over `hops` networks.
    pub const fn new(id: u32, hops: u8, latency_us: u32, toward: Hop, back: Hop) -> Self {
        Self { id, hops, latency_us, toward, back }
    }
}

impl OutEdge {
    /// An edge that leaves over `route`.
    pub const fn new(edge: u32, route: u16, lane: u16, slots: u16, request: u32) -> Self {
        Self { edge, route, lane, slots, request }
    }
}

impl InEdge {
    /// An edge that comes in over `route`.
    pub const fn new(edge: u32, route: u16, lane: u16, slots: u16, reply: u32) -> Self {
        Self { edge, route, lane, slots, reply }
    }
}

/// How many elements each slice of [`Storage`](super::Storage) needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the length of the slice of the same name")]
pub struct Sizes {
    pub links: usize,
    pub flights: usize,
    pub units: usize,
    pub arrivals: usize,
    pub controls: usize,
    pub outs: usize,
    pub calls: usize,
    pub groups: usize,
    pub records: usize,
    pub words: usize,
    pub bytes: usize,
}

/// Why a table cannot be used. The compiler checks the same before it writes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableError {
    /// An index points outside the slice it belongs to.
    Index,
    /// An MTU is below [`fragment::MIN_MTU`] or above 65 535.
    Mtu,
    /// A message would need more than 255 fragments, or several without a large buffer to put them together in.
    Message,
    /// More than 65 534 slots, peers or buffers.
    Size,
    /// A slice of the storage is too short.
    Storage,
}

/// Control frames that may wait per link.
pub(super) const CONTROLS: usize = 8;
/// Bytes of a whole message with this payload.
pub(super) const fn message(payload: u32) -> usize {
    frame::HEADER + payload as usize + frame::TAG
}

impl NetTable<'_> {
    /// A node without networks.
    pub const EMPTY: NetTable<'static> = NetTable {
        node: 0,
        name: "",
        ifaces: &[],
        peers: &[],
        routes: &[],
        outs: &[],
        ins: &[],
        exports: &[],
    };

    /// Number by which [`Net::on_datagram`](super::Net::on_datagram) knows the socket of export `index`.
    pub const fn export_iface(&self, index: usize) -> u16 {
        (self.ifaces.len() + index) as u16
    }

    /// Lengths of the slices that [`Storage`](super::Storage) needs.
    ///
    /// One link takes, beside its buffers: 144 B, 152 B for each message of its `window`, 96 B for each of its `small`
    /// and `large` arrivals, 320 B for control frames. Its buffers: `small` datagrams, and `large` messages of
    /// `max_payload` + 56 B. A slot of an edge takes 72 B and its largest request (at the caller's node) or reply (at the
    /// callee's) + 56 B. So `LinkSize::tight(256)` over an MTU of 256 B takes 2.6 KiB.
    pub const fn sizes(&self) -> Sizes {
        let mut s = Sizes {
            links: 0,
            flights: 0,
            units: 0,
            arrivals: 0,
            controls: 0,
            outs: self.outs.len(),
            calls: 0,
            groups: self.ins.len(),
            records: 0,
            words: 0,
            bytes: 0,
        };
        let mut scratch = 0;
        let mut i = 0;
        while i < self.peers.len() {
            let mtu = self.mtu(self.peers[i].iface);
            s = s.with_links(1, self.peers[i].link, mtu);
            if scratch < mtu {
                scratch = mtu
            }
            i += 1;
        }
        i = 0;
        while i < self.outs.len() {
            let slots = self.outs[i].slots as usize;
            s.calls += slots;
            s.bytes += slots * message(self.outs[i].request);
            i += 1;
        }
        i = 0;
        while i < self.ins.len() {
            let slots = self.ins[i].slots as usize;
            s.records += slots;
            s.bytes += slots * message(self.ins[i].reply);
            i += 1;
        }
        i = 0;
        while i < self.exports.len() {
            let e = &self.exports[i];
            let slots = e.clients as usize * e.slots as usize;
            s.groups += e.clients as usize;
            s.records += slots;
            s.bytes += slots * message(e.reply);
            s = s.with_links(e.clients as usize, e.link, e.mtu as usize);
            if scratch < e.mtu as usize {
                scratch = e.mtu as usize
            }
            i += 1;
        }
        s.units = s.calls + s.records + s.arrivals;
        s.words = s.calls.div_ceil(32) + s.records.div_ceil(32) + s.links.div_ceil(32);
        s.bytes += scratch;
        s
    }

    /// Largest datagram of an interface, exports included; 0 for one that does not exist.
    pub(super) const fn mtu(&self, iface: u16) -> usize {
        let i = iface as usize;
        if i < self.ifaces.len() {
            self.ifaces[i].mtu as usize
        } else if i - self.ifaces.len() < self.exports.len() {
            self.exports[i - self.ifaces.len()].mtu as usize
        } else {
            0
        }
    }

    /// Declared one-way latency; exports declare none.
    pub(super) fn latency_us(&self, iface: u16) -> u32 {
        self.ifaces.get(iface as usize).map_or(0, |i| i.latency_us)
    }

    /// Whether all indices are inside their slices and all messages fit their links.
    pub fn check(&self) -> Result<(), TableError> {
        self.check_links()?;
        for r in self.routes {
            self.check_hop(r.toward)?;
            self.check_hop(r.back)?;
        }
        for e in self.outs {
            let route = self.routes.get(e.route as usize).ok_or(TableError::Index)?;
            self.check_payload(route.toward, e.request)?;
        }
        for e in self.ins {
            let route = self.routes.get(e.route as usize).ok_or(TableError::Index)?;
            self.check_payload(route.back, e.reply)?;
        }
        let s = self.sizes();
        let most = s.units.max(s.links).max(s.flights).max(self.ifaces.len() + self.exports.len());
        if most >= u16::MAX as usize || u32::try_from(s.bytes).is_err() {
            Err(TableError::Size)
        } else {
            Ok(())
        }
    }

    fn check_links(&self) -> Result<(), TableError> {
        for p in self.peers {
            let iface = self.ifaces.get(p.iface as usize).ok_or(TableError::Index)?;
            p.link.check(iface.mtu)?;
        }
        for e in self.exports {
            e.link.check(e.mtu)?;
            if e.reply > e.link.max_payload {
                return Err(TableError::Message);
            }
        }
        Ok(())
    }

    fn check_hop(&self, hop: Hop) -> Result<(), TableError> {
        match hop {
            Hop::Peer(p) if p as usize >= self.peers.len() => Err(TableError::Index),
            Hop::Peer(_) | Hop::Here => Ok(()),
        }
    }

    fn check_payload(&self, hop: Hop, payload: u32) -> Result<(), TableError> {
        match hop {
            Hop::Peer(p) if self.peers.get(p as usize).is_some_and(|p| p.link.max_payload >= payload) => {
                Ok(())
            }
            Hop::Peer(_) => Err(TableError::Message),
            Hop::Here => Err(TableError::Index),
        }
    }
}

impl Sizes {
    const fn with_links(mut self, n: usize, size: LinkSize, mtu: usize) -> Self {
        self.links += n;
        self.flights += n * size.window as usize;
        self.controls += n * CONTROLS;
        self.arrivals += n * (size.small as usize + size.large as usize);
        self.bytes +=
            n * (size.small as usize * fragment::room(mtu) + size.large as usize * message(size.max_payload));
        self
    }
}

impl LinkSize {
    fn check(&self, mtu: u32) -> Result<(), TableError> {
        if (mtu as usize) < fragment::MIN_MTU || mtu > 65_535 {
            return Err(TableError::Mtu);
        }
        let whole = message(self.max_payload);
        let one = whole <= fragment::room(mtu as usize);
        if whole > fragment::largest_message(mtu as usize) || self.large == 0 && !one {
            return Err(TableError::Message);
        }
        if self.window == 0 || self.window > 32 || self.small == 0 { Err(TableError::Size) } else { Ok(()) }
    }
}
