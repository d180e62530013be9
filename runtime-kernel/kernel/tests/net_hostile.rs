//! Datagrams that nobody honest sent: nothing panics, nothing runs twice, honest calls go on.
use ambc_kernel::net::{Ingress, LinkSize, NetTable, PeerAddr, client};
use ambc_testkit::net::{
    Datagram, Faults, Rng, Shape, World, addr, client_addr, export_addr, request, tables,
};

const SHAPE: Shape =
    Shape { mtu: 300, latency_us: 200, slots: 4, payload: 4 << 10, link: LinkSize::tight(4 << 10) };
const PATHS: &[&[usize]] = &[&[0, 1, 2]];
const EXPORT: u32 = 900;

fn export() -> Ingress {
    Ingress {
        id: EXPORT,
        lane: 1,
        clients: 4,
        slots: 2,
        reply: 4 << 10,
        mtu: 300,
        link: LinkSize::tight(4 << 10),
    }
}

/// Three nodes in a line, an export on the last one and a client of it.
fn world(seed: u64) -> World {
    let tables: Vec<NetTable<'static>> = tables(3, PATHS, &SHAPE, &[(2, export())]);
    let mut world = World::new(seed, &tables, PATHS, 8);
    let remote = client::Remote { export: EXPORT, mtu: 300, slots: 2, request: 4 << 10, reply: 4 << 10 };
    assert_eq!(world.add_client(2, &remote), 3);
    world
}

/// Calls by the node and by the client while `attack` is run every ms; checks that each worked and ran once.
fn under_attack(seed: u64, mut attack: impl FnMut(&mut World, &mut Rng)) -> World {
    let mut world = world(seed);
    world.medium.record = Some(vec![]);
    let mut rng = Rng(seed);
    for id in 0..200 {
        let size = 32 + (id as usize % 5) * 300;
        world.call(if id % 2 == 0 { 0 } else { 3 }, 0, id, 0, request(id, size, size, 500_000));
        world.run_ms(1);
        attack(&mut world, &mut rng);
    }
    assert!(
        world.run_until(60_000, |w| (0..200).all(|id| !w.outcomes(3 * (id % 2) as usize, id).is_empty()))
    );
    for id in 0..200 {
        assert_eq!((world.status(3 * (id % 2) as usize, id), world.runs(id)), (0, 1), "call {id}");
    }
    world
}

/// Somebody's address: a node's, the export's, a client's, or nobody's; as sender or receiver.
fn any_addr(rng: &mut Rng) -> PeerAddr {
    match rng.below(8) {
        0 => addr(0, 1),
        1 => addr(1, 0),
        2 => addr(1, 2),
        3 => addr(2, 1),
        4 => export_addr(2),
        5 => client_addr(3),
        6 => client_addr(40 + rng.below(4) as usize),
        _ => addr(7, 7),
    }
}

fn recorded(world: &World, rng: &mut Rng) -> Datagram {
    let record = world.medium.record.as_ref().expect("recording");
    record[rng.below(record.len() as u64) as usize].clone()
}

#[test]
fn random_bytes() {
    let world = under_attack(1, |world, rng| {
        for _ in 0..100 {
            let bytes = (0..rng.below(400)).map(|_| rng.bits() as u8).collect();
            let datagram = Datagram { from: any_addr(rng).bytes(), to: any_addr(rng).bytes(), bytes };
            world.hand_over(&datagram);
        }
    });
    assert!((0..4).all(|p| world.net(p).stats().damaged > 0));
}

#[test]
fn mutated_frames() {
    let world = under_attack(2, |world, rng| {
        for _ in 0..100 {
            let mut datagram = recorded(world, rng);
            match rng.below(3) {
                0 => {
                    let at = rng.below(datagram.bytes.len() as u64) as usize;
                    datagram.bytes[at] ^= 1 + rng.below(255) as u8;
                }
                1 => datagram.bytes.truncate(rng.below(datagram.bytes.len() as u64) as usize),
                _ => datagram.bytes.extend((0..1 + rng.below(40)).map(|_| rng.bits() as u8)),
            }
            world.hand_over(&datagram);
        }
    });
    assert!((0..4).all(|p| world.net(p).stats().damaged > 0));
}

#[test]
fn replayed_frames() {
    under_attack(3, |world, rng| {
        for _ in 0..50 {
            let datagram = recorded(world, rng);
            world.hand_over(&datagram);
        }
    });
}

#[test]
fn replayed_frames_after_restarts() {
    let mut world = under_attack(4, |_, _| ());
    let record = world.medium.record.take().expect("recording");
    for party in 0..4 {
        world.parties[party].lanes.restart();
        world.start(party);
    }
    for round in 0..2 {
        for datagram in &record {
            world.hand_over(datagram);
            world.run_ms(1);
        }
        for id in 1000 * (round + 1)..1000 * (round + 1) + 10 {
            world.call(0, 0, id, 0, request(id, 500, 500, 0));
            assert!(world.run_until(20_000, |w| !w.outcomes(0, id).is_empty()));
            assert_eq!((world.status(0, id), world.runs(id)), (0, 1), "call {id}");
        }
    }
    assert!((0..200).all(|id| world.runs(id) == 1));
}

#[test]
fn frames_from_the_wrong_place() {
    let world = under_attack(5, |world, rng| {
        for _ in 0..50 {
            let mut datagram = recorded(world, rng);
            datagram.from = any_addr(rng).bytes();
            world.hand_over(&datagram);
        }
    });
    assert!((0..3).all(|p| world.net(p).stats().strangers > 0));
}

#[test]
fn a_flood_of_clients_leaves_those_at_work_alone() {
    let mut world = under_attack(6, |world, rng| {
        for i in 0..20 {
            let record = world.medium.record.as_ref().expect("recording");
            let from_client: Vec<&Datagram> =
                record.iter().filter(|d| d.from == client_addr(3).bytes()).collect();
            if from_client.is_empty() {
                return;
            }
            let mut datagram = from_client[rng.below(from_client.len() as u64) as usize].clone();
            datagram.from = client_addr(100 + i).bytes();
            world.hand_over(&datagram);
        }
    });
    world.run_ms(3000);
    world.call(3, 0, 5000, 0, request(5000, 32, 32, 0));
    assert!(world.run_until(10_000, |w| !w.outcomes(3, 5000).is_empty()));
    assert!(world.net(2).stats().strangers > 1000);
}

/// Frames that are well-formed down to the check word, but say anything: what a broken neighbour could send.
#[test]
fn forged_frames_do_not_panic() {
    let mut world = world(7);
    world.medium.faults = Faults { loss: 20, dup: 20, reorder: 20, damage: 0 };
    let mut rng = Rng(7);
    for id in 0..3000 {
        if id % 10 == 0 {
            world.call(0, 0, id, 500, request(id, 1000, 1000, 500_000));
            world.call(3, 0, 10_000 + id, 500, request(10_000 + id, 1000, 1000, 500_000));
        }
        for (from, to, keys) in [
            (addr(0, 1), addr(1, 0), (100, 101)),
            (addr(1, 0), addr(0, 1), (101, 100)),
            (addr(1, 2), addr(2, 1), (101, 102)),
            (addr(2, 1), addr(1, 2), (102, 101)),
            (client_addr(3), export_addr(2), (EXPORT, EXPORT)),
            (export_addr(2), client_addr(3), (EXPORT, EXPORT)),
        ] {
            let bytes = forged(&mut rng, keys, world.now);
            world.hand_over(&Datagram { from: from.bytes(), to: to.bytes(), bytes });
        }
        world.run_ms(1);
    }
    assert!(world.run_until(60_000, |w| {
        (0..300).all(|i| !w.outcomes(0, 10 * i).is_empty() && !w.outcomes(3, 10_000 + 10 * i).is_empty())
    }));
    for i in 0..300 {
        assert_eq!(world.outcomes(0, 10 * i).len(), 1, "call {}", 10 * i);
        assert_eq!(world.outcomes(3, 10_000 + 10 * i).len(), 1, "call {}", 10_000 + 10 * i);
    }
}

/// A datagram with a valid check word. The epoch is that of the parties' starts, mostly.
fn forged(rng: &mut Rng, keys: (u32, u32), now: u64) -> Vec<u8> {
    use ambc_kernel::net::frame;
    let small = |rng: &mut Rng| {
        [0, 1, 2, 3, 4, 7, 8, 63, 64, 65, 255, 256, u64::from(u32::MAX)][rng.below(13) as usize]
    };
    let start = 2 + rng.below(4);
    let epoch = if rng.below(20) == 0 { small(rng) } else { start << 16 } as u32;
    let session = start << 36;
    let kind = 1 + rng.below(3) as u8;
    let mut header = [0; frame::HEADER];
    header[0] = 1;
    header[1] = rng.below(8) as u8;
    header[3] = small(rng) as u8;
    header[4..8].copy_from_slice(&(200 + rng.below(2) as u32).to_le_bytes());
    header[8..12].copy_from_slice(&if rng.below(2) == 0 { 300_u32 } else { EXPORT }.to_le_bytes());
    header[12..20].copy_from_slice(&if rng.below(9) == 0 { rng.bits() } else { session }.to_le_bytes());
    header[20..24].copy_from_slice(&frame::tag((2 + rng.below(4)) << 36).to_le_bytes());
    header[24..28].copy_from_slice(&(small(rng) as u32).to_le_bytes());
    header[28..32].copy_from_slice(&(small(rng) as u32).to_le_bytes());
    header[32..36].copy_from_slice(&(small(rng) as u32).to_le_bytes());
    header[36..38].copy_from_slice(&(small(rng) as u16).to_le_bytes());
    let mut body = vec![];
    match kind {
        1 => {
            let total = if rng.below(2) == 0 { 40 + rng.below(3000) } else { small(rng) };
            let count = 1 + rng.below(12);
            let index = rng.below(count);
            let size = total.div_ceil(count.max(1)).min(5000);
            let len =
                if rng.below(4) == 0 { rng.below(300) } else { size.min(total.saturating_sub(size * index)) };
            body.extend((small(rng) as u32).to_le_bytes());
            body.extend((total as u32).to_le_bytes());
            body.extend(header.iter().copied().chain(std::iter::repeat(now as u8)).take(len as usize));
            return forge(kind, [count as u8, index as u8, 0], epoch, keys, &body);
        }
        2 => {
            body.extend(((2 + rng.below(4) as u32) << 16).to_le_bytes());
            body.extend((small(rng) as u32).to_le_bytes());
            body.extend(if rng.below(2) == 0 { u64::MAX } else { rng.bits() }.to_le_bytes());
            for _ in 0..rng.below(4) {
                body.extend((small(rng) as u32).to_le_bytes());
                body.push(small(rng) as u8);
                body.extend(rng.bits().to_le_bytes());
            }
            body.truncate(body.len() - rng.below(3) as usize);
        }
        _ => body.extend(header),
    }
    forge(kind, [rng.below(2) as u8, 0, 0], epoch, keys, &body)
}

fn forge(kind: u8, bytes: [u8; 3], epoch: u32, keys: (u32, u32), body: &[u8]) -> Vec<u8> {
    let mut datagram = vec![0x10 | kind, bytes[0], bytes[1], bytes[2]];
    datagram.extend([0; 8]);
    datagram.extend(body);
    ambc_kernel::net::fragment::stamp(&mut datagram, epoch, keys.0, keys.1);
    datagram
}
