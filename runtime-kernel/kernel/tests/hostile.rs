//! The other end of a lane writes whatever it likes, whenever it likes: nothing panics, nothing is read or written out of
//! bounds (run it under miri), every step ends, and lanes to others go on working.
mod common;

use ambc_kernel::wire::{Vector, decode};
use ambc_kernel::{
    CallError, CallOptions, Caller, Channel, Group, LaneSpec, Request, Serve, Server, Task, Work, time,
};
use ambc_testkit::{LaneMemory, advance_to, ctx, keep, now, room, scratch, wake};
use common::{ADD, call, kids, serve};
use std::cell::Cell;
use std::pin::pin;

const SPEC: LaneSpec = LaneSpec::small(4, 16).with_bulk(2, 128);
const STEPS: u32 = if cfg!(miri) { 300 } else { 60_000 };

type Data = Vector<u8, 100>;

/// xorshift: the same run for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }
}

/// A lane whose memory its hostile end changes.
struct Meddled {
    memory: LaneMemory,
    /// What some words were at some time.
    old: Vec<u32>,
}

impl Meddled {
    fn new() -> Self {
        let memory = LaneMemory::new(SPEC);
        Self { memory, old: vec![0; memory.len().div_ceil(4)] }
    }

    /// In storms, with quiet stretches in which sessions open and calls succeed.
    fn meddle(&mut self, random: &mut Random, step: u32) {
        let writes = match step / 50 % 4 {
            0 => 0,
            1 => usize::from(random.below(20) == 0),
            2 => 1,
            _ => 8,
        };
        for _ in 0..writes {
            // Half of them where it hurts: control words and the first headers, with their ring entries.
            let range = if random.below(2) == 0 { self.memory.len().min(512) } else { self.memory.len() };
            let at = random.below(range);
            match random.below(4) {
                0 => _ = self.memory.flip(at, 1 << random.below(32)),
                1 => _ = self.memory.flip(at, random.below(256) as u32),
                2 => self.replay(at),
                _ => self.old[at / 4] = self.memory.flip(at, 0),
            }
        }
    }

    /// Writes what was there before: an old lap, an old session, an old cancellation.
    fn replay(&mut self, at: usize) {
        let now = self.memory.flip(at, 0);
        self.memory.flip(at, now ^ self.old[at / 4]);
    }
}

/// Sends its argument back, after a pause if it is long.
async fn echo(req: Request<'_>) {
    let data = match req.bulk_args().await {
        Ok(bytes) => decode::<Data, Data>(&bytes),
        Err(error) => Err(error),
    };
    if data.as_ref().is_ok_and(|data| data.len() > 50) {
        time::yield_now().await;
    }
    req.reply(&data);
}

/// Calls for ever over a lane that nobody can rely on; how often each outcome came.
async fn bother(caller: &Caller<'_>, outcomes: &Cell<[u32; 2]>, seed: usize) {
    for n in seed.. {
        let data: Data = (0..n % 101).map(|i| i as u8).collect();
        let options = CallOptions { timeout_us: 300, idempotent: n % 2 == 0 };
        let answer: Result<Data, CallError> = caller.call(1, &data, options).await;
        let [good, bad] = outcomes.get();
        outcomes.set(if answer == Ok(data) { [good + 1, bad] } else { [good, bad + 1] });
        time::yield_now().await;
    }
}

async fn rely(caller: &Caller<'_>, answered: &Cell<u32>) {
    for n in 0.. {
        assert_eq!(call(caller, ADD, n).await, Ok(n + 1));
        answered.set(n + 1);
    }
}

/// The victim calls a hostile group and is called by it, and has a friend in both roles. All of the hostile group's memory
/// is meddled with between any two steps of anybody, so its own kernel code suffers the same.
fn run(seed: u64) -> ([u32; 2], u32) {
    let mut random = Random(seed);
    let (mut bad, good) = ([(); 2].map(|()| Meddled::new()), [(); 2].map(|()| LaneMemory::new(SPEC)));
    let [victim_ctx, friend_ctx, hostile_ctx] = [ctx(8), ctx(8), ctx(8)];
    let caller = |memory: &LaneMemory, ctx| keep(Caller::new(memory.lane(), 0, ctx, room(&SPEC, 4)));
    let echoing = |memory: &LaneMemory| Server::new(memory.lane(), 0).with_scratch(scratch(1, 128, 4));
    let (outcomes, answered, ran) = (Cell::new([0; 2]), [Cell::new(0), Cell::new(0)], Cell::new(0));

    let (to_hostile, to_friend) = (caller(&bad[0].memory, victim_ctx), caller(&good[0], victim_ctx));
    let (from_hostile, from_friend) = ([&echoing(&bad[1].memory)], [&Server::new(good[1].lane(), 0)]);
    let (mut kids1, mut kids2) = (kids(4), kids(2));
    let mut served = Serve::new(kids1.as_mut(), &from_hostile, victim_ctx, wake(), echo);
    let add = |req| serve(req, victim_ctx, &ran);
    let mut friendly = Serve::new(kids2.as_mut(), &from_friend, victim_ctx, wake(), add);
    let tasks = (pin!(bother(to_hostile, &outcomes, 7)), pin!(rely(to_friend, &answered[0])));
    let mut bothering = Task::new(tasks.0, wake(), victim_ctx, |()| ());
    let mut relying = Task::new(tasks.1, wake(), victim_ctx, |()| ());
    let (callers, servers) = ([to_hostile, to_friend], [from_hostile[0], from_friend[0]]);
    let victim = Group { ctx: victim_ctx, callers: &callers, servers: &servers };

    let to_victim = caller(&good[1], friend_ctx);
    let from_victim = [&Server::new(good[0].lane(), 0)];
    let mut kids3 = kids(2);
    let add = |req| serve(req, friend_ctx, &ran);
    let mut pool = Serve::new(kids3.as_mut(), &from_victim, friend_ctx, wake(), add);
    let task = pin!(rely(to_victim, &answered[1]));
    let mut client = Task::new(task, wake(), friend_ctx, |()| ());
    let friend = Group { ctx: friend_ctx, callers: &[to_victim], servers: &from_victim };

    let hostile_end = caller(&bad[1].memory, hostile_ctx);
    let hostile_server = [&echoing(&bad[0].memory)];
    let mut kids4 = kids(4);
    let mut hostile_pool = Serve::new(kids4.as_mut(), &hostile_server, hostile_ctx, wake(), echo);
    let task = pin!(bother(hostile_end, &outcomes, 31));
    let mut hostile_client = Task::new(task, wake(), hostile_ctx, |()| ());
    let hostile = Group { ctx: hostile_ctx, callers: &[hostile_end], servers: &hostile_server };

    for step in 0..STEPS {
        let mut meddle = || bad.iter_mut().for_each(|lane| lane.meddle(&mut random, step));
        meddle();
        victim.step(&mut [&mut served, &mut friendly, &mut bothering, &mut relying], |_| ());
        meddle();
        hostile.step(&mut [&mut hostile_pool, &mut hostile_client], |_| ());
        friend.step(&mut [&mut pool, &mut client], |_| ());
        advance_to(now() + 5000);
    }
    let relied = answered[0].get().min(answered[1].get());
    assert!(served.in_flight() <= 4 && victim.in_flight(&[]) <= 4 * 6);
    (outcomes.get(), relied)
}

#[test]
fn random_writes_of_the_other_end_harm_nobody_else() {
    let seeds = if cfg!(miri) { 1 } else { 4 };
    for seed in 1..=seeds {
        let ([good, bad], relied) = run(0x9e37_79b9_7f4a_7c15_u64.rotate_left(seed));
        // The storm must reach calls at every stage, and a friend must not notice.
        assert!(good > STEPS / 200 && bad > STEPS / 200, "{good} answered, {bad} failed");
        assert!(relied > STEPS / 8, "{relied} friendly calls answered");
    }
}
