//! What host and module say to each other in API frames.

use super::api::{Mode, enframe};

/// The 16-bit address of all modules of a network.
pub const BROADCAST: u16 = 0xffff;

/// The two letters of an AT command.
pub type Name = [u8; 2];

/// AT commands that are used here.
pub mod name {
    use super::Name;
    /// API mode: 1, or 2 with escapes.
    pub const AP: Name = *b"AP";
    /// Channel.
    pub const CH: Name = *b"CH";
    /// Personal area network.
    pub const ID: Name = *b"ID";
    /// Own 16-bit address.
    pub const MY: Name = *b"MY";
    /// Name of the module, up to 20 letters.
    pub const NI: Name = *b"NI";
}

/// From the host to its module. With frame id 0 the module answers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// 0x01: sends a datagram to a 16-bit address, or to [`BROADCAST`]. The module answers with [`Report::Sent`].
    Transmit {
        /// Frame id.
        id: u8,
        /// Destination.
        to: u16,
        /// 0x01: no acknowledgement; 0x04: to every personal area network.
        options: u8,
        /// At most [`super::PAYLOAD`] bytes.
        payload: &'a [u8],
    },
    /// 0x08: sets a parameter, or asks for it where `value` is empty. The module answers with [`Report::At`].
    At {
        /// Frame id.
        id: u8,
        /// Which parameter.
        name: Name,
        /// What it is to be, big endian.
        value: &'a [u8],
    },
}

/// From a module to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report<'a> {
    /// 0x81: a datagram of a module with a 16-bit address.
    Received {
        /// Its address.
        from: u16,
        /// Strength of the signal, in -dBm.
        rssi: u8,
        /// 0x02: sent to all of this network; 0x04: to every network.
        options: u8,
        /// The datagram.
        payload: &'a [u8],
    },
    /// 0x88: answer to [`Command::At`].
    At {
        /// Frame id of the command.
        id: u8,
        /// Of the command.
        name: Name,
        /// Whether it was done.
        status: AtStatus,
        /// What was asked for.
        value: &'a [u8],
    },
    /// 0x89: what became of [`Command::Transmit`].
    Sent {
        /// Frame id of the command.
        id: u8,
        /// What became of it.
        delivery: Delivery,
    },
    /// 0x8a: the module says something about itself.
    Modem(Modem),
}

/// What became of an AT command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtStatus {
    /// Done.
    Ok,
    /// Not done.
    Error,
    /// There is no such command.
    InvalidCommand,
    /// There is no such value.
    InvalidParameter,
}

/// What became of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Acknowledged, or sent to all.
    Success,
    /// The destination did not acknowledge, not even the third repetition.
    NoAck,
    /// The air was never free.
    CcaFailure,
    /// Nobody fetched it.
    Purged,
    /// Anything else, such as want of memory.
    Other(u8),
}

/// What a module says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modem {
    /// It starts.
    HardwareReset,
    /// It starts again, after its firmware stood still.
    WatchdogReset,
    /// Anything else, such as an association.
    Other(u8),
}

impl<'a> Command<'a> {
    /// From the data of an API frame; `None` for what is not understood here.
    #[must_use]
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        match *data {
            [0x01, id, high, low, options, ref payload @ ..] => {
                Some(Self::Transmit { id, to: u16::from_be_bytes([high, low]), options, payload })
            }
            [0x08, id, a, b, ref value @ ..] => Some(Self::At { id, name: [a, b], value }),
            _ => None,
        }
    }

    /// Writes it as an API frame and returns its bytes; `None` if `out` is too small.
    #[must_use]
    pub fn write(&self, mode: Mode, out: &mut [u8]) -> Option<usize> {
        match *self {
            Self::Transmit { id, to, options, payload } => {
                let [high, low] = to.to_be_bytes();
                enframe(mode, &[&[0x01, id, high, low, options], payload], out)
            }
            Self::At { id, name: [a, b], value } => enframe(mode, &[&[0x08, id, a, b], value], out),
        }
    }
}

impl<'a> Report<'a> {
    /// From the data of an API frame; `None` for what is not understood here.
    #[must_use]
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        match *data {
            [0x81, high, low, rssi, options, ref payload @ ..] => {
                Some(Self::Received { from: u16::from_be_bytes([high, low]), rssi, options, payload })
            }
            [0x88, id, a, b, status, ref value @ ..] => {
                Some(Self::At { id, name: [a, b], status: AtStatus::from_byte(status), value })
            }
            [0x89, id, delivery] => Some(Self::Sent { id, delivery: Delivery::from_byte(delivery) }),
            [0x8a, status] => Some(Self::Modem(Modem::from_byte(status))),
            _ => None,
        }
    }

    /// Writes it as an API frame and returns its bytes; `None` if `out` is too small.
    #[must_use]
    pub fn write(&self, mode: Mode, out: &mut [u8]) -> Option<usize> {
        match *self {
            Self::Received { from, rssi, options, payload } => {
                let [high, low] = from.to_be_bytes();
                enframe(mode, &[&[0x81, high, low, rssi, options], payload], out)
            }
            Self::At { id, name: [a, b], status, value } => {
                enframe(mode, &[&[0x88, id, a, b, status as u8], value], out)
            }
            Self::Sent { id, delivery } => enframe(mode, &[&[0x89, id, delivery.byte()]], out),
            Self::Modem(modem) => enframe(mode, &[&[0x8a, modem.byte()]], out),
        }
    }
}

impl AtStatus {
    const fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Ok,
            2 => Self::InvalidCommand,
            3 => Self::InvalidParameter,
            _ => Self::Error,
        }
    }
}

impl Delivery {
    const fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Success,
            1 => Self::NoAck,
            2 => Self::CcaFailure,
            3 => Self::Purged,
            _ => Self::Other(byte),
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::NoAck => 1,
            Self::CcaFailure => 2,
            Self::Purged => 3,
            Self::Other(byte) => byte,
        }
    }
}

impl Modem {
    const fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::HardwareReset,
            1 => Self::WatchdogReset,
            _ => Self::Other(byte),
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::HardwareReset => 0,
            Self::WatchdogReset => 1,
            Self::Other(byte) => byte,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Deframer, LONGEST, framed};
    use super::*;
    use proptest::prelude::*;

    fn data(line: &[u8]) -> Vec<u8> {
        let mut deframer = Deframer::new(Mode::Plain, [0; LONGEST]);
        let (taken, data) = deframer.take(line);
        assert_eq!(taken, line.len());
        data.unwrap().to_vec()
    }

    /// Examples of the user guide, without escapes.
    #[test]
    fn commands_of_the_manual() {
        let cases: [(&[u8], Command<'_>); 2] = [
            (
                b"\x7e\x00\x0b\x01\x87\x12\x34\x00TxData\xeb",
                Command::Transmit { id: 0x87, to: 0x1234, options: 0, payload: b"TxData" },
            ),
            (
                b"\x7e\x00\x0e\x01\x00\xff\xff\x00Broadcast\x6d",
                Command::Transmit { id: 0, to: BROADCAST, options: 0, payload: b"Broadcast" },
            ),
        ];
        for (line, command) in cases {
            assert_eq!(Command::parse(&data(line)), Some(command));
            let mut room = [0; framed(LONGEST)];
            let len = command.write(Mode::Plain, &mut room).unwrap();
            assert_eq!(&room[..len], line);
        }
    }

    #[test]
    fn reports_of_the_manual() {
        let cases: [(&[u8], Report<'_>); 4] = [
            (
                b"\x7e\x00\x0b\x81\x12\x34\x5e\x01TxData\x93",
                Report::Received { from: 0x1234, rssi: 94, options: 1, payload: b"TxData" },
            ),
            (
                b"\x7e\x00\x05\x88\x01BD\x00\xf0",
                Report::At { id: 1, name: *b"BD", status: AtStatus::Ok, value: b"" },
            ),
            (b"\x7e\x00\x03\x89\x01\x00\x75", Report::Sent { id: 1, delivery: Delivery::Success }),
            (b"\x7e\x00\x02\x8a\x00\x75", Report::Modem(Modem::HardwareReset)),
        ];
        for (line, report) in cases {
            assert_eq!(Report::parse(&data(line)), Some(report));
            let mut room = [0; framed(LONGEST)];
            let len = report.write(Mode::Plain, &mut room).unwrap();
            assert_eq!(&room[..len], line);
        }
    }

    #[test]
    fn statuses_are_these_numbers() {
        let sent = [
            (0, Delivery::Success),
            (1, Delivery::NoAck),
            (2, Delivery::CcaFailure),
            (3, Delivery::Purged),
            (0x74, Delivery::Other(0x74)),
        ];
        for (n, delivery) in sent {
            assert_eq!(Report::parse(&[0x89, 7, n]), Some(Report::Sent { id: 7, delivery }));
        }
        let at = [AtStatus::Ok, AtStatus::Error, AtStatus::InvalidCommand, AtStatus::InvalidParameter];
        for (n, status) in at.into_iter().enumerate() {
            let expected = Report::At { id: 1, name: name::MY, status, value: b"x" };
            assert_eq!(Report::parse(&[0x88, 1, b'M', b'Y', n as u8, b'x']), Some(expected));
        }
    }

    proptest! {
        /// What is understood at all is written as it came.
        #[test]
        fn any_data_is_taken_or_refused(data in proptest::collection::vec(any::<u8>(), 0..LONGEST)) {
            let mut wanted = [0; framed(LONGEST)];
            let wanted_len = enframe(Mode::Plain, &[&data], &mut wanted).unwrap();
            let mut room = [0; framed(LONGEST)];
            if let Some(command) = Command::parse(&data) {
                let len = command.write(Mode::Plain, &mut room).unwrap();
                prop_assert_eq!(&room[..len], &wanted[..wanted_len]);
            }
            if let Some(report) = Report::parse(&data) {
                let len = report.write(Mode::Plain, &mut room).unwrap();
                // A status that has no name of its own is an error.
                if !matches!(report, Report::At { status: AtStatus::Error, .. }) {
                    prop_assert_eq!(&room[..len], &wanted[..wanted_len]);
                }
            }
        }
    }
}
