//! What the callee's node, and the nodes on the way to it, say about this node's calls.
use super::call::{MS, Phase, RETRY};
use super::frame::{self, Header, Kind, NO_SLOT, State};
use super::{Lanes, Net};
use ambc_abi::CallError;

impl Net<'_> {
    /// The call that a frame is about, if it is still this one.
    fn call_of(&self, out: u16, header: &Header) -> Option<usize> {
        let calls = self.calls_of(out as usize);
        let call = calls.start + header.slot as usize;
        let c = self.calls.get(call).filter(|_| calls.contains(&call))?;
        let awaited = matches!(c.phase, Phase::Sending | Phase::Sent | Phase::Leaving);
        (awaited && c.seq == header.seq).then_some(call)
    }

    /// A frame meant for this life of this node, from an end that may say it.
    fn credible(&mut self, header: &Header) -> bool {
        let ok = header.tag == frame::tag(self.session) && header.flags & frame::SEALED == 0;
        self.links.stats.stale += u32::from(!ok);
        ok
    }

    /// The result of a call, in the arrival `unit`.
    pub(super) fn on_reply(&mut self, now: u64, lanes: &dyn Lanes, out: u16, header: &Header, unit: u16) {
        if !self.credible(header) || header.session != self.outs[out as usize].remote {
            return;
        }
        self.outs[out as usize].heard_at = now;
        if let Some(call) = self.call_of(out, header) {
            self.links.abort(call as u16);
            self.complete(lanes, call, header.word, unit);
            self.free(call);
        }
    }

    /// A state or an error.
    pub(super) fn on_out(&mut self, now: u64, lanes: &dyn Lanes, out: u16, header: &Header) {
        if !self.credible(header) {
            return;
        }
        match header.kind {
            Kind::Nack => self.on_nack(now, lanes, out, header),
            Kind::State if header.slot == NO_SLOT => self.on_opened(now, lanes, out, header),
            Kind::State => self.on_state(now, lanes, out, header),
            Kind::Request | Kind::Reply | Kind::Cancel | Kind::Probe => {}
        }
    }

    fn on_opened(&mut self, now: u64, lanes: &dyn Lanes, out: u16, header: &Header) {
        let o = &mut self.outs[out as usize];
        if State::from_word(header.word) != Some(State::Opened) || o.open || header.session < o.remote {
            return;
        }
        (o.open, o.remote, o.tries, o.refused) = (true, header.session, 0, None);
        o.heard_at = now;
        for call in self.calls_of(out as usize) {
            if self.calls[call].phase == Phase::Waiting {
                self.send(now, lanes, call);
            }
        }
    }

    fn on_state(&mut self, now: u64, lanes: &dyn Lanes, out: u16, header: &Header) {
        // A node on the way says only that it still has the message, in no session.
        let on_the_way = header.session == 0 && State::from_word(header.word) == Some(State::Working);
        if header.session != self.outs[out as usize].remote && !on_the_way {
            return;
        }
        let Some(call) = self.call_of(out, header) else { return };
        let pause = self.pause(out as usize, self.calls[call].patience);
        let unsent = self.links.idle(call as u16);
        let c = &mut self.calls[call];
        c.tries = 0;
        c.patience = c.patience.saturating_add(1);
        match State::from_word(header.word) {
            Some(State::Busy) if c.phase != Phase::Leaving => {
                self.links.abort(call as u16);
                c.phase = Phase::Parked;
                c.next_at = now + ((5 * MS) << c.patience.min(5));
            }
            // The first time, the question may only have overtaken the request. Later, ever rarer copies.
            Some(State::Unknown) if c.phase == Phase::Sent && unsent && rare(c.patience) => {
                self.send(now, lanes, call);
            }
            Some(State::Working | State::Unknown | State::Busy) => c.next_at = now + pause,
            Some(State::Opened) | None => {}
        }
    }

    fn on_nack(&mut self, now: u64, lanes: &dyn Lanes, out: u16, header: &Header) {
        let error = CallError::from_code(header.word);
        let o = &self.outs[out as usize];
        if header.slot == NO_SLOT {
            if !o.open && error != CallError::Restarted {
                self.outs[out as usize].next_at = now + RETRY;
                self.refuse(lanes, out as usize, error);
            }
            return;
        }
        let Some(call) = self.call_of(out, header) else { return };
        if error != CallError::Restarted {
            self.finish(lanes, call, error.code());
        } else if o.open && (header.session == 0 || header.session > o.remote) {
            self.on_restart(now, lanes, out as usize);
        }
    }

    /// The callee's node lost all it knew of this edge: what was sent may have run and will not be answered.
    fn on_restart(&mut self, now: u64, lanes: &dyn Lanes, out: usize) {
        let o = &mut self.outs[out];
        (o.open, o.tries, o.next_at, o.refused) = (false, 0, now, None);
        for call in self.calls_of(out) {
            match self.calls[call].phase {
                Phase::Free | Phase::Waiting => {}
                // A parked one too: a copy of its request may have found room.
                Phase::Sending | Phase::Sent | Phase::Parked | Phase::Leaving => {
                    self.finish(lanes, call, CallError::Restarted.code());
                }
            }
        }
    }
}

/// 2, 4, 8, …
fn rare(n: u8) -> bool {
    n > 1 && n.is_power_of_two()
}
