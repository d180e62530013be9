//! Timers, dropped requests and declared errors.
mod common;

use ambc_kernel::wire::Vector;
use ambc_kernel::{
    CallError, CallOptions, Caller, Channel, Failure, Group, LaneSpec, Request, Serve, Server, Task, Work,
    time,
};
use ambc_testkit::{LaneMemory, SimPort, ctx, keep, now, room, wake};
use common::{kids, ms};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Waits for both; the order in which they came.
async fn both(a: impl Future<Output = ()>, b: impl Future<Output = ()>) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let mut done = [false; 2];
    poll_fn(|cx| {
        done[0] = done[0] || a.as_mut().poll(cx).is_ready();
        done[1] = done[1] || b.as_mut().poll(cx).is_ready();
        if done == [true; 2] { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Runs two tasks with `timers` timers; when each of their sleeps ended, in ms.
fn sleepers(timers: usize) -> Vec<(char, u64)> {
    let (ctx, woken) = (ctx(timers), RefCell::new(Vec::new()));
    let start = now();
    let sleep = async |name, until| {
        time::sleep_until(ctx, start + ms(until)).await;
        woken.borrow_mut().push((name, (now() - start) / ms(1)));
    };
    let first = pin!(both(sleep('a', 30), sleep('b', 10)));
    let second = pin!(async {
        sleep('c', 20).await;
        sleep('d', 25).await;
        sleep('e', 5).await;
    });
    let mut first = Task::new(first, wake(), ctx, |()| ());
    let mut second = Task::new(second, wake(), ctx, |()| ());
    let group = Group { ctx, callers: &[], servers: &[] };
    let work: &mut [&mut dyn Work] = &mut [&mut first, &mut second];
    let mut steps = 0;
    group.run(&SimPort::default(), work, |work| {
        // Without a timer a sleeper is polled in every step: somebody has to move the clock.
        steps += 1;
        if timers == 0 {
            ambc_testkit::advance_to(now() + ms(1));
        }
        group.done(work)
    });
    assert!(timers == 0 || steps < 20, "a group with timers sleeps");
    woken.take()
}

#[test]
fn sleeps_end_at_their_time_whatever_the_order_and_however_many_in_one_task() {
    assert_eq!(sleepers(2), [('b', 10), ('c', 20), ('d', 25), ('e', 25), ('a', 30)]);
}

#[test]
fn a_sleeper_without_a_timer_still_wakes() {
    assert_eq!(sleepers(0).iter().map(|(name, _)| *name).collect::<String>(), "bcdea");
}

type Declared = Result<u32, Failure<u64>>;

/// Procedure 1 drops its request, 2 answers with a declared error, 3 with a result, 4 with a list larger than the slot.
async fn odd(req: Request<'_>) {
    match req.proc() {
        1 => drop(req),
        2 => req.reply::<Declared>(&Err(Failure::Error(u64::MAX))),
        3 => req.reply::<Declared>(&Ok(3)),
        _ => req.reply::<Result<Vector<u8, 8>, CallError>>(&Ok([7; 8].into_iter().collect())),
    }
}

#[test]
fn every_request_is_answered_even_if_nobody_answers_it() {
    let spec = LaneSpec::small(1, 8);
    let (memory, ctx) = (LaneMemory::new(spec), ctx(2));
    let caller = keep(Caller::new(memory.lane(), 0, ctx, room(&spec, 2)));
    let server = Server::new(memory.lane(), 0);
    let (servers, ended) = ([&server], Cell::new(false));
    let mut kids = kids(1);
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx, wake(), odd);
    let client = pin!(async {
        let call = async |proc| caller.call::<u32, Declared>(proc, &0, CallOptions::default()).await;
        assert_eq!(call(1).await, Err(Failure::Call(CallError::Cancelled)));
        assert_eq!(call(2).await, Err(Failure::Error(u64::MAX)));
        assert_eq!(call(3).await, Ok(3));
        assert_eq!(call(4).await, Err(Failure::Call(CallError::Malformed)));
        assert_eq!(call(1).await, Err(Failure::Call(CallError::Cancelled)));
        assert_eq!((caller.counters().calls(), caller.counters().counts().failures(), now()), (5, 3, 0));
    });
    let mut main = Task::new(client, wake(), ctx, |()| ended.set(true));
    let group = Group { ctx, callers: &[caller], servers: &servers };
    let work: &mut [&mut dyn Work] = &mut [&mut main, &mut pool];
    group.run(&SimPort::default(), work, |work| ended.get() && group.in_flight(work) == 0);
}
