//! What happens to a lane when one of its ends dies or starts anew.
mod common;

use ambc_kernel::lane::{Attention, End, RawCall, RawReply, Refused};
use ambc_kernel::{CallError, CallOptions, Caller, Channel, Group, LaneSpec, Serve, Server, Task, Work};
use ambc_testkit::{LaneMemory, advance_to, ctx, keep, now, room, settle, wake};
use common::{ADD, Answer, ONEWAY, SLEEP, call, kids, ms, serve};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

const SPEC: LaneSpec = LaneSpec::small(2, 8);

fn caller(memory: &LaneMemory) -> &'static Caller<'static> {
    keep(Caller::new(memory.lane(), 0, ctx(1), room(&SPEC, 2)))
}

fn submit(caller: &Caller<'_>, proc: u32) -> Result<u8, Refused> {
    caller.submit_raw(&RawCall { proc, deadline: u64::MAX, message: &proc.to_le_bytes(), reply_max: 4 })
}

/// What the owner of a raw callee's end does in each step, without requests in hand.
fn attend(server: &Server) -> Option<Attention> {
    let attention = server.attend();
    if attention == Some(Attention::Reset) {
        server.renew();
    }
    attention
}

/// Lets both ends meet.
fn meet(caller: &Caller<'_>, server: &Server) {
    for _ in 0..3 {
        caller.advance();
        attend(server);
    }
}

fn pop(server: &Server) -> Option<(ambc_kernel::lane::Ticket, u32)> {
    let mut buffer = [0; 8];
    let request = server.pop_raw(0, &mut buffer)?;
    assert_eq!(buffer[..request.len], request.proc.to_le_bytes());
    Some((request.ticket, request.proc))
}

fn poll(caller: &Caller<'_>, slot: u8) -> Poll<Result<u8, CallError>> {
    caller.advance();
    let mut buffer = [0; 8];
    caller.poll_raw(slot, &mut buffer).map_ok(|RawReply { status, len }| {
        assert_eq!((status, len), (0, 1));
        buffer[0]
    })
}

#[test]
fn ends_meet_in_whatever_order_they_start() {
    for server_first in [false, true] {
        let memory = LaneMemory::new(SPEC);
        let early = server_first.then(|| Server::new(memory.lane(), 0));
        let caller = caller(&memory);
        let server = early.unwrap_or_else(|| Server::new(memory.lane(), 0));
        assert_eq!(submit(caller, 1), Err(Refused::Full));
        meet(caller, &server);
        let slot = submit(caller, 1).unwrap();
        let (ticket, proc) = pop(&server).unwrap();
        assert_eq!((proc, poll(caller, slot)), (1, Poll::Pending));
        server.complete_raw(ticket, 0, &[7]);
        assert_eq!(poll(caller, slot), Poll::Ready(Ok(7)));
        assert_eq!((caller.in_flight(), server.held()), (0, 0));
    }
}

#[test]
fn a_new_callee_ends_what_the_old_one_had_and_never_sees_it() {
    let memory = LaneMemory::new(SPEC);
    let (caller, old) = (caller(&memory), Server::new(memory.lane(), 0));
    meet(caller, &old);
    let (taken, queued) = (submit(caller, 1).unwrap(), submit(caller, 2).unwrap());
    assert_eq!(pop(&old).unwrap().1, 1);
    let new = Server::new(memory.lane(), 0);
    assert_eq!(pop(&new), None);
    assert_eq!(poll(caller, taken), Poll::Ready(Err(CallError::Restarted)));
    assert_eq!(poll(caller, queued), Poll::Ready(Err(CallError::Restarted)));
    assert_eq!(submit(caller, 3), Err(Refused::Full));
    meet(caller, &new);
    assert_eq!(pop(&new), None);
    let slot = submit(caller, 3).unwrap();
    let (ticket, proc) = pop(&new).unwrap();
    new.complete_raw(ticket, 0, &[9]);
    assert_eq!((proc, poll(caller, slot)), (3, Poll::Ready(Ok(9))));
}

#[test]
fn a_new_caller_gets_no_answer_to_what_the_old_one_asked() {
    let memory = LaneMemory::new(SPEC);
    let server = Server::new(memory.lane(), 0);
    let old = caller(&memory);
    meet(old, &server);
    submit(old, 1).unwrap();
    submit(old, 2).unwrap();
    let (stale, _) = pop(&server).unwrap();
    let new = caller(&memory);
    assert_eq!(attend(&server), Some(Attention::Reset));
    assert_eq!(pop(&server), None);
    meet(new, &server);
    let slot = submit(new, 3).unwrap();
    assert_eq!(slot, stale.slot());
    let (ticket, proc) = pop(&server).unwrap();
    server.complete_raw(stale, 0, &[1]);
    assert_eq!((proc, poll(new, slot)), (3, Poll::Pending));
    server.complete_raw(ticket, 0, &[2]);
    assert_eq!(poll(new, slot), Poll::Ready(Ok(2)));
}

#[test]
fn the_supervisor_tells_each_end_of_the_others_death() {
    let memory = LaneMemory::new(SPEC);
    let server = Server::new(memory.lane(), 0);
    let first = caller(&memory);
    meet(first, &server);
    let slot = submit(first, 1).unwrap();
    memory.lane().announce_death(End::Callee);
    assert_eq!(poll(first, slot), Poll::Ready(Err(CallError::Restarted)));
    let server = Server::new(memory.lane(), 0);
    meet(first, &server);
    submit(first, 2).unwrap();
    assert_eq!(pop(&server).unwrap().1, 2);
    submit(first, 3).unwrap();
    memory.lane().announce_death(End::Caller);
    assert_eq!(attend(&server), Some(Attention::Reset));
    assert_eq!((pop(&server), server.held()), (None, 0));
    let second = caller(&memory);
    meet(second, &server);
    submit(second, 4).unwrap();
    assert_eq!(pop(&server).unwrap().1, 4);
}

#[test]
fn calls_to_a_callee_that_was_given_up_end_at_once() {
    let memory = LaneMemory::new(SPEC);
    let server = Server::new(memory.lane(), 0);
    let ctx = ctx(3);
    let caller = keep(Caller::new(memory.lane(), 0, ctx, room(&SPEC, 2)));
    meet(caller, &server);
    let ended = Cell::new(0);
    let (first, second) = (pin!(call(caller, ADD, 1)), pin!(call(caller, ADD, 2)));
    let third = pin!(call(caller, ADD, 3)); // waits: there are two slots
    let note = |expected| {
        let ended = &ended;
        move |answer: Answer| {
            assert_eq!(answer, Err(expected));
            ended.set(ended.get() + 1);
        }
    };
    let mut sent = [
        Task::new(first, wake(), ctx, note(CallError::Restarted)),
        Task::new(second, wake(), ctx, note(CallError::Restarted)),
    ];
    let mut queued = Task::new(third, wake(), ctx, note(CallError::Unreachable));
    let group = Group { ctx, callers: &[caller], servers: &[] };
    let [one, two] = &mut sent;
    let work: &mut [&mut dyn Work] = &mut [one, two, &mut queued];
    while group.step(work, |_| ()) {}
    assert_eq!((ended.get(), caller.in_flight()), (0, 3));
    let before = now();
    memory.lane().close();
    while group.step(work, |_| ()) {}
    assert_eq!((ended.get(), caller.in_flight(), now()), (3, 0, before));
    let mut later = pin!(call(caller, ADD, 4));
    let at_once = later.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert_eq!(at_once, Poll::Ready(Err(CallError::Unreachable)));
    assert_eq!(submit(caller, 5), Err(Refused::Closed));
}

#[test]
fn a_lane_works_for_many_laps_and_many_restarts() {
    let memory = LaneMemory::new(SPEC);
    let mut server = Server::new(memory.lane(), 0);
    let mut caller_now = caller(&memory);
    // The lap counter of a ring entry wraps after 2^15 laps.
    let rounds = if cfg!(miri) { 300 } else { 150_000 };
    for n in 0..rounds {
        match n % 10_007 {
            100 => server = Server::new(memory.lane(), 0),
            200 => caller_now = caller(&memory),
            _ => {}
        }
        meet(caller_now, &server);
        let slot = submit(caller_now, n).unwrap();
        let (ticket, proc) = pop(&server).unwrap();
        server.complete_raw(ticket, 0, &[n as u8]);
        assert_eq!((proc, poll(caller_now, slot)), (n, Poll::Ready(Ok(n as u8))));
    }
}

/// Calls `client`, which gets a switch: once it is thrown, the callee's group dies and another takes its place.
fn with_a_restart<F: Future<Output = ()>>(
    client: impl FnOnce(&'static Caller<'static>, &'static Cell<bool>) -> F,
) {
    let memory = LaneMemory::new(SPEC);
    let (ctx1, ctx2) = (ctx(4), ctx(4));
    let caller = keep(Caller::new(memory.lane(), 0, ctx1, room(&SPEC, 4)));
    let (die, done, ran) = (keep(Cell::new(false)), Cell::new(false), Cell::new(0));
    let client = pin!(client(caller, die));
    let mut main = Task::new(client, wake(), ctx1, |()| done.set(true));
    let first = Group { ctx: ctx1, callers: &[caller], servers: &[] };
    for life in 0..2 {
        let server = Server::new(memory.lane(), 0);
        let servers = [&server];
        let mut kids = kids(4);
        let mut pool = Serve::new(kids.as_mut(), &servers, ctx2, wake(), |req| serve(req, ctx2, &ran));
        let second = Group { ctx: ctx2, callers: &[], servers: &servers };
        while !(done.get() || life == 0 && die.get()) {
            settle(&mut [(first, &mut [&mut main as &mut dyn Work]), (second, &mut [&mut pool])], 1000);
            let next = [first.next_deadline(), second.next_deadline()].into_iter().flatten().min();
            advance_to(next.unwrap_or(0));
        }
        if life == 0 {
            memory.lane().announce_death(End::Callee);
        }
    }
    assert!(done.get());
}

#[test]
fn only_idempotent_calls_are_made_again_after_a_restart_and_those_that_wait_just_go_on() {
    with_a_restart(|caller, die| async move {
        assert_eq!(call(caller, ADD, 0).await, Ok(1));
        let again = CallOptions { idempotent: true, timeout_us: 0 };
        let mut once = pin!(call(caller, SLEEP, 20));
        let mut twice = pin!(caller.call::<u32, Answer>(SLEEP, &30, again));
        let mut waits = pin!(call(caller, ADD, 4));
        let (mut answers, start) = ([None; 3], now());
        poll_fn(|cx| {
            let calls: [std::pin::Pin<&mut dyn Future<Output = Answer>>; 3] =
                [once.as_mut(), twice.as_mut(), waits.as_mut()];
            for (call, answer) in calls.into_iter().zip(&mut answers) {
                if answer.is_none()
                    && let Poll::Ready(ready) = call.poll(cx)
                {
                    *answer = Some(ready);
                }
            }
            die.set(true);
            if answers.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        assert_eq!(answers, [Some(Err(CallError::Restarted)), Some(Ok(30)), Some(Ok(5))]);
        assert!(now() - start <= ms(30));
    });
}

#[test]
fn a_restart_of_the_caller_ends_requests_but_not_those_accepted() {
    let memory = LaneMemory::new(SPEC);
    let ctx2 = ctx(4);
    let (server, ran) = (Server::new(memory.lane(), 0), Cell::new(0));
    let servers = [&server];
    let mut kids = kids(4);
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx2, wake(), |req| serve(req, ctx2, &ran));
    let second = Group { ctx: ctx2, callers: &[], servers: &servers };
    let old = caller(&memory);
    for _ in 0..3 {
        old.advance();
        second.step(&mut [&mut pool], |_| ());
    }
    let send = |proc| {
        old.submit_raw(&RawCall { proc, deadline: u64::MAX, message: &5_u32.to_le_bytes(), reply_max: 4 })
    };
    assert_eq!((send(ONEWAY), send(SLEEP)), (Ok(0), Ok(1)));
    second.step(&mut [&mut pool], |_| ());
    assert_eq!(pool.in_flight(), 2);
    let _new = caller(&memory);
    second.step(&mut [&mut pool], |_| ());
    assert_eq!((pool.in_flight(), ran.get()), (1, 0));
    advance_to(second.next_deadline().unwrap());
    second.step(&mut [&mut pool], |_| ());
    assert_eq!((pool.in_flight(), ran.get()), (0, 1));
}
