//! Everything that can go wrong, at random: whatever happened, a call has at most one outcome and ran at most once, a call
//! with a result ran, no call stays, and afterwards all edges work.
use ambc_kernel::net::{Ingress, LinkSize, client};
use ambc_testkit::net::{Faults, Rng, Shape, World, reply_of, request, tables};
use std::collections::BTreeMap;

const PATHS: &[&[usize]] = &[&[0, 1, 2, 3], &[3, 2, 1, 0], &[0, 1, 2], &[2, 1], &[1, 4]];
const SHAPE: Shape =
    Shape { mtu: 256, latency_us: 300, slots: 3, payload: 4 << 10, link: LinkSize::tight(4 << 10) };
const EXPORT: u32 = 900;
const CLIENTS: usize = 3;

/// One call that was made.
struct Made {
    party: usize,
    /// The life of the party it was made in; a restart takes its calls with it.
    life: u32,
    args: Vec<u8>,
}

struct Chaos {
    world: World,
    rng: Rng,
    lives: Vec<u32>,
    made: BTreeMap<u64, Made>,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let link = LinkSize::tight(4 << 10);
        let export = Ingress { id: EXPORT, lane: 1, clients: 2, slots: 2, reply: 4 << 10, mtu: 256, link };
        let tables = tables(5, PATHS, &SHAPE, &[(2, export)]);
        let mut world = World::new(seed, &tables, PATHS, 3);
        let remote = client::Remote { export: EXPORT, mtu: 256, slots: 2, request: 4 << 10, reply: 4 << 10 };
        for client in 0..CLIENTS {
            assert_eq!(world.add_client(2, &remote), 5 + client);
        }
        Chaos { world, rng: Rng(seed), lives: vec![0; 5 + CLIENTS], made: BTreeMap::new() }
    }

    /// A call over a random edge: (party, out lane).
    fn call(&mut self, timeout_ms: u64, service_ns: u64) -> u64 {
        let edges = [(0, 0), (3, 0), (0, 1), (2, 0), (1, 0), (5, 0), (6, 0), (7, 0)];
        let (party, lane) = edges[self.rng.below(8) as usize];
        let id = self.made.len() as u64;
        let mut size = || match self.rng.below(10) {
            0 => 4000,
            1..4 => 20 + self.rng.below(1000) as usize,
            _ => 20 + self.rng.below(60) as usize,
        };
        let args = request(id, size(), size(), service_ns);
        self.made.insert(id, Made { party, life: self.lives[party], args: args.clone() });
        self.world.call(party, lane, id, timeout_ms, args);
        id
    }

    fn mischief(&mut self) {
        let party = self.rng.below(self.lives.len() as u64) as usize;
        match self.rng.below(12) {
            0 => {
                self.world.parties[party].lanes.restart();
                self.lives[party] += 1;
                self.world.start(party);
            }
            1 | 2 => self.world.unplug(party, true),
            3..6 => (0..self.lives.len()).for_each(|p| self.world.unplug(p, false)),
            6 => {
                let id = self.rng.below(self.made.len().max(1) as u64);
                if let Some(made) = self.made.get(&id) {
                    (0..2).for_each(|lane| self.world.parties[made.party].lanes.drop_call(lane, id));
                }
            }
            7 => {
                let mut worse = || self.rng.below(150) as u32;
                self.world.medium.faults =
                    Faults { loss: worse(), dup: worse(), reorder: worse(), damage: worse() };
            }
            8 => self.world.medium.latency = 20_000 + self.rng.below(20_000_000),
            9 => self.world.parties[party].lanes.slots.set(1 + self.rng.below(3) as u8),
            _ => {}
        }
    }

    fn heal(&mut self) {
        (0..self.lives.len()).for_each(|p| self.world.unplug(p, false));
        self.world.medium.faults = Faults::default();
        self.world.medium.latency = 200_000;
    }

    fn check(&self) {
        for (id, made) in &self.made {
            let outcomes = self.world.outcomes(made.party, *id);
            let alive = made.life == self.lives[made.party];
            assert!(outcomes.len() == 1 || !alive && outcomes.is_empty(), "call {id}: {outcomes:?}");
            let runs = self.world.runs(*id);
            assert!(runs <= 1, "call {id} ran {runs} times");
            if let Some(done) = outcomes.first().filter(|o| o.status == 0) {
                assert_eq!(runs, 1, "call {id} has a result");
                assert!(
                    Some(&done.bytes) == reply_of(&made.args).map(|r| r.2).as_ref(),
                    "result of call {id}"
                );
            }
        }
    }
}

fn run(seed: u64) {
    let mut chaos = Chaos::new(seed);
    for _ in 0..300 {
        for _ in 0..chaos.rng.below(4) {
            let service = chaos.rng.below(20) * chaos.rng.below(10_000_000);
            chaos.call([50, 300, 1000, 5000][service as usize % 4], service);
        }
        chaos.mischief();
        let ms = 1 + chaos.rng.below(60);
        chaos.world.run_ms(ms);
    }
    chaos.heal();
    assert!(chaos.world.run_until_idle(12_000), "seed {seed}: calls stay");
    chaos.world.run_ms(5000);
    let last: Vec<u64> = (0..60)
        .map(|_| {
            let id = chaos.call(5000, 0);
            chaos.world.run_ms(20);
            id
        })
        .collect();
    assert!(chaos.world.run_until_idle(12_000), "seed {seed}: calls stay");
    chaos.check();
    for id in last {
        let party = chaos.made[&id].party;
        let status = chaos.world.status(party, id);
        // Three clients share two places.
        assert!(
            status == 0 || party >= 5 && status == 4,
            "seed {seed}: call {id} of {party} after all: {status}"
        );
    }
    chaos.world.run_ms(5000);
    for party in 0..chaos.lives.len() {
        assert!(chaos.world.net(party).idle(), "seed {seed}: party {party} comes to rest");
        assert_eq!(chaos.world.parties[party].lanes.garbled.get(), 0);
    }
}

#[test]
fn whatever_happens() {
    let seeds = std::env::var("CHAOS_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(30);
    let first = std::env::var("CHAOS_FIRST").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    for seed in first..first + seeds {
        run(seed);
    }
}
