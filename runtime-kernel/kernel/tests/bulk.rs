//! Messages larger than a slot.
mod common;

use ambc_kernel::lane::{RawCall, Refused, Scratch};
use ambc_kernel::wire::{Vector, decode};
use ambc_kernel::{
    CallError, CallOptions, Caller, Channel, Group, LaneSpec, Request, Serve, Server, Task, Work, time,
};
use ambc_testkit::{LaneMemory, advance_to, ctx, keep, room, scratch, settle, wake};
use common::{kids, ms};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

type Data = Vector<u8, 1000>;
type Echo = Result<Data, CallError>;

const SPEC: LaneSpec = LaneSpec::small(4, 64).with_bulk(2, 1016);

fn data(len: usize, first: u8) -> Data {
    (0..len).map(|i| first.wrapping_add(i as u8)).collect()
}

/// Sends its argument back after a while.
async fn echo(req: Request<'_>, ctx: &ambc_kernel::Ctx<'_>) {
    let answer = match req.bulk_args().await {
        Ok(bytes) => {
            time::sleep_until(ctx, ctx.now() + ms(1)).await;
            decode::<Data, Data>(&bytes)
        }
        Err(error) => Err(error),
    };
    req.reply(&answer);
}

/// Runs `client` against a pool of four with `scratch`.
fn run<F: Future<Output = ()>>(
    scratch: Option<&'static Scratch>,
    client: impl FnOnce(&'static Caller<'static>) -> F,
) {
    let memory = LaneMemory::new(SPEC);
    let (ctx1, ctx2) = (ctx(4), ctx(4));
    let caller = keep(Caller::new(memory.lane(), 0, ctx1, room(&SPEC, 8)));
    let mut server = Server::new(memory.lane(), 0);
    if let Some(scratch) = scratch {
        server = server.with_scratch(scratch);
    }
    let (servers, done) = ([&server], Cell::new(false));
    let mut kids = kids(4);
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx2, wake(), |req| echo(req, ctx2));
    let client = pin!(client(caller));
    let mut main = Task::new(client, wake(), ctx1, |()| done.set(true));
    let first = Group { ctx: ctx1, callers: &[caller], servers: &[] };
    let second = Group { ctx: ctx2, callers: &[], servers: &servers };
    while !done.get() {
        assert!(settle(&mut [(first, &mut [&mut main]), (second, &mut [&mut pool])], 1000));
        let next = [first.next_deadline(), second.next_deadline()].into_iter().flatten().min();
        advance_to(next.unwrap_or(0));
    }
    assert_eq!((pool.in_flight(), caller.in_flight()), (0, 0));
}

async fn send(caller: &Caller<'_>, data: &Data) -> Echo {
    caller.call(1, data, CallOptions::default()).await
}

#[test]
fn large_messages_go_both_ways_and_wait_for_buffers_at_both_ends() {
    run(Some(scratch(1, 1016, 4)), |caller| async move {
        let inputs: Vec<Data> = (0..6).map(|n| data(200 * usize::from(n), n)).collect();
        let mut calls: Vec<_> = inputs.iter().map(|input| Some(Box::pin(send(caller, input)))).collect();
        let mut left = calls.len();
        poll_fn(|cx| {
            for (call, input) in calls.iter_mut().zip(&inputs) {
                if let Some(running) = call
                    && let Poll::Ready(answer) = running.as_mut().poll(cx)
                {
                    assert_eq!(answer.as_ref(), Ok(input));
                    *call = None;
                    left -= 1;
                }
            }
            if left == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
}

#[test]
fn what_fits_nowhere_is_malformed_at_the_end_that_finds_out() {
    run(Some(scratch(1, 100, 4)), |caller| async move {
        let longer: Vector<u8, 2000> = (0..1500).map(|_| 1).collect();
        let answer: Echo = caller.call(1, &longer, CallOptions::default()).await;
        assert_eq!(answer, Err(CallError::Malformed));
        assert_eq!(send(caller, &data(101, 0)).await, Err(CallError::Malformed));
        assert_eq!(send(caller, &data(50, 3)).await, Ok(data(50, 3)));
    });
    run(None, |caller| async move {
        assert_eq!(send(caller, &data(50, 3)).await, Err(CallError::Malformed));
    });
}

#[test]
fn raw_ends_move_large_messages_too() {
    let memory = LaneMemory::new(SPEC);
    let caller = Caller::new(memory.lane(), 0, ctx(0), room(&SPEC, 0));
    let server = Server::new(memory.lane(), 0);
    for _ in 0..3 {
        caller.advance();
        if server.attend().is_some() {
            server.renew();
        }
    }
    let large = [7; 1016];
    let submit =
        |message, reply_max| caller.submit_raw(&RawCall { proc: 1, deadline: u64::MAX, message, reply_max });
    assert_eq!(submit(&[0; 1017], 0), Err(Refused::TooLarge));
    let (first, second) = (submit(&large, 0).unwrap(), submit(&[1], 1016).unwrap());
    assert_eq!(submit(&[1], 65), Err(Refused::Full));
    let third = submit(&[1; 64], 64).unwrap();
    let mut buffer = [0; 1016];
    for (slot, len, reply) in [(first, 1016, 3), (second, 1, 1016), (third, 64, 65)] {
        let request = server.pop_raw(0, &mut buffer).unwrap();
        assert_eq!((request.ticket.slot(), request.len), (slot, len));
        server.complete_raw(request.ticket, 0, &large[..reply]);
    }
    caller.advance();
    let mut poll = |slot| caller.poll_raw(slot, &mut buffer).map_ok(|reply| reply.len);
    assert_eq!(poll(first), Poll::Ready(Ok(3)));
    assert_eq!(poll(second), Poll::Ready(Ok(1016)));
    assert_eq!(poll(third), Poll::Ready(Err(CallError::Malformed)));
    assert_eq!(poll(third), Poll::Ready(Err(CallError::Cancelled)));
}
