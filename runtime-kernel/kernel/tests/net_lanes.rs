//! Two nodes whose groups call each other over the kernel's own lanes, with the network side between them.
mod common;

use ambc_kernel::lane::{End, Ticket};
use ambc_kernel::net::{LaneEnds, LinkSize, Net, NetTable, OutLane, PeerAddr};
use ambc_kernel::{CallError, CallOptions, Caller, Channel, Ctx, Group, LaneSpec, Serve, Server, Task, Work};
use ambc_testkit::net::{Shape, addr, storage, tables};
use ambc_testkit::{LaneMemory, advance_to, ctx, keep, keep_slice, now, room, wake};
use common::{ADD, DENY, ONEWAY, SLEEP, call, kids, serve};
use std::cell::{Cell, RefCell};
use std::pin::pin;

const SPEC: LaneSpec = LaneSpec::small(4, 16);

/// The network side of one node as an item of its kernel group.
struct Side {
    net: Net<'static>,
    lanes: LaneEnds<'static>,
    own: PeerAddr,
}

impl Side {
    fn new(node: usize, table: NetTable<'static>, lanes: LaneEnds<'static>) -> Self {
        let table = keep(table);
        let mut net = Net::new(table, storage(table), 1 << 20).expect("consistent");
        net.set_peer(0, addr(1 - node, node));
        Side { net, lanes, own: addr(node, 1 - node) }
    }
}

/// Both nodes: lane memory, network sides, the serving and the calling group.
struct Nodes {
    near: LaneMemory,
    far: LaneMemory,
    sides: [RefCell<Side>; 2],
    far_caller: &'static Caller<'static>,
    plugged: Cell<bool>,
}

impl Nodes {
    fn new() -> Self {
        let shape = Shape { mtu: 1400, latency_us: 0, slots: 4, payload: 256, link: LinkSize::tight(256) };
        let tables = tables(2, &[&[0, 1]], &shape, &[]);
        let (near, far) = (LaneMemory::new(SPEC), LaneMemory::new(SPEC));
        let near_server: &'static Server = keep(Server::new(near.lane(), 0));
        let far_caller: &'static Caller<'static> = keep(Caller::new(far.lane(), 0, ctx(4), room(&SPEC, 0)));
        let tickets: &'static [Cell<Option<Ticket>>] = keep_slice((0..4).map(|_| Cell::new(None)).collect());
        let outs = keep_slice(vec![OutLane::new(near_server, tickets)]);
        let near_ends = LaneEnds { outs, ins: &[], now };
        let far_ends = LaneEnds { outs: &[], ins: keep_slice(vec![far_caller]), now };
        let sides = [Side::new(0, tables[0], near_ends), Side::new(1, tables[1], far_ends)].map(RefCell::new);
        Nodes { near, far, sides, far_caller, plugged: Cell::new(true) }
    }

    /// One turn of both kernel groups; true if anything happened.
    fn step(&self) -> bool {
        let mut any = self.far_caller.advance();
        for (at, to) in [(0, 1), (1, 0)] {
            let (mut me, mut peer) = (self.sides[at].borrow_mut(), self.sides[to].borrow_mut());
            let me = &mut *me;
            any |= me.net.poll(now(), &me.lanes);
            let (from, plugged) = (me.own, self.plugged.get());
            me.net.transmit(now(), &mut |_, to, bytes| {
                assert_eq!(to, peer.own);
                any = true;
                if plugged {
                    peer.net.on_datagram(now(), 0, from, bytes);
                }
                true
            });
        }
        any
    }

    fn next(&self) -> u64 {
        self.sides.iter().map(|s| s.borrow().net.next_timer()).min().unwrap_or(u64::MAX)
    }

    fn in_flight(&self) -> usize {
        self.sides.iter().map(|s| s.borrow().net.in_flight()).sum()
    }
}

/// Runs `client` in a group of the near node against a pool in a group of the far node until it returns and nothing is in
/// flight; the number of requests that ran to their end.
fn run<F: Future<Output = ()>>(
    nodes: &Nodes,
    client: impl FnOnce(&'static Caller<'static>, &'static Ctx<'static>) -> F,
) -> u32 {
    let (ctx1, ctx2) = (ctx(8), ctx(4));
    let caller = keep(Caller::new(nodes.near.lane(), 0, ctx1, room(&SPEC, 8)));
    let server = Server::new(nodes.far.lane(), 0);
    let (servers, ran, done) = ([&server], Cell::new(0), Cell::new(false));
    let mut kids = kids(4);
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx2, wake(), |req| serve(req, ctx2, &ran));
    let client = pin!(client(caller, ctx1));
    let mut main = Task::new(client, wake(), ctx1, |()| done.set(true));
    let first = Group { ctx: ctx1, callers: &[caller], servers: &[] };
    let second = Group { ctx: ctx2, callers: &[], servers: &servers };
    for _ in 0..100_000 {
        let mut any = nodes.step();
        any |= first.step(&mut [&mut main], |_| ());
        any |= second.step(&mut [&mut pool], |_| ());
        if done.get() && pool.in_flight() + caller.in_flight() == 0 && nodes.in_flight() == 0 {
            return ran.get();
        }
        if !any {
            let groups = [first.next_deadline(), second.next_deadline()].into_iter().flatten().min();
            advance_to(groups.unwrap_or(u64::MAX).min(nodes.next()).max(now() + 1));
        }
    }
    panic!("the client waits for something that does not come");
}

#[test]
fn results_and_errors_cross_both_lanes() {
    let ran = run(&Nodes::new(), |caller, _| async move {
        for i in 0..20 {
            assert_eq!(call(caller, ADD, i).await, Ok(i + 1));
        }
        assert_eq!(call(caller, DENY, 0).await, Err(CallError::Denied));
        assert_eq!(call(caller, 999, 0).await, Err(CallError::Mismatch));
        let accepted: Result<(), CallError> = caller.call(ONEWAY, &0_u32, CallOptions::default()).await;
        assert_eq!(accepted, Ok(()));
    });
    assert_eq!(ran, 22);
}

#[test]
fn calls_of_a_group_interleave_up_to_the_slots() {
    let ran = run(&Nodes::new(), |caller, _| async move {
        let began = now();
        let at = |n| (began / 1_000_000) as u32 + n;
        let mut calls: Vec<_> = (1..=8).map(|n| Box::pin(call(caller, SLEEP, at(100 * n)))).collect();
        let mut left = calls.len();
        std::future::poll_fn(|cx| {
            calls.retain_mut(|c| match c.as_mut().poll(cx) {
                std::task::Poll::Ready(answer) => {
                    assert!(answer.is_ok());
                    left -= 1;
                    false
                }
                std::task::Poll::Pending => true,
            });
            if left == 0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    });
    assert_eq!(ran, 8);
}

#[test]
fn a_dropped_call_drops_the_child_on_the_other_node() {
    let nodes = Nodes::new();
    let ran = run(&nodes, |caller, _| async move {
        let far_off = (now() / 1_000_000) as u32 + 4000;
        let mut slow = Box::pin(call(caller, SLEEP, far_off));
        let first =
            std::future::poll_fn(|cx| std::task::Poll::Ready(slow.as_mut().poll(cx).is_ready())).await;
        assert!(!first);
        for i in 0..5 {
            assert_eq!(call(caller, ADD, i).await, Ok(i + 1));
        }
        drop(slow);
        assert_eq!(call(caller, ADD, 9).await, Ok(10));
        assert!(now() / 1_000_000 < u64::from(far_off) - 3000);
    });
    assert_eq!(ran, 6);
}

#[test]
fn a_cut_link_ends_calls_in_time_and_comes_back() {
    let nodes = Nodes::new();
    let plugged = &nodes.plugged;
    run(&nodes, |caller, ctx| async move {
        assert_eq!(call(caller, ADD, 1).await, Ok(2));
        plugged.set(false);
        let began = now();
        assert_eq!(call(caller, ADD, 1).await, Err(CallError::Unreachable));
        assert!(now() - began < 5_000_000_000);
        plugged.set(true);
        let back = now() + 300_000_000;
        while now() < back {
            let _ = call(caller, ADD, 1).await;
            ambc_kernel::time::sleep_until(ctx, now() + 50_000_000).await;
        }
        assert_eq!(call(caller, ADD, 1).await, Ok(2));
    });
}

#[test]
fn a_group_that_dies_on_the_other_node_is_restarted_to_its_callers() {
    let nodes = Nodes::new();
    let far = &nodes.far;
    run(&nodes, |caller, _| async move {
        assert_eq!(call(caller, ADD, 1).await, Ok(2));
        let mut slow = Box::pin(call(caller, SLEEP, (now() / 1_000_000) as u32 + 4000));
        let first =
            std::future::poll_fn(|cx| std::task::Poll::Ready(slow.as_mut().poll(cx).is_ready())).await;
        assert!(!first);
        assert_eq!(call(caller, ADD, 2).await, Ok(3));
        far.lane().announce_death(End::Callee);
        assert_eq!(slow.await, Err(CallError::Restarted));
    });
}

#[test]
fn a_group_that_was_given_up_on_the_other_node_is_unreachable_at_once() {
    let nodes = Nodes::new();
    let far = &nodes.far;
    run(&nodes, |caller, _| async move {
        assert_eq!(call(caller, ADD, 1).await, Ok(2));
        far.lane().close();
        let began = now();
        for _ in 0..3 {
            assert_eq!(call(caller, ADD, 1).await, Err(CallError::Unreachable));
        }
        assert!(now() - began < 1_000_000_000, "nobody waited for a deadline");
    });
}
