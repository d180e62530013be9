//! Whole messages to and from neighbours over datagrams that get lost, repeated and overtaken.
//!
//! A message waits in its own buffer (a *unit*), first in its link's queue, then as one of the link's *flights*, until
//! the neighbour has acknowledged every fragment, the message expired, or the link gave up on the neighbour. It is then
//! in the queue of ended units for whoever owns it. Received messages appear in the queue of ready units.
//!
//! Control frames are not acknowledged: they are repeated by those who miss an answer.
use super::frame::{HEADER, Header};
use super::send::CWND_START;
use super::storage::{Arrival, ArrivalState, Flight, Link, NONE, Outcome, Queue, Set, Unit, UnitState};
use super::table::CONTROLS;
use super::{PeerAddr, Stats};

/// A control frame and the link it came over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) link: u16,
    pub(super) header: Header,
}

/// A control frame to an address that has no link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stray {
    pub(super) iface: u16,
    pub(super) to: PeerAddr,
    pub(super) key: u32,
    pub(super) header: Header,
}

/// Control frames between two polls; more are dropped, as the medium may drop them.
const INBOX: usize = 16;
/// Answers to strangers between two transmissions.
const STRAYS: usize = 4;

/// All links of a node.
#[derive(Debug)]
pub(super) struct Links<'m> {
    pub(super) links: &'m mut [Link],
    pub(super) flights: &'m mut [Flight],
    pub(super) units: &'m mut [Unit],
    pub(super) arrivals: &'m mut [Arrival],
    pub(super) controls: &'m mut [[u8; HEADER]],
    pub(super) bytes: &'m mut [u8],
    /// One datagram under construction.
    pub(super) scratch: &'m mut [u8],
    /// Links with anything to send or to wait for.
    pub(super) busy: Set<'m>,
    /// This node's start in the short form that datagrams carry, one more for each client let in since: message numbers
    /// begin anew with each client, and one that comes back must not take them for old ones.
    pub(super) epoch: u32,
    /// Unit of `arrivals[0]`.
    pub(super) first_arrival: u16,
    pub(super) ended: Queue,
    pub(super) ready: Queue,
    pub(super) inbox: [Option<Heard>; INBOX],
    pub(super) strays: [Option<Stray>; STRAYS],
    /// Where transmission goes on, so that a full socket is shared fairly.
    pub(super) turn: usize,
    pub(super) stats: Stats,
}

/// Nobody is there, as far as the link knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dead;

pub(super) const MS: u64 = 1_000_000;
/// A dead link tries one message this often, to see whether the neighbour is back.
const RETRY: u64 = 250 * MS;

impl Links<'_> {
    pub(super) const fn new_inbox() -> [Option<Heard>; INBOX] {
        [None; INBOX]
    }

    pub(super) const fn no_strays() -> [Option<Stray>; STRAYS] {
        [None; STRAYS]
    }

    /// The message in `unit`, as it is now.
    pub(super) fn message(&self, unit: u16) -> &[u8] {
        let u = &self.units[unit as usize];
        &self.bytes[u.at as usize..(u.at + u.len) as usize]
    }

    /// The messages that were received and not yet passed on.
    pub(super) fn held_messages(&self) -> impl Iterator<Item = &[u8]> {
        let whole = |(at, a): (usize, &Arrival)| {
            (a.state == ArrivalState::Whole).then(|| self.message(self.first_arrival + at as u16))
        };
        self.arrivals.iter().enumerate().filter_map(whole)
    }

    /// All of a unit's buffer.
    pub(super) fn buffer(&mut self, unit: u16) -> &mut [u8] {
        let u = &self.units[unit as usize];
        &mut self.bytes[u.at as usize..(u.at + u.cap) as usize]
    }

    /// Bytes of a unit's buffer.
    pub(super) fn capacity(&self, unit: u16) -> usize {
        self.units[unit as usize].cap as usize
    }

    pub(super) fn idle(&self, unit: u16) -> bool {
        self.units[unit as usize].state == UnitState::Idle
    }

    /// Sends the first `len` bytes of an idle unit. `Err` at once while the link is dead.
    pub(super) fn enqueue(
        &mut self,
        now: u64,
        unit: u16,
        link: u16,
        len: usize,
        deadline: u64,
    ) -> Result<(), Dead> {
        let l = &mut self.links[link as usize];
        if l.addr == PeerAddr::NONE || l.tx.dead && now < l.tx.retry_at {
            return Err(Dead);
        }
        if l.tx.dead {
            l.tx.retry_at = now + RETRY;
        }
        let u = &mut self.units[unit as usize];
        u.link = link;
        u.len = len as u32;
        u.deadline = deadline;
        u.state = UnitState::Queued;
        l.tx.queue.push(self.units, unit);
        self.busy.insert(link as usize);
        Ok(())
    }

    /// Makes a unit idle, wherever it is. What was sent of it stays sent.
    pub(super) fn abort(&mut self, unit: u16) {
        let u = &self.units[unit as usize];
        match u.state {
            UnitState::Idle => return,
            UnitState::Queued => self.links[u.link as usize].tx.queue.remove(self.units, unit),
            UnitState::Flying(f) => self.land(f),
            UnitState::Ended(_) => self.ended.remove(self.units, unit),
        }
        self.units[unit as usize].state = UnitState::Idle;
    }

    /// The next unit whose transmission ended. It is idle again.
    pub(super) fn pop_ended(&mut self) -> Option<(u16, Outcome)> {
        let unit = self.ended.pop(self.units)?;
        let state = core::mem::take(&mut self.units[unit as usize].state);
        match state {
            UnitState::Ended(outcome) => Some((unit, outcome)),
            UnitState::Idle | UnitState::Queued | UnitState::Flying(_) => None,
        }
    }

    /// The next message that is complete. Its buffer is the caller's until [`Links::release`].
    pub(super) fn pop_ready(&mut self) -> Option<u16> {
        self.ready.pop(self.units)
    }

    pub(super) fn arrival(&self, unit: u16) -> &Arrival {
        &self.arrivals[(unit - self.first_arrival) as usize]
    }

    /// Gives the buffer of an arrival back.
    pub(super) fn release(&mut self, unit: u16) {
        self.arrivals[(unit - self.first_arrival) as usize].state = ArrivalState::Free;
    }

    /// Sends a control frame, unless too many wait already.
    pub(super) fn control(&mut self, link: u16, header: &Header) {
        let l = &mut self.links[link as usize];
        if l.control_len as usize == CONTROLS || l.addr == PeerAddr::NONE {
            self.stats.dropped_controls += 1;
            return;
        }
        let at = (l.control_first as usize + l.control_len as usize) % CONTROLS;
        l.control_len += 1;
        self.controls[link as usize * CONTROLS + at] = header.encode();
        self.busy.insert(link as usize);
    }

    /// Whether a control frame may get through: always while the neighbour counts as alive, else now and then.
    pub(super) fn worth_trying(&mut self, now: u64, link: u16) -> bool {
        let tx = &mut self.links[link as usize].tx;
        if tx.dead && now < tx.retry_at {
            return false;
        }
        tx.retry_at = now + RETRY;
        true
    }

    /// Whether everything that arrived, and every transmission that ended, was passed on.
    pub(super) fn all_passed_on(&self) -> bool {
        self.ready.is_empty() && self.ended.is_empty() && self.inbox.iter().all(Option::is_none)
    }

    /// Sends a control frame to somebody without a link, unless too many wait already.
    pub(super) fn stray(&mut self, stray: Stray) {
        match self.strays.iter_mut().find(|s| s.is_none()) {
            Some(free) => *free = Some(stray),
            None => self.stats.dropped_controls += 1,
        }
    }

    /// Ends the transmission of a flight's or queued unit; its owner finds it among the ended ones.
    pub(super) fn end(&mut self, unit: u16, outcome: Outcome) {
        if let UnitState::Flying(f) = self.units[unit as usize].state {
            self.land(f);
        }
        self.units[unit as usize].state = UnitState::Ended(outcome);
        self.ended.push(self.units, unit);
    }

    fn land(&mut self, flight: u16) {
        let f = &mut self.flights[flight as usize];
        let link = self.units[f.unit as usize].link;
        f.unit = NONE;
        self.links[link as usize].tx.active -= 1;
    }

    /// Ends everything under way to a neighbour that does not answer.
    pub(super) fn give_up(&mut self, now: u64, link: u16) {
        self.stats.gave_up += 1;
        let l = &mut self.links[link as usize];
        l.tx.dead = true;
        l.tx.backoff = 0;
        l.tx.retry_at = now + RETRY;
        for f in l.tx.flights.range() {
            let unit = self.flights[f].unit;
            if unit != NONE {
                self.end(unit, Outcome::Unreachable);
            }
        }
        while let Some(unit) = self.links[link as usize].tx.queue.pop(self.units) {
            self.end(unit, Outcome::Unreachable);
        }
    }

    /// Forgets all about a link, both directions: another client gets it.
    pub(super) fn reset(&mut self, link: u16, addr: PeerAddr) {
        for f in self.links[link as usize].tx.flights.range() {
            let unit = self.flights[f].unit;
            if unit != NONE {
                self.abort(unit);
            }
        }
        while let Some(unit) = self.links[link as usize].tx.queue.pop(self.units) {
            self.units[unit as usize].state = UnitState::Idle;
        }
        self.forget_received(link);
        for heard in &mut self.inbox {
            *heard = heard.filter(|h| h.link != link);
        }
        self.epoch = self.epoch.wrapping_add(1);
        let l = &mut self.links[link as usize];
        let (rx, tx) = (&l.rx, &l.tx);
        *l = Link {
            addr,
            mine: self.epoch,
            iface: l.iface,
            mtu: l.mtu,
            latency_us: l.latency_us,
            pace_us: l.pace_us,
            key_out: l.key_out,
            key_in: l.key_in,
            group: l.group,
            rx: super::storage::Receiving { arrivals: rx.arrivals, small: rx.small, ..Default::default() },
            tx: super::storage::Sending { flights: tx.flights, cwnd: CWND_START, ..Default::default() },
            ..Default::default()
        };
    }

    /// Drops what a neighbour's earlier life sent in part.
    pub(super) fn forget_received(&mut self, link: u16) {
        let rx = &mut self.links[link as usize].rx;
        rx.newest = None;
        rx.done = 0;
        (rx.ack_due, rx.ack_at) = (false, 0);
        for a in &mut self.arrivals[rx.arrivals.range()] {
            if a.state == ArrivalState::Partial {
                a.state = ArrivalState::Free;
            }
        }
    }

    /// When a link next has something to do by itself.
    pub(super) fn next_timer(&self) -> u64 {
        if !self.all_passed_on() {
            return 0;
        }
        let (mut next, mut at) = (u64::MAX, 0);
        while let Some(link) = self.busy.next(at) {
            let l = &self.links[link];
            if l.rx.ack_at > 0 {
                next = next.min(l.rx.ack_at);
            }
            for f in &self.flights[l.tx.flights.range()] {
                if f.unit != NONE {
                    next = next.min(f.resend_at).min(self.units[f.unit as usize].deadline);
                }
            }
            at = link + 1;
        }
        next
    }
}
