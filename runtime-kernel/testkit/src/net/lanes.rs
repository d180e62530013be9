//! Lanes whose callers and callees are the test: every request carries what the callee shall do with it.
use ambc_abi::CallError;
use ambc_kernel::net::{Answer, Lanes, Popped, Submitted};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

/// Arguments that ask the callee for a reply of `reply` bytes after `service_ns`. `len` is at least 20.
#[must_use]
pub fn request(id: u64, len: usize, reply: usize, service_ns: u64) -> Vec<u8> {
    let mut bytes = id.to_le_bytes().to_vec();
    bytes.extend((reply as u32).to_le_bytes());
    bytes.extend(service_ns.to_le_bytes());
    bytes.extend((bytes.len()..len).map(|i| pattern(id, i)));
    bytes
}

/// The reply to a request, or none if its bytes are not those of [`request`].
#[must_use]
pub fn reply_of(request: &[u8]) -> Option<(u64, u64, Vec<u8>)> {
    let id = u64::from_le_bytes(request.get(..8)?.try_into().ok()?);
    let reply = u32::from_le_bytes(request.get(8..12)?.try_into().ok()?);
    let service = u64::from_le_bytes(request.get(12..20)?.try_into().ok()?);
    let good = request[20..].iter().enumerate().all(|(i, b)| *b == pattern(id, i + 20));
    good.then(|| (id, service, (0..reply as usize).map(|i| pattern(!id, i)).collect()))
}

fn pattern(id: u64, at: usize) -> u8 {
    (id.wrapping_mul(0x9e37_79b9).wrapping_add(at as u64 * 31) >> 3) as u8
}

/// What came back from a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When.
    pub at: u64,
    /// Status word.
    pub status: u32,
    /// Result.
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
struct OutLane {
    /// Not yet in a slot: id, deadline, arguments.
    backlog: VecDeque<(u64, u64, Vec<u8>)>,
    /// Popped, by slot: id, and whether the caller dropped it.
    held: BTreeMap<u8, (u64, bool)>,
}

#[derive(Debug)]
struct Running {
    id: u64,
    until: u64,
    deadline: u64,
    reply: Vec<u8>,
    /// Given up by the network; the slot is in use until the callee is through.
    abandoned: bool,
}

#[derive(Debug, Default)]
struct InLane {
    running: BTreeMap<u8, Running>,
}

/// Lanes in memory.
#[derive(Debug)]
pub struct SimLanes {
    /// Slots of every lane.
    pub slots: Cell<u8>,
    /// The simulated time.
    pub now: Cell<u64>,
    /// Status the callees answer with; 0 for a result.
    pub status: Cell<u32>,
    outs: RefCell<BTreeMap<u16, OutLane>>,
    ins: RefCell<BTreeMap<u16, InLane>>,
    /// All outcomes of each call by id.
    pub outcomes: RefCell<BTreeMap<u64, Vec<Outcome>>>,
    /// How often each call ran here.
    pub runs: RefCell<BTreeMap<u64, u32>>,
    /// Most calls running at once.
    pub most: Cell<usize>,
    /// Calls that the network gave up while they ran.
    pub cancelled: RefCell<Vec<u64>>,
    /// Requests whose bytes were wrong.
    pub garbled: Cell<u32>,
    /// Time left when the call began, by id.
    pub left: RefCell<BTreeMap<u64, u64>>,
}

impl SimLanes {
    /// Lanes with this many slots each.
    #[must_use]
    pub fn new(slots: u8) -> Self {
        SimLanes {
            slots: Cell::new(slots),
            now: Cell::new(0),
            status: Cell::new(0),
            outs: RefCell::default(),
            ins: RefCell::default(),
            outcomes: RefCell::default(),
            runs: RefCell::default(),
            most: Cell::new(0),
            cancelled: RefCell::default(),
            garbled: Cell::new(0),
            left: RefCell::default(),
        }
    }

    /// A caller's request.
    pub fn call(&self, lane: u16, id: u64, deadline: u64, args: Vec<u8>) {
        self.outs.borrow_mut().entry(lane).or_default().backlog.push_back((id, deadline, args));
    }

    /// The caller of `id` drops its call.
    pub fn drop_call(&self, lane: u16, id: u64) {
        let mut outs = self.outs.borrow_mut();
        let lane = outs.entry(lane).or_default();
        let waiting = lane.backlog.len();
        lane.backlog.retain(|b| b.0 != id);
        if lane.backlog.len() < waiting {
            let outcome = Outcome { at: self.now.get(), status: CallError::Cancelled.code(), bytes: vec![] };
            self.outcomes.borrow_mut().entry(id).or_default().push(outcome);
        }
        lane.held.values_mut().filter(|h| h.0 == id).for_each(|h| h.1 = true);
    }

    /// What a restart of the node does to its lanes: nothing is under way any more.
    pub fn restart(&self) {
        self.outs.borrow_mut().clear();
        self.ins.borrow_mut().clear();
    }

    /// Requests not yet taken by the network.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.outs.borrow().values().map(|l| l.backlog.len()).sum()
    }

    /// When a callee is through.
    #[must_use]
    pub fn next(&self) -> u64 {
        let ins = self.ins.borrow();
        ins.values().flat_map(|l| l.running.values()).map(|r| r.until).min().unwrap_or(u64::MAX)
    }

    /// Lets go of what is through and was given up.
    pub fn settle(&self) {
        let now = self.now.get();
        for lane in self.ins.borrow_mut().values_mut() {
            lane.running.retain(|_, r| !(r.abandoned && r.until <= now));
        }
    }
}

impl Lanes for SimLanes {
    fn pop(&self, lane: u16, buf: &mut [u8]) -> Option<Popped> {
        let mut outs = self.outs.borrow_mut();
        let lane = outs.get_mut(&lane)?;
        let slot = (0..self.slots.get()).find(|s| !lane.held.contains_key(s))?;
        let (id, deadline, args) = lane.backlog.pop_front()?;
        buf[..args.len()].copy_from_slice(&args);
        lane.held.insert(slot, (id, false));
        Some(Popped { slot, proc: 7, len: args.len(), deadline })
    }

    fn cancelled(&self, lane: u16, slot: u8) -> bool {
        self.outs.borrow().get(&lane).and_then(|l| l.held.get(&slot)).is_some_and(|h| h.1)
    }

    fn complete(&self, lane: u16, slot: u8, status: u32, payload: &[u8]) {
        let held = self.outs.borrow_mut().get_mut(&lane).and_then(|l| l.held.remove(&slot));
        let (id, _) = held.expect("the network completed a slot it does not hold");
        let outcome = Outcome { at: self.now.get(), status, bytes: payload.to_vec() };
        self.outcomes.borrow_mut().entry(id).or_default().push(outcome);
    }

    fn submit(&self, lane: u16, proc: u32, deadline: u64, payload: &[u8], _: usize) -> Submitted {
        if proc != 7 {
            return Submitted::Failed(CallError::Mismatch);
        }
        let now = self.now.get();
        let mut ins = self.ins.borrow_mut();
        let lane = ins.entry(lane).or_default();
        let Some(slot) = (0..self.slots.get()).find(|s| !lane.running.contains_key(s)) else {
            return Submitted::Full;
        };
        let Some((id, service, reply)) = reply_of(payload) else {
            self.garbled.set(self.garbled.get() + 1);
            return Submitted::Failed(CallError::Malformed);
        };
        *self.runs.borrow_mut().entry(id).or_default() += 1;
        self.left.borrow_mut().insert(id, deadline.saturating_sub(now));
        let until = now.saturating_add(service);
        lane.running.insert(slot, Running { id, until, deadline, reply, abandoned: false });
        self.most.set(self.most.get().max(lane.running.len()));
        Submitted::Slot(slot)
    }

    fn poll(&self, lane: u16, slot: u8, buf: &mut [u8]) -> Option<Answer> {
        let mut ins = self.ins.borrow_mut();
        let lane = ins.get_mut(&lane)?;
        let running = lane.running.get(&slot).filter(|r| !r.abandoned).expect("polls only what it submitted");
        if running.until > self.now.get() {
            return None;
        }
        let running = lane.running.remove(&slot)?;
        assert!(running.deadline > 0);
        if self.status.get() != 0 {
            return Some(Answer { status: self.status.get(), len: 0 });
        }
        buf[..running.reply.len()].copy_from_slice(&running.reply);
        Some(Answer { status: 0, len: running.reply.len() })
    }

    fn cancel(&self, lane: u16, slot: u8) {
        let mut ins = self.ins.borrow_mut();
        let running = ins.get_mut(&lane).and_then(|l| l.running.get_mut(&slot));
        let running = running.filter(|r| !r.abandoned).expect("cancels only what it submitted");
        running.abandoned = true;
        running.until = running.until.min(self.now.get() + 1_000_000);
        self.cancelled.borrow_mut().push(running.id);
    }
}
