//! The driver of one module.

use super::api::{Deframer, Mode, framed};
use super::bringup::{Bringup, LAST_ID};
use super::message::{Command, Delivery, Modem, Report};
use super::{Config, LONGEST, PAYLOAD, address, peer};
use crate::net::PeerAddr;

/// Datagrams that the module has at once: one in the air, one behind it. Modules have room for about two hundred bytes.
const WINDOW: usize = 2;
/// A module that says nothing for so long about a datagram has forgotten it, or its word was lost: three repetitions on a
/// crowded channel take some tenths of a second.
const STATUS_NS: u64 = 2_000_000_000;
/// A module that said nothing for so long is asked whether it is still who it should be.
const SILENCE_NS: u64 = 10_000_000_000;

/// A driver of one module. It is passed what the module said and the time, and gives the bytes to tell it.
///
/// Times are ns of any clock that does not go backwards.
#[derive(Debug)]
pub struct Radio {
    config: Config,
    deframer: Deframer<[u8; LONGEST]>,
    output: [u8; framed(LONGEST)],
    len: usize,
    written: usize,
    bringup: Bringup,
    /// The module has been who it should be since its last start.
    known: bool,
    awaited: [Option<Awaited>; WINDOW],
    last_id: u8,
    silent_since: u64,
    stats: Stats,
}

/// A datagram whose fate the module will tell.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    id: u8,
    until: u64,
}

/// Counters since start; they wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Datagrams that were acknowledged.
    pub delivered: u32,
    /// Datagrams that nobody acknowledged.
    pub no_ack: u32,
    /// Datagrams that a module could not send: the air was taken, or it had no room.
    pub not_sent: u32,
    /// Datagrams of whose fate the module said nothing.
    pub unanswered: u32,
    /// Datagrams that no frame carries: too long, or for no radio.
    pub too_long: u32,
    /// Datagrams that were lost for want of a module that answers.
    pub without: u32,
    /// Datagrams received.
    pub received: u32,
    /// Frames of the module that are not understood.
    pub strange: u32,
    /// Starts of the module that it told of.
    pub resets: u32,
}

impl Stats {
    const NONE: Self = Self {
        delivered: 0,
        no_ack: 0,
        not_sent: 0,
        unanswered: 0,
        too_long: 0,
        without: 0,
        received: 0,
        strange: 0,
        resets: 0,
    };
}

/// A datagram that came over the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Who sent it.
    pub from: PeerAddr,
    /// Strength of the signal, in -dBm.
    pub rssi: u8,
    /// What was sent.
    pub bytes: &'a [u8],
}

impl Radio {
    /// A driver of a module that may be in any state, but set to API mode.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        Self {
            config,
            deframer: Deframer::new(Mode::Escaped, [0; LONGEST]),
            output: [0; framed(LONGEST)],
            len: 0,
            written: 0,
            bringup: Bringup::new(0),
            known: false,
            awaited: [None; WINDOW],
            last_id: LAST_ID,
            silent_since: 0,
            stats: Stats::NONE,
        }
    }

    /// Takes bytes of the module, up to the end of the next datagram: how many were taken, and the datagram.
    pub fn receive(&mut self, now: u64, bytes: &[u8]) -> (usize, Option<Datagram<'_>>) {
        let mut taken = 0;
        while taken < bytes.len() {
            let (more, whole) = self.deframer.seek(&bytes[taken..]);
            taken += more;
            if let Some(len) = whole
                && self.hear(now, len)
            {
                return (taken, self.datagram(len));
            }
        }
        (taken, None)
    }

    /// Looks at the timers.
    pub fn poll(&mut self, now: u64) {
        if self.bringup.is_done() {
            let lost = self.forget_awaited(|a| a.until <= now);
            self.stats.unanswered = self.stats.unanswered.wrapping_add(lost);
            if lost > 0 || now >= self.silent_since.saturating_add(SILENCE_NS) {
                self.bringup = Bringup::new(now);
            }
        }
        if self.output().is_empty()
            && let Some(len) = self.bringup.command(now, &self.config, &mut self.output)
        {
            (self.written, self.len) = (0, len);
        }
    }

    /// When [`Self::poll`] is due though the module says nothing; `u64::MAX` for never. It is also due when the output
    /// has been written.
    #[must_use]
    pub fn next_timer(&self) -> u64 {
        if !self.bringup.is_done() {
            return if self.output().is_empty() { self.bringup.due() } else { u64::MAX };
        }
        let silence = self.silent_since.saturating_add(SILENCE_NS);
        self.awaited.iter().flatten().fold(silence, |next, a| next.min(a.until))
    }

    /// Sends a datagram, or loses it: nothing is repeated here beyond what the module does. False if nothing is taken now,
    /// until the module has said something or the output has been written.
    pub fn send(&mut self, now: u64, to: PeerAddr, bytes: &[u8]) -> bool {
        let Some(to) = address(to).filter(|_| bytes.len() <= PAYLOAD) else {
            self.stats.too_long = self.stats.too_long.wrapping_add(1);
            return true;
        };
        if !self.bringup.is_done() && self.bringup.has_failed() {
            self.stats.without = self.stats.without.wrapping_add(1);
            return true;
        }
        if !self.is_ready() {
            return false;
        }
        let id = self.fresh_id();
        let command = Command::Transmit { id, to, options: 0, payload: bytes };
        (self.written, self.len) = (0, command.write(Mode::Escaped, &mut self.output).unwrap_or(0));
        if let Some(free) = self.awaited.iter_mut().find(|a| a.is_none()) {
            *free = Some(Awaited { id, until: now.saturating_add(STATUS_NS) });
        }
        true
    }

    /// Whether [`Self::send`] takes a datagram now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.bringup.is_done() && self.output().is_empty() && self.awaited.iter().any(Option::is_none)
    }

    /// Whether the module has been told who it is, and says so.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.bringup.is_done()
    }

    /// Whether no datagram is on its way to the module or the air.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.awaited.iter().all(Option::is_none)
    }

    /// What the module is to be told next.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output[self.written..self.len]
    }

    /// The line took so many bytes of [`Self::output`].
    pub fn written(&mut self, bytes: usize) {
        self.written = self.written.saturating_add(bytes).min(self.len);
    }

    /// The line was cut, and may lead to another module.
    pub fn reset(&mut self, now: u64) {
        self.deframer.reset();
        (self.written, self.len) = (0, 0);
        self.start_over(now);
    }

    /// Counters since start.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Takes a frame of the module; true if it is a datagram for this node.
    fn hear(&mut self, now: u64, len: usize) -> bool {
        self.silent_since = now;
        match Report::parse(self.deframer.data(len)) {
            Some(Report::Received { .. }) => return self.known,
            Some(Report::At { id, name, status, value }) => {
                self.bringup.answered(now, &self.config, (id, name, status), value);
                self.known |= self.bringup.is_done();
            }
            Some(Report::Sent { id, delivery }) => self.sent(id, delivery),
            Some(Report::Modem(Modem::HardwareReset | Modem::WatchdogReset)) => {
                self.stats.resets = self.stats.resets.wrapping_add(1);
                self.start_over(now);
            }
            Some(Report::Modem(Modem::Other(_))) => {}
            None => self.stats.strange = self.stats.strange.wrapping_add(1),
        }
        false
    }

    fn datagram(&mut self, len: usize) -> Option<Datagram<'_>> {
        self.stats.received = self.stats.received.wrapping_add(1);
        match Report::parse(self.deframer.data(len))? {
            Report::Received { from, rssi, payload, .. } => {
                Some(Datagram { from: peer(from), rssi, bytes: payload })
            }
            Report::At { .. } | Report::Sent { .. } | Report::Modem(_) => None,
        }
    }

    fn sent(&mut self, id: u8, delivery: Delivery) {
        if self.forget_awaited(|a| a.id == id) == 0 {
            return; // given up before
        }
        let counter = match delivery {
            Delivery::Success => &mut self.stats.delivered,
            Delivery::NoAck => &mut self.stats.no_ack,
            Delivery::CcaFailure | Delivery::Purged | Delivery::Other(_) => &mut self.stats.not_sent,
        };
        *counter = counter.wrapping_add(1);
    }

    fn start_over(&mut self, now: u64) {
        let lost = self.forget_awaited(|_| true);
        self.stats.unanswered = self.stats.unanswered.wrapping_add(lost);
        self.known = false;
        self.bringup = Bringup::new(now);
    }

    /// How many datagrams are awaited no more.
    fn forget_awaited(&mut self, which: impl Fn(&Awaited) -> bool) -> u32 {
        let mut count = 0;
        for slot in &mut self.awaited {
            if slot.take_if(|a| which(a)).is_some() {
                count += 1;
            }
        }
        count
    }

    fn fresh_id(&mut self) -> u8 {
        loop {
            self.last_id = if self.last_id == u8::MAX { LAST_ID + 1 } else { self.last_id + 1 };
            if !self.awaited.iter().flatten().any(|a| a.id == self.last_id) {
                return self.last_id;
            }
        }
    }
}
