//! The program of user group `hostile` of node `arena`: everything a group must not be able to do, tried from inside.
//!
//! It prints one line per attempt and one per attack; `tests/hostile.rs` reads them.
#![expect(unsafe_code, clippy::print_stderr, reason = "an attacker does not keep to the rules")]

#[expect(
    clippy::unwrap_used,
    clippy::undocumented_unsafe_blocks,
    reason = "an attacker does not keep to the rules"
)]
#[allow(unreachable_pub, reason = "also a program of its own")]
#[path = "../../../programs/attempts.rs"]
mod attempts;

use ambc_kernel::lane::{Buffer, RawCall, Room, Waiter, lane_bytes};
use ambc_kernel::{Caller, Ctx, LaneSpec, Pending};
use ambc_linux::os::{inherit, memory::Region, now, wait};
use ambc_linux::spec::End;
use ambc_linux::status::status_bytes;
use ambc_wire::Encode;
use core::task::Poll;
use node_by_hand::store::Sum;

const LANE: LaneSpec = LaneSpec { slots: 16, small: 64, bulk: 2, bulk_bytes: 100_032 };
/// Lanes: neighbour.villain (it is called), villain.keeper and villain.tally (it calls).
const LANES: usize = 3;

fn main() {
    let me = i64::from(std::process::id());
    attempts::run(me - 1, 3 + LANES as i64 + 2);
    let mut fd = 3;
    let lanes = [(); LANES]
        .map(|()| inherit::region(&mut fd, lane_bytes(&LANE)).expect("its own lanes can be mapped"));
    let status = inherit::region(&mut fd, status_bytes(LANES)).expect("its own page can be mapped");
    report_false(&status);
    change_after_sending(&lanes[1]);
    flood(&lanes[1]);
    flood(&lanes[2]);
    for seed in 1..=3 {
        answer_nonsense(&lanes[0], seed);
        wrong_numbers(&lanes[1], seed);
        wrong_numbers(&lanes[2], seed);
        scribble(&lanes, seed);
    }
    ring_for_nothing(&lanes, &status, fd);
    eat_memory();
    talk();
    eprintln!("attacks finished");
    loop {
        // Never replies, never stops when asked.
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

/// Says it serves, is at rest, and has counted calls: only what is printed depends on it.
fn report_false(status: &Region) {
    for offset in (0..status.len()).step_by(4) {
        status.word(offset).store(u32::MAX, core::sync::atomic::Ordering::SeqCst);
    }
    eprintln!("\u{1}keeper is dead, says the villain");
    eprintln!("attack report-false done");
}

fn context() -> &'static Ctx<'static> {
    Box::leak(Box::new(Ctx::new(now, &[])))
}

fn caller(region: &Region, ctx: &'static Ctx<'static>) -> Caller<'static> {
    let room = Room {
        pending: Vec::leak((0..LANE.slots).map(|_| Pending::new()).collect()),
        waiters: Vec::leak((0..4).map(|_| Waiter::new()).collect()),
        reply: Box::leak(Box::new(Buffer::new(Vec::leak(vec![0; LANE.bulk_bytes as usize])))),
    };
    Caller::new(inherit::lane(region, LANE), 0, ctx, room)
}

/// Sends valid bytes and changes them all the time while the callee works with them. The callee must see one value.
fn change_after_sending(region: &Region) {
    let ctx = context();
    let caller = caller(region, ctx);
    let lane = inherit::lane(region, LANE);
    let bytes = vec![5u8; 90_000];
    let mut message = vec![0; 100_032];
    let mut writer = ambc_wire::Writer::new(&mut message);
    Sum { bytes: bytes.as_slice().into() }.encode(&mut writer).expect("it fits");
    let len = writer.len();
    let (mut stable, mut changed, mut refused, mut reply) = (0, 0, 0, vec![0; 100_032]);
    while stable + changed + refused < 50 {
        ctx.now();
        caller.advance();
        let call = RawCall {
            proc: 5,
            deadline: now() + 5_000_000_000,
            message: &message[..len],
            reply_max: 100_032,
        };
        let Ok(slot) = caller.submit_raw(&call) else { continue };
        loop {
            wait::ring(lane.asleep(End::Callee));
            spoil(region);
            ctx.now();
            caller.advance();
            if let Poll::Ready(answer) = caller.poll_raw(slot, &mut reply) {
                match answer {
                    Ok(_) if reply[0] == 1 => stable += 1,
                    Ok(_) => changed += 1,
                    Err(_) => refused += 1,
                }
                break;
            }
        }
    }
    eprintln!("attack change-after-sending done, changed {changed}, some ran: {}", stable > 0);
}

/// Writes over the bulk buffers, which lie at the end of the lane.
fn spoil(region: &Region) {
    let start = region.len() / 4 * 4 - 200_000;
    for i in (start..region.len() - 64).step_by(4096) {
        region.word(i / 4 * 4).fetch_add(0x0101_0101, core::sync::atomic::Ordering::SeqCst);
    }
}

/// As many requests as fit, again and again, none of them awaited.
fn flood(region: &Region) {
    let ctx = context();
    let caller = caller(region, ctx);
    let lane = inherit::lane(region, LANE);
    let (until, mut sent, mut reply) = (now() + 300_000_000, 0, [0; 64]);
    while now() < until || sent <= 100 {
        ctx.now();
        caller.advance();
        let call = RawCall { proc: 1, deadline: now() + 1_000_000_000, message: &[1, 0, 0, 0], reply_max: 8 };
        while caller.submit_raw(&call).is_ok() {
            sent += 1;
        }
        wait::ring(lane.asleep(End::Callee));
        for slot in 0..LANE.slots {
            let _ = caller.poll_raw(slot, &mut reply);
        }
    }
    eprintln!("attack flood done, more than 100 sent: {}", sent > 100);
}

fn random(state: &mut u64) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) as u32
}

/// Request ring and slot heads full of numbers that are out of range, or nearly in range.
fn wrong_numbers(region: &Region, seed: u64) {
    let mut state = seed * 0x9e37_79b9;
    let until = now() + 100_000_000;
    while now() < until {
        for offset in (0..2048).step_by(4) {
            let value = match random(&mut state) % 6 {
                0 => u32::MAX,
                1 => 1 << 31 | random(&mut state) & 0x1f,
                2 => 1 << 31 | (random(&mut state) & 0x7f) << 16 | random(&mut state) & 0xff,
                3 => 100_033,
                4 => random(&mut state) & 7,
                _ => random(&mut state),
            };
            region.word(offset).store(value, core::sync::atomic::Ordering::SeqCst);
        }
        wake_callee(region);
    }
    eprintln!("attack wrong-numbers {seed} done");
}

/// Completions for calls nobody made, with lengths and statuses of every kind.
fn answer_nonsense(region: &Region, seed: u64) {
    let mut state = seed * 77;
    let until = now() + 200_000_000;
    while now() < until {
        for offset in (0..4096).step_by(4) {
            region
                .word(offset)
                .store(1 << 31 | random(&mut state) & 0x7f_001f, core::sync::atomic::Ordering::SeqCst);
        }
        wait::ring(inherit::lane(region, LANE).asleep(End::Caller));
    }
    eprintln!("attack answer-nonsense {seed} done");
}

/// Random words anywhere in all lanes.
fn scribble(lanes: &[Region; LANES], seed: u64) {
    let mut state = seed * 1234;
    for _ in 0..200_000 {
        let lane = &lanes[random(&mut state) as usize % LANES];
        let offset = random(&mut state) as usize % (lane.len() - 4) / 4 * 4;
        lane.word(offset).store(random(&mut state), core::sync::atomic::Ordering::SeqCst);
    }
    lanes.iter().for_each(wake_callee);
    eprintln!("attack scribble {seed} done");
}

fn wake_callee(region: &Region) {
    let word = inherit::lane(region, LANE);
    let _ = rustix_wake(word.asleep(End::Callee));
}

fn rustix_wake(word: &core::sync::atomic::AtomicU32) -> i64 {
    // SAFETY: wakes sleepers on a live word.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX) }
}

/// Wakes everybody it can, all the time, and fills the node's counter.
fn ring_for_nothing(lanes: &[Region; LANES], status: &Region, eventfd: i32) {
    let until = now() + 300_000_000;
    let most = (u64::MAX - 1).to_ne_bytes();
    while now() < until {
        lanes.iter().for_each(wake_callee);
        status.word(64).store(1, core::sync::atomic::Ordering::SeqCst);
        // SAFETY: writes local bytes to its own descriptor.
        unsafe { libc::write(eventfd, most.as_ptr().cast(), 8) };
    }
    eprintln!("attack ring-for-nothing done");
}

fn eat_memory() {
    let mut eaten = 0;
    // SAFETY: fresh anonymous mappings.
    while eaten < 64 && unsafe { map_16_mib() } {
        eaten += 1;
    }
    eprintln!(
        "attack eat-memory done, {}",
        if eaten < 16 { "refused within its limit" } else { "not refused" }
    );
}

unsafe fn map_16_mib() -> bool {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a fresh anonymous mapping.
    let at = unsafe {
        libc::mmap(core::ptr::null_mut(), 1 << 24, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    at != libc::MAP_FAILED
}

/// More lines than anybody wants to read.
fn talk() {
    for i in 0..1200 {
        eprintln!("blah {i}");
    }
    eprintln!("attack talk done");
}
