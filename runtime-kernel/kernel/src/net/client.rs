//! The own end of a caller outside the deployment: one export, one address, calls by token instead of lanes.
//!
//! It is a [`Net`] whose table has one neighbour and one edge, and whose lane is a [`Desk`] in private memory.
use super::frame::{HEADER, TAG};
use super::{Answer, Storage, Submitted, TableError};
use super::{Hop, Iface, Lanes, LinkSize, Net, NetTable, OutEdge, Peer, PeerAddr, Popped, Route, Stats};
use ambc_abi::CallError;
use core::cell::RefCell;

/// What a client has to know of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Export id.
    pub export: u32,
    /// Largest datagram; not above the export's.
    pub mtu: u32,
    /// Calls in flight at once; not above the export's `slots`.
    pub slots: u16,
    /// Largest arguments of any procedure in bytes.
    pub request: u32,
    /// Largest result of any procedure in bytes.
    pub reply: u32,
}

/// Before an export forgets a silent client for another one.
const REOPEN: u64 = 500_000_000;

/// The parts of a client's [`NetTable`].
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    export: u32,
    ifaces: [Iface<'static>; 1],
    peers: [Peer; 1],
    routes: [Route; 1],
    outs: [OutEdge; 1],
}

impl Remote {
    /// The tables of a client of this export.
    pub const fn tables(&self) -> Tables {
        let largest = if self.request > self.reply { self.request } else { self.reply };
        let large = largest as usize + HEADER + TAG > super::fragment::room(self.mtu as usize);
        let window = if self.slots > 32 { 32 } else { self.slots as u8 };
        let link =
            LinkSize { window, small: window, large: if large { window } else { 0 }, max_payload: largest };
        let (edge, slots, request) = (self.export, self.slots, self.request);
        Tables {
            export: self.export,
            ifaces: [Iface { name: "outside", mtu: self.mtu, latency_us: 0 }],
            peers: [Peer { iface: 0, node: self.export, link }],
            routes: [Route { id: edge, hops: 1, latency_us: 0, toward: Hop::Peer(0), back: Hop::Here }],
            outs: [OutEdge { edge, route: 0, lane: 0, slots, request }],
        }
    }

    /// Bytes of [`DeskStorage::bytes`].
    pub const fn desk_bytes(&self) -> usize {
        let largest = if self.request > self.reply { self.request } else { self.reply };
        self.slots as usize * largest as usize
    }
}

impl Tables {
    /// The table over these parts. Both ends of an export use its id in place of node ids.
    pub const fn table(&self) -> NetTable<'_> {
        NetTable {
            node: self.export,
            name: "client",
            ifaces: &self.ifaces,
            peers: &self.peers,
            routes: &self.routes,
            outs: &self.outs,
            ..NetTable::EMPTY
        }
    }
}

/// Memory of a client's calls, besides its [`Storage`].
#[derive(Debug)]
pub struct DeskStorage<'m> {
    /// One per slot of [`Remote`].
    pub slots: &'m mut [DeskSlot],
    /// [`Remote::desk_bytes`].
    pub bytes: &'m mut [u8],
}

/// One call of a client.
#[derive(Clone, Debug, Default)]
pub struct DeskSlot {
    phase: Phase,
    turn: u32,
    proc: u32,
    status: u32,
    len: u32,
    deadline: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Free,
    /// The network has not seen it yet.
    New,
    Running,
    /// Nobody waits for it.
    Dropped,
    Done,
}

/// Names a call until its result was taken or it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    slot: u8,
    turn: u32,
}

/// Calls by token on one side, a lane on the other.
#[derive(Debug)]
pub struct Desk<'m>(RefCell<DeskStorage<'m>>);

impl<'m> Desk<'m> {
    fn new(storage: DeskStorage<'m>) -> Self {
        storage.slots.fill(DeskSlot::default());
        Desk(RefCell::new(storage))
    }

    fn start(&self, proc: u32, deadline: u64, args: &[u8]) -> Result<Token, CallError> {
        let mut desk = self.0.borrow_mut();
        let at = desk.slots.iter().position(|s| s.phase == Phase::Free).ok_or(CallError::Overloaded)?;
        desk.buffer(at).get_mut(..args.len()).ok_or(CallError::Malformed)?.copy_from_slice(args);
        let turn = desk.slots[at].turn.wrapping_add(1);
        let len = args.len() as u32;
        desk.slots[at] = DeskSlot { phase: Phase::New, turn, proc, status: 0, len, deadline };
        Ok(Token { slot: at as u8, turn })
    }

    fn take<R>(&self, token: Token, read: impl FnOnce(u32, &[u8]) -> R) -> Option<R> {
        let mut desk = self.0.borrow_mut();
        let slot = desk.find(token).filter(|s| s.phase == Phase::Done)?;
        slot.phase = Phase::Free;
        let (status, len) = (slot.status, slot.len as usize);
        Some(read(status, &desk.buffer(token.slot as usize)[..len]))
    }

    fn drop_call(&self, token: Token) {
        if let Some(slot) = self.0.borrow_mut().find(token) {
            slot.give_up();
        }
    }

    fn drop_all(&self) {
        self.0.borrow_mut().slots.iter_mut().for_each(DeskSlot::give_up);
    }
}

impl DeskSlot {
    fn give_up(&mut self) {
        self.phase = match self.phase {
            Phase::Running | Phase::Dropped => Phase::Dropped,
            Phase::Free | Phase::New | Phase::Done => Phase::Free,
        };
    }
}

impl DeskStorage<'_> {
    fn buffer(&mut self, slot: usize) -> &mut [u8] {
        let each = self.bytes.len() / self.slots.len().max(1);
        &mut self.bytes[slot * each..(slot + 1) * each]
    }

    fn find(&mut self, token: Token) -> Option<&mut DeskSlot> {
        let slot = self.slots.get_mut(token.slot as usize)?;
        (slot.turn == token.turn && slot.phase != Phase::Free).then_some(slot)
    }
}

impl Lanes for Desk<'_> {
    fn pop(&self, _lane: u16, buf: &mut [u8]) -> Option<Popped> {
        let mut desk = self.0.borrow_mut();
        loop {
            let at = desk.slots.iter().position(|s| s.phase == Phase::New)?;
            let slot = &mut desk.slots[at];
            let (proc, len, deadline) = (slot.proc, slot.len as usize, slot.deadline);
            let Some(to) = buf.get_mut(..len) else {
                (slot.phase, slot.status, slot.len) = (Phase::Done, CallError::Malformed.code(), 0);
                continue;
            };
            slot.phase = Phase::Running;
            to.copy_from_slice(&desk.buffer(at)[..len]);
            return Some(Popped { slot: at as u8, proc, len, deadline });
        }
    }

    fn cancelled(&self, _lane: u16, slot: u8) -> bool {
        self.0.borrow().slots.get(slot as usize).is_some_and(|s| s.phase == Phase::Dropped)
    }

    fn complete(&self, _lane: u16, slot: u8, status: u32, payload: &[u8]) {
        let mut desk = self.0.borrow_mut();
        let Some(s) = desk.slots.get_mut(slot as usize) else { return };
        match s.phase {
            Phase::Dropped => s.phase = Phase::Free,
            Phase::Running => (s.phase, s.status, s.len) = (Phase::Done, status, payload.len() as u32),
            Phase::Free | Phase::New | Phase::Done => return,
        }
        match desk.buffer(slot as usize).get_mut(..payload.len()) {
            Some(to) => to.copy_from_slice(payload),
            None => {
                let s = &mut desk.slots[slot as usize];
                (s.status, s.len) = (CallError::Malformed.code(), 0);
            }
        }
    }

    fn submit(
        &self,
        _lane: u16,
        _proc: u32,
        _deadline: u64,
        _payload: &[u8],
        _reply_max: usize,
    ) -> Submitted {
        Submitted::Failed(CallError::Mismatch)
    }

    fn poll(&self, _lane: u16, _slot: u8, _buf: &mut [u8]) -> Option<Answer> {
        None
    }

    fn cancel(&self, _lane: u16, _slot: u8) {}
}

/// A caller outside the deployment. Drive it like a [`Net`].
#[derive(Debug)]
pub struct ClientNet<'m> {
    net: Net<'m>,
    desk: Desk<'m>,
}

impl<'m> ClientNet<'m> {
    /// A client that calls the export behind `server`. `table` is from [`Tables::table`]; `session` as for [`Net::new`].
    ///
    /// # Errors
    /// [`TableError`] if the sizes of the [`Remote`] contradict each other or a slice is too short.
    pub fn new(
        table: &'m NetTable<'m>,
        storage: Storage<'m>,
        desk: DeskStorage<'m>,
        server: PeerAddr,
        session: u64,
    ) -> Result<Self, TableError> {
        let edge = table.outs.first().ok_or(TableError::Index)?;
        if desk.slots.len() != edge.slots as usize || edge.slots > 255 {
            return Err(TableError::Storage);
        }
        let mut net = Net::new(table, storage, session)?;
        net.set_peer(0, server);
        net.set_reopening(REOPEN);
        Ok(ClientNet { net, desk: Desk::new(desk) })
    }

    /// Begins a call; `deadline` in ns of the clock given to `poll`. Call [`ClientNet::poll`] and `transmit` next.
    ///
    /// # Errors
    /// `Overloaded` if all slots are in use, `Malformed` if the arguments are larger than any the export takes.
    pub fn start(&mut self, proc: u32, deadline: u64, args: &[u8]) -> Result<Token, CallError> {
        self.desk.start(proc, deadline, args)
    }

    /// Hands status and bytes of a finished call to `read`, once; nothing while it runs.
    pub fn take<R>(&mut self, token: Token, read: impl FnOnce(u32, &[u8]) -> R) -> Option<R> {
        self.desk.take(token, read)
    }

    /// Gives a call up. The callee is asked to end it; its slot is free again after the next `poll`.
    pub fn cancel(&mut self, token: Token) {
        self.desk.drop_call(token);
    }

    /// Says that no more calls will come, so that another client may have the place at once; `transmit` sends it. Calls
    /// under way are cancelled.
    pub fn close(&mut self, now: u64) {
        self.desk.drop_all();
        self.net.poll(now, &self.desk);
        self.net.leave_export();
    }

    /// See [`Net::on_datagram`].
    pub fn on_datagram(&mut self, now: u64, from: PeerAddr, datagram: &[u8]) {
        self.net.on_datagram(now, 0, from, datagram);
    }

    /// See [`Net::poll`].
    pub fn poll(&mut self, now: u64) -> bool {
        self.net.poll(now, &self.desk)
    }

    /// See [`Net::transmit`].
    pub fn transmit(&mut self, now: u64, send: &mut dyn FnMut(PeerAddr, &[u8]) -> bool) -> bool {
        self.net.transmit(now, &mut |_, to, datagram| send(to, datagram))
    }

    /// See [`Net::next_timer`].
    pub fn next_timer(&self) -> u64 {
        self.net.next_timer()
    }

    /// Calls that are not finished, and cancelled ones the callee may still run.
    pub fn in_flight(&self) -> usize {
        self.net.in_flight()
    }

    /// See [`Net::stats`].
    pub fn stats(&self) -> &Stats {
        self.net.stats()
    }
}
