//! The air that the modules of a network share: one of them sends at a time.
//!
//! A frame takes the air for its bytes at the declared bandwidth, headers included, and its acknowledgement does too. A module
//! that finds the air taken waits for its turn; that two begin at the same moment and spoil each other's frames does not happen
//! here. Each frame and each acknowledgement is lost by the declared loss, as seed, sender and receiver say, one after the
//! other: what else is in the air changes nothing about that. A frame without acknowledgement is sent up to three times more, as
//! 802.15.4 has it. The declared latency passes between the air and the receiver's serial line.

use super::module::{Module, Outgoing};
use ambc_kernel::xbee::{BROADCAST, Delivery};
use ambc_linux::link::medium::Figures;
use ambc_linux::link::seeded::Seeded;
use std::collections::{BTreeMap, VecDeque};

/// A network's modules and its air. Times are ns since its start.
#[derive(Debug)]
pub(super) struct Air {
    figures: Figures,
    modules: Vec<Module>,
    ways: BTreeMap<[u16; 2], Way>,
    /// Who is asked first what it has to send.
    turn: usize,
    /// Since when nobody sends.
    free_at: u64,
    sending: Option<Sending>,
    /// On the way from the air to serial lines, in order.
    arriving: VecDeque<Arriving>,
    kept: Kept,
}

/// From one module to another, by their addresses.
#[derive(Debug)]
struct Way {
    frames: Seeded,
    acks: Seeded,
}

#[derive(Debug)]
struct Sending {
    module: usize,
    until: u64,
    /// Needs no acknowledgement, or gets one.
    success: bool,
}

#[derive(Debug)]
struct Arriving {
    at: u64,
    module: usize,
    from: u16,
    to_all: bool,
    payload: Vec<u8>,
}

/// What was in the air, and what the air kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Frames sent, repetitions included.
    pub(super) frames: u64,
    /// Frames and acknowledgements lost.
    pub(super) lost: u64,
    /// Datagrams that nobody acknowledged.
    pub(super) gave_up: u64,
    /// Datagrams for hosts that had not read what came before.
    pub(super) overrun: u64,
}

/// Preamble and length 6, addresses and control 9, the modules' own 2, check sum 2.
const HEADERS: usize = 19;
/// 11 bytes, and before it the time of 6 more for turning from receiving to sending.
const ACK: usize = 17;
/// Times that a frame is sent.
const TRIES: u8 = 4;

impl Air {
    /// Air for that many modules.
    pub(super) fn new(figures: Figures, modules: usize) -> Self {
        Self {
            figures,
            modules: (0..modules).map(|_| Module::new()).collect(),
            ways: BTreeMap::new(),
            turn: 0,
            free_at: 0,
            sending: None,
            arriving: VecDeque::new(),
            kept: Kept::default(),
        }
    }

    pub(super) fn modules(&mut self) -> &mut [Module] {
        &mut self.modules
    }

    pub(super) fn kept(&self) -> Kept {
        self.kept
    }

    /// Everything that has happened by now.
    pub(super) fn step(&mut self, now: u64) {
        loop {
            self.arrive(now);
            match self.sending.take_if(|s| s.until <= now) {
                Some(sent) => self.sent(&sent),
                None if self.sending.is_none() && self.begin() => {}
                None => return,
            }
        }
    }

    /// When the next thing happens that nobody rings for.
    pub(super) fn next_timer(&self) -> Option<u64> {
        let sent = self.sending.as_ref().map(|s| s.until);
        sent.into_iter().chain(self.arriving.front().map(|a| a.at)).min()
    }

    /// The next module in turn that has something begins to send it.
    fn begin(&mut self) -> bool {
        let count = self.modules.len();
        let next =
            (0..count).map(|i| (self.turn + i) % count).find(|i| self.modules[*i].outgoing().is_some());
        let Some(module) = next else { return false };
        self.turn = module + 1;
        let Some(Outgoing { to, acked, payload, since, heard, .. }) = self.modules[module].outgoing() else {
            return false;
        };
        let (to, acked, payload, heard) = (*to, *acked, payload.clone(), *heard);
        let end = self.free_at.max(*since).saturating_add(self.figures.time_of(payload.len() + HEADERS));
        self.kept.frames += 1;
        let reached = self.transmit(module, to, end, &payload, heard);
        let success = !acked || reached && self.acknowledge(module, to);
        if let Some(outgoing) = self.modules[module].outgoing() {
            outgoing.heard |= reached;
        }
        let until = end.saturating_add(if acked { self.figures.time_of(ACK) } else { 0 });
        self.sending = Some(Sending { module, until, success });
        true
    }

    /// Whether a frame that leaves the air at `end` reaches anybody. Who has it already does not hand it over again.
    fn transmit(&mut self, module: usize, to: u16, end: u64, payload: &[u8], heard: bool) -> bool {
        let from = self.modules[module].address();
        let at = end.saturating_add(self.figures.latency_us.saturating_mul(1000));
        let mut reached = false;
        for other in (0..self.modules.len()).filter(|i| *i != module) {
            if !self.modules[other].hears(&self.modules[module], to) {
                continue;
            }
            let loss = self.figures.loss;
            if self.way(from, self.modules[other].address()).frames.chance(loss) {
                self.kept.lost += 1;
                continue;
            }
            reached = true;
            if !heard {
                let to_all = to == BROADCAST;
                self.arriving.push_back(Arriving {
                    at,
                    module: other,
                    from,
                    to_all,
                    payload: payload.to_vec(),
                });
            }
        }
        reached
    }

    /// Whether the acknowledgement of a frame that reached its destination reaches its sender.
    fn acknowledge(&mut self, module: usize, to: u16) -> bool {
        let (from, loss) = (self.modules[module].address(), self.figures.loss);
        let lost = self.way(from, to).acks.chance(loss);
        self.kept.lost += u64::from(lost);
        !lost
    }

    fn way(&mut self, from: u16, to: u16) -> &mut Way {
        let seed = self.figures.seed;
        let salt = u64::from(from) << 32 | u64::from(to) << 1;
        self.ways
            .entry([from, to])
            .or_insert_with(|| Way { frames: Seeded::new(seed, salt), acks: Seeded::new(seed, salt | 1) })
    }

    /// A frame and the time for its acknowledgement are over.
    fn sent(&mut self, sent: &Sending) {
        self.free_at = sent.until;
        let module = &mut self.modules[sent.module];
        let Some(outgoing) = module.outgoing() else { return };
        outgoing.tries += 1;
        if sent.success {
            module.done(Delivery::Success);
        } else if outgoing.tries == TRIES {
            module.done(Delivery::NoAck);
            self.kept.gave_up += 1;
        }
    }

    fn arrive(&mut self, now: u64) {
        while let Some(next) = self.arriving.pop_front_if(|a| a.at <= now) {
            let room = self.modules[next.module].receive(next.from, next.to_all, &next.payload);
            self.kept.overrun += u64::from(!room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::module::testing::{tell, told};
    use super::*;
    use ambc_kernel::xbee::{Command, Report, name};

    /// Modules with the addresses 1, 2, …
    fn air(figures: Figures, modules: u16) -> Air {
        let mut air = Air::new(figures, modules.into());
        for (module, address) in air.modules.iter_mut().zip(1u16..) {
            tell(module, 0, Command::At { id: 1, name: name::MY, value: &address.to_be_bytes() });
            told(module);
        }
        air
    }

    fn send(air: &mut Air, now: u64, from: usize, to: u16, payload: &[u8]) {
        tell(&mut air.modules[from - 1], now, Command::Transmit { id: payload[0], to, options: 0, payload });
    }

    /// All that happens, and when: who is told what.
    fn run(air: &mut Air) -> Vec<(u64, usize, Vec<u8>)> {
        let (mut now, mut out) = (0, Vec::new());
        loop {
            air.step(now);
            for (module, i) in air.modules.iter_mut().zip(1..) {
                out.extend(told(module).into_iter().map(|data| (now, i, data)));
            }
            match air.next_timer() {
                Some(next) => now = next,
                None => return out,
            }
        }
    }

    fn received(from: u16, options: u8, payload: &[u8]) -> Vec<u8> {
        let [high, low] = from.to_be_bytes();
        [&[0x81, high, low, 40, options], payload].concat()
    }

    #[test]
    fn datagrams_reach_their_module_and_their_sender_is_told() {
        let figures = Figures { bandwidth_bps: 8_000_000, latency_us: 5000, ..Figures::default() };
        let mut air = air(figures, 3);
        send(&mut air, 0, 1, 2, b"\x09there");
        let (frame, ack) = (25_000, 17_000);
        let expected =
            [(frame + ack, 1, vec![0x89, 9, 0]), (frame + 5_000_000, 2, received(1, 0, b"\x09there"))];
        assert_eq!(run(&mut air), expected);
        assert_eq!(air.kept(), Kept { frames: 1, ..Kept::default() });
    }

    #[test]
    fn what_goes_to_all_reaches_all_of_the_network() {
        let mut air = air(Figures::default(), 4);
        tell(&mut air.modules[3], 0, Command::At { id: 1, name: name::ID, value: b"\x12\x34" });
        told(&mut air.modules[3]);
        send(&mut air, 0, 2, BROADCAST, b"\x01all");
        let all = received(2, 2, b"\x01all");
        let mut told = run(&mut air);
        told.sort();
        assert_eq!(told, [(0, 1, all.clone()), (0, 2, vec![0x89, 1, 0]), (0, 3, all)]);
    }

    #[test]
    fn nobody_there_is_no_acknowledgement_after_four_times() {
        let mut air = air(Figures { bandwidth_bps: 8_000_000, ..Figures::default() }, 2);
        send(&mut air, 0, 1, 7, b"\x04?");
        assert_eq!(run(&mut air), [(4 * (21_000 + 17_000), 1, vec![0x89, 4, 1])]);
        assert_eq!(air.kept(), Kept { frames: 4, gave_up: 1, ..Kept::default() });
    }

    #[test]
    fn two_senders_have_half_the_air_each() {
        let mut air = air(Figures { bandwidth_bps: 8_000_000, ..Figures::default() }, 3);
        for i in 1..=3 {
            send(&mut air, 0, 1, 3, &[i; 64]);
            send(&mut air, 0, 2, 3, &[i + 100; 64]);
        }
        let told = run(&mut air);
        let order: Vec<_> = told.iter().filter(|t| t.1 == 3).map(|t| t.2[5]).collect();
        assert_eq!(order, [1, 101, 2, 102, 3, 103]);
        assert_eq!(told.last().unwrap().0, 6 * (64 + 19 + 17) * 1000, "one after the other");
    }

    #[test]
    fn a_late_look_at_the_clock_takes_nothing_of_the_air() {
        let mut air = air(Figures { bandwidth_bps: 8_000_000, ..Figures::default() }, 2);
        (1..=3).for_each(|i| send(&mut air, 0, 1, 2, &[i; 64]));
        air.step(u64::MAX);
        assert_eq!(air.free_at, 3 * 100_000);
    }

    /// Which of a thousand datagrams from 1 to 2 arrive, while 3 sends or not.
    fn fates(seed: u64, busy: bool) -> (Vec<u16>, Kept) {
        let mut air = air(Figures { loss: 0.6, seed, ..Figures::default() }, 3);
        let mut arrived = Vec::new();
        for number in 0..1000u16 {
            let [high, low] = number.to_be_bytes();
            send(&mut air, 0, 1, 2, &[high, low]);
            if busy {
                send(&mut air, 0, 3, 2, &[0xff, 0xff]);
                send(&mut air, 0, 3, 1, &[0xff, 0xff]);
            }
            let told = run(&mut air);
            arrived.extend(told.iter().filter_map(|(_, _, data)| match Report::parse(data)? {
                Report::Received { from: 1, payload, .. } => {
                    Some(u16::from_be_bytes(payload.try_into().unwrap()))
                }
                _ => None,
            }));
        }
        (arrived, air.kept())
    }

    #[test]
    fn losses_follow_from_the_seed_whatever_else_is_in_the_air() {
        let (first, kept) = fates(1, false);
        assert_eq!(first, fates(1, true).0);
        assert_ne!(first, fates(2, false).0);
        // Arrives unless lost four times, or acknowledged before: nothing arrives twice, and some is given up though it came.
        assert!(first.windows(2).all(|w| w[0] < w[1]), "once each");
        assert!((800..950).contains(&first.len()), "{} of 1000", first.len());
        assert!(kept.gave_up > 1000 - first.len() as u64, "{kept:?}");
    }

    #[test]
    fn everything_is_lost_at_all() {
        let mut air = air(Figures { loss: 1.0, ..Figures::default() }, 2);
        send(&mut air, 0, 1, 2, b"\x04?");
        assert_eq!(run(&mut air), [(0, 1, vec![0x89, 4, 1])]);
        assert_eq!(air.kept(), Kept { frames: 4, lost: 4, gave_up: 1, overrun: 0 });
    }
}
