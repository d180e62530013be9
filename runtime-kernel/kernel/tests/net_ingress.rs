//! Callers from outside the deployment.
use ambc_kernel::CallError;
use ambc_kernel::net::client::{ClientNet, DeskSlot, DeskStorage, Remote, Token};
use ambc_kernel::net::{Ingress, LinkSize, PeerAddr};
use ambc_testkit::net::{Faults, Shape, World, client_addr, export_addr, reply_of, request, storage, tables};
use ambc_testkit::{keep, keep_slice};

const EXPORT: u32 = 900;
const LARGEST: u32 = 50_000;

fn export(clients: u16) -> Ingress {
    Ingress {
        id: EXPORT,
        lane: 0,
        clients,
        slots: 2,
        reply: LARGEST,
        mtu: 1400,
        link: LinkSize::tight(LARGEST),
    }
}

fn remote() -> Remote {
    Remote { export: EXPORT, mtu: 1400, slots: 2, request: LARGEST, reply: LARGEST }
}

/// One node with an export for so many clients, and clients 1 to `clients`.
fn world(seed: u64, places: u16, clients: usize) -> World {
    let shape = Shape { mtu: 1400, latency_us: 0, slots: 1, payload: 64, link: LinkSize::tight(64) };
    let tables = tables(1, &[], &shape, &[(0, export(places))]);
    let mut world = World::new(seed, &tables, &[], 16);
    for client in 1..=clients {
        assert_eq!(world.add_client(0, &remote()), client);
    }
    world
}

#[test]
fn many_clients_at_once_over_a_bad_network() {
    let mut world = world(1, 30, 30);
    world.medium.faults = Faults { loss: 50, dup: 50, reorder: 50, damage: 10 };
    for id in 0..600 {
        let size = if id % 20 == 0 { 40_000 } else { 32 };
        world.call(1 + id as usize % 30, 0, id, 0, request(id, size, size, 500_000));
    }
    assert!(world.run_until_idle(100_000));
    for id in 0..600 {
        assert_eq!((world.status(1 + id as usize % 30, id), world.runs(id)), (0, 1), "call {id}");
    }
    assert!(world.parties[0].lanes.most.get() > 10, "the lane is shared");
}

#[test]
fn clients_take_turns_when_there_are_more_than_places() {
    let mut world = world(2, 2, 6);
    for round in 0..3 {
        for client in 1..=6 {
            let id = round * 10 + client as u64;
            world.call(client, 0, id, 5000, request(id, 3000, 3000, 0));
            assert!(world.run_until_idle(1000));
            assert_eq!((world.status(client, id), world.runs(id)), (0, 1), "round {round}, client {client}");
            world.run_ms(600);
        }
    }
    assert!(world.net(0).stats().evicted > 10);
}

#[test]
fn too_many_clients_at_once_are_told_so() {
    let mut world = world(3, 2, 3);
    for client in 1..=3 {
        world.call(client, 0, client as u64, 60_000, request(client as u64, 32, 32, 3_000_000_000));
        world.run_ms(10);
    }
    assert_eq!(world.status(3, 3), CallError::Overloaded.code());
    assert!(world.run_until_idle(4000));
    assert_eq!([world.status(1, 1), world.status(2, 2)], [0, 0]);
    world.run_ms(1100);
    world.call(3, 0, 4, 5000, request(4, 32, 32, 0));
    assert!(world.run_until_idle(5000));
    assert_eq!(world.status(3, 4), 0);
}

#[test]
fn a_client_that_comes_back_to_its_address_is_a_new_one() {
    let mut world = world(4, 2, 1);
    for id in 0..5 {
        world.call(1, 0, id, 60_000, request(id, 32, 32, if id == 4 { 30_000_000_000 } else { 0 }));
        world.run_ms(5);
    }
    world.parties[1].lanes.restart();
    world.start(1);
    world.call(1, 0, 10, 5000, request(10, 32, 32, 0));
    assert!(world.run_until(1000, |w| !w.outcomes(1, 10).is_empty()));
    assert_eq!(world.status(1, 10), 0);
    assert_eq!(*world.parties[0].lanes.cancelled.borrow(), [4]);
    assert!((0..5).all(|id| world.runs(id) == 1));
}

#[test]
fn a_restarted_node_ends_its_clients_calls_as_restarted() {
    let mut world = world(5, 2, 1);
    world.call(1, 0, 1, 60_000, request(1, 32, 32, 1_000_000_000));
    world.run_ms(100);
    world.parties[0].lanes.restart();
    world.start(0);
    assert!(world.run_until_idle(2000));
    assert_eq!((world.status(1, 1), world.runs(1)), (CallError::Restarted.code(), 1));
    world.call(1, 0, 2, 5000, request(2, 32, 32, 0));
    assert!(world.run_until_idle(2000));
    assert_eq!(world.status(1, 2), 0);
}

/// A [`ClientNet`] on address `number`, driven by hand.
struct Outside {
    net: ClientNet<'static>,
    addr: PeerAddr,
}

impl Outside {
    fn new(world: &mut World, number: usize) -> Self {
        let table = keep(keep(remote().tables()).table());
        let slots = keep_slice(vec![DeskSlot::default(); 2]);
        let desk = DeskStorage { slots, bytes: keep_slice(vec![0; remote().desk_bytes()]) };
        let session = (number as u64 + 50) << 20;
        let net = ClientNet::new(table, storage(table), desk, export_addr(0), session).expect("consistent");
        let addr = client_addr(number);
        world.mail.insert(addr.bytes(), vec![]);
        Outside { net, addr }
    }

    fn step(&mut self, world: &mut World) {
        for datagram in world.mail.get_mut(&self.addr.bytes()).map(std::mem::take).unwrap_or_default() {
            self.net.on_datagram(world.now, PeerAddr::from_bytes(datagram.from), &datagram.bytes);
        }
        self.net.poll(world.now);
        let (now, from) = (world.now, self.addr);
        let all = self.net.transmit(now, &mut |to, bytes| {
            world.medium.send(now, from, to, bytes);
            true
        });
        assert!(all);
        world.run_ms(1);
    }

    fn wait(&mut self, world: &mut World, token: Token) -> (u32, Vec<u8>) {
        for _ in 0..10_000 {
            self.step(world);
            if let Some(result) = self.net.take(token, |status, bytes| (status, bytes.to_vec())) {
                return result;
            }
        }
        panic!("the call does not end");
    }
}

#[test]
fn a_client_calls_by_token() {
    let mut world = world(6, 2, 0);
    world.medium.faults = Faults { loss: 50, dup: 50, reorder: 50, damage: 10 };
    let mut client = Outside::new(&mut world, 1);
    for id in 0..100 {
        let args = request(id, 32 + (id as usize % 5) * 5000, 10_000, 1_000_000);
        let token = client.net.start(7, u64::MAX, &args).unwrap();
        let (status, bytes) = client.wait(&mut world, token);
        assert!(status == 0 && bytes == reply_of(&args).unwrap().2, "call {id}");
        assert_eq!(world.runs(id), 1);
        assert_eq!(client.net.take(token, |_, _| ()), None, "a result is taken once");
    }
}

#[test]
fn a_client_has_so_many_slots_and_sizes_as_it_said() {
    let mut world = world(7, 2, 0);
    let mut client = Outside::new(&mut world, 1);
    let args = request(1, 32, 32, 50_000_000_000);
    let too_large = vec![0; LARGEST as usize + 1];
    assert_eq!(client.net.start(7, u64::MAX, &too_large), Err(CallError::Malformed));
    let tokens = [1, 2].map(|_| client.net.start(7, u64::MAX, &args).unwrap());
    assert_eq!(client.net.start(7, u64::MAX, &args), Err(CallError::Overloaded));
    (0..20).for_each(|_| client.step(&mut world));
    client.net.cancel(tokens[0]);
    (0..20).for_each(|_| client.step(&mut world));
    assert_eq!(world.parties[0].lanes.cancelled.borrow().len(), 1);
    let deadline = world.now + 50_000_000;
    let late = client.net.start(7, deadline, &args).unwrap();
    assert_eq!(client.wait(&mut world, late).0, CallError::Timeout.code());
    assert!(world.now < deadline + 10_000_000);
}

#[test]
fn a_client_that_closes_makes_room_at_once() {
    let mut world = world(8, 1, 0);
    for number in 1..20 {
        let mut client = Outside::new(&mut world, number);
        let token = client.net.start(7, u64::MAX, &request(number as u64, 32, 32, 0)).unwrap();
        assert_eq!(client.wait(&mut world, token).0, 0, "client {number}");
        client.net.close(world.now);
        (0..3).for_each(|_| client.step(&mut world));
    }
}
