//! Calls between nodes: a network side that does no I/O of its own, allocates nothing and knows no clock.
//!
//! A port owns the sockets and one [`Net`]. It passes datagrams in, lets it move messages between its links and the
//! node's lanes, and sends what it is given:
//! ```text
//!   loop:  for each datagram read: net.on_datagram(now, iface, from, bytes)     at most some dozen, then
//!          net.poll(now, &lanes)
//!          net.transmit(now, |iface, to, bytes| …)                              false: wait until writable
//!          sleep until a socket or lane has something, or net.next_timer()
//! ```
//! Layers, each in a module: `frame` (what two ends say to each other), `fragment` (datagrams), `link`, `send` and `receive`
//! (reliable messages between neighbours), `router` (which way a frame goes), `call` and `answer` (the caller's
//! node), `serve` (the callee's node), `ingress` (callers from outside), [`client`] (the outside caller's own end).
//!
//! **At most once.** A call has an id: the caller node's session, its edge, a slot and a number that grows within the
//! slot. The callee's node keeps one record per slot, with the reply, until the slot's next call; a repeated request
//! finds it. Every request also names the callee's session that the caller has opened: a callee node that restarted
//! refuses it, and the call ends as `Restarted` instead of running again. A newer caller session ends the older one's
//! calls.
//!
//! **Back-pressure.** A request is taken from its lane only into a buffer that is its own until the call ends. A link
//! without room does not acknowledge, so its neighbour keeps the message; a callee's lane without room answers `Busy`,
//! so the caller's node keeps it. Nothing is dropped without its caller learning of it.
//!
//! **Memory.** [`NetTable::sizes`]; per link, beside its `Link`: `window` flights, `small + large` arrivals and units
//! with their buffers (one datagram, or the largest message), 8 control frames. Per call slot the largest request, per
//! record the largest reply.
mod addr;
mod answer;
mod call;
pub mod client;
mod ends;
pub mod fragment;
pub mod frame;
mod ingress;
mod lanes;
mod link;
mod numbered;
mod receive;
mod router;
mod send;
mod serve;
mod setup;
mod storage;
mod table;

pub use addr::PeerAddr;
pub use call::{Call, OutState};
pub use ends::{LaneEnds, OutLane};
pub use lanes::{Answer, Lanes, Popped, Submitted};
pub use numbered::{Numbered, places};
pub use serve::{Group, Record};
pub use storage::{Arrival, Flight, Link, Storage, Unit};
pub use table::{Hop, Iface, InEdge, Ingress, LinkSize, NetTable, OutEdge, Peer, Route, Sizes, TableError};

use link::Links;
use storage::Set;

/// Counters since start; they wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Datagrams accepted from a neighbour or client.
    pub received: u32,
    /// Datagrams that are not whole, not meant for this link, or make no sense.
    pub damaged: u32,
    /// Datagrams from addresses that are nobody's.
    pub strangers: u32,
    /// Datagrams and frames of an earlier life of either end.
    pub stale: u32,
    /// Fragments that had been received already.
    pub duplicates: u32,
    /// Fragments for which there was no buffer; their sender keeps them.
    pub refused: u32,
    /// Control frames for which there was no room; they are repeated.
    pub dropped_controls: u32,
    /// Fragments sent, and those of them sent again.
    pub sent: u32,
    /// See `sent`.
    pub sent_again: u32,
    /// Times a link gave up on its neighbour.
    pub gave_up: u32,
    /// Messages passed on to the next node.
    pub relayed: u32,
    /// Frames that came the wrong way, too far, or for no edge of this node.
    pub misrouted: u32,
    /// Clients forgotten to make room for others.
    pub evicted: u32,
    /// Requests that found their record: repetitions that did not run again.
    pub repeated: u32,
}

/// The network side of one node. See the [module](self) for how a port drives it.
///
/// Times are ns of any clock that does not go backwards.
#[derive(Debug)]
pub struct Net<'m> {
    table: &'m NetTable<'m>,
    session: u64,
    links: Links<'m>,
    outs: &'m mut [OutState],
    calls: &'m mut [Call],
    active_calls: Set<'m>,
    groups: &'m mut [Group],
    records: &'m mut [Record],
    active_records: Set<'m>,
    /// Silence after which an edge's session is asked for again.
    reopening: u64,
    /// Session that the next client from outside is told.
    next_client: u64,
}

impl<'m> Net<'m> {
    /// A node's network side, with no neighbour's address known yet.
    ///
    /// `session` grows with each start of the node: the wall clock's ns, or a boot counter shifted left by 36. It must not
    /// be 0, and must grow by 2^20 for the start itself and for each client an export let in before. A node whose
    /// session did not grow is not heard by those who knew it before.
    ///
    /// # Errors
    /// [`TableError`] if the table contradicts itself or the storage is too small for it.
    pub fn new(table: &'m NetTable<'m>, storage: Storage<'m>, session: u64) -> Result<Self, TableError> {
        setup::net(table, storage, session)
    }

    /// Tells where neighbour `peer` is; datagrams from elsewhere are not taken for its. Ignored for an unknown index.
    pub fn set_peer(&mut self, peer: usize, addr: PeerAddr) {
        if let Some(link) = self.links.links.get_mut(peer).filter(|_| peer < self.table.peers.len()) {
            link.addr = addr;
        }
    }

    /// How long a callee's node may be silent (ns) before its session is asked for ahead of the next call, so that a
    /// restart in between costs a round trip and not the call. 4 s if never set; `u64::MAX` for never.
    pub fn set_reopening(&mut self, silence: u64) {
        self.reopening = silence;
    }

    /// Tells how long the medium of `iface` is busy with one largest datagram, if that matters: a slow line answers
    /// later, and its neighbours are not to be asked again meanwhile.
    pub fn set_pace(&mut self, iface: u16, pace_us: u32) {
        for link in self.links.links.iter_mut().filter(|l| l.iface == iface) {
            link.pace_us = pace_us;
        }
    }

    /// Takes a datagram that came over `iface` (for the socket of an export: [`NetTable::export_iface`]).
    ///
    /// Bounded work, whatever the bytes are. What it means for calls happens in [`Net::poll`].
    pub fn on_datagram(&mut self, now: u64, iface: u16, from: PeerAddr, datagram: &[u8]) {
        match self.link_of(iface, from) {
            Some(link) => self.links.receive(now, link, datagram),
            None => self.on_stranger(now, iface, from, datagram),
        }
    }

    /// Moves messages between links and lanes and looks at the timers of calls. True if anything happened.
    pub fn poll(&mut self, now: u64, lanes: &dyn Lanes) -> bool {
        let settled = self.settle(now, lanes);
        let heard = self.read_inbox(now, lanes);
        let arrived = self.read_ready(now, lanes);
        let served = self.collect_answers(now, lanes);
        let called = self.drive_calls(now, lanes);
        settled || heard || arrived || served || called
    }

    /// Sends what is due: `send(iface, to, datagram)` says whether the socket took it. Returns false if one did not; others
    /// are served all the same. Call again when the socket is writable, nothing is lost.
    pub fn transmit(&mut self, now: u64, send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool) -> bool {
        self.links.transmit(now, send)
    }

    /// When `poll` and `transmit` are next due without anything having happened; 0 for at once, `u64::MAX` for never.
    /// After a `transmit` that returned false it knows nothing of what is still to be sent.
    pub fn next_timer(&self) -> u64 {
        self.links.next_timer().min(self.next_call_timer()).min(self.next_record_timer())
    }

    /// Calls of this node that await their reply, and calls of others that run here.
    pub fn in_flight(&self) -> usize {
        self.active_calls.len() + self.active_records.len()
    }

    /// No call in flight and nothing to send or relay.
    pub fn idle(&self) -> bool {
        self.in_flight() == 0 && self.links.busy.next(0).is_none() && self.links.all_passed_on()
    }

    /// Counters since start.
    pub fn stats(&self) -> &Stats {
        &self.links.stats
    }

    /// The table it was made from.
    pub fn table(&self) -> &'m NetTable<'m> {
        self.table
    }
}
