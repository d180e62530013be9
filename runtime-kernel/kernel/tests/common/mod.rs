//! One callee and one client, each in a group of its own, on one thread and a simulated clock.
#![allow(dead_code, reason = "each test file uses its part")]

use ambc_kernel::serve::Child;
use ambc_kernel::{
    CallError, CallOptions, Caller, Channel, Ctx, Group, LaneSpec, Request, Serve, Server, Task, Work, time,
};
use ambc_testkit::{LaneMemory, advance_to, ctx, keep, room, settle, wake};
use std::cell::Cell;
use std::pin::{Pin, pin};

pub(crate) type Answer = Result<u32, CallError>;

pub(crate) const ADD: u32 = 10;
pub(crate) const SLEEP: u32 = 11;
pub(crate) const DENY: u32 = 12;
pub(crate) const ONEWAY: u32 = 13;

/// Adds one, sleeps until its argument in ms, refuses, or accepts and then sleeps; other procedures are unknown.
pub(crate) async fn serve(req: Request<'_>, ctx: &Ctx<'_>, ran: &Cell<u32>) {
    let arg = match req.fixed().map(u32::from_le_bytes) {
        Ok(arg) => arg,
        Err(error) => return req.fail(error),
    };
    match req.proc() {
        ADD => req.reply::<Answer>(&Ok(arg + 1)),
        SLEEP => {
            time::sleep_until(ctx, ms(arg)).await;
            req.reply::<Answer>(&Ok(arg));
        }
        DENY => req.reply::<Answer>(&Err(CallError::Denied)),
        ONEWAY => {
            req.accept();
            time::yield_now().await;
            assert_eq!(ctx.deadline(), u64::MAX);
            time::sleep_until(ctx, ms(arg)).await;
        }
        _ => return req.fail(CallError::Mismatch),
    }
    ran.set(ran.get() + 1);
}

pub(crate) fn ms(n: u32) -> u64 {
    u64::from(n) * 1_000_000
}

pub(crate) async fn call(caller: &Caller<'_>, proc: u32, arg: u32) -> Answer {
    caller.call(proc, &arg, CallOptions::default()).await
}

pub(crate) fn kids<F>(count: usize) -> Pin<Box<[Child<F>]>> {
    Box::into_pin((0..count).map(|_| Child::new()).collect::<Box<[_]>>())
}

/// Runs `client` against a pool of `children` until it returns, moving the clock whenever both groups sleep; the number of
/// requests that ran to their end.
pub(crate) fn run<F: Future<Output = ()>>(
    spec: LaneSpec,
    children: usize,
    waiters: usize,
    client: impl FnOnce(&'static Caller<'static>, &'static Ctx<'static>) -> F,
) -> u32 {
    run_within(0, spec, children, waiters, client)
}

/// As [`run`], over a binding that says what a call may take, in µs.
pub(crate) fn run_within<F: Future<Output = ()>>(
    timeout_us: u32,
    spec: LaneSpec,
    children: usize,
    waiters: usize,
    client: impl FnOnce(&'static Caller<'static>, &'static Ctx<'static>) -> F,
) -> u32 {
    let memory = LaneMemory::new(spec);
    let (ctx1, ctx2) = (ctx(8), ctx(children));
    let caller = keep(Caller::new(memory.lane(), 0, ctx1, room(&spec, waiters)).with_timeout(timeout_us));
    let server = Server::new(memory.lane(), 0);
    let (servers, ran, done) = ([&server], Cell::new(0), Cell::new(false));
    let mut kids = kids(children);
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx2, wake(), |req| serve(req, ctx2, &ran));
    let client = pin!(client(caller, ctx1));
    let mut main = Task::new(client, wake(), ctx1, |()| done.set(true));
    let first = Group { ctx: ctx1, callers: &[caller], servers: &[] };
    let second = Group { ctx: ctx2, callers: &[], servers: &servers };
    loop {
        assert!(settle(&mut [(first, &mut [&mut main]), (second, &mut [&mut pool])], 1000));
        if done.get() && pool.in_flight() + caller.in_flight() == 0 {
            return ran.get();
        }
        let next = [first.next_deadline(), second.next_deadline()].into_iter().flatten().min();
        advance_to(next.expect("the client waits for nothing"));
    }
}
