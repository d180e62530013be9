//! The driver of XBee modules, against a module that does as it is told, or not.

use ambc_kernel::net::PeerAddr;
use ambc_kernel::xbee::{
    AtStatus, Command, Config, Deframer, Delivery, LONGEST, Mode, Modem, Name, PAYLOAD, Radio, Report,
    framed, name, peer,
};
use proptest::collection::vec;
use proptest::prelude::*;

const MS: u64 = 1_000_000;
const CONFIG: Config = Config { address: 0x0011, pan: 0x7e13, channel: 0x0c };

/// A module: its parameters, what it was asked to send, and what it says.
struct Module {
    deframer: Deframer<[u8; LONGEST]>,
    set: Vec<(Name, u64)>,
    /// Frame id, destination, payload.
    asked: Vec<(u8, u16, Vec<u8>)>,
    says: Vec<u8>,
    /// Answers to AT commands with this.
    status: AtStatus,
}

impl Module {
    fn new() -> Self {
        let deframer = Deframer::new(Mode::Escaped, [0; LONGEST]);
        Self { deframer, set: Vec::new(), asked: Vec::new(), says: Vec::new(), status: AtStatus::Ok }
    }

    fn say(&mut self, report: Report<'_>) {
        let mut room = [0; framed(LONGEST)];
        let len = report.write(Mode::Escaped, &mut room).expect("room for the longest frame");
        self.says.extend_from_slice(&room[..len]);
    }

    fn hear(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (taken, data) = self.deframer.take(bytes);
            bytes = &bytes[taken..];
            let Some(data) = data.map(<[u8]>::to_vec) else { continue };
            match Command::parse(&data).expect("the driver says what modules understand") {
                Command::Transmit { id, to, payload, .. } => self.asked.push((id, to, payload.to_vec())),
                Command::At { id, name, value } => self.parameter(id, name, value),
            }
        }
    }

    fn parameter(&mut self, id: u8, name: Name, value: &[u8]) {
        let status = self.status;
        if !value.is_empty() {
            self.set.retain(|(n, _)| *n != name);
            self.set.push((name, value.iter().fold(0, |sum, b| sum << 8 | u64::from(*b))));
            return self.say(Report::At { id, name, status, value: &[] });
        }
        let value = self.get(name).unwrap_or(0).to_be_bytes();
        self.say(Report::At { id, name, status, value: &value });
    }

    fn get(&self, name: Name) -> Option<u64> {
        self.set.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    fn sent(&mut self, id: u8, delivery: Delivery) {
        self.say(Report::Sent { id, delivery });
    }
}

/// Lets both talk until neither has anything to say, and returns the datagrams that came out.
fn talk(now: u64, radio: &mut Radio, module: &mut Module) -> Vec<(PeerAddr, Vec<u8>)> {
    let mut out = Vec::new();
    loop {
        radio.poll(now);
        let said = std::mem::take(&mut module.says);
        let mut rest = &said[..];
        while !rest.is_empty() {
            let (taken, datagram) = radio.receive(now, rest);
            out.extend(datagram.map(|d| (d.from, d.bytes.to_vec())));
            rest = &rest[taken..];
        }
        radio.poll(now);
        let bytes = radio.output().to_vec();
        // Lines take what they like.
        bytes.chunks(3).for_each(|piece| module.hear(piece));
        radio.written(bytes.len());
        if bytes.is_empty() && module.says.is_empty() {
            return out;
        }
    }
}

fn up() -> (Radio, Module) {
    let (mut radio, mut module) = (Radio::new(CONFIG), Module::new());
    talk(0, &mut radio, &mut module);
    assert!(radio.is_up());
    (radio, module)
}

#[test]
fn a_module_is_told_who_it_is() {
    let (radio, module) = up();
    let expected = [(name::AP, 2), (name::MY, 0x11), (name::ID, 0x7e13), (name::CH, 0x0c)];
    assert_eq!(module.set, expected);
    assert!(radio.is_ready() && radio.is_idle());
    assert_eq!(radio.next_timer(), 10_000 * MS, "then it is asked again");
}

#[test]
fn a_module_that_is_another_is_not_used() {
    let (mut radio, mut module) = (Radio::new(CONFIG), Module::new());
    module.status = AtStatus::InvalidParameter;
    talk(0, &mut radio, &mut module);
    assert!(!radio.is_up());
    assert_eq!(radio.next_timer(), 1000 * MS, "tried again later");
    assert!(radio.send(0, peer(2), b"lost"));
    assert_eq!(radio.stats().without, 1);
    module.status = AtStatus::Ok;
    talk(1000 * MS, &mut radio, &mut module);
    assert!(radio.is_up());
}

#[test]
fn a_command_without_an_answer_is_repeated() {
    let (mut radio, mut module) = (Radio::new(CONFIG), Module::new());
    let mut now = 0;
    for _ in 0..6 {
        radio.poll(now);
        assert_eq!(radio.output()[3..7], *b"\x08\x01AP", "the first command, again");
        radio.written(usize::MAX);
        now = radio.next_timer();
    }
    assert_eq!(now, 6 * 250 * MS);
    talk(now, &mut radio, &mut module);
    assert!(radio.is_up());
}

#[test]
fn datagrams_wait_for_those_before_them() {
    let (mut radio, mut module) = up();
    for payload in [b"one", b"two"] {
        assert!(radio.send(0, peer(0x22), payload));
        assert!(!radio.send(0, peer(0x22), b"line"), "the line is taken");
        talk(0, &mut radio, &mut module);
    }
    assert!(!radio.send(0, peer(0x22), b"three") && !radio.is_idle());
    let [(first, to, one), (second, _, two)] = &module.asked[..] else { panic!("{:?}", module.asked) };
    assert_eq!((*to, &one[..], &two[..]), (0x22, &b"one"[..], &b"two"[..]));
    assert!(first != second && *first != 0 && *second != 0);
    let (first, second) = (*first, *second);
    module.sent(second, Delivery::NoAck);
    talk(0, &mut radio, &mut module);
    assert!(radio.send(0, peer(0x22), b"three"));
    talk(0, &mut radio, &mut module);
    module.sent(first, Delivery::Success);
    module.sent(first, Delivery::Success); // twice means nothing
    talk(0, &mut radio, &mut module);
    assert_eq!((radio.stats().delivered, radio.stats().no_ack), (1, 1));
}

#[test]
fn a_status_that_is_lost_costs_time_and_no_more() {
    let (mut radio, mut module) = up();
    for payload in [b"one", b"two"] {
        assert!(radio.send(0, peer(0x22), payload));
        talk(0, &mut radio, &mut module);
    }
    let at = radio.next_timer();
    assert_eq!(at, 2000 * MS);
    talk(at, &mut radio, &mut module);
    assert!(radio.is_ready() && radio.is_idle());
    assert_eq!(radio.stats().unanswered, 2);
    let late = module.asked[0].0;
    module.sent(late, Delivery::Success);
    talk(at, &mut radio, &mut module);
    assert_eq!(radio.stats().delivered, 0, "too late");
}

#[test]
fn a_module_that_starts_again_is_told_again() {
    let (mut radio, mut module) = up();
    assert!(radio.send(0, peer(0x22), b"lost"));
    talk(0, &mut radio, &mut module);
    module.set.clear();
    module.say(Report::Modem(Modem::WatchdogReset));
    // Of another network, before it knows its own.
    module.say(Report::Received { from: 0x22, rssi: 40, options: 0, payload: b"foreign" });
    assert_eq!(talk(1, &mut radio, &mut module), []);
    assert_eq!(module.get(name::MY), Some(0x11));
    assert!(radio.is_ready() && radio.is_idle());
    assert_eq!((radio.stats().resets, radio.stats().unanswered), (1, 1));
}

#[test]
fn a_silent_module_is_asked_who_it_is() {
    let (mut radio, mut module) = up();
    module.set.clear();
    let at = radio.next_timer();
    talk(at, &mut radio, &mut module);
    assert_eq!(module.get(name::ID), Some(0x7e13));
    assert_eq!(radio.next_timer(), at + 10_000 * MS);
}

#[test]
fn what_no_frame_carries_is_not_sent() {
    let (mut radio, _) = up();
    assert!(radio.send(0, peer(0x22), &[0; PAYLOAD + 1]));
    assert!(radio.send(0, PeerAddr::from_bytes([1; 18]), b"elsewhere"));
    assert!(radio.output().is_empty());
    assert_eq!(radio.stats().too_long, 2);
    assert!(radio.send(0, peer(0x22), &[0x7e; PAYLOAD]));
    assert!(radio.output().len() > 2 * PAYLOAD, "all escaped");
}

/// Two radios, each at its module; what one is asked to send comes out at the other.
#[test]
fn a_pair_exchanges_datagrams() {
    let mut ends = [(1u16, 2u16), (2, 1)].map(|(own, other)| {
        let (mut radio, mut module) = (Radio::new(Config { address: own, ..CONFIG }), Module::new());
        talk(0, &mut radio, &mut module);
        (radio, module, other, Vec::new())
    });
    for number in 0..300u16 {
        for (radio, module, other, got) in &mut ends {
            assert!(radio.send(0, peer(*other), &number.to_be_bytes()));
            got.extend(talk(0, radio, module));
        }
        for from in [0, 1] {
            let asked = std::mem::take(&mut ends[from].1.asked);
            for (id, to, payload) in asked {
                assert_eq!(to, ends[from].2);
                let source = ends[1 - from].2;
                let report = Report::Received { from: source, rssi: 40, options: 0, payload: &payload };
                ends[1 - from].1.say(report);
                ends[from].1.sent(id, Delivery::Success);
            }
        }
        for (radio, module, _, got) in &mut ends {
            got.extend(talk(0, radio, module));
        }
    }
    for (radio, _, other, got) in ends {
        let wanted: Vec<_> = (0..300u16).map(|n| (peer(other), n.to_be_bytes().to_vec())).collect();
        assert_eq!(got, wanted);
        assert_eq!((radio.stats().delivered, radio.stats().received), (300, 300));
    }
}

fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0x7e), Just(0x7d), Just(0u8), 0x81u8..0x8b, any::<u8>()];
    vec(byte, 0..300)
}

proptest! {
    /// Whatever the line says, at whatever time: nothing breaks, and a module that then does as it is told is used.
    #[test]
    fn after_any_noise_datagrams_go_through(pieces in vec((noise(), 0u64..3000), 0..12)) {
        let (mut radio, mut module) = (Radio::new(CONFIG), Module::new());
        let mut now = 0;
        for (bytes, pause) in pieces {
            module.says.extend(bytes);
            radio.send(now, peer(3), b"?");
            talk(now, &mut radio, &mut module);
            now += pause * MS;
        }
        for _ in 0..40 {
            talk(now, &mut radio, &mut module);
            now = now.max(radio.next_timer());
            if radio.is_ready() {
                break;
            }
        }
        prop_assert!(radio.is_ready());
        module.asked.clear();
        prop_assert!(radio.send(now, peer(3), b"after"));
        talk(now, &mut radio, &mut module);
        prop_assert_eq!(&module.asked.last().expect("one").2[..], b"after");
        module.say(Report::Received { from: 3, rssi: 40, options: 0, payload: b"answer" });
        prop_assert_eq!(talk(now, &mut radio, &mut module), [(peer(3), b"answer".to_vec())]);
    }
}
