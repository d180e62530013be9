//! A callee and a client in two groups, on one thread and a simulated clock.

use ambc_kernel::serve::Child;
use ambc_kernel::{Caller, Group, LaneSpec, Request, Serve, Server, Task, Work};
use ambc_testkit::{LaneMemory, advance_to, ctx, keep, room, scratch, settle, wake};
use std::cell::Cell;
use std::pin::pin;

const SPEC: LaneSpec = LaneSpec::small(4, 256).with_bulk(2, 8192);

/// Runs `client` against `serve` until it returns and nothing is under way.
pub(crate) fn run<S: Future<Output = ()>, F: Future<Output = ()>>(
    serve: impl Fn(Request<'static>) -> S,
    client: impl FnOnce(&'static Caller<'static>) -> F,
) {
    let memory = LaneMemory::new(SPEC);
    let (ctx1, ctx2) = (ctx(8), ctx(8));
    let caller = keep(Caller::new(memory.lane(), 0, ctx1, room(&SPEC, 4)));
    let server: &'static Server = keep(Server::new(memory.lane(), 0).with_scratch(scratch(2, 8192, 4)));
    let (servers, done) = ([server], Cell::new(false));
    let mut kids = Box::into_pin((0..4).map(|_| Child::new()).collect::<Box<[_]>>());
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx2, wake(), serve);
    let client = pin!(client(caller));
    let mut main = Task::new(client, wake(), ctx1, |()| done.set(true));
    let first = Group { ctx: ctx1, callers: &[caller], servers: &[] };
    let second = Group { ctx: ctx2, callers: &[], servers: &servers };
    loop {
        assert!(settle(&mut [(first, &mut [&mut main]), (second, &mut [&mut pool])], 1000));
        if done.get() && pool.in_flight() + caller.in_flight() == 0 {
            return;
        }
        let next = [first.next_deadline(), second.next_deadline()].into_iter().flatten().min();
        advance_to(next.expect("the client waits for nothing"));
    }
}
