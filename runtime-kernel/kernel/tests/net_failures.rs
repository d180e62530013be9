//! Nodes that restart, links that are cut, calls that are dropped or too late.
use ambc_kernel::CallError;
use ambc_kernel::net::{LinkSize, NetTable, Route};
use ambc_testkit::keep_slice;
use ambc_testkit::net::{Faults, Shape, World, request, tables};

const LAN: Shape =
    Shape { mtu: 1400, latency_us: 200, slots: 8, payload: 64 << 10, link: LinkSize::roomy(64 << 10) };
const THREE: &[&[usize]] = &[&[0, 1, 2]];

fn line(seed: u64, paths: &[&[usize]]) -> World {
    let nodes = paths[0].len();
    World::new(seed, &tables(nodes, paths, &LAN, &[]), paths, 8)
}

fn code(error: CallError) -> u32 {
    error.code()
}

/// One call that works, so that sessions are open.
fn warm_up(world: &mut World) {
    world.small_call(0, 1_000_000, 1000);
    assert!(world.run_until_idle(5000));
    assert_eq!(world.status(0, 1_000_000), 0);
}

#[test]
fn calls_under_way_end_as_restarted_when_the_callee_node_restarts() {
    let mut world = line(1, THREE);
    warm_up(&mut world);
    for id in 0..4 {
        world.call(0, 0, id, 5000, request(id, 3000, 32, 400_000_000));
    }
    world.run_ms(100);
    assert!((0..4).all(|id| world.runs(id) == 1));
    world.parties[2].lanes.restart();
    world.start(2);
    assert!(world.run_until_idle(2000));
    for id in 0..4 {
        assert_eq!((world.status(0, id), world.runs(id)), (code(CallError::Restarted), 1), "call {id}");
    }
    world.small_call(0, 10, 5000);
    assert!(world.run_until_idle(1000));
    assert_eq!((world.status(0, 10), world.runs(10)), (0, 1));
}

#[test]
fn a_callee_node_that_restarted_in_a_long_silence_costs_no_call() {
    let mut world = line(15, THREE);
    warm_up(&mut world);
    world.start(2);
    world.run_ms(4100);
    world.small_call(0, 1, 5000);
    assert!(world.run_until_idle(1000));
    assert_eq!((world.status(0, 1), world.runs(1)), (0, 1));
}

#[test]
fn an_edge_that_was_never_open_opens_when_the_callee_node_comes() {
    let mut world = line(16, THREE);
    world.stop(2);
    for id in 0..10 {
        world.small_call(0, id, 5000);
        world.run_ms(400);
    }
    world.start(2);
    world.run_ms(1000);
    world.small_call(0, 20, 5000);
    assert!(world.run_until_idle(5000));
    let failed = (0..10).filter(|id| world.status(0, *id) == code(CallError::Unreachable)).count();
    assert!(failed >= 8, "{failed}");
    assert_eq!((world.status(0, 20), world.runs(20)), (0, 1));
}

#[test]
fn no_call_runs_twice_across_restarts_of_the_callee_node() {
    let mut world = line(2, THREE);
    world.medium.faults = Faults { loss: 50, dup: 50, reorder: 100, damage: 0 };
    let mut id = 0;
    for _ in 0..40 {
        for _ in 0..20 {
            world.call(0, 0, id, 5000, request(id, 32 + (id as usize % 7) * 500, 32, 2_000_000));
            id += 1;
        }
        world.run_ms(7);
        world.parties[2].lanes.restart();
        world.start(2);
    }
    assert!(world.run_until_idle(20_000));
    let statuses: Vec<u32> = (0..id).map(|id| world.status(0, id)).collect();
    assert!((0..id).all(|id| world.runs(id) <= 1));
    assert!((0..id).all(|i| statuses[i as usize] != 0 || world.runs(i) == 1));
    let restarted = code(CallError::Restarted);
    assert!(statuses.iter().all(|s| *s == 0 || *s == restarted), "{statuses:?}");
    assert!(statuses.contains(&0) && statuses.contains(&restarted));
}

#[test]
fn a_callee_node_that_stays_away_is_unreachable_within_the_deadline() {
    let mut world = line(3, THREE);
    warm_up(&mut world);
    world.call(0, 0, 1, 5000, request(1, 32, 32, 1_000_000_000));
    world.run_ms(50);
    world.stop(2);
    world.small_call(0, 2, 5000);
    let began = world.now;
    assert!(world.run_until_idle(5000));
    for id in [1, 2] {
        assert_eq!(world.status(0, id), code(CallError::Unreachable), "call {id}");
    }
    assert!(world.now - began < 5_000_000_000);
}

#[test]
fn frames_of_a_caller_node_before_its_restart_are_ignored() {
    let mut world = line(4, THREE);
    world.medium.record = Some(vec![]);
    warm_up(&mut world);
    for id in 0..8 {
        world.call(0, 0, id, 60_000, request(id, 2000, 32, 30_000_000_000));
    }
    world.run_ms(100);
    let old = world.medium.record.take().unwrap();
    world.parties[0].lanes.restart();
    world.start(0);
    for id in 10..18 {
        world.small_call(0, id, 5000);
    }
    assert!(world.run_until(5000, |w| (10..18).all(|id| !w.outcomes(0, id).is_empty())));
    assert!((10..18).all(|id| world.status(0, id) == 0 && world.runs(id) == 1), "all slots serve again");
    assert_eq!(world.parties[2].lanes.cancelled.borrow().len(), 8, "the old calls were dropped");
    for datagram in &old {
        world.hand_over(datagram);
        world.run_ms(1);
    }
    world.run_ms(1000);
    assert!((0..8).all(|id| world.runs(id) == 1 && world.outcomes(0, id).is_empty()));
}

#[test]
fn an_unplugged_forwarder_costs_typed_errors_and_comes_back() {
    for (seed, gone) in [(5, 1), (6, 2)] {
        let mut world = line(seed, &[&[0, 1, 2, 3]]);
        world.medium.faults = Faults { loss: 50, dup: 50, reorder: 50, damage: 0 };
        let mut id = 0;
        let mut began = vec![];
        for ms in 0..1200 {
            if ms == 200 || ms == 800 {
                world.unplug(gone, ms == 200);
            }
            for _ in 0..2 {
                world.call(0, 0, id, 2000, request(id, 32, 32, 1_000_000));
                began.push(world.now);
                id += 1;
            }
            world.run_ms(5);
        }
        assert!(world.run_until_idle(10_000));
        let allowed = [0, code(CallError::Unreachable), code(CallError::Timeout)];
        for i in 0..id {
            let status = world.status(0, i);
            assert!(allowed.contains(&status) && world.runs(i) <= 1, "call {i}: {status}");
            let took = world.outcomes(0, i)[0].at - began[i as usize];
            assert!(took <= 2_020_000_000, "call {i} took {took} ns");
        }
        let failed = (0..id).filter(|i| world.status(0, *i) != 0).count();
        assert!(failed > 0, "the cut was felt");
        let tail = id - 200..id;
        assert!(tail.clone().all(|i| world.status(0, i) == 0), "calls succeed again");
    }
}

#[test]
fn one_cut_route_does_not_stop_another_over_the_same_forwarder() {
    let paths: &[&[usize]] = &[&[0, 1, 2], &[0, 1, 3]];
    let mut world = World::new(7, &tables(4, paths, &LAN, &[]), paths, 8);
    world.unplug(2, true);
    for id in 0..200 {
        world.call(0, (id % 2) as u16, id, 5000, request(id, 3000, 32, 0));
    }
    assert!(world.run_until_idle(60_000));
    for id in 0..200 {
        let expected = if id % 2 == 0 { code(CallError::Unreachable) } else { 0 };
        assert_eq!(world.status(0, id), expected, "call {id}");
    }
    let slowest = (0..100).map(|i| world.outcomes(0, 2 * i + 1)[0].at).max().unwrap() - 1_000_000_000;
    assert!(slowest < 1_000_000_000, "{slowest} ns");
}

#[test]
fn a_dropped_call_is_cancelled_at_the_callee_and_its_slot_serves_again() {
    let mut world = line(8, THREE);
    world.medium.faults = Faults { loss: 200, ..Faults::default() };
    for id in 0..8 {
        world.call(0, 0, id, 60_000, request(id, 32, 32, 50_000_000_000));
    }
    assert!(world.run_until(5000, |w| (0..8).all(|id| w.runs(id) == 1)));
    (0..8).for_each(|id| world.parties[0].lanes.drop_call(0, id));
    world.call(0, 0, 20, 5000, request(20, 32, 32, 0));
    assert!(world.run_until_idle(5000));
    assert_eq!(world.parties[2].lanes.cancelled.borrow().len(), 8);
    assert!((0..8).all(|id| world.status(0, id) == code(CallError::Cancelled)));
    assert_eq!((world.status(0, 20), world.net(0).in_flight()), (0, 0));
}

#[test]
fn a_call_dropped_before_its_request_arrived_never_runs() {
    let mut world = line(9, THREE);
    warm_up(&mut world);
    world.unplug(1, true);
    world.call(0, 0, 1, 60_000, request(1, 32, 32, 0));
    world.run_ms(50);
    world.parties[0].lanes.drop_call(0, 1);
    world.call(0, 0, 2, 60_000, request(2, 32, 32, 0));
    world.run_ms(1);
    world.unplug(1, false);
    assert!(world.run_until_idle(10_000));
    assert_eq!((world.status(0, 1), world.runs(1)), (code(CallError::Cancelled), 0));
    assert_eq!((world.status(0, 2), world.runs(2)), (0, 1));
}

#[test]
fn deadlines_end_calls_at_both_ends() {
    let mut world = line(10, THREE);
    world.call(0, 0, 1, 300, request(1, 32, 32, 50_000_000_000));
    let began = world.now;
    assert!(world.run_until_idle(1000));
    assert_eq!(world.status(0, 1), code(CallError::Timeout));
    assert!(world.now - began < 320_000_000, "{}", world.now - began);
    assert_eq!(*world.parties[2].lanes.cancelled.borrow(), [1]);
}

#[test]
fn an_expired_request_is_dropped_unrun() {
    let shape = Shape { latency_us: 50_000, ..LAN };
    let mut world = World::new(11, &tables(3, THREE, &shape, &[]), THREE, 8);
    warm_up(&mut world);
    world.small_call(0, 1, 80);
    assert!(world.run_until_idle(5000));
    assert_eq!((world.status(0, 1), world.runs(1)), (code(CallError::Timeout), 0));
}

#[test]
fn a_forwarder_that_loses_its_memory_loses_no_call() {
    let mut world = line(12, THREE);
    for id in 0..400 {
        world.call(0, 0, id, 20_000, request(id, 2000, 2000, 1_000_000));
    }
    for _ in 0..30 {
        world.run_ms(3);
        world.start(1);
    }
    assert!(world.run_until_idle(20_000));
    assert!((0..400).all(|id| world.status(0, id) == 0 && world.runs(id) == 1));
}

#[test]
fn a_frame_ends_at_its_hop_limit() {
    let paths: &[&[usize]] = &[&[0, 1, 2, 3]];
    let mut tables = tables(4, paths, &LAN, &[]);
    // Node 0 believes that the way is one network shorter than it is.
    let short: Vec<Route> = tables[0].routes.iter().map(|r| Route { hops: 2, ..*r }).collect();
    tables[0] = NetTable { routes: keep_slice(short), ..tables[0] };
    let mut world = World::new(13, &tables, paths, 8);
    world.small_call(0, 1, 1000);
    assert!(world.run_until_idle(5000));
    assert_eq!((world.status(0, 1), world.runs(1)), (code(CallError::Timeout), 0));
    assert!(world.net(2).stats().misrouted > 0);
    assert_eq!(world.net(3).stats().received, 0);
}

#[test]
fn an_edge_the_callee_does_not_have_is_a_mismatch() {
    let paths: &[&[usize]] = &[&[0, 1]];
    let mut tables = tables(2, paths, &LAN, &[]);
    tables[1].ins = &[];
    let mut world = World::new(14, &tables, paths, 8);
    world.small_call(0, 1, 1000);
    assert!(world.run_until_idle(5000));
    assert_eq!(world.status(0, 1), code(CallError::Mismatch));
}

#[test]
fn a_link_that_takes_nothing_holds_up_no_other() {
    let paths: &[&[usize]] = &[&[0, 1], &[0, 2]];
    let mut world = World::new(30, &tables(3, paths, &LAN, &[]), paths, 8);
    for lane in [0, 1] {
        world.call(0, lane, lane.into(), 5000, request(lane.into(), 32, 32, 0));
    }
    let (now, node) = (world.now, &mut world.parties[0]);
    let net = node.net.as_mut().expect("it is up");
    node.lanes.now.set(now);
    while net.poll(now, &node.lanes) {}
    let mut taken = [0, 0];
    let all = net.transmit(now, &mut |iface, _, _| {
        taken[iface as usize] += u32::from(iface != 0);
        iface != 0
    });
    assert!(!all && taken == [0, 1], "{taken:?}");
    // What was refused comes the next time.
    assert!(net.transmit(now, &mut |iface, _, _| {
        taken[iface as usize] += 1;
        true
    }));
    assert_eq!(taken, [1, 1]);
}

#[test]
fn on_a_slow_line_nothing_is_asked_twice() {
    let line = Shape { mtu: 256, payload: 1024, link: LinkSize::roomy(1024), ..LAN };
    let paths: &[&[usize]] = &[&[0, 1]];
    let repeated = |pace_us| {
        let mut world = World::new(31, &tables(2, paths, &line, &[]), paths, 8);
        world.medium.bandwidth = 960; // 9600 baud
        for party in 0..2 {
            world.parties[party].net.as_mut().expect("it is up").set_pace(0, pace_us);
        }
        for id in 0..8 {
            world.call(0, 0, id, 20_000, request(id, 200, 200, 0));
            assert!(world.run_until_idle(20_000));
            assert_eq!((world.status(0, id), world.runs(id)), (0, 1));
        }
        world.net(0).stats().sent_again + world.net(1).stats().sent_again
    };
    let (knowing, ignorant) = (repeated(267_000), repeated(0));
    assert_eq!(knowing, 0);
    assert!(ignorant > 0, "else it would not matter");
}
