//! The protocol of a lane under a model checker: every order of the ends' loads and stores that the memory model allows, up
//! to a bound on preemptions.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p ambc-kernel --test loom --release`
#![cfg(loom)]
#![expect(unsafe_code, reason = "lane memory made of the model checker's atomics")]

use ambc_kernel::lane::{Attention, Buffer, End, RawCall, RawReply, Ticket};
use ambc_kernel::{CallError, Caller, Ctx, Lane, LaneSpec, Pending, Room, Server, lane_bytes};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::thread;
use std::task::Poll;

const SPEC: LaneSpec = LaneSpec::small(2, 8);

/// The memory of one lane.
struct Memory(Vec<AtomicU32>);

impl Memory {
    fn new() -> Arc<Self> {
        Arc::new(Self((0..lane_bytes(&SPEC) / 4).map(|_| AtomicU32::new(0)).collect()))
    }

    fn lane(&self) -> Lane {
        // SAFETY: zeroed, of the right length, in the model checker's own atomics; the test outlives the ends.
        unsafe { Lane::at(self.0.as_ptr().cast_mut().cast(), SPEC) }
    }
}

/// Explores `model` with at most `preemptions` of them.
fn explore(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Private memory of a caller's end, on the stack of its thread.
struct Private {
    ctx: Ctx<'static>,
    pending: [Pending; 2],
    reply: Buffer,
}

impl Private {
    fn new() -> Self {
        Self { ctx: Ctx::new(|| 0, &[]), pending: [const { Pending::new() }; 2], reply: Buffer::none() }
    }

    fn caller(&self, memory: &Memory) -> Caller<'_> {
        let room = Room { pending: &self.pending, waiters: &[], reply: &self.reply };
        Caller::new(memory.lane(), 0, &self.ctx, room)
    }
}

fn submit(caller: &Caller<'_>, value: u32) -> u8 {
    loop {
        caller.advance();
        let call = RawCall { proc: value, deadline: u64::MAX, message: &value.to_le_bytes(), reply_max: 4 };
        match caller.submit_raw(&call) {
            Ok(slot) => return slot,
            Err(_) => thread::yield_now(),
        }
    }
}

fn answer(caller: &Caller<'_>, slot: u8) -> Result<u32, CallError> {
    loop {
        caller.advance();
        let mut buffer = [0; 4];
        match caller.poll_raw(slot, &mut buffer) {
            Poll::Ready(Ok(RawReply { status, len })) => {
                assert_eq!((status, len), (0, 4));
                return Ok(u32::from_le_bytes(buffer));
            }
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Pending => thread::yield_now(),
        }
    }
}

/// One step of a callee that answers each request one step after it took it, with its argument times ten.
fn step(server: &Server, held: &mut Option<(Ticket, u32)>) -> Option<u32> {
    match server.attend() {
        // What is held is answered nevertheless, below: it must change nothing.
        Some(Attention::Reset) => server.renew(),
        Some(Attention::Cancelled) => {
            if let Some((ticket, _)) = held.filter(|(ticket, _)| server.cancelled(ticket.slot())) {
                server.complete_raw(ticket, CallError::Cancelled.code(), &[]);
                *held = None;
            }
        }
        None => {}
    }
    if let Some((ticket, value)) = held.take() {
        server.complete_raw(ticket, 0, &(value * 10).to_le_bytes());
    }
    let mut buffer = [0; 8];
    let request = server.pop_raw(0, &mut buffer)?;
    assert_eq!(request.len, 4);
    let value = u32::from_le_bytes(buffer[..4].try_into().expect("four bytes"));
    assert_eq!(value, request.proc);
    *held = Some((request.ticket, value));
    Some(value)
}

fn serve_until(server: &Server, stop: &AtomicBool) {
    let mut held = None;
    while !stop.load(Ordering::Acquire) {
        if step(server, &mut held).is_none() {
            thread::yield_now();
        }
    }
}

/// Runs `client` against a callee of another thread.
fn against_a_callee(
    preemptions: usize,
    callee: fn(&Memory, &AtomicBool),
    client: impl Fn(&Memory) + Sync + Send + Copy + 'static,
) {
    explore(preemptions, move || {
        let (memory, stop) = (Memory::new(), Arc::new(AtomicBool::new(false)));
        let other = {
            let (memory, stop) = (memory.clone(), stop.clone());
            thread::spawn(move || callee(&memory, &stop))
        };
        client(&memory);
        stop.store(true, Ordering::Release);
        other.join().expect("the callee does not panic");
    });
}

fn one_life(memory: &Memory, stop: &AtomicBool) {
    serve_until(&Server::new(memory.lane(), 0), stop);
}

/// Serves one step or none, dies, and serves on in another life.
fn two_lives(memory: &Memory, stop: &AtomicBool) {
    let first = Server::new(memory.lane(), 0);
    let mut held = None;
    for _ in 0..2 {
        step(&first, &mut held);
    }
    serve_until(&Server::new(memory.lane(), 0), stop);
}

#[test]
fn ends_meet_and_answers_are_those_of_their_requests() {
    against_a_callee(3, one_life, |memory| {
        let private = Private::new();
        let caller = private.caller(memory);
        let (first, second) = (submit(&caller, 1), submit(&caller, 2));
        assert_eq!(answer(&caller, second), Ok(20));
        assert_eq!(answer(&caller, first), Ok(10));
    });
}

#[test]
fn a_cancelled_slot_comes_back_and_its_next_request_gets_its_own_answer() {
    against_a_callee(2, one_life, |memory| {
        let private = Private::new();
        let caller = private.caller(memory);
        let first = submit(&caller, 1);
        caller.cancel_raw(first);
        // Both slots: the cancelled one has to come back.
        let (second, third) = (submit(&caller, 2), submit(&caller, 3));
        assert_eq!(answer(&caller, second), Ok(20));
        assert_eq!(answer(&caller, third), Ok(30));
        assert_eq!(caller.free_slots(), 2);
    });
}

#[test]
fn a_restart_of_the_callee_ends_a_call_or_comes_before_or_after_it() {
    against_a_callee(2, two_lives, |memory| {
        let private = Private::new();
        let caller = private.caller(memory);
        let mut restarts = 0;
        loop {
            let slot = submit(&caller, 7);
            match answer(&caller, slot) {
                Ok(value) => break assert_eq!(value, 70),
                Err(error) => assert_eq!(error, CallError::Restarted),
            }
            restarts += 1;
            assert!(restarts <= 2, "each life of the callee ends a call at most once");
        }
    });
}

/// As [`two_lives`], with a supervisor that tells of the death before the second life begins.
fn two_lives_under_a_supervisor(memory: &Memory, stop: &AtomicBool) {
    step(&Server::new(memory.lane(), 0), &mut None);
    memory.lane().announce_death(End::Callee);
    serve_until(&Server::new(memory.lane(), 0), stop);
}

#[test]
fn an_announced_death_of_the_callee_is_a_restart_like_any_other() {
    against_a_callee(1, two_lives_under_a_supervisor, |memory| {
        let private = Private::new();
        let caller = private.caller(memory);
        let slot = submit(&caller, 7);
        match answer(&caller, slot) {
            Ok(value) => assert_eq!(value, 70),
            Err(error) => {
                assert_eq!(error, CallError::Restarted);
                let slot = submit(&caller, 8);
                assert!(matches!(answer(&caller, slot), Ok(80) | Err(CallError::Restarted)));
            }
        }
    });
}

#[test]
fn a_new_caller_gets_its_own_answers_only() {
    with_a_new_caller(2, |_| ());
}

#[test]
fn so_does_one_whose_predecessors_death_was_announced() {
    with_a_new_caller(2, |memory| memory.lane().announce_death(End::Caller));
}

fn with_a_new_caller(preemptions: usize, between: fn(&Memory)) {
    against_a_callee(preemptions, one_life, move |memory| {
        let old = Private::new();
        submit(&old.caller(memory), 1);
        between(memory);
        let new = Private::new();
        let caller = new.caller(memory);
        let slot = submit(&caller, 2);
        assert_eq!(answer(&caller, slot), Ok(20));
        assert_eq!(caller.in_flight(), 0);
    });
}
