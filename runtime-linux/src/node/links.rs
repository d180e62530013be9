//! The network side of a node: its sockets, and the kernel's [`Net`] between them and the lanes that leave the node.

use super::events::{Events, Source};
use super::opening;
use crate::ends;
use crate::identity::Identity;
use crate::link::Link;
use crate::link::medium::Dropped;
use crate::log::{self, Level};
use crate::os;
use crate::spec::NodeSpec;
use ambc_kernel::lane::Ticket;
use ambc_kernel::net::{LaneEnds, Net, NetTable, Numbered, OutLane, Storage, places};
use ambc_kernel::{Caller, Ctx, Lane, Server};
use core::cell::Cell;
use std::os::fd::AsFd;

/// Everything below is taken at start and kept.
#[derive(Debug)]
pub(crate) struct Links {
    net: Net<'static>,
    /// Of interfaces, then of exports, as [`Net`] numbers them.
    links: Vec<Link>,
    ends: Numbered<'static>,
    servers: Vec<&'static Server>,
    datagram: Vec<u8>,
    /// When to try a link again that took no more.
    full_until: Option<u64>,
}

/// Datagrams taken from one socket before anything else gets a turn.
const BURST: usize = 64;
/// Pause after a socket took no more.
const FULL_NS: u64 = 500_000;

impl Links {
    /// Opens the links the identity file names, and makes the network's ends of all lanes that leave the node.
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
        let links = opening::open(spec, identity, &mut net)?;
        let at = |i: usize| (lanes[i], &spec.lanes[i]);
        let leaving = (0..lanes.len()).map(at).filter(|(_, lane)| lane.callee.is_net());
        let servers: Vec<&'static Server> =
            leaving.map(|(lane, of)| leak(ends::server(lane, peer(of.caller), None))).collect();
        let outs = servers.iter().map(|server| OutLane::new(server, tickets(server))).collect();
        let entering = (0..lanes.len()).map(at).filter(|(_, lane)| lane.caller.is_net());
        let ins = entering.map(|(lane, of)| leak(ends::caller(lane, peer(of.callee), ctx))).collect();
        Ok(Self {
            net,
            links,
            ends: Numbered::new(
                LaneEnds { outs: Vec::leak(outs), ins: Vec::leak(ins), now: os::now },
                Vec::leak(places(spec.lanes).collect()),
            ),
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
        self.ends.callers()
    }

    pub(crate) fn watch(&self, events: &Events) -> Result<(), String> {
        for (link, number) in self.links.iter().zip(0..) {
            events.add(link.as_fd(), Source::Socket(number)).map_err(|e| format!("epoll: {e}"))?;
        }
        Ok(())
    }

    /// Takes frames from link `number`, as many as are there or [`BURST`].
    pub(crate) fn receive(&mut self, number: u16) {
        let Some(link) = self.links.get_mut(usize::from(number)) else { return };
        for _ in 0..BURST {
            let now = os::now();
            let Some((len, from)) = link.receive(now, &mut self.datagram) else { return };
            self.net.on_datagram(now, number, from, &self.datagram[..len]);
        }
    }

    /// Moves messages between lanes and links, and sends what is due. True if anything happened.
    pub(crate) fn step(&mut self) -> bool {
        if self.links.is_empty() {
            return false;
        }
        for number in 0..self.links.len() {
            if self.links[number].pending() {
                self.receive(number as u16);
            }
        }
        let now = os::now();
        let any = self.net.poll(now, &self.ends);
        let links = &mut self.links;
        for link in &mut *links {
            link.flush(now);
        }
        let mut again = u64::MAX;
        let all = self.net.transmit(now, &mut |iface, to, bytes| {
            let Some(link) = links.get_mut(usize::from(iface)) else { return true };
            let taken = link.send(now, to, bytes);
            if !taken {
                again = again.min(link.ready_at(now).unwrap_or(now.saturating_add(FULL_NS)));
            }
            taken
        });
        self.full_until = (!all).then_some(again);
        any
    }

    /// When [`Self::step`] has something to do though nothing arrives.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        if self.links.is_empty() {
            return None;
        }
        if self.links.iter().any(Link::pending) {
            return Some(0);
        }
        let held = self.links.iter().filter_map(Link::next_timer);
        // What waits for a full link may be overdue; it is looked at when there is room, or another link's time has come.
        let soon = self.full_until.map_or(0, |_| os::now().saturating_add(FULL_NS));
        let net = self.net.next_timer().max(soon);
        held.chain([net]).chain(self.full_until).min().filter(|at| *at != u64::MAX)
    }

    /// Whether no call of this node waits for another, and nothing is under way on the links.
    pub(crate) fn idle(&self) -> bool {
        self.links.is_empty() || self.net.idle() && self.links.iter().all(Link::idle)
    }

    /// Says what declared networks kept.
    pub(crate) fn report(&self) {
        for (link, iface) in self.links.iter().zip(self.net.table().ifaces) {
            let Dropped { lost, too_long } = link.dropped();
            if lost + too_long > 0 {
                let text =
                    format_args!("network {}: frames lost {lost}, above its mtu {too_long}", iface.name);
                log::line(Level::Info, "ambc", text);
            }
        }
    }
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
