//! Nodes, media and time.
use super::lanes::{Outcome, SimLanes, request};
use super::medium::{Datagram, Medium};
use super::tables::{addr, client_addr, export_addr, kept, neighbours, storage};
use ambc_kernel::net::client::{Remote, Tables};
use ambc_kernel::net::{Net, NetTable, PeerAddr};
use std::collections::BTreeMap;

/// Addresses of one end: by interface, its own.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    own: Vec<PeerAddr>,
    peers: Vec<PeerAddr>,
}

/// One network side with its lanes.
#[derive(Debug)]
pub struct Party {
    /// None while the node is down.
    pub net: Option<Net<'static>>,
    /// Its lanes; they outlive a restart, as callers' and callees' groups would not.
    pub lanes: SimLanes,
    table: &'static NetTable<'static>,
    ends: Ends,
    wake: u64,
}

/// A simulated cluster. Parties are the nodes, then clients from outside.
#[derive(Debug)]
pub struct World {
    /// Time in ns.
    pub now: u64,
    /// All networks.
    pub medium: Medium,
    /// Nodes and clients.
    pub parties: Vec<Party>,
    by_addr: BTreeMap<[u8; 18], (usize, u16)>,
    /// Datagrams for addresses that the test itself plays.
    pub mail: BTreeMap<[u8; 18], Vec<Datagram>>,
    starts: u64,
    spins: u32,
}

const MS: u64 = 1_000_000;

impl World {
    /// Nodes with these tables and paths, all started.
    #[must_use]
    pub fn new(seed: u64, tables: &[NetTable<'static>], paths: &[&[usize]], lane_slots: u8) -> Self {
        let mut world = World {
            now: 1_000_000_000,
            medium: Medium::new(seed),
            parties: vec![],
            by_addr: BTreeMap::new(),
            mail: BTreeMap::new(),
            starts: 1,
            spins: 0,
        };
        for (node, table) in tables.iter().enumerate() {
            let neighbours = neighbours(node, paths);
            let mut own: Vec<PeerAddr> = neighbours.iter().map(|n| addr(node, *n)).collect();
            own.extend(table.exports.iter().map(|_| export_addr(node)));
            let peers = neighbours.iter().map(|n| addr(*n, node)).collect();
            world.join(kept(*table), Ends { own, peers }, lane_slots);
        }
        world
    }

    /// Adds a client of node `server`'s export; its party number.
    pub fn add_client(&mut self, server: usize, remote: &Remote) -> usize {
        let tables: &'static Tables = crate::keep(remote.tables());
        let number = self.parties.len();
        let ends = Ends { own: vec![client_addr(number)], peers: vec![export_addr(server)] };
        self.join(kept(tables.table()), ends, remote.slots as u8);
        number
    }

    fn join(&mut self, table: &'static NetTable<'static>, ends: Ends, slots: u8) {
        let number = self.parties.len();
        for (iface, own) in ends.own.iter().enumerate() {
            self.by_addr.insert(own.bytes(), (number, iface as u16));
        }
        self.parties.push(Party { net: None, lanes: SimLanes::new(slots), table, ends, wake: 0 });
        self.start(number);
    }

    /// Starts or restarts a party: its network side forgets everything.
    pub fn start(&mut self, party: usize) {
        self.starts += 1;
        let p = &mut self.parties[party];
        let mut net =
            Net::new(p.table, storage(p.table), self.starts << 36).expect("the table is consistent");
        for (i, peer) in p.ends.peers.iter().enumerate() {
            net.set_peer(i, *peer);
        }
        if p.ends.own == [client_addr(party)] {
            net.set_reopening(500 * MS);
        }
        p.net = Some(net);
        p.wake = self.now;
    }

    /// Takes a party down.
    pub fn stop(&mut self, party: usize) {
        self.parties[party].net = None;
    }

    /// Cuts or restores all links of a party.
    pub fn unplug(&mut self, party: usize, unplugged: bool) {
        for own in &self.parties[party].ends.own {
            if unplugged {
                self.medium.unplugged.insert(own.bytes());
            } else {
                self.medium.unplugged.remove(&own.bytes());
            }
        }
    }

    /// The network side of a party that is up.
    #[must_use]
    pub fn net(&self, party: usize) -> &Net<'static> {
        self.parties[party].net.as_ref().expect("the party is up")
    }

    /// A call from `party` over its out lane `lane`, with arguments for [`SimLanes`].
    pub fn call(&mut self, party: usize, lane: u16, id: u64, timeout_ms: u64, args: Vec<u8>) {
        let deadline = if timeout_ms == 0 { u64::MAX } else { self.now + timeout_ms * MS };
        self.parties[party].lanes.call(lane, id, deadline, args);
        self.parties[party].wake = self.now;
    }

    /// A call of 32 bytes each way.
    pub fn small_call(&mut self, party: usize, id: u64, timeout_ms: u64) {
        self.call(party, 0, id, timeout_ms, request(id, 32, 32, 0));
    }

    /// The outcomes of a call so far.
    #[must_use]
    pub fn outcomes(&self, party: usize, id: u64) -> Vec<Outcome> {
        self.parties[party].lanes.outcomes.borrow().get(&id).cloned().unwrap_or_default()
    }

    /// The only outcome's status of a call; panics unless there is exactly one.
    #[must_use]
    pub fn status(&self, party: usize, id: u64) -> u32 {
        let outcomes = self.outcomes(party, id);
        assert_eq!(outcomes.len(), 1, "call {id} has one outcome, not {outcomes:?}");
        outcomes[0].status
    }

    /// How often a call ran on any node.
    #[must_use]
    pub fn runs(&self, id: u64) -> u32 {
        self.parties.iter().map(|p| p.lanes.runs.borrow().get(&id).copied().unwrap_or(0)).sum()
    }

    /// Runs for so many ms of simulated time.
    pub fn run_ms(&mut self, ms: u64) {
        let end = self.now + ms * MS;
        self.run_until(ms, |_| false);
        self.now = end;
    }

    /// Runs until `done` or for at most so many ms; whether it was done.
    pub fn run_until(&mut self, ms: u64, mut done: impl FnMut(&World) -> bool) -> bool {
        let end = self.now + ms * MS;
        loop {
            if done(self) {
                return true;
            }
            let next = self.next_event();
            if next > end {
                return false;
            }
            self.spins = if next > self.now { 0 } else { self.spins + 1 };
            assert!(self.spins < 100_000, "a party does not let time pass");
            self.now = self.now.max(next);
            self.step();
        }
    }

    /// Runs until no party has a call in flight or in a lane; whether it came to that.
    pub fn run_until_idle(&mut self, ms: u64) -> bool {
        self.run_until(ms, |w| {
            w.parties
                .iter()
                .all(|p| p.lanes.backlog() == 0 && p.net.as_ref().is_none_or(|n| n.in_flight() == 0))
        })
    }

    fn next_event(&self) -> u64 {
        let wakes = self.parties.iter().filter(|p| p.net.is_some()).map(|p| p.wake);
        wakes.min().unwrap_or(u64::MAX).min(self.medium.next())
    }

    fn step(&mut self) {
        while let Some(datagram) = self.medium.deliver(self.now) {
            self.hand_over(&datagram);
        }
        for party in 0..self.parties.len() {
            if self.parties[party].wake <= self.now {
                self.drive(party);
            }
        }
    }

    /// Gives a datagram to whoever has its address, as if it came from the medium.
    pub fn hand_over(&mut self, datagram: &Datagram) {
        if let Some(mail) = self.mail.get_mut(&datagram.to) {
            mail.push(datagram.clone());
        }
        let Some((party, iface)) = self.by_addr.get(&datagram.to) else { return };
        let p = &mut self.parties[*party];
        if let Some(net) = &mut p.net {
            net.on_datagram(self.now, *iface, PeerAddr::from_bytes(datagram.from), &datagram.bytes);
            p.wake = self.now;
        }
    }

    fn drive(&mut self, party: usize) {
        let p = &mut self.parties[party];
        let Some(net) = &mut p.net else { return };
        p.lanes.now.set(self.now);
        p.lanes.settle();
        let mut rounds = 0;
        while net.poll(self.now, &p.lanes) {
            rounds += 1;
            assert!(rounds < 1000, "poll does not come to rest");
        }
        let (medium, ends, now) = (&mut self.medium, &p.ends, self.now);
        let all = net.transmit(now, &mut |iface, to, bytes| {
            medium.send(now, ends.own[iface as usize], to, bytes);
            true
        });
        assert!(all);
        p.wake = net.next_timer().min(p.lanes.next());
    }
}
