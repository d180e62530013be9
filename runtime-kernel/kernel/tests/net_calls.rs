//! Calls between nodes over media that lose, repeat, hold back and damage datagrams: each ends once and runs at most once.
use ambc_kernel::net::LinkSize;
use ambc_testkit::net::{Faults, Rng, Shape, World, reply_of, request, tables};

const BAD: Faults = Faults { loss: 50, dup: 50, reorder: 50, damage: 10 };

fn shape(mtu: u32, payload: u32, link: LinkSize) -> Shape {
    Shape { mtu, latency_us: 200, slots: 8, payload, link }
}

fn lan() -> Shape {
    shape(1400, 200 << 10, LinkSize::roomy(200 << 10))
}

fn radio() -> Shape {
    shape(100, 2 << 10, LinkSize { window: 4, small: 8, large: 4, max_payload: 2 << 10 })
}

/// Makes `calls` calls over the first path, with sizes by `size`, and checks that each ran once and came back right.
fn all_come_back(
    seed: u64,
    paths: &[&[usize]],
    shape: &Shape,
    calls: u64,
    size: impl Fn(u64, &mut Rng) -> usize,
) {
    let nodes = paths.iter().flat_map(|p| p.iter()).max().map_or(0, |n| n + 1);
    let mut world = World::new(seed, &tables(nodes, paths, shape, &[]), paths, shape.slots as u8);
    world.medium.faults = BAD;
    let mut rng = Rng(seed);
    let args: Vec<Vec<u8>> = (0..calls)
        .map(|id| {
            let (out, back) = (size(id, &mut rng).max(20), size(id, &mut rng));
            request(id, out, back, rng.below(3_000_000))
        })
        .collect();
    for (id, args) in args.iter().enumerate() {
        world.call(0, 0, id as u64, 0, args.clone());
    }
    assert!(world.run_until_idle(10_000_000), "not all calls ended: {world:#?}");
    for (id, args) in args.iter().enumerate() {
        let (id, expected) = (id as u64, reply_of(args).map(|r| r.2));
        assert_eq!(world.status(0, id), 0, "call {id}");
        assert!(Some(&world.outcomes(0, id)[0].bytes) == expected.as_ref(), "reply of call {id}");
        assert_eq!(world.runs(id), 1, "runs of call {id}");
    }
    assert!(world.parties.iter().all(|p| p.lanes.garbled.get() == 0));
    world.run_ms(5000);
    assert!((0..nodes).all(|n| world.net(n).idle()), "comes to rest");
}

/// Mostly small, some of several fragments, one in `rare` as large as possible.
fn mixed(max: u64, rare: u64) -> impl Fn(u64, &mut Rng) -> usize {
    move |id, rng| match id % rare {
        0 => max as usize,
        1 => rng.below(max) as usize,
        n if n % 8 == 0 => rng.below(max / 16) as usize,
        _ => rng.below(64) as usize,
    }
}

#[test]
fn ten_thousand_calls_to_a_neighbour() {
    all_come_back(1, &[&[0, 1]], &lan(), 10_000, mixed(200 << 10, 200));
}

#[test]
fn ten_thousand_calls_over_a_forwarder() {
    all_come_back(2, &[&[0, 1, 2]], &lan(), 10_000, mixed(200 << 10, 500));
}

#[test]
fn ten_thousand_calls_over_two_forwarders() {
    all_come_back(3, &[&[0, 1, 2, 3]], &lan(), 10_000, mixed(200 << 10, 1000));
}

#[test]
fn kilobytes_over_datagrams_of_a_hundred_bytes() {
    all_come_back(4, &[&[0, 1]], &radio(), 1000, mixed(2 << 10, 4));
    all_come_back(5, &[&[0, 1, 2]], &radio(), 1000, mixed(2 << 10, 4));
}

#[test]
fn one_slot_and_one_buffer_of_each_kind_suffice() {
    let link = LinkSize { window: 1, small: 1, large: 1, max_payload: 2 << 10 };
    let shape = Shape { slots: 1, ..shape(100, 2 << 10, link) };
    all_come_back(6, &[&[0, 1, 2]], &shape, 500, mixed(2 << 10, 4));
}

#[test]
fn many_seeds() {
    for seed in 100..120 {
        all_come_back(
            seed,
            &[&[0, 1, 2]],
            &shape(256, 4 << 10, LinkSize::tight(4 << 10)),
            100,
            mixed(4 << 10, 4),
        );
    }
}

#[test]
fn consumers_share_a_forwarder() {
    let paths: &[&[usize]] = &[&[0, 2, 3], &[1, 2, 3], &[3, 2, 0]];
    let mut world = World::new(7, &tables(4, paths, &lan(), &[]), paths, 8);
    world.medium.faults = BAD;
    for id in 0..600 {
        let from = [0, 1, 3][id as usize % 3];
        let size = if id % 50 < 3 { 100_000 } else { 32 };
        world.call(from, 0, id, 0, request(id, size, size, 100_000));
    }
    assert!(world.run_until_idle(1_000_000));
    for id in 0..600 {
        let from = [0, 1, 3][id as usize % 3];
        assert_eq!((world.status(from, id), world.runs(id)), (0, 1), "call {id}");
    }
    let relayed = world.net(2).stats().relayed;
    assert!(relayed >= 1200, "all of it went over node 2: {relayed}");
}

#[test]
fn a_small_call_passes_a_large_one() {
    let mut world = World::new(8, &tables(2, &[&[0, 1]], &lan(), &[]), &[&[0, 1]], 8);
    world.call(0, 0, 1, 0, request(1, 200_000, 32, 0));
    world.call(0, 0, 2, 0, request(2, 32, 32, 0));
    assert!(world.run_until_idle(10_000));
    assert!(world.outcomes(0, 2)[0].at < world.outcomes(0, 1)[0].at);
}

#[test]
fn a_small_call_costs_two_datagrams() {
    let mut world = World::new(13, &tables(2, &[&[0, 1]], &lan(), &[]), &[&[0, 1]], 8);
    for id in 0..1000 {
        world.call(0, 0, id, 0, request(id, 32, 32, 0));
        assert!(world.run_until_idle(100));
    }
    assert!(world.medium.sent < 2500, "{} datagrams", world.medium.sent);
    assert_eq!(world.net(0).stats().sent_again + world.net(1).stats().sent_again, 0);
}

#[test]
fn calls_beyond_the_slots_wait_in_their_lane() {
    let shape = Shape { slots: 1, ..lan() };
    let mut world = World::new(9, &tables(2, &[&[0, 1]], &shape, &[]), &[&[0, 1]], 4);
    for id in 0..10 {
        world.call(0, 0, id, 0, request(id, 32, 32, 5_000_000));
    }
    world.run_ms(2);
    assert_eq!(world.parties[0].lanes.backlog(), 9);
    assert!(world.run_until_idle(10_000));
    assert_eq!(world.parties[1].lanes.most.get(), 1);
    assert!((0..10).all(|id| world.status(0, id) == 0 && world.runs(id) == 1));
}

#[test]
fn a_full_lane_at_the_callee_keeps_calls_at_the_caller() {
    let mut world = World::new(10, &tables(2, &[&[0, 1]], &lan(), &[]), &[&[0, 1]], 8);
    world.parties[1].lanes.slots.set(1);
    for id in 0..8 {
        world.call(0, 0, id, 0, request(id, 32, 32, 30_000_000));
    }
    assert!(world.run_until_idle(10_000));
    assert_eq!(world.parties[1].lanes.most.get(), 1);
    assert!((0..8).all(|id| world.status(0, id) == 0 && world.runs(id) == 1));
}

#[test]
fn typed_errors_and_restarts_of_the_callee_pass_through() {
    let mut world = World::new(11, &tables(3, &[&[0, 1, 2]], &lan(), &[]), &[&[0, 1, 2]], 8);
    for (id, status) in [(1, 100), (2, 7), (3, 3)] {
        world.parties[2].lanes.status.set(status);
        world.small_call(0, id, 1000);
        assert!(world.run_until_idle(10_000));
        assert_eq!(world.status(0, id), status);
    }
}

#[test]
fn a_callee_sees_the_time_left_less_the_declared_latency() {
    let shape = Shape { latency_us: 10_000, ..lan() };
    let mut world = World::new(12, &tables(3, &[&[0, 1, 2]], &shape, &[]), &[&[0, 1, 2]], 8);
    world.medium.latency = 10_000_000;
    world.small_call(0, 1, 0);
    assert!(world.run_until_idle(10_000));
    world.small_call(0, 2, 1000);
    assert!(world.run_until_idle(10_000));
    let left = world.parties[2].lanes.left.borrow()[&2] / 1000;
    assert!((979_000..=980_100).contains(&left), "two networks of 10 ms: {left} µs");
}

/// Calls of `size` each way, several at once; (fragments sent, simulated ms).
fn cost(world: &mut World, calls: u64, size: usize) -> (u64, u64) {
    let began = world.now;
    for id in 0..calls {
        world.call(0, 0, id, 0, request(id, size, size, 0));
    }
    assert!(world.run_until_idle(1_000_000));
    assert!((0..calls).all(|id| world.status(0, id) == 0 && world.runs(id) == 1));
    let sent = (0..world.parties.len()).map(|n| u64::from(world.net(n).stats().sent)).sum();
    (sent, (world.now - began) / 1_000_000)
}

/// A message of 2040 B takes 26 fragments of this radio, and each direction of a link is busy for 100 of them.
fn radio_cost(paths: &[&[usize]]) -> (u64, u64) {
    let shape = Shape { latency_us: 5000, ..radio() };
    let mut world = World::new(14, &tables(paths[0].len(), paths, &shape, &[]), paths, 8);
    (world.medium.latency, world.medium.bandwidth) = (5_000_000, 31_250);
    cost(&mut world, 100, 2000)
}

#[test]
fn a_slow_radio_is_used_and_not_flooded() {
    let least_ms = 100 * 2560 * 1000 / 31_250;
    let (sent, ms) = radio_cost(&[&[0, 1]]);
    assert!(sent < 2 * 2600 * 11 / 10 && ms < 2 * least_ms, "{sent} fragments, {ms} ms");
    let (sent, ms) = radio_cost(&[&[0, 1, 2]]);
    assert!(sent < 4 * 2600 * 13 / 10 && ms < 4 * least_ms, "{sent} fragments, {ms} ms");
}

#[test]
fn a_slow_network_behind_another_is_waited_for() {
    let mut world = World::new(15, &tables(3, &[&[0, 1, 2]], &lan(), &[]), &[&[0, 1, 2]], 8);
    world.medium.bandwidth = 100_000;
    let (sent, ms) = cost(&mut world, 8, 60_000);
    assert!(sent < 4 * 8 * 44 * 13 / 10, "{sent} fragments");
    assert!(ms < 25_000, "{ms} ms, at least 4800 on each link each way");
}

#[test]
fn long_ways_work_whether_declared_or_not() {
    for (declared, most) in [(400_000, 100), (0, 250)] {
        let shape = Shape { latency_us: declared, ..lan() };
        let mut world = World::new(16, &tables(2, &[&[0, 1]], &shape, &[]), &[&[0, 1]], 8);
        world.medium.latency = 400_000_000;
        let (sent, ms) = cost(&mut world, 16, 3000);
        assert!(sent <= most && ms < 8000, "{sent} fragments, {ms} ms");
    }
}

#[test]
fn ends_of_a_link_may_have_different_mtus() {
    let narrow = Shape { mtu: 300, payload: 60_000, link: LinkSize::roomy(60_000), ..lan() };
    let near = tables(2, &[&[0, 1]], &Shape { payload: 60_000, ..lan() }, &[])[0];
    let far = tables(2, &[&[0, 1]], &narrow, &[])[1];
    for (seed, faults) in [(17, BAD), (18, Faults::default())] {
        let mut world = World::new(seed, &[near, far], &[&[0, 1]], 8);
        world.medium.faults = faults;
        cost(&mut world, 50, 50_000);
    }
}
