//! The network side of a node: its links, and the kernel's [`Net`] between them and the lanes that leave the node.

use super::link::{self, Link, OTHER_END};
use super::other_end;
use crate::console::{self, Level};
use crate::spec::{LinkKind, NodeLane, NodeSpec, Side};
use crate::{arch, room};
use ambc_kernel::lane::Ticket;
use ambc_kernel::net::frame::HEADER;
use ambc_kernel::net::{
    Arrival, Call, Flight, Group, LaneEnds, Link as Neighbour, Net, NetTable, Numbered, OutLane, OutState,
    Record, Storage, TableError, Unit, places,
};
use ambc_kernel::xbee;
use ambc_kernel::{Caller, Ctx, Lane, Server};
use core::cell::Cell;

/// What the loop of a node asks of its links. Behind a pointer, so that a program without links has no code for them.
pub(super) trait Network: core::fmt::Debug {
    /// Ends of lanes that lead to other nodes.
    fn servers(&self) -> &'static [&'static Server];
    /// Ends of lanes over which others call into this node.
    fn callers(&self) -> &'static [&'static Caller<'static>];
    /// Moves messages between lanes and links, and sends what is due. True if anything happened.
    fn step(&mut self) -> bool;
    /// When [`Self::step`] has something to do though nothing comes; `u64::MAX` for never.
    fn next_timer(&self) -> u64;
    /// Whether no call of this node waits for another, and nothing is under way on the links.
    fn idle(&self) -> bool;
    /// Says what was lost on the way from the UARTs.
    fn report(&self);
}

/// Opens the links of a node, if it has any.
#[derive(Clone, Copy, Debug)]
pub struct OpenLinks(Option<Open>);

type Open = fn(&'static NodeSpec, &'static [Lane], &'static Ctx<'static>, u64) -> &'static mut dyn Network;

impl OpenLinks {
    /// For the node of this table. To be a constant: what is not needed is not linked.
    #[must_use]
    pub const fn of(spec: &NodeSpec) -> Self {
        Self(if spec.links.is_empty() { None } else { Some(opened) })
    }

    /// `session` is more than in any earlier start.
    pub(super) fn open(
        self,
        spec: &'static NodeSpec,
        lanes: &'static [Lane],
        ctx: &'static Ctx<'static>,
        session: u64,
    ) -> Option<&'static mut dyn Network> {
        self.0.map(|open| open(spec, lanes, ctx, session))
    }
}

fn opened(
    spec: &'static NodeSpec,
    lanes: &'static [Lane],
    ctx: &'static Ctx<'static>,
    session: u64,
) -> &'static mut dyn Network {
    let mut links = Links::open(spec, lanes, ctx, session).ok();
    let place = room::take(1, || links.take().expect("`ambc` has checked the network's table"));
    &mut place[0]
}

/// Everything below is taken at start and kept.
#[derive(Debug)]
struct Links {
    net: Net<'static>,
    /// As the interfaces of the table.
    links: &'static mut [Link],
    ends: Numbered<'static>,
    servers: &'static [&'static Server],
    /// One frame as it goes over a line.
    scratch: &'static mut [u8],
    /// A link took no more.
    full: bool,
}

/// Datagrams taken from one link before anything else gets a turn.
const BURST: usize = 8;
/// Pause after a link took no more; it rings when it does.
const FULL_NS: u64 = 1_000_000;

/// Bytes of room that [`Links::open`] takes, without the ends of callers.
pub(super) const fn room(spec: &NodeSpec) -> usize {
    let (net, lanes) = (&spec.net, spec.lanes);
    assert!(spec.links.len() == net.ifaces.len(), "one link for each interface");
    if spec.links.is_empty() {
        return 0;
    }
    assert!(net.exports.is_empty(), "nobody from outside comes to such a node");
    let own = room::slice::<Links>(1) + room::slice::<Link>(spec.links.len());
    let mut bytes = own + storage_room(net) + room::slice::<u8>(scratch(spec));
    let mut i = 0;
    while i < spec.links.len() {
        bytes += link::room(&spec.links[i], net.ifaces[i].mtu as usize);
        i += 1;
    }
    // Which lane has its place where, and the lists of ends.
    bytes += room::slice::<u16>(lanes.len()) + 2 * room::slice::<&Server>(lanes.len());
    i = 0;
    while i < lanes.len() {
        bytes += match (lanes[i].callee, lanes[i].caller) {
            (Side::Net(_), _) => {
                let tickets = room::slice::<Cell<Option<Ticket>>>(lanes[i].spec.slots as usize);
                tickets + room::slice::<Server>(1) + room::slice::<OutLane<'static>>(1)
            }
            (_, Side::Net(_)) => room::slice::<Caller<'static>>(1),
            _ => 0,
        };
        i += 1;
    }
    bytes
}

const fn scratch(spec: &NodeSpec) -> usize {
    let (mut longest, mut i) = (0, 0);
    while i < spec.links.len() {
        let frame = link::longest(&spec.links[i], spec.net.ifaces[i].mtu as usize);
        if frame > longest {
            longest = frame;
        }
        i += 1;
    }
    longest
}

const fn storage_room(net: &NetTable<'_>) -> usize {
    let s = net.sizes();
    room::slice::<Neighbour>(s.links)
        + room::slice::<Flight>(s.flights)
        + room::slice::<Unit>(s.units)
        + room::slice::<Arrival>(s.arrivals)
        + room::slice::<[u8; HEADER]>(s.controls)
        + room::slice::<OutState>(s.outs)
        + room::slice::<Call>(s.calls)
        + room::slice::<Group>(s.groups)
        + room::slice::<Record>(s.records)
        + room::slice::<u32>(s.words)
        + room::slice::<u8>(s.bytes)
}

fn storage(net: &NetTable<'_>) -> Storage<'static> {
    let s = net.sizes();
    Storage {
        links: fresh(s.links),
        flights: fresh(s.flights),
        units: fresh(s.units),
        arrivals: fresh(s.arrivals),
        controls: room::take(s.controls, || [0; HEADER]),
        outs: fresh(s.outs),
        calls: fresh(s.calls),
        groups: fresh(s.groups),
        records: fresh(s.records),
        words: fresh(s.words),
        bytes: fresh(s.bytes),
    }
}

fn fresh<T: Default>(count: usize) -> &'static mut [T] {
    room::take(count, T::default)
}

impl Links {
    /// Opens the links, and makes the network's ends of all lanes that leave the node.
    fn open(
        spec: &'static NodeSpec,
        lanes: &'static [Lane],
        ctx: &'static Ctx<'static>,
        session: u64,
    ) -> Result<Self, TableError> {
        let mut net = Net::new(&spec.net, storage(&spec.net), session)?;
        let mut numbers = 0..spec.links.len();
        let links = room::take(spec.links.len(), || open(spec, numbers.next().unwrap_or(0), &mut net));
        let at = |i: usize| (lanes[i], &spec.lanes[i]);
        let leaving = || (0..lanes.len()).map(at).filter(|(_, lane)| lane.callee.is_net());
        let entering =
            || (0..lanes.len()).map(at).filter(|(_, lane)| lane.caller.is_net() && !lane.callee.is_net());
        let (outs, ins) = (leaving().count(), entering().count());
        let server =
            |(lane, of): (Lane, &NodeLane)| room::one(room::server(lane, other_end(of.caller), None));
        let servers: &[&'static Server] = list(outs, leaving().map(server));
        let outs = list(outs, servers.iter().map(|server| OutLane::new(server, tickets(server))));
        let caller = |(lane, of): (Lane, &NodeLane)| {
            room::one(room::caller(lane, other_end(of.callee), spec.timers, ctx))
        };
        let ins = list(ins, entering().map(caller));
        let numbers = list(lanes.len(), places(spec.lanes));
        let ends = Numbered::new(LaneEnds { outs, ins, now: arch::now }, numbers);
        let scratch = room::take(scratch(spec), || 0);
        Ok(Self { net, links, ends, servers, scratch, full: false })
    }
}

impl Network for Links {
    fn servers(&self) -> &'static [&'static Server] {
        self.servers
    }

    fn callers(&self) -> &'static [&'static Caller<'static>] {
        self.ends.callers()
    }

    fn step(&mut self) -> bool {
        let now = arch::now();
        let mut any = false;
        for (link, number) in self.links.iter_mut().zip(0..) {
            let mut take = |from: _, bytes: &_| self.net.on_datagram(now, number, from, bytes);
            any |= (0..BURST).take_while(|_| link.receive(now, &mut take)).count() > 0;
            link.turn(now);
        }
        any |= self.net.poll(now, &self.ends);
        let (links, scratch) = (&mut self.links, &mut self.scratch);
        let all = self.net.transmit(now, &mut |iface, to, bytes| {
            let link = links.get_mut(usize::from(iface));
            link.is_none_or(|link| link.send(now, to, bytes, scratch))
        });
        self.full = !all;
        any
    }

    fn next_timer(&self) -> u64 {
        // What waits for a full link may be overdue; it is looked at when there is room, or another link's time has come.
        let soon = if self.full { arch::now().saturating_add(FULL_NS) } else { 0 };
        self.links.iter().map(Link::next_timer).fold(self.net.next_timer().max(soon), u64::min)
    }

    fn idle(&self) -> bool {
        self.net.idle() && self.links.iter().all(Link::idle)
    }

    fn report(&self) {
        for (link, iface) in self.links.iter().zip(self.net.table().ifaces) {
            if link.lost() > 0 {
                let text = format_args!(
                    "network {}: {} bytes came faster than they were read",
                    iface.name,
                    link.lost()
                );
                console::line(Level::Warn, "ambc", text);
            }
        }
    }
}

/// Opens link `number`, and tells the network where its neighbours are.
fn open(spec: &NodeSpec, number: usize, net: &mut Net<'_>) -> Link {
    let (link, mtu) = (&spec.links[number], spec.net.ifaces[number].mtu as usize);
    net.set_pace(number as u16, link::pace_us(link, mtu));
    match link.kind {
        LinkKind::Serial => {
            let here = spec.net.peers.iter().position(|peer| usize::from(peer.iface) == number);
            here.into_iter().for_each(|peer| net.set_peer(peer, OTHER_END));
        }
        LinkKind::XBee(_, peers) => {
            peers.iter().for_each(|(peer, address)| net.set_peer(usize::from(*peer), xbee::peer(*address)));
        }
    }
    Link::open(link, mtu)
}

fn tickets(server: &Server) -> &'static [Cell<Option<Ticket>>] {
    room::take(usize::from(server.lane().spec().slots), || Cell::new(None))
}

/// What an iterator gives, which are `count` items.
fn list<T>(count: usize, mut items: impl Iterator<Item = T>) -> &'static [T] {
    room::take(count, || items.next().expect("as many as were counted"))
}
