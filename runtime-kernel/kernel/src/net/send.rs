//! The sending half of a link: what is sent when, how fast, how often again, and when the neighbour counts as gone.
use super::PeerAddr;
use super::fragment::{self, Cut, DATA_HEADER, Type};
use super::frame::{self, HEADER};
use super::link::{Links, MS};
use super::storage::{Flight, Link, NONE, Outcome, UnitState};
use super::table::CONTROLS;

impl Links<'_> {
    /// Sends what is due. False if `send` refused a datagram; its link goes on the next time, and others go on now: they may
    /// have another socket.
    pub(super) fn transmit(&mut self, now: u64, send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool) -> bool {
        let mut all = self.transmit_strays(send);
        let (start, count) = (self.turn, self.links.len());
        let mut next = if start + 1 < count { start + 1 } else { 0 };
        for (from, to) in [(start, count), (0, start)] {
            let mut at = from;
            while let Some(link) = self.busy.next(at).filter(|l| *l < to) {
                at = link + 1;
                let mut sent = false;
                let mut taken = |iface, to, bytes: &[u8]| {
                    let taken = send(iface, to, bytes);
                    sent |= taken;
                    taken
                };
                if !self.transmit_link(now, link as u16, &mut taken) {
                    // The first that got nothing out goes first; one that did lets others have a go.
                    if all {
                        next = if sent && at < count {
                            at
                        } else if sent {
                            0
                        } else {
                            link
                        };
                    }
                    all = false;
                } else if self.links[link].quiet() {
                    self.busy.remove(link);
                }
            }
        }
        self.turn = next;
        all
    }

    fn transmit_strays(&mut self, send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool) -> bool {
        let mut all = true;
        for slot in &mut self.strays {
            let Some(s) = slot else { continue };
            if send(s.iface, s.to, &control_datagram(&s.header.encode(), self.epoch, s.key)) {
                *slot = None;
            } else {
                all = false;
            }
        }
        all
    }

    fn transmit_link(
        &mut self,
        now: u64,
        link: u16,
        send: &mut dyn FnMut(u16, PeerAddr, &[u8]) -> bool,
    ) -> bool {
        let (iface, to) = (self.links[link as usize].iface, self.links[link as usize].addr);
        if self.links[link as usize].rx.must_acknowledge(now) {
            let len = self.build_ack(link);
            if !send(iface, to, &self.scratch[..len]) {
                return false;
            }
            let rx = &mut self.links[link as usize].rx;
            (rx.ack_due, rx.ack_at) = (false, 0);
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
        let tx = &self.links[link as usize].tx;
        if tx.active == 0 && tx.queue.is_empty() {
            return true;
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
            frame::patch(message, hops, frame::left_us(u.deadline, now, u64::from(l.latency_us) * 1000));
        }
        let piece = &message[f.cut.range(index)];
        let len = DATA_HEADER + piece.len();
        let datagram = &mut self.scratch[..len];
        datagram[12..16].copy_from_slice(&f.message.to_le_bytes());
        datagram[16..20].copy_from_slice(&f.cut.total.to_le_bytes());
        datagram[DATA_HEADER..].copy_from_slice(piece);
        let hurry = u8::from(l.hurries(f, index));
        fragment::finish(datagram, Type::Data, [f.cut.count, index, hurry], l.mine, l.key_out);
        len
    }

    fn mark_sent(&mut self, now: u64, link: u16, flight: usize, index: u8) {
        let l = &self.links[link as usize];
        let f = &mut self.flights[flight];
        let first = f.tries == 0 && !f.again.get(index) && !f.fast;
        let measured = first && l.hurries(f, index);
        f.sent.set(index);
        f.resend_at = now + l.timeout(f.tries);
        if measured && f.timed.is_none() {
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
            let l = &mut self.links[link as usize];
            l.tx.backoff = (l.tx.backoff + 1).min(6);
            l.slow_down(now, true);
        }
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

    /// Whether an acknowledgement of a fragment is wanted at once: it is late, the last or one of a few marked in between,
    /// needed for a free flight, or the round trip is not known (never was, or not since the timeout grew). The reply to a small request usually comes first and
    /// says more.
    fn hurries(&self, f: &Flight, index: u8) -> bool {
        if f.cut.count == 1 {
            let crowded = u16::from(self.tx.active) * 2 >= self.tx.flights.len.min(self.tx.cwnd);
            return f.tries > 0 || f.fast || crowded || self.tx.srtt == 0 || self.tx.backoff > 0;
        }
        let last = f.sent.union(f.acked).count() + 1 >= u32::from(f.cut.count);
        last || f.tries > 0 || u16::from(index) % (self.tx.cwnd / 4).max(1) == 0
    }

    fn quiet(&self) -> bool {
        !self.rx.ack_due
            && self.rx.ack_at == 0
            && self.control_len == 0
            && self.tx.active == 0
            && self.tx.queue.is_empty()
    }

    fn round_trip_timeout(&self) -> u64 {
        let t = &self.tx;
        // A datagram may find another one on the wire, and so may its acknowledgement.
        let busy = u64::from(self.pace_us) * 4000;
        let measured = if t.srtt == 0 {
            u64::from(self.latency_us) * 4000 + 30 * MS + busy
        } else {
            t.srtt + (4 * t.var).max(10 * MS).max(busy)
        };
        measured.clamp(20 * MS, 2_000 * MS + busy)
    }

    /// Time until a fragment is sent again, after `tries` times. Patience learnt from one message holds for the next ones
    /// until a round trip is measured: only a fragment sent once can measure it.
    pub(super) fn timeout(&self, tries: u8) -> u64 {
        let base = self.round_trip_timeout();
        (base << tries.max(self.tx.backoff).min(6)).min((1000 * MS).max(2 * base))
    }

    pub(super) fn measured(&mut self, round_trip: u64) {
        let t = &mut self.tx;
        t.backoff = 0;
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
