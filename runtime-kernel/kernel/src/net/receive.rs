//! The receiving half of a link: datagrams in, whole messages and acknowledgements out.
//!
//! Everything here is a stranger's bytes: bounds are checked, work per datagram is bounded by the table, and memory is
//! the link's own, so that a hostile neighbour hurts no other.
use super::fragment::{self, ACK_HEADER, Bits, Cut, DATA_HEADER, Type, word};
use super::frame::Header;
use super::link::{Heard, Links};
use super::storage::{ArrivalState, NONE, Outcome, Receiving};

/// A message of which nothing came for this long may lose its buffer to another one.
const STALE: u64 = 1_000_000_000;
/// How long an acknowledgement may wait for others; well below the shortest time after which a sender repeats itself.
const ACK_DELAY: u64 = 5_000_000;

impl Links<'_> {
    /// Takes a datagram from the address of `link`.
    pub(super) fn receive(&mut self, now: u64, link: u16, datagram: &[u8]) {
        let Some((kind, epoch)) = fragment::open(datagram, self.links[link as usize].key_in) else {
            self.stats.damaged += 1;
            return;
        };
        if !self.meet(link, epoch) {
            self.stats.stale += 1;
            return;
        }
        let l = &mut self.links[link as usize];
        l.heard_at = now;
        l.tx.dead = false;
        self.stats.received += 1;
        match kind {
            Type::Data => self.on_data(now, link, datagram),
            Type::Ack => self.on_ack(now, link, datagram),
            Type::Control => self.on_control(link, datagram),
        }
    }

    /// Compares the sender's start with the one known; false for datagrams of an earlier life.
    fn meet(&mut self, link: u16, epoch: u32) -> bool {
        let known = self.links[link as usize].theirs;
        if known == Some(epoch) {
            return true;
        }
        if known.is_some_and(|k| super::frame::after(k, epoch)) {
            return false;
        }
        self.links[link as usize].theirs = Some(epoch);
        if known.is_some() {
            self.forget_link(link);
        }
        true
    }

    /// The neighbour restarted: what it had received in part is lost, so all of it is sent again.
    fn forget_link(&mut self, link: u16) {
        self.forget_received(link);
        for f in &mut self.flights[self.links[link as usize].tx.flights.range()] {
            (f.sent, f.acked, f.again) = Default::default();
            (f.fast, f.timed) = (true, None);
        }
        self.links[link as usize].tx.ack_number = None;
    }

    fn on_control(&mut self, link: u16, datagram: &[u8]) {
        let header = Header::decode(&datagram[fragment::HEAD..]).filter(|h| h.kind.control());
        let Some(header) = header else {
            self.stats.damaged += 1;
            return;
        };
        match self.inbox.iter_mut().find(|s| s.is_none()) {
            Some(free) => *free = Some(Heard { link, header }),
            None => self.stats.dropped_controls += 1,
        }
    }

    fn on_data(&mut self, now: u64, link: u16, datagram: &[u8]) {
        let (message, cut) = (word(datagram, 12), Cut { count: datagram[1], total: word(datagram, 16) });
        let (index, hurry) = (datagram[2], datagram[3]);
        let piece = datagram.get(DATA_HEADER..).unwrap_or(&[]);
        if !cut.valid() || hurry > 1 || index >= cut.count || piece.len() != cut.range(index).len() {
            self.stats.damaged += 1;
            return;
        }
        let rx = &mut self.links[link as usize].rx;
        self.busy.insert(link as usize);
        if hurry == 1 {
            rx.ack_due = true;
        } else if rx.ack_at == 0 {
            rx.ack_at = now + ACK_DELAY;
        }
        if rx.seen(message) {
            rx.ack_due = true;
            self.stats.duplicates += 1;
            return;
        }
        let Some(at) = self.place(now, link, message, cut) else {
            self.links[link as usize].rx.ack_due = true;
            self.stats.refused += 1;
            return;
        };
        let a = &mut self.arrivals[at];
        if a.cut != cut || a.got.get(index) {
            self.stats.duplicates += 1;
            return;
        }
        a.got.set(index);
        a.touched = now;
        if index == 0 {
            a.arrived = now;
        }
        let whole = a.got.count() == u32::from(cut.count);
        let unit = self.first_arrival + at as u16;
        self.buffer(unit)[cut.range(index)].copy_from_slice(piece);
        if whole {
            self.arrivals[at].state = ArrivalState::Whole;
            self.units[unit as usize].len = cut.total;
            self.links[link as usize].rx.complete(message);
            self.ready.push(self.units, unit);
        }
    }

    /// The buffer that a message is in or can have; none if all are taken, which the sender sees as no progress.
    fn place(&mut self, now: u64, link: u16, message: u32, cut: Cut) -> Option<usize> {
        let l = &self.links[link as usize];
        let rx = &l.rx;
        let (mut free, mut stale) = (None, None);
        let one = cut.count == 1 && cut.total as usize <= fragment::room(l.mtu as usize);
        for at in if one { rx.small_ones() } else { rx.large_ones() } {
            let a = &self.arrivals[at];
            if a.state == ArrivalState::Partial && a.message == message {
                return Some(at);
            }
            if cut.total > self.units[self.first_arrival as usize + at].cap {
                continue;
            }
            match a.state {
                ArrivalState::Free if one => {
                    free = Some(at); // a message of one fragment is nowhere in part
                    break;
                }
                ArrivalState::Free => free = free.or(Some(at)),
                ArrivalState::Partial if now.saturating_sub(a.touched) > STALE || rx.seen(a.message) => {
                    stale = stale.or(Some(at));
                }
                ArrivalState::Partial | ArrivalState::Whole => {}
            }
        }
        let at = free.or(stale)?;
        let a = &mut self.arrivals[at];
        (a.state, a.link, a.message, a.cut) = (ArrivalState::Partial, link, message, cut);
        (a.got, a.arrived, a.touched) = (Bits::default(), now, now);
        Some(at)
    }

    /// Writes an acknowledgement of everything lately received into the scratch datagram.
    pub(super) fn build_ack(&mut self, link: u16) -> usize {
        let l = &mut self.links[link as usize];
        l.rx.ack_number = l.rx.ack_number.wrapping_add(1);
        let mut len = ACK_HEADER;
        for a in &self.arrivals[l.rx.large_ones()] {
            if a.state != ArrivalState::Partial {
                continue;
            }
            let n = (a.cut.count as usize).div_ceil(8);
            let Some(entry) =
                self.scratch.get_mut(len..(len + 5 + n)).filter(|_| len + 5 + n <= l.mtu as usize)
            else {
                break;
            };
            entry[..4].copy_from_slice(&a.message.to_le_bytes());
            entry[4] = n as u8;
            for (i, byte) in entry[5..].iter_mut().enumerate() {
                *byte = a.got.byte(i);
            }
            len += 5 + n;
        }
        let datagram = &mut self.scratch[..len];
        datagram[12..16].copy_from_slice(&l.theirs.unwrap_or(0).to_le_bytes());
        datagram[16..20].copy_from_slice(&l.rx.newest.unwrap_or(0).to_le_bytes());
        datagram[20..28].copy_from_slice(&l.rx.done.to_le_bytes());
        let any = u8::from(l.rx.newest.is_some());
        fragment::finish(datagram, Type::Ack, [any, l.rx.ack_number, 0], l.mine, l.key_out);
        len
    }

    fn on_ack(&mut self, now: u64, link: u16, datagram: &[u8]) {
        if datagram.len() < ACK_HEADER || word(datagram, 12) != self.links[link as usize].mine {
            self.stats.stale += 1;
            return;
        }
        let peer = Receiving {
            newest: (datagram[1] == 1).then(|| word(datagram, 16)),
            done: u64::from(word(datagram, 20)) | u64::from(word(datagram, 24)) << 32,
            ..Receiving::default()
        };
        let tx = &mut self.links[link as usize].tx;
        let number = datagram[2];
        let newest = tx.ack_number.is_none_or(|n| number.wrapping_sub(n) as i8 > 0);
        if newest {
            tx.ack_number = Some(number);
        }
        for at in tx.flights.range() {
            let f = &self.flights[at];
            if f.unit == NONE {
                continue;
            }
            if peer.completed(f.message) {
                self.acked_whole(now, link, at);
            } else if f.cut.count > 1 {
                if !newest {
                    continue;
                }
                if let Some(got) = received_bits(&datagram[ACK_HEADER..], f.message) {
                    self.acked_part(now, link, at, got);
                }
            } else if peer.overtaken(f.message) && !f.fast && f.sent.get(0) {
                let f = &mut self.flights[at];
                (f.fast, f.timed) = (true, None);
                f.sent.clear(0);
                self.links[link as usize].slow_down(now, false);
            }
        }
    }

    fn acked_whole(&mut self, now: u64, link: u16, flight: usize) {
        let f = &self.flights[flight];
        let (unit, news) = (f.unit, u32::from(f.cut.count) - f.acked.count());
        let l = &mut self.links[link as usize];
        if let Some((_, sent_at)) = f.timed {
            l.measured(now.saturating_sub(sent_at));
        }
        l.speed_up(news);
        self.end(unit, Outcome::Acked);
    }

    fn acked_part(&mut self, now: u64, link: u16, flight: usize, got: Bits) {
        let f = &mut self.flights[flight];
        let l = &mut self.links[link as usize];
        if got.count() >= u32::from(f.cut.count) {
            return; // nonsense: what is complete is acknowledged as such
        }
        let news = got.minus(f.acked).count();
        // Not the union: the receiver may have needed the buffer and begun anew.
        f.sent = f.sent.minus(f.acked.minus(got));
        f.acked = got;
        if news > 0 {
            if let Some((_, sent_at)) = f.timed.take_if(|(i, _)| got.get(*i)) {
                l.measured(now.saturating_sub(sent_at));
            }
            l.speed_up(news);
            f.since = now;
            f.tries = 0;
            f.resend_at = now + l.timeout(0);
        }
        // Three later fragments arrived: this one is lost, not late.
        let horizon = f.acked.highest().unwrap_or(0).saturating_sub(2);
        let mut lost = false;
        for i in 0..horizon {
            if f.sent.get(i) && !f.acked.get(i) && !f.again.get(i) {
                f.again.set(i);
                f.sent.clear(i);
                lost = true;
            }
        }
        if f.timed.is_some_and(|(i, _)| f.again.get(i)) {
            f.timed = None;
        }
        if lost {
            l.slow_down(now, false);
        }
    }
}

/// The received-bits of `message` in the entries of an acknowledgement.
fn received_bits(mut entries: &[u8], message: u32) -> Option<Bits> {
    loop {
        let (head, rest) = entries.split_first_chunk::<5>()?;
        let (bits, after) = rest.split_at_checked(head[4] as usize)?;
        if word(head, 0) == message {
            return Some(Bits::from_bytes(bits));
        }
        entries = after;
    }
}

impl Receiving {
    /// Buffers for messages of one datagram.
    fn small_ones(&self) -> core::ops::Range<usize> {
        let all = self.arrivals.range();
        all.start..all.start + self.small as usize
    }

    /// Buffers for larger ones.
    fn large_ones(&self) -> core::ops::Range<usize> {
        let all = self.arrivals.range();
        all.start + self.small as usize..all.end
    }

    /// Whether a message needs no more fragments: complete, or older than what is remembered.
    pub(super) fn seen(&self, message: u32) -> bool {
        self.newest.is_some_and(|n| n.wrapping_sub(message) as i32 >= 64) || self.completed(message)
    }

    pub(super) fn must_acknowledge(&self, now: u64) -> bool {
        self.ack_due || self.ack_at > 0 && self.ack_at <= now
    }

    /// Whether it is known to be complete.
    pub(super) fn completed(&self, message: u32) -> bool {
        let Some(newest) = self.newest else { return false };
        let behind = newest.wrapping_sub(message);
        behind < 64 && self.done >> behind & 1 == 1
    }

    /// Whether three later messages are complete.
    fn overtaken(&self, message: u32) -> bool {
        let behind = self.newest.map_or(0, |n| n.wrapping_sub(message));
        let later = if behind < 64 { self.done & ((1 << behind) - 1) } else { 0 };
        later.count_ones() >= 3
    }

    /// Remembers that `message` is complete.
    fn complete(&mut self, message: u32) {
        let ahead = self.newest.map_or(64, |n| message.wrapping_sub(n) as i32);
        if ahead > 0 {
            self.done = if ahead < 64 { self.done << ahead } else { 0 } | 1;
            self.newest = Some(message);
        } else if ahead > -64 {
            self.done |= 1 << -ahead;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bits, Receiving, received_bits};

    #[test]
    fn the_window_follows_the_newest_message_and_forgets_64_back() {
        let mut rx = Receiving::default();
        assert!(!rx.seen(7));
        for m in [10, 9, 12, u32::MAX] {
            rx.complete(m);
        }
        let done: [bool; 6] = [9, 10, 11, 12, 13, u32::MAX].map(|m| rx.seen(m));
        assert_eq!(done, [true, true, false, true, false, true]);
        rx.complete(75);
        assert_eq!([11, 12, 13].map(|m| rx.seen(m)), [true, true, false]);
        assert_eq!([11, 12].map(|m| rx.completed(m)), [false, true]);
        rx.complete(1000);
        assert!(!rx.seen(999) && rx.seen(936) && !rx.seen(1001));
    }

    #[test]
    fn three_later_messages_make_one_overtaken() {
        let mut rx = Receiving::default();
        for m in [5, 6] {
            rx.complete(m);
            assert!(!rx.overtaken(4));
        }
        rx.complete(7);
        assert!(rx.overtaken(4) && !rx.overtaken(5));
    }

    #[test]
    fn entries_of_an_acknowledgement_are_bounded() {
        let entries = [1, 0, 0, 0, 1, 0b101, 2, 0, 0, 0, 200, 1];
        let mut bits = Bits::default();
        bits.set(0);
        bits.set(2);
        assert_eq!(received_bits(&entries, 1), Some(bits));
        assert_eq!(received_bits(&entries, 2), None);
        assert_eq!(received_bits(&entries, 3), None);
    }
}
