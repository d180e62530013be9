//! Both ends keep to the protocol, but anything may happen in any order: submissions, answers, cancellations, deaths and
//! restarts of either end. What must hold is checked against a record of everything that was asked and run.
use ambc_kernel::lane::{Attention, End, RawCall, Ticket};
use ambc_kernel::{CallError, Caller, LaneSpec, Server};
use ambc_testkit::{LaneMemory, ctx, keep, room};
use std::collections::{BTreeMap, BTreeSet};
use std::task::Poll;

const SPEC: LaneSpec = LaneSpec::small(4, 8).with_bulk(2, 24);
const STEPS: u32 = if cfg!(miri) { 600 } else { 100_000 };

struct World {
    random: u64,
    memory: LaneMemory,
    caller: &'static Caller<'static>,
    server: Server,
    /// By slot: what this life of the caller asked, and how many restarts it had seen.
    asked: BTreeMap<u8, (u32, u32)>,
    held: Vec<(Ticket, u32)>,
    ran: BTreeSet<u32>,
    asked_ever: u32,
    restarts: u32,
    seen: u32,
    answers: u32,
}

fn new_caller(memory: &LaneMemory) -> &'static Caller<'static> {
    keep(Caller::new(memory.lane(), 0, ctx(0), room(&SPEC, 0)))
}

/// Long enough for a bulk buffer every third time.
fn message(id: u32, factor: u32) -> Vec<u8> {
    id.wrapping_mul(factor).to_le_bytes().repeat(if id.is_multiple_of(3) { 6 } else { 2 })
}

impl World {
    fn new(seed: u64) -> Self {
        let memory = LaneMemory::new(SPEC);
        Self {
            random: seed,
            memory,
            caller: new_caller(&memory),
            server: Server::new(memory.lane(), 0),
            asked: BTreeMap::new(),
            held: Vec::new(),
            ran: BTreeSet::new(),
            asked_ever: 0,
            restarts: 0,
            seen: 0,
            answers: 0,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 16) as usize % n
    }

    fn step(&mut self) {
        match self.below(1000) {
            0..=199 => self.submit(),
            200..=349 => self.poll(),
            350..=399 => self.cancel(),
            400..=549 => self.advance(),
            550..=699 => self.attend(),
            700..=849 => self.pop(),
            850..=989 => self.complete(),
            990 => self.announce_callee(),
            991 => self.memory.lane().announce_death(End::Caller),
            992..=995 => self.restart_callee(),
            _ => self.restart_caller(),
        }
    }

    fn advance(&mut self) {
        self.caller.advance();
        self.seen = self.restarts;
    }

    fn submit(&mut self) {
        let id = self.asked_ever + 1;
        let (request, reply_max) = (message(id, 1), message(id, 5).len());
        let call = RawCall { proc: id, deadline: u64::MAX, message: &request, reply_max };
        if let Ok(slot) = self.caller.submit_raw(&call) {
            self.asked_ever = id;
            assert!(self.asked.insert(slot, (id, self.seen)).is_none(), "a slot is given out twice");
        }
    }

    fn poll(&mut self) {
        let slot = self.below(4) as u8;
        let Some(&(id, restarts)) = self.asked.get(&slot) else { return };
        let mut buffer = [0; 24];
        match self.caller.poll_raw(slot, &mut buffer) {
            Poll::Pending => return,
            Poll::Ready(Ok(reply)) => {
                assert!(self.ran.contains(&id), "an answer to what did not run");
                assert_eq!((reply.status, &buffer[..reply.len]), (0, message(id, 5).as_slice()));
                self.answers += 1;
            }
            Poll::Ready(Err(error)) => {
                assert_eq!(error, CallError::Restarted);
                assert!(restarts < self.restarts, "nothing restarted");
            }
        }
        self.asked.remove(&slot);
    }

    fn cancel(&mut self) {
        let slot = self.below(4) as u8;
        if self.asked.remove(&slot).is_some() {
            self.caller.cancel_raw(slot);
        }
    }

    fn attend(&mut self) {
        match self.server.attend() {
            // What is held stays: to answer it later must change nothing.
            Some(Attention::Reset) => self.server.renew(),
            Some(Attention::Cancelled) => {
                let (server, cancelled) = (&self.server, CallError::Cancelled.code());
                let gone = |ticket: &Ticket| server.cancelled(ticket.slot());
                for (ticket, _) in self.held.extract_if(.., |(ticket, _)| gone(ticket)) {
                    server.complete_raw(ticket, cancelled, &[]);
                }
            }
            None => {}
        }
    }

    fn pop(&mut self) {
        let mut buffer = [0; 24];
        let Some(request) = self.server.pop_raw(0, &mut buffer) else { return };
        assert!(
            request.proc <= self.asked_ever && self.ran.insert(request.proc),
            "run twice, or never asked"
        );
        assert_eq!(&buffer[..request.len], message(request.proc, 1).as_slice());
        self.held.push((request.ticket, request.proc));
    }

    fn complete(&mut self) {
        if !self.held.is_empty() {
            let at = self.below(self.held.len());
            let (ticket, id) = self.held.swap_remove(at);
            self.server.complete_raw(ticket, 0, &message(id, 5));
        }
    }

    fn announce_callee(&mut self) {
        self.restarts += 1;
        self.memory.lane().announce_death(End::Callee);
    }

    fn restart_callee(&mut self) {
        self.restarts += 1;
        self.held.clear();
        self.server = Server::new(self.memory.lane(), 0);
    }

    fn restart_caller(&mut self) {
        self.restarts += 1;
        self.asked.clear();
        self.caller = new_caller(&self.memory);
    }

    /// Lets everything that is under way come to its end.
    fn settle(&mut self) {
        for _ in 0..200 {
            self.advance();
            self.attend();
            self.pop();
            self.complete();
            self.poll();
        }
        assert_eq!((self.asked.len(), self.caller.in_flight(), self.server.held()), (0, 0, 0));
    }
}

#[test]
fn calls_survive_any_order_of_events() {
    for seed in [0x9e37_79b9_7f4a_7c15, 0xdead_beef_cafe_f00d, 3] {
        let mut world = World::new(seed);
        for n in 0..STEPS {
            world.step();
            if n % 997 == 0 {
                // An announced death leaves a lane closed until that end starts anew.
                world.restart_callee();
                world.restart_caller();
                world.settle();
            }
        }
        assert!(world.answers > STEPS / 50, "{} answers", world.answers);
    }
}
