//! An emulated radio module: what it says to its host, and what it has to send.

use ambc_kernel::xbee::{
    AtStatus, BROADCAST, Command, Deframer, Delivery, LONGEST, Mode, Modem, Name, PAYLOAD, Report, framed,
    name,
};
use std::collections::VecDeque;

/// One module, as it is after power came on.
#[derive(Debug)]
pub(super) struct Module {
    /// `MY`, `ID` and `CH`: who it is, and whom it hears.
    address: u16,
    pan: u16,
    channel: u8,
    name: Vec<u8>,
    mode: Mode,
    deframer: Deframer<[u8; LONGEST]>,
    queue: VecDeque<Outgoing>,
    says: Vec<u8>,
}

/// A datagram that its host wants to be sent.
#[derive(Debug)]
pub(super) struct Outgoing {
    id: u8,
    pub(super) to: u16,
    /// The receiver is to acknowledge it.
    pub(super) acked: bool,
    pub(super) payload: Vec<u8>,
    /// Not sent before.
    pub(super) since: u64,
    /// How often it was sent.
    pub(super) tries: u8,
    /// The receiver has it, and only the acknowledgement was lost.
    pub(super) heard: bool,
}

/// What a module has room for: it lets its host wait with more.
const QUEUE: usize = 3;
/// What it keeps for a host that does not listen.
const UNREAD: usize = 4096;
/// The parameters of a new module.
const NEW: (u16, u16, u8) = (0, 0x3332, 0x0c);
/// Longest name.
const NAME: usize = 20;
/// `NoAck`'s neighbour that newer modules have for what is too long.
const TOO_LARGE: Delivery = Delivery::Other(0x74);
/// Without acknowledgement.
const NO_ACK: u8 = 0x01;
/// Sent to all.
const TO_ALL: u8 = 0x02;
/// Modules of a run are near each other.
const RSSI: u8 = 40;

impl Module {
    /// A new one, which says that it has started.
    pub(super) fn new() -> Self {
        let (address, pan, channel) = NEW;
        let mut new = Self {
            address,
            pan,
            channel,
            name: b" ".to_vec(),
            mode: Mode::Escaped,
            deframer: Deframer::new(Mode::Escaped, [0; LONGEST]),
            queue: VecDeque::new(),
            says: Vec::new(),
        };
        new.say(Report::Modem(Modem::HardwareReset));
        new
    }

    /// Whether the host has to wait.
    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= QUEUE
    }

    /// Takes bytes of the host, as long as there is room, and tells how many.
    pub(super) fn hear(&mut self, now: u64, bytes: &[u8]) -> usize {
        let mut all = 0;
        while all < bytes.len() && !self.is_full() {
            let (taken, data) = self.deframer.take(&bytes[all..]);
            all += taken;
            let data = data.map(<[u8]>::to_vec);
            if let Some(command) = data.as_deref().and_then(Command::parse) {
                self.command(now, command);
            }
        }
        all
    }

    /// What the host is to be told.
    pub(super) fn says(&self) -> &[u8] {
        &self.says
    }

    /// The host was told so many bytes.
    pub(super) fn said(&mut self, bytes: usize) {
        self.says.drain(..bytes);
    }

    /// What is to be sent next.
    pub(super) fn outgoing(&mut self) -> Option<&mut Outgoing> {
        self.queue.front_mut()
    }

    /// What was to be sent next is done with.
    pub(super) fn done(&mut self, delivery: Delivery) {
        if let Some(Outgoing { id: 1.., .. }) = self.queue.front() {
            let id = self.queue[0].id;
            self.say(Report::Sent { id, delivery });
        }
        self.queue.pop_front();
    }

    /// Whether it hears what `other` sends to `to`.
    pub(super) fn hears(&self, other: &Self, to: u16) -> bool {
        (self.pan, self.channel) == (other.pan, other.channel) && (to == BROADCAST || to == self.address)
    }

    pub(super) fn address(&self) -> u16 {
        self.address
    }

    /// A datagram came; false if the host has left no room for it.
    pub(super) fn receive(&mut self, from: u16, to_all: bool, payload: &[u8]) -> bool {
        let fits = self.has_room();
        let options = if to_all { TO_ALL } else { 0 };
        self.say(Report::Received { from, rssi: RSSI, options, payload });
        fits
    }

    fn has_room(&self) -> bool {
        self.says.len() + framed(LONGEST) <= UNREAD
    }

    fn command(&mut self, now: u64, command: Command<'_>) {
        match command {
            Command::Transmit { id, payload, .. } if payload.len() > PAYLOAD => {
                self.say(Report::Sent { id, delivery: TOO_LARGE });
            }
            Command::Transmit { id, to, options, payload } => {
                let acked = to != BROADCAST && options & NO_ACK == 0;
                let payload = payload.to_vec();
                self.queue.push_back(Outgoing { id, to, acked, payload, since: now, tries: 0, heard: false });
            }
            Command::At { id, name, value: [] } => {
                let (status, value) = self.parameter(name);
                self.answer(id, name, status, &value);
            }
            Command::At { id, name, value } => {
                let mode = self.mode;
                let status = self.set(name, value);
                // The answer still comes in the mode of the question.
                let next = std::mem::replace(&mut self.mode, mode);
                self.answer(id, name, status, &[]);
                self.mode = next;
                self.deframer.set_mode(next);
            }
        }
    }

    fn answer(&mut self, id: u8, name: Name, status: AtStatus, value: &[u8]) {
        if id != 0 {
            self.say(Report::At { id, name, status, value });
        }
    }

    fn parameter(&self, of: Name) -> (AtStatus, Vec<u8>) {
        let value = match of {
            name::MY => self.address.to_be_bytes().to_vec(),
            name::ID => self.pan.to_be_bytes().to_vec(),
            name::CH => vec![self.channel],
            name::AP => vec![if self.mode == Mode::Escaped { 2 } else { 1 }],
            name::NI => self.name.clone(),
            _ => return (AtStatus::InvalidCommand, Vec::new()),
        };
        (AtStatus::Ok, value)
    }

    fn set(&mut self, what: Name, value: &[u8]) -> AtStatus {
        let number = value.iter().try_fold(0u16, |sum, b| Some(sum.checked_mul(256)? + u16::from(*b)));
        match (what, number) {
            (name::MY, Some(n)) => self.address = n,
            (name::ID, Some(n)) => self.pan = n,
            (name::CH, Some(n @ 0x0b..=0x1a)) => self.channel = n as u8,
            (name::AP, Some(1)) => self.mode = Mode::Plain,
            (name::AP, Some(2)) => self.mode = Mode::Escaped,
            (name::NI, _) if value.len() <= NAME => self.name = value.to_vec(),
            (name::MY | name::ID | name::CH | name::AP | name::NI, _) => return AtStatus::InvalidParameter,
            _ => return AtStatus::InvalidCommand,
        }
        AtStatus::Ok
    }

    /// A host that does not read loses what it is told.
    fn say(&mut self, report: Report<'_>) {
        if !self.has_room() {
            return;
        }
        let mut room = [0; framed(LONGEST)];
        let len = report.write(self.mode, &mut room).unwrap_or(0);
        self.says.extend_from_slice(&room[..len]);
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! A host for tests.

    use super::*;

    /// Tells a module something, in the mode with escapes.
    pub(in super::super) fn tell(module: &mut Module, now: u64, command: Command<'_>) {
        let mut room = [0; framed(LONGEST)];
        let len = command.write(Mode::Escaped, &mut room).unwrap();
        assert_eq!(module.hear(now, &room[..len]), len);
    }

    /// Everything a module has said, frame by frame.
    pub(in super::super) fn told(module: &mut Module) -> Vec<Vec<u8>> {
        let mut deframer = Deframer::new(Mode::Escaped, [0; LONGEST]);
        let (mut out, mut rest) = (Vec::new(), module.says());
        while !rest.is_empty() {
            let (taken, data) = deframer.take(rest);
            out.extend(data.map(<[u8]>::to_vec));
            rest = &rest[taken..];
        }
        let all = module.says().len();
        module.said(all);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{tell, told};
    use super::*;

    fn at(module: &mut Module, name: Name, value: &[u8]) -> (AtStatus, Vec<u8>) {
        tell(module, 0, Command::At { id: 5, name, value });
        let all = told(module);
        match Report::parse(&all[0]) {
            Some(Report::At { id: 5, name: of, status, value }) if of == name => (status, value.to_vec()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_module_says_so_and_is_as_modules_are() {
        let mut module = Module::new();
        assert_eq!(told(&mut module), [[0x8a, 0]]);
        let new = [(name::MY, vec![0, 0]), (name::ID, vec![0x33, 0x32]), (name::CH, vec![0x0c])];
        for (name, value) in new {
            assert_eq!(at(&mut module, name, b""), (AtStatus::Ok, value));
        }
    }

    #[test]
    fn parameters_are_what_was_set_within_their_bounds() {
        let mut module = Module::new();
        told(&mut module);
        for (name, value) in [(name::MY, &[0x7e, 0x11][..]), (name::CH, &[0x1a]), (name::NI, b"probe")] {
            assert_eq!(at(&mut module, name, value), (AtStatus::Ok, vec![]));
            assert_eq!(at(&mut module, name, b""), (AtStatus::Ok, value.to_vec()));
        }
        for (name, value) in [(name::CH, &[0x1b][..]), (name::MY, &[1, 0, 0]), (name::AP, &[0])] {
            assert_eq!(at(&mut module, name, value).0, AtStatus::InvalidParameter);
        }
        assert_eq!(at(&mut module, *b"ZZ", b"").0, AtStatus::InvalidCommand);
        assert_eq!(at(&mut module, *b"ZZ", b"1").0, AtStatus::InvalidCommand);
    }

    #[test]
    fn a_module_without_escapes_is_set_to_escape() {
        let mut module = Module::new();
        told(&mut module);
        assert_eq!(at(&mut module, name::AP, &[1]).0, AtStatus::Ok);
        module.hear(0, b"\x7e\x00\x04\x08\x05MY\x4c");
        assert_eq!(module.says(), b"\x7e\x00\x07\x88\x05MY\x00\x00\x00\xcc");
        told(&mut module);
        assert_eq!(at(&mut module, name::AP, &[2]).0, AtStatus::Ok);
        assert_eq!(at(&mut module, name::AP, b""), (AtStatus::Ok, vec![2]));
    }

    #[test]
    fn hosts_wait_with_more_than_fits_and_lose_what_they_do_not_read() {
        let mut module = Module::new();
        for _ in 0..QUEUE {
            assert!(!module.is_full());
            tell(&mut module, 0, Command::Transmit { id: 1, to: 2, options: 0, payload: b"x" });
        }
        assert!(module.is_full());
        let mut received = 0;
        while module.receive(7, false, &[0x7e; PAYLOAD]) {
            received += 1;
        }
        assert!(received > 10 && module.says().len() <= UNREAD);
        assert_eq!(told(&mut module).len(), received + 1);
        assert!(module.receive(7, false, &[0x7e; PAYLOAD]));
    }

    #[test]
    fn a_datagram_above_the_limit_is_refused() {
        let mut module = Module::new();
        told(&mut module);
        let command = Command::Transmit { id: 9, to: 2, options: 0, payload: &[0; PAYLOAD] };
        tell(&mut module, 0, command);
        assert!(told(&mut module).is_empty() && module.outgoing().is_some());
        module.done(Delivery::Success);
        assert_eq!(told(&mut module), [[0x89, 9, 0]]);
        module.command(0, Command::Transmit { id: 9, to: 2, options: 0, payload: &[0; PAYLOAD + 1] });
        assert_eq!(told(&mut module), [[0x89, 9, 0x74]]);
    }
}
