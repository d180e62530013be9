//! The network side of a node: its sockets, and the kernel's [`Net`] between them and the lanes that leave the node.

use super::events::{Events, Source};
use crate::ends;
use crate::identity::Identity;
use crate::os;
use crate::socket::Socket;
use crate::spec::{NodeLane, NodeSpec};
use ambc_kernel::lane::Ticket;
use ambc_kernel::net::{
    Answer, LaneEnds, Lanes, Net, NetTable, OutLane, PeerAddr, Popped, Storage, Submitted,
};
use ambc_kernel::{Caller, Ctx, Lane, Server};
use core::cell::Cell;
use std::net::SocketAddr;
use std::os::fd::AsFd;

/// Everything below is taken at start and kept.
#[derive(Debug)]
pub(crate) struct Links {
    net: Net<'static>,
    /// Of interfaces, then of exports, as [`Net`] numbers them.
    sockets: Vec<Socket>,
    ends: Numbered,
    servers: Vec<&'static Server>,
    datagram: Vec<u8>,
    /// When to try a socket again that took no more.
    full_until: Option<u64>,
}

/// Datagrams taken from one socket before anything else gets a turn.
const BURST: usize = 64;
/// Pause after a socket took no more.
const FULL_NS: u64 = 500_000;

impl Links {
    /// Binds the sockets the identity file names, and makes the network's ends of all lanes that leave the node.
    pub(crate) fn open(
        spec: &'static NodeSpec,
        identity: &Identity,
        lanes: &'static [Lane],
        ctx: &'static Ctx<'static>,
        peer: impl Fn(crate::spec::Side) -> u8,
    ) -> Result<Self, String> {
        let session = wall_clock();
        let mut net = Net::new(&spec.net, storage(&spec.net), session)
            .map_err(|e| format!("the network table cannot be used: {e:?}"))?;
        for (i, _) in spec.net.peers.iter().enumerate() {
            let found = identity.peers.iter().find(|(index, _)| *index == i);
            let (_, addr) = found.ok_or_else(|| format!("no address for neighbour {i}"))?;
            net.set_peer(i, PeerAddr::from(*addr));
        }
        let at = |i: usize| (lanes[i], &spec.lanes[i]);
        let leaving = (0..lanes.len()).map(at).filter(|(_, lane)| lane.callee.is_net());
        let servers: Vec<&'static Server> =
            leaving.map(|(lane, of)| leak(ends::server(lane, peer(of.caller), None))).collect();
        let outs = servers.iter().map(|server| OutLane::new(server, tickets(server))).collect();
        let entering = (0..lanes.len()).map(at).filter(|(_, lane)| lane.caller.is_net());
        let ins = entering.map(|(lane, of)| leak(ends::caller(lane, peer(of.callee), ctx))).collect();
        Ok(Self {
            net,
            sockets: bind(spec, identity)?,
            ends: Numbered {
                ends: LaneEnds { outs: Vec::leak(outs), ins: Vec::leak(ins), now: os::now },
                places: places(spec),
            },
            servers,
            datagram: vec![0; 65_536],
            full_until: None,
        })
    }

    /// Ends of lanes that lead to other nodes.
    pub(crate) fn servers(&self) -> &[&'static Server] {
        &self.servers
    }

    /// Ends of lanes over which others call into this node.
    pub(crate) fn callers(&self) -> &'static [&'static Caller<'static>] {
        self.ends.ends.ins
    }

    pub(crate) fn watch(&self, events: &Events) -> Result<(), String> {
        for (socket, number) in self.sockets.iter().zip(0..) {
            events.add(socket.as_fd(), Source::Socket(number)).map_err(|e| format!("epoll: {e}"))?;
        }
        Ok(())
    }

    /// Takes datagrams from socket `number`, as many as are there or [`BURST`].
    pub(crate) fn receive(&mut self, number: u16) {
        let Some(socket) = self.sockets.get(usize::from(number)) else { return };
        for _ in 0..BURST {
            let Some((len, from)) = socket.receive(&mut self.datagram) else { return };
            self.net.on_datagram(os::now(), number, PeerAddr::from(from), &self.datagram[..len]);
        }
    }

    /// Moves messages between lanes and links, and sends what is due. True if anything happened.
    pub(crate) fn step(&mut self) -> bool {
        if self.sockets.is_empty() {
            return false;
        }
        let now = os::now();
        let any = self.net.poll(now, &self.ends);
        let sockets = &mut self.sockets;
        let all = self.net.transmit(now, &mut |iface, to, bytes| match sockets.get_mut(usize::from(iface)) {
            Some(socket) => socket.send(now, to.socket(), bytes),
            None => true,
        });
        self.full_until = (!all).then(|| now.saturating_add(FULL_NS));
        for socket in &mut self.sockets {
            socket.flush(now);
        }
        any
    }

    /// When [`Self::step`] has something to do though nothing arrives.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        if self.sockets.is_empty() {
            return None;
        }
        let held = self.sockets.iter().filter_map(Socket::next_timer);
        let net = self.full_until.unwrap_or_else(|| self.net.next_timer());
        held.chain([net]).min().filter(|at| *at != u64::MAX)
    }

    /// Whether no call of this node waits for another, and nothing is under way on the links.
    pub(crate) fn idle(&self) -> bool {
        self.sockets.is_empty() || self.net.idle()
    }
}

/// Interfaces, then exports.
fn bind(spec: &NodeSpec, identity: &Identity) -> Result<Vec<Socket>, String> {
    let ifaces = spec.net.ifaces.iter().enumerate().map(|(i, iface)| {
        address(&identity.binds, iface.name, i)
            .ok_or_else(|| format!("the identity file has no `bind {}`", iface.name))
    });
    let exports = (0..spec.net.exports.len()).map(|i| {
        address(&identity.exports, "", i).ok_or_else(|| format!("the identity file has no `export {i}`"))
    });
    let addresses = ifaces.chain(exports).collect::<Result<Vec<_>, _>>()?;
    let open = |(at, salt): (SocketAddr, u64)| {
        let salt = salt.wrapping_add(u64::from(spec.net.node) << 8);
        Socket::bind(at, identity.impair, salt).map_err(|e| format!("cannot bind {at}: {e}"))
    };
    addresses.into_iter().zip(0..).map(open).collect()
}

fn address(list: &[(String, SocketAddr)], name: &str, index: usize) -> Option<SocketAddr> {
    let by = |key: &str| list.iter().find(|(n, _)| n == key).map(|(_, at)| *at);
    by(&index.to_string()).or_else(|| by(name))
}

/// The lane ends of the network, under the positions of their lanes in the node's table.
#[derive(Debug)]
struct Numbered {
    ends: LaneEnds<'static>,
    /// For each lane of the node, its place among the ends of its kind.
    places: Vec<u16>,
}

impl Numbered {
    fn place(&self, lane: u16) -> u16 {
        self.places.get(usize::from(lane)).copied().unwrap_or(u16::MAX)
    }
}

impl Lanes for Numbered {
    fn pop(&self, lane: u16, buf: &mut [u8]) -> Option<Popped> {
        self.ends.pop(self.place(lane), buf)
    }

    fn cancelled(&self, lane: u16, slot: u8) -> bool {
        self.ends.cancelled(self.place(lane), slot)
    }

    fn complete(&self, lane: u16, slot: u8, status: u32, payload: &[u8]) {
        self.ends.complete(self.place(lane), slot, status, payload);
    }

    fn submit(&self, lane: u16, proc: u32, deadline: u64, payload: &[u8], reply_max: usize) -> Submitted {
        self.ends.submit(self.place(lane), proc, deadline, payload, reply_max)
    }

    fn poll(&self, lane: u16, slot: u8, buf: &mut [u8]) -> Option<Answer> {
        self.ends.poll(self.place(lane), slot, buf)
    }

    fn cancel(&self, lane: u16, slot: u8) {
        self.ends.cancel(self.place(lane), slot);
    }
}

fn places(spec: &NodeSpec) -> Vec<u16> {
    let (mut outs, mut ins) = (0..u16::MAX, 0..u16::MAX);
    let mut place = |lane: &NodeLane| {
        let numbers = if lane.callee.is_net() {
            &mut outs
        } else if lane.caller.is_net() {
            &mut ins
        } else {
            return None;
        };
        numbers.next()
    };
    spec.lanes.iter().map(|lane| place(lane).unwrap_or(u16::MAX)).collect()
}

fn tickets(server: &Server) -> &'static [Cell<Option<Ticket>>] {
    Vec::leak((0..server.lane().spec().slots).map(|_| Cell::new(None)).collect())
}

/// The memory of a [`Net`] over `table`.
pub(crate) fn storage(table: &NetTable<'_>) -> Storage<'static> {
    let s = table.sizes();
    Storage {
        links: fresh(s.links),
        flights: fresh(s.flights),
        units: fresh(s.units),
        arrivals: fresh(s.arrivals),
        controls: Vec::leak(vec![[0; ambc_kernel::net::frame::HEADER]; s.controls]),
        outs: fresh(s.outs),
        calls: fresh(s.calls),
        groups: fresh(s.groups),
        records: fresh(s.records),
        words: fresh(s.words),
        bytes: Vec::leak(vec![0; s.bytes]),
    }
}

fn fresh<T: Clone + Default + 'static>(count: usize) -> &'static mut [T] {
    Vec::leak(vec![T::default(); count])
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Nanoseconds since 1970: what grows from one start of a node to the next.
pub(crate) fn wall_clock() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |d| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)).max(1)
}
