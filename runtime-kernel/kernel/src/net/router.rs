//! Which way a frame goes. Forwarders look at the header and nothing else.
use super::frame::{self, HEADER, Header, Kind, State};
use super::link::Heard;
use super::storage::{NONE, Outcome};
use super::{Hop, Lanes, Net};
use ambc_abi::CallError;

/// A relayed message without deadline is given up after this long.
const LONGEST: u64 = 30_000_000_000;

/// Where a frame goes from here.
enum Way {
    /// On to this link, with so many hops left.
    Relay(u16, u8),
    /// To a callee of this node.
    Group(u16),
    /// To a caller of this node.
    Out(u16),
    /// It is for this node, which has no such edge.
    NoEdge,
}

impl Net<'_> {
    /// Handles the control frames that came since the last poll.
    pub(super) fn read_inbox(&mut self, now: u64, lanes: &dyn Lanes) -> bool {
        let mut any = false;
        for i in 0..self.links.inbox.len() {
            let Some(heard) = self.links.inbox[i].take() else { continue };
            any = true;
            self.on_control(now, lanes, heard);
        }
        any
    }

    /// Handles the messages that are complete.
    pub(super) fn read_ready(&mut self, now: u64, lanes: &dyn Lanes) -> bool {
        let mut any = false;
        while let Some(unit) = self.links.pop_ready() {
            any = true;
            if !self.on_message(now, lanes, unit) {
                self.links.release(unit);
            }
        }
        any
    }

    /// Tells the owners of units whose transmission ended.
    pub(super) fn settle(&mut self, now: u64, lanes: &dyn Lanes) -> bool {
        let (calls, relays) = (self.calls.len() as u16, self.links.first_arrival);
        let mut any = false;
        while let Some((unit, outcome)) = self.links.pop_ended() {
            any = true;
            if unit < calls {
                self.request_sent(now, lanes, unit, outcome);
            } else if unit >= relays {
                if outcome == Outcome::Unreachable {
                    self.refuse_relay(unit);
                }
                self.links.release(unit);
            } else {
                self.reply_sent(now, (unit - calls) as usize, outcome);
            }
        }
        any
    }

    fn on_control(&mut self, now: u64, lanes: &dyn Lanes, Heard { link, header }: Heard) {
        match self.way(link, &header) {
            Some(Way::Relay(to, hops)) => self.relay_control(now, link, to, &Header { hops, ..header }),
            Some(Way::Group(group)) => self.on_group(now, lanes, group, &header, NONE),
            Some(Way::Out(out)) => self.on_out(now, lanes, out, &header),
            Some(Way::NoEdge) => self.nack(link, &header, CallError::Mismatch, 0),
            None => self.links.stats.misrouted += 1,
        }
    }

    /// True if the buffer is still needed: the message is on its way to the next node.
    fn on_message(&mut self, now: u64, lanes: &dyn Lanes, unit: u16) -> bool {
        let link = self.links.arrival(unit).link;
        let header = Header::decode(self.links.message(unit)).filter(|h| !h.kind.control());
        let Some(header) = header else {
            self.links.stats.damaged += 1;
            return false;
        };
        match self.way(link, &header) {
            Some(Way::Relay(to, hops)) => return self.relay(now, unit, to, hops, &header),
            Some(Way::Group(group)) => self.on_group(now, lanes, group, &header, unit),
            Some(Way::Out(out)) => self.on_reply(now, lanes, out, &header, unit),
            Some(Way::NoEdge) if header.kind.forward() => self.nack(link, &header, CallError::Mismatch, 0),
            Some(Way::NoEdge) | None => self.links.stats.misrouted += 1,
        }
        false
    }

    /// A frame is accepted only from the neighbour that its route comes from.
    fn way(&self, link: u16, header: &Header) -> Option<Way> {
        let forward = header.kind.forward();
        let group = self.links.links[link as usize].group;
        if group != NONE {
            let mine = self.groups[group as usize].edge == header.edge;
            return (forward && mine).then_some(Way::Group(group));
        }
        let at = self.table.routes.iter().position(|r| r.id == header.route)?;
        let route = &self.table.routes[at];
        let (from, to) = if forward { (route.back, route.toward) } else { (route.toward, route.back) };
        if from != Hop::Peer(link) || header.hops == 0 {
            return None;
        }
        match to {
            Hop::Peer(next) => (header.hops > 1).then(|| Way::Relay(next, header.hops - 1)),
            Hop::Here => Some(self.edge(at as u16, header.edge, forward)),
        }
    }

    fn edge(&self, route: u16, edge: u32, forward: bool) -> Way {
        let way = if forward {
            let at = self.table.ins.iter().position(|e| e.edge == edge && e.route == route);
            at.map(|i| Way::Group(i as u16))
        } else {
            let at = self.table.outs.iter().position(|e| e.edge == edge && e.route == route);
            at.map(|i| Way::Out(i as u16))
        };
        way.unwrap_or(Way::NoEdge)
    }

    fn relay_control(&mut self, now: u64, from: u16, to: u16, header: &Header) {
        if header.kind.forward() && !self.links.worth_trying(now, to) {
            return self.nack(from, header, CallError::Unreachable, 0);
        }
        if header.kind == Kind::Probe && self.holds_message_of(header) {
            return self
                .links
                .control(from, &header.answer(Kind::State, State::Working as u32, 0, self.hops(header)));
        }
        self.links.control(to, header);
    }

    /// Whether the request or the reply of a call waits here: then nobody needs to send it again.
    fn holds_message_of(&self, header: &Header) -> bool {
        self.links
            .held_messages()
            .filter_map(Header::decode)
            .any(|h| !h.kind.control() && (h.edge, h.slot, h.seq) == (header.edge, header.slot, header.seq))
    }

    /// Hop limit of an answer to a frame.
    fn hops(&self, header: &Header) -> u8 {
        self.table.routes.iter().find(|r| r.id == header.route).map_or(1, |r| r.hops)
    }

    fn relay(&mut self, now: u64, unit: u16, to: u16, hops: u8, header: &Header) -> bool {
        let len = self.links.message(unit).len();
        let arrived = self.links.arrival(unit).arrived;
        let deadline = frame::deadline(header.left_us, arrived).min(now + LONGEST);
        frame::patch(self.links.buffer(unit), hops, header.left_us);
        if self.links.enqueue(now, unit, to, len, deadline).is_err() {
            self.refuse_relay(unit);
            return false;
        }
        self.links.stats.relayed += 1;
        true
    }

    /// Tells the caller's node that the way is cut. A reply that cannot go on is asked for again by its caller.
    fn refuse_relay(&mut self, unit: u16) {
        let from = self.links.arrival(unit).link;
        let header = Header::decode(&self.links.message(unit)[..HEADER]);
        if let Some(header) = header.filter(|h| h.kind == Kind::Request) {
            self.nack(from, &header, CallError::Unreachable, 0);
        }
    }

    /// Answers a frame that came over `link` with an error, in this node's or no session.
    pub(super) fn nack(&mut self, link: u16, header: &Header, error: CallError, session: u64) {
        if header.kind.forward() {
            let answer = header.answer(Kind::Nack, error.code(), session, self.hops(header));
            self.links.control(link, &answer);
        }
    }
}
