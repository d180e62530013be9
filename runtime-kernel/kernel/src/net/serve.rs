//! The callee's node: runs each request once, keeps its reply, and answers whoever asks again.
//!
//! A *group* is all calls of one caller on one edge (or of one client on one export); it has a record per slot.
use super::frame::{self, HEADER, Header, Kind, NO_SLOT, SEALED, State};
use super::storage::{NONE, Outcome};
use super::{Lanes, Net, Submitted};
use ambc_abi::CallError;

/// All calls of one caller on one edge.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub(super) edge: u32,
    pub(super) route: u32,
    pub(super) hops: u8,
    /// Where its replies go first.
    pub(super) link: u16,
    pub(super) lane: u16,
    /// This end's session: the node's, or a client's own.
    pub(super) mine: u64,
    /// The caller's session; 0 before its first frame.
    pub(super) theirs: u64,
    /// First of its records.
    pub(super) first: u16,
    pub(super) slots: u16,
}

/// The last call of one slot.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub(super) group: u16,
    pub(super) phase: Phase,
    lane_slot: u8,
    /// 0: none in this session yet.
    seq: u32,
    status: u32,
    len: u32,
    deadline: u64,
    /// The reply is not sent again before, and how often it was sent.
    again_at: u64,
    sendings: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Empty,
    /// The lane has it.
    Running,
    /// The reply is in the record's unit.
    Done,
}

impl Record {
    pub(super) fn new(group: u16) -> Self {
        Record { group, ..Record::default() }
    }
}

/// How long a reply is tried for a caller whose deadline is near, or who has none.
const SHORTEST: u64 = 1_000_000_000;
const LONGEST: u64 = 30_000_000_000;
/// How long the way of a reply beyond the next node may take before it is sent a second time; doubles each time.
const AGAIN: u64 = 100_000_000;

impl Net<'_> {
    /// Takes answers out of lanes and asks expired calls to end.
    pub(super) fn collect_answers(&mut self, now: u64, lanes: &dyn Lanes) -> bool {
        let (mut any, mut at) = (false, 0);
        while let Some(record) = self.active_records.next(at) {
            any |= self.collect_answer(now, lanes, record);
            at = record + 1;
        }
        any
    }

    pub(super) fn next_record_timer(&self) -> u64 {
        let (mut next, mut at) = (u64::MAX, 0);
        while let Some(i) = self.active_records.next(at) {
            next = next.min(self.records[i].deadline);
            at = i + 1;
        }
        next
    }

    fn collect_answer(&mut self, now: u64, lanes: &dyn Lanes, record: usize) -> bool {
        let r = &self.records[record];
        let (lane, slot) = (self.groups[r.group as usize].lane, r.lane_slot);
        let buffer = self.links.buffer((self.calls.len() + record) as u16);
        let room = buffer.len() - frame::TAG;
        if let Some(answer) = lanes.poll(lane, slot, &mut buffer[HEADER..room]) {
            self.done(now, record, answer.status, answer.len.min(room - HEADER) as u32);
            return true;
        }
        if self.records[record].deadline <= now {
            lanes.cancel(lane, slot);
            self.done(now, record, CallError::Timeout.code(), 0);
            return true;
        }
        false
    }

    /// Keeps a reply and sends it.
    fn done(&mut self, now: u64, record: usize, status: u32, len: u32) {
        self.active_records.remove(record);
        let r = &mut self.records[record];
        (r.phase, r.status, r.len) = (Phase::Done, status, len);
        self.send_reply(now, record);
    }

    fn send_reply(&mut self, now: u64, record: usize) {
        let unit = (self.calls.len() + record) as u16;
        if !self.links.idle(unit) {
            return; // on its way already
        }
        let r = &self.records[record];
        let g = &self.groups[r.group as usize];
        let header = Header {
            kind: Kind::Reply,
            flags: 0,
            hops: g.hops,
            route: g.route,
            edge: g.edge,
            session: g.mine,
            tag: frame::tag(g.theirs),
            seq: r.seq,
            left_us: frame::FOREVER,
            word: r.status,
            slot: record as u16 - g.first,
        };
        let (link, len) = (g.link, HEADER + r.len as usize);
        let deadline = r.deadline.clamp(now + SHORTEST, now + LONGEST);
        self.links.buffer(unit)[..HEADER].copy_from_slice(&header.encode());
        // A dead link: the caller asks again when it can.
        let _ = self.links.enqueue(now, unit, link, len, deadline);
    }

    /// The next node has a reply, or did not take it.
    pub(super) fn reply_sent(&mut self, now: u64, record: usize, outcome: Outcome) {
        let r = &mut self.records[record];
        if outcome == Outcome::Acked {
            r.again_at = now + (AGAIN << r.sendings.min(5));
            r.sendings = r.sendings.saturating_add(1);
        }
    }

    /// A frame from a caller; a request's message is in the arrival `unit`.
    pub(super) fn on_group(&mut self, now: u64, lanes: &dyn Lanes, group: u16, header: &Header, unit: u16) {
        let g = &self.groups[group as usize];
        let (opening, link, mine) = (header.slot == NO_SLOT && header.kind == Kind::Probe, g.link, g.mine);
        if !opening && header.tag != frame::tag(mine) {
            return self.nack(link, header, CallError::Restarted, mine);
        }
        if header.session == 0 || header.session < g.theirs || header.flags & SEALED != 0 {
            self.links.stats.stale += 1;
            return;
        }
        if header.session > g.theirs {
            self.new_caller(lanes, group, header.session);
        }
        if opening {
            return self.say(group, header, State::Opened);
        }
        if header.slot == NO_SLOT && header.kind == Kind::Cancel {
            return self.say_goodbye(lanes, group);
        }
        let g = &self.groups[group as usize];
        if header.slot >= g.slots {
            return self.nack(link, header, CallError::Mismatch, mine);
        }
        let record = g.first as usize + header.slot as usize;
        self.on_call(now, lanes, record, header, unit);
    }

    /// The caller makes no more calls; a client's place is free for another one.
    fn say_goodbye(&mut self, lanes: &dyn Lanes, group: u16) {
        let g = &self.groups[group as usize];
        let link = g.link as usize;
        for record in g.first as usize..g.first as usize + g.slots as usize {
            self.drop_call(lanes, record);
        }
        if self.links.links[link].group == group {
            self.links.links[link].heard_at = 0;
        }
    }

    fn say(&mut self, group: u16, header: &Header, state: State) {
        let g = &self.groups[group as usize];
        let answer = header.answer(Kind::State, state as u32, g.mine, g.hops);
        self.links.control(g.link, &answer);
    }

    /// The caller's node restarted: its earlier calls have nobody to answer to.
    fn new_caller(&mut self, lanes: &dyn Lanes, group: u16, session: u64) {
        let g = &mut self.groups[group as usize];
        g.theirs = session;
        for record in g.first as usize..g.first as usize + g.slots as usize {
            self.drop_call(lanes, record);
            self.records[record].seq = 0;
        }
    }

    /// Forgets the replies of a group in which nothing runs.
    pub(super) fn forget_replies(&mut self, group: u16) {
        let g = &self.groups[group as usize];
        for record in g.first as usize..g.first as usize + g.slots as usize {
            self.links.abort((self.calls.len() + record) as u16);
            self.records[record] = Record { group, ..Record::default() };
        }
    }

    /// Lets go of a record's call: its answer is not wanted.
    fn drop_call(&mut self, lanes: &dyn Lanes, record: usize) {
        self.links.abort((self.calls.len() + record) as u16);
        let r = &mut self.records[record];
        match r.phase {
            Phase::Empty => {}
            Phase::Done => r.phase = Phase::Empty,
            Phase::Running => {
                r.phase = Phase::Empty;
                lanes.cancel(self.groups[r.group as usize].lane, r.lane_slot);
                self.active_records.remove(record);
            }
        }
    }

    fn on_call(&mut self, now: u64, lanes: &dyn Lanes, record: usize, header: &Header, unit: u16) {
        let r = &self.records[record];
        let (group, fresh) = (r.group, r.seq == 0 || frame::after(header.seq, r.seq));
        if !fresh {
            if header.seq == r.seq {
                self.on_known(now, lanes, record, header);
            } else {
                self.links.stats.stale += 1;
            }
            return;
        }
        // The caller has gone on to another call: it does not want this slot's last one any more.
        self.drop_call(lanes, record);
        match header.kind {
            Kind::Request if unit != NONE => self.run(now, lanes, record, header, unit),
            Kind::Cancel => {
                self.begin(record, header, u64::MAX);
                self.done(now, record, CallError::Cancelled.code(), 0);
            }
            Kind::Probe => self.say(group, header, State::Unknown),
            Kind::Request | Kind::Reply | Kind::Nack | Kind::State => {}
        }
    }

    /// A frame about the record's own call.
    fn on_known(&mut self, now: u64, lanes: &dyn Lanes, record: usize, header: &Header) {
        let on_its_way = !self.links.idle((self.calls.len() + record) as u16);
        let r = &self.records[record];
        let group = r.group;
        self.links.stats.repeated += u32::from(header.kind == Kind::Request);
        match r.phase {
            Phase::Running if header.kind == Kind::Cancel => {
                lanes.cancel(self.groups[group as usize].lane, r.lane_slot);
                self.done(now, record, CallError::Cancelled.code(), 0);
            }
            Phase::Running => self.say(group, header, State::Working),
            // The next node has it, or is about to: a slow network further on needs patience, not copies.
            Phase::Done if on_its_way || now < r.again_at => self.say(group, header, State::Working),
            Phase::Done => self.send_reply(now, record),
            // Thrown away for a newer call that had no room.
            Phase::Empty => self.links.stats.stale += 1,
        }
    }

    fn begin(&mut self, record: usize, header: &Header, deadline: u64) {
        let r = &mut self.records[record];
        *r = Record { group: r.group, seq: header.seq, deadline, ..Record::default() };
    }

    /// Offers a request to its lane. It is remembered only if it runs or has an answer.
    fn run(&mut self, now: u64, lanes: &dyn Lanes, record: usize, header: &Header, unit: u16) {
        let group = self.records[record].group;
        let deadline = frame::deadline(header.left_us, self.links.arrival(unit).arrived);
        if deadline <= now {
            self.begin(record, header, deadline);
            return self.done(now, record, CallError::Timeout.code(), 0);
        }
        let payload = self.links.message(unit).get(HEADER..).unwrap_or(&[]);
        let reply_max = self.links.capacity((self.calls.len() + record) as u16) - HEADER - frame::TAG;
        let lane = self.groups[group as usize].lane;
        match lanes.submit(lane, header.word, deadline, payload, reply_max) {
            Submitted::Slot(slot) => {
                self.begin(record, header, deadline);
                let r = &mut self.records[record];
                (r.phase, r.lane_slot) = (Phase::Running, slot);
                self.active_records.insert(record);
            }
            Submitted::Full => self.say(group, header, State::Busy),
            Submitted::Failed(error) => {
                self.begin(record, header, deadline);
                self.done(now, record, error.code(), 0);
            }
        }
    }
}
