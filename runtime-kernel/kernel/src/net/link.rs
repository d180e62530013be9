//! Whole messages to and from neighbours over datagrams that get lost, repeated and overtaken.
//!
//! A message waits in its own buffer (a *unit*), first in its link's queue, then as one of the link's *flights*, until
//! the neighbour has acknowledged every fragment, the message expired, or the link gave up on the neighbour. It is then
//! in the queue of ended units for whoever owns it. Received messages appear in the queue of ready units.
//!
//! Control frames are not acknowledged: they are repeated by those who miss an answer.
use super::fragment::{self, Cut, DATA_HEADER, Type};
use super::frame::{self, HEADER, Header};
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
const INBOX: usize = 32;
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

const MS: u64 = 1_000_000;
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
    fn give_up(&mut self, now: u64, link: u16) {
        self.stats.gave_up += 1;
        let l = &mut self.links[link as usize];
        l.tx.dead = true;
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
            latency: l.latency,
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
        rx.ack_due = false;
        for a in &mut self.arrivals[rx.arrivals.range()] {
            if a.state == ArrivalState::Partial {
                a.state = ArrivalState::Free;
            }
        }
    }

    // --- sending ---

    /// Sends what is due. False if `send` refused a datagram; it is sent first the next time.
    pub(super) fn transmit(&mut self, now: u64, send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool) -> bool {
        if !self.transmit_strays(send) {
            return false;
        }
        let (start, count) = (self.turn, self.links.len());
        for (from, to) in [(start, count), (0, start)] {
            let mut at = from;
            while let Some(link) = self.busy.next(at).filter(|l| *l < to) {
                if !self.transmit_link(now, link as u16, send) {
                    self.turn = link;
                    return false;
                }
                if self.links[link].quiet() {
                    self.busy.remove(link);
                }
                at = link + 1;
            }
        }
        self.turn = if start + 1 < count { start + 1 } else { 0 };
        true
    }

    fn transmit_strays(&mut self, send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool) -> bool {
        for slot in &mut self.strays {
            let Some(s) = slot else { continue };
            let datagram = control_datagram(&s.header.encode(), self.epoch, s.key);
            if !send(s.iface, s.to, &datagram) {
                return false;
            }
            *slot = None;
        }
        true
    }

    fn transmit_link(
        &mut self,
        now: u64,
        link: u16,
        send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool,
    ) -> bool {
        let (iface, to) = (self.links[link as usize].iface, self.links[link as usize].addr);
        if self.links[link as usize].rx.ack_due {
            let len = self.build_ack(link);
            if !send(iface, to, &self.scratch[..len]) {
                return false;
            }
            self.links[link as usize].rx.ack_due = false;
        }
        while self.links[link as usize].control_len > 0 {
            let l = &mut self.links[link as usize];
            let header = &self.controls[link as usize * CONTROLS + l.control_first as usize];
            if !send(iface, to, &control_datagram(header, l.mine, l.key_out)) {
                return false;
            }
            l.control_first = (l.control_first + 1) % CONTROLS as u8;
            l.control_len -= 1;
        }
        self.time_out(now, link);
        loop {
            self.admit(now, link);
            let Some((flight, index)) = self.next_fragment(link) else { return true };
            let len = self.build_data(now, link, flight, index);
            if !send(iface, to, &self.scratch[..len]) {
                return false;
            }
            self.mark_sent(now, link, flight, index);
        }
    }

    /// Moves queued messages into free flights.
    fn admit(&mut self, now: u64, link: u16) {
        loop {
            let tx = &mut self.links[link as usize].tx;
            if tx.queue.is_empty() {
                return;
            }
            let mut free = None;
            for f in tx.flights.range() {
                let flight = &self.flights[f];
                if flight.unit == NONE {
                    free = free.or(Some(f));
                } else if tx.next_message.wrapping_sub(flight.message) >= 64 {
                    return; // the receiver remembers 64 messages
                }
            }
            let (Some(f), Some(unit)) = (free, free.and_then(|_| tx.queue.pop(self.units))) else { return };
            self.launch(now, link, f, unit);
        }
    }

    fn launch(&mut self, now: u64, link: u16, flight: usize, unit: u16) {
        let l = &mut self.links[link as usize];
        let u = &mut self.units[unit as usize];
        let cut = Cut::new(u.len as usize, l.mtu as usize);
        let (Some(cut), true) = (cut, u.deadline > now) else {
            let outcome = if cut.is_none() { Outcome::Unreachable } else { Outcome::Expired };
            u.state = UnitState::Ended(outcome);
            return self.ended.push(self.units, unit);
        };
        let message = l.tx.next_message;
        l.tx.next_message = message.wrapping_add(1);
        l.tx.active += 1;
        u.state = UnitState::Flying(flight as u16);
        self.flights[flight] =
            Flight { unit, message, cut, since: now, resend_at: u64::MAX, ..Flight::default() };
    }

    /// The next fragment to send, taking turns between messages, so that a large one does not hold up small ones.
    fn next_fragment(&mut self, link: u16) -> Option<(usize, u8)> {
        let tx = &mut self.links[link as usize].tx;
        let flights = &self.flights[tx.flights.range()];
        let out: u32 = flights.iter().filter(|f| f.unit != NONE).map(|f| f.sent.minus(f.acked).count()).sum();
        if out >= u32::from(tx.cwnd.max(1)) {
            return None;
        }
        for i in 0..flights.len() {
            let at = (tx.next_flight as usize + i) % flights.len();
            let f = &flights[at];
            if f.unit == NONE {
                continue;
            }
            if let Some(index) = f.sent.union(f.acked).first_clear(f.cut.count) {
                tx.next_flight = ((at + 1) % flights.len()) as u8;
                return Some((tx.flights.start as usize + at, index));
            }
        }
        None
    }

    fn build_data(&mut self, now: u64, link: u16, flight: usize, index: u8) -> usize {
        let (l, f) = (&self.links[link as usize], &self.flights[flight]);
        let u = &self.units[f.unit as usize];
        let message = &mut self.bytes[u.at as usize..(u.at + u.len) as usize];
        if index == 0 {
            let hops = frame::hops(message);
            frame::patch(message, hops, frame::left_us(u.deadline, now, l.latency));
        }
        let piece = &message[f.cut.range(index)];
        let len = DATA_HEADER + piece.len();
        let datagram = &mut self.scratch[..len];
        datagram[12..16].copy_from_slice(&f.message.to_le_bytes());
        datagram[16..20].copy_from_slice(&f.cut.total.to_le_bytes());
        datagram[DATA_HEADER..].copy_from_slice(piece);
        fragment::finish(datagram, Type::Data, [f.cut.count, index, 0], l.mine, l.key_out);
        len
    }

    fn mark_sent(&mut self, now: u64, link: u16, flight: usize, index: u8) {
        let l = &self.links[link as usize];
        let f = &mut self.flights[flight];
        let first = f.tries == 0 && !f.again.get(index) && !f.fast;
        f.sent.set(index);
        f.resend_at = now + l.timeout(f.tries);
        if first && f.timed.is_none() {
            f.timed = Some((index, now));
        }
        self.stats.sent += 1;
        self.stats.sent_again += u32::from(!first);
    }

    /// Looks at the timers of a link's flights.
    fn time_out(&mut self, now: u64, link: u16) {
        let mut late = false;
        for at in self.links[link as usize].tx.flights.range() {
            let f = &mut self.flights[at];
            if f.unit == NONE {
                continue;
            }
            if self.units[f.unit as usize].deadline <= now {
                let unit = f.unit;
                self.end(unit, Outcome::Expired);
                continue;
            }
            if f.resend_at > now {
                continue;
            }
            late = true;
            f.sent = f.acked;
            f.again = fragment::Bits::default();
            f.timed = None;
            f.resend_at = u64::MAX;
            f.tries += 1;
            let l = &self.links[link as usize];
            if f.tries < l.patience() {
                continue;
            }
            if l.heard_at <= f.since {
                return self.give_up(now, link);
            }
            // It is there and has no room for this message: that is back-pressure.
            f.since = now;
            f.tries = l.patience() - 2;
        }
        if late {
            self.links[link as usize].slow_down(now, true);
        }
    }

    /// When a link next has something to do by itself.
    pub(super) fn next_timer(&self) -> u64 {
        if !self.all_passed_on() {
            return 0;
        }
        let (mut next, mut at) = (u64::MAX, 0);
        while let Some(link) = self.busy.next(at) {
            for f in &self.flights[self.links[link].tx.flights.range()] {
                if f.unit != NONE {
                    next = next.min(f.resend_at).min(self.units[f.unit as usize].deadline);
                }
            }
            at = link + 1;
        }
        next
    }
}

fn control_datagram(header: &[u8; HEADER], epoch: u32, key: u32) -> [u8; fragment::HEAD + HEADER] {
    let mut datagram = [0; fragment::HEAD + HEADER];
    datagram[fragment::HEAD..].copy_from_slice(header);
    fragment::finish(&mut datagram, Type::Control, [0; 3], epoch, key);
    datagram
}

impl Link {
    /// Timeouts in a row after which the neighbour counts as gone; fewer while it already does.
    fn patience(&self) -> u8 {
        if self.tx.dead { 3 } else { 7 }
    }

    fn quiet(&self) -> bool {
        !self.rx.ack_due && self.control_len == 0 && self.tx.active == 0 && self.tx.queue.is_empty()
    }

    fn round_trip_timeout(&self) -> u64 {
        let t = &self.tx;
        let measured =
            if t.srtt == 0 { 4 * self.latency + 30 * MS } else { t.srtt + (4 * t.var).max(10 * MS) };
        measured.clamp(20 * MS, 2_000 * MS)
    }

    /// Time until a fragment is sent again, after `tries` times.
    pub(super) fn timeout(&self, tries: u8) -> u64 {
        let base = self.round_trip_timeout();
        (base << tries.min(6)).min((400 * MS).max(2 * base))
    }

    pub(super) fn measured(&mut self, round_trip: u64) {
        let t = &mut self.tx;
        if t.srtt == 0 {
            (t.srtt, t.var) = (round_trip.max(1), round_trip / 2);
        } else {
            t.var = (3 * t.var + t.srtt.abs_diff(round_trip)) / 4;
            t.srtt = (7 * t.srtt + round_trip) / 8;
        }
    }

    pub(super) fn speed_up(&mut self, acked: u32) {
        let t = &mut self.tx;
        t.credit = t.credit.saturating_add(acked as u16);
        if t.credit >= t.cwnd {
            t.credit -= t.cwnd;
            t.cwnd = (t.cwnd + 1).min(CWND_MAX);
        }
    }

    /// Losses of one round trip count once.
    pub(super) fn slow_down(&mut self, now: u64, timeout: bool) {
        let t = &mut self.tx;
        if now < t.cut_at {
            return;
        }
        t.cut_at = now + t.srtt;
        t.cwnd = (if timeout { t.cwnd / 2 } else { t.cwnd - t.cwnd / 4 }).max(CWND_MIN);
    }
}

/// Fragments under way to a neighbour: bounds, and the value to start with.
const CWND_MIN: u16 = 4;
const CWND_MAX: u16 = 64;
pub(super) const CWND_START: u16 = 16;
