//! Whole groups: one over a lane to itself, cycles of groups, and two threads over static memory.
mod common;

use ambc_kernel::lane::lane_bytes;
use ambc_kernel::{
    CallError, CallOptions, Caller, Channel, Ctx, Group, Handle, Kids, LaneSpec, Mem, Request, Run, Serve,
    Server, Task, Work, instance, kids_bytes, time,
};
use ambc_testkit::{LaneMemory, SimPort, ctx, keep, now, room, settle, wake};
use common::{ADD, Answer, SLEEP, call, kids, ms, serve};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

#[test]
fn a_group_calls_itself_over_a_lane_and_sleeps_between() {
    let spec = LaneSpec::small(1, 8);
    let memory = LaneMemory::new(spec);
    let ctx = ctx(4);
    let caller = Caller::new(memory.lane(), 0, ctx, room(&spec, 2));
    let server = Server::new(memory.lane(), 0);
    let (servers, ran, result) = ([&server], Cell::new(0), Cell::new(None));
    let mut kids = kids(1);
    let mut pool = Serve::new(kids.as_mut(), &servers, ctx, wake(), |req| serve(req, ctx, &ran));
    let client = pin!(async {
        assert_eq!(call(&caller, ADD, 1).await, Ok(2));
        assert_eq!(call(&caller, SLEEP, 30).await, Ok(30));
        time::sleep_until(ctx, ms(40)).await;
        Err::<(), _>("enough")
    });
    let mut main = Task::new(client, wake(), ctx, |outcome| result.set(Some(outcome)));
    let group = Group { ctx, callers: &[&caller], servers: &servers };
    let work: &mut [&mut dyn Work] = &mut [&mut main, &mut pool];
    assert!(!group.done(work));
    group.run(&SimPort::default(), work, |work| group.done(work));
    assert_eq!((result.get(), now(), ran.get()), (Some(Err("enough")), ms(40), 2));
    assert_eq!((group.in_flight(work), group.done(work)), (0, true));
}

/// Answers with what the next instance makes of its argument plus one; the last one just adds.
async fn relay(req: Request<'_>, next: Option<&Caller<'_>>) {
    let answer = match (req.fixed().map(u32::from_le_bytes), next) {
        (Ok(arg), Some(next)) => next.call(ADD, &(arg + 1), CallOptions::default()).await,
        (Ok(arg), None) => Ok(arg + 1),
        (Err(error), _) => Err(error),
    };
    req.reply::<Answer>(&answer);
}

/// Instances 0 → 1 → … → 5 alternate between two groups, each with a pool of one and lanes of one slot. Everything that can
/// fill up is full all the time, and yet every call gets its answer, since the instances form no cycle.
#[test]
fn acyclic_instances_of_cyclic_groups_cannot_block_each_other() {
    const DEPTH: usize = 6;
    const CALLS: u32 = if cfg!(miri) { 6 } else { 60 };
    let spec = LaneSpec::small(1, 8);
    let contexts = [ctx(8), ctx(8)];
    let memory: Vec<_> = (0..DEPTH).map(|_| LaneMemory::new(spec)).collect();
    // Lane i leads from instance i - 1 to instance i; lane 0 from the client, which lives in group 1.
    let callers: Vec<_> = memory
        .iter()
        .enumerate()
        .map(|(i, memory)| {
            keep(Caller::new(memory.lane(), 0, contexts[(i + 1) % 2], room(&spec, CALLS as usize)))
        })
        .collect();
    let servers: Vec<_> = memory.iter().map(|memory| [keep(Server::new(memory.lane(), 0))]).collect();
    let mut storage: Vec<_> = (0..DEPTH).map(|_| kids(1)).collect();
    let mut pools: Vec<_> = storage
        .iter_mut()
        .enumerate()
        .map(|(i, kids)| {
            let next = callers.get(i + 1).copied();
            Serve::new(kids.as_mut(), &servers[i], contexts[i % 2], wake(), move |req| relay(req, next))
        })
        .collect();
    let answered = Cell::new(0);
    let client = pin!(async {
        let mut calls: Vec<_> = (0..CALLS).map(|n| Some(Box::pin(call(callers[0], ADD, n)))).collect();
        poll_fn(|cx| {
            for (n, call) in (0..).zip(&mut calls) {
                if let Some(running) = call
                    && let Poll::Ready(answer) = running.as_mut().poll(cx)
                {
                    assert_eq!(answer, Ok(n + DEPTH as u32));
                    *call = None;
                    answered.set(answered.get() + 1);
                }
            }
            if answered.get() == CALLS { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
    let mut main = Task::new(client, wake(), contexts[1], |()| ());
    let mut work: [Vec<&mut dyn Work>; 2] = [Vec::new(), vec![&mut main]];
    for (i, pool) in pools.iter_mut().enumerate() {
        work[i % 2].push(pool);
    }
    let [first, second] = &mut work;
    let ends = |g: usize| -> (Vec<&Caller<'static>>, Vec<&Server>) {
        (
            (0..DEPTH).filter(|i| (i + 1) % 2 == g).map(|i| callers[i]).collect(),
            (0..DEPTH).filter(|i| i % 2 == g).map(|i| servers[i][0]).collect(),
        )
    };
    let ((callers1, servers1), (callers2, servers2)) = (ends(0), ends(1));
    let group1 = Group { ctx: contexts[0], callers: &callers1, servers: &servers1 };
    let group2 = Group { ctx: contexts[1], callers: &callers2, servers: &servers2 };
    assert!(settle(&mut [(group1, first), (group2, second)], 100_000));
    assert_eq!((answered.get(), group1.in_flight(first) + group2.in_flight(second)), (CALLS, 0));
}

// --- two threads, everything static, as generated code has it ---

const SPEC: LaneSpec = LaneSpec::small(4, 8);
static EDGE: Mem<{ lane_bytes(&SPEC) }> = Mem::new();
static KIDS: Kids<{ kids_bytes(serve_adder, 2) }> = Kids::new();
static STOP: AtomicBool = AtomicBool::new(false);

struct Adder {
    sum: Cell<u32>,
}

struct Client<C> {
    next: C,
}

instance!(adder: Adder);
instance!(adder_lane: Server);
instance!(client: Client<Handle<edge>>);
instance!(edge: Caller<'static>);

#[expect(clippy::manual_async_fn, reason = "as generated: an async fn keeps its arguments twice")]
fn serve_adder(adder: Handle<adder>, req: Request<'static>) -> impl Future<Output = ()> {
    async move {
        let arg = req.fixed().map_or(0, u32::from_le_bytes);
        adder.sum.set(adder.sum.get() + arg);
        if req.proc() == SLEEP {
            time::yield_now().await;
        }
        req.reply::<Answer>(&Ok(adder.sum.get()));
    }
}

impl<C: Channel> Run for Client<C> {
    async fn run(&self) -> Result<(), impl std::fmt::Display> {
        let mut expected = 0;
        for n in 0..if cfg!(miri) { 20 } else { 2000 } {
            expected += n;
            let proc = if n % 3 == 0 { SLEEP } else { ADD };
            let answer: Answer = self.next.call(proc, &n, CallOptions::default()).await;
            if answer != Ok(expected) {
                return Err(answer.err().unwrap_or(CallError::Malformed));
            }
        }
        // More calls than slots and children, all from one task.
        let calls = [(); 6].map(|()| self.next.call::<u32, Answer>(SLEEP, &0, CallOptions::default()));
        let mut calls = calls.map(|call| Some(Box::pin(call)));
        poll_fn(|cx| {
            for call in &mut calls {
                if call.as_mut().is_some_and(|c: &mut Pin<Box<_>>| c.as_mut().poll(cx).is_ready()) {
                    *call = None;
                }
            }
            if calls.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        Ok(())
    }
}

fn callee_thread() {
    let ctx = Ctx::new(now, &[]);
    let adder = Handle::<adder>::init(|| Adder { sum: Cell::new(0) });
    let server = Handle::get(Handle::<adder_lane>::init(|| Server::new(EDGE.lane(SPEC), 0)));
    let servers = [server];
    let kids = KIDS.take(serve_adder, 2);
    let mut pool = Serve::new(kids, &servers, &ctx, wake(), move |req| serve_adder(adder, req));
    let group = Group { ctx: &ctx, callers: &[], servers: &servers };
    while !STOP.load(Ordering::Acquire) {
        if !group.step(&mut [&mut pool], |_| ()) {
            std::thread::yield_now();
        }
    }
    assert_eq!(pool.in_flight(), 0);
}

#[test]
fn two_threads_over_static_memory() {
    let callee = std::thread::spawn(callee_thread);
    let ctx = ctx(1);
    let edge = Handle::<edge>::init(|| Caller::new(EDGE.lane(SPEC), 0, ctx, room(&SPEC, 4)));
    let client = Handle::<client>::init(|| Client { next: edge });
    let result = Cell::new(None);
    let run = pin!(client.run());
    let mut main = Task::new(run, wake(), ctx, |r| result.set(Some(r.map_err(|e| e.to_string()))));
    let callers = [Handle::get(edge)];
    let group = Group { ctx, callers: &callers, servers: &[] };
    while !main.done() {
        if !group.step(&mut [&mut main], |_| ()) {
            std::thread::yield_now();
        }
    }
    STOP.store(true, Ordering::Release);
    callee.join().unwrap();
    assert_eq!(result.take(), Some(Ok(())));
}
