//! XBee radio modules with 802.15.4 firmware (Series 1, S2C) in API mode: the frames on their serial line, and a driver.
//!
//! `api` puts frames on the line and takes them off it, [`Command`] and [`Report`] are what host and module say to each
//! other, and [`Radio`] is a driver without I/O and clock of its own. Formats are those of Digi's user guide.
//!
//! A port owns the UART and one [`Radio`]:
//! ```text
//!   loop:  radio.receive(now, bytes read)         gives datagrams; call again with the bytes it has not taken
//!          radio.poll(now)                        timers
//!          radio.send(now, to, datagram)          false: not now; a report of the module makes room
//!          write radio.output() to the UART, radio.written(how many bytes it took)
//!          sleep until the UART has or takes bytes, or radio.next_timer()
//! ```
mod api;
mod bringup;
mod message;
mod radio;

pub use api::{Deframer, Mode, enframe, framed};
pub use message::{AtStatus, BROADCAST, Command, Delivery, Modem, Name, Report, name};
pub use radio::{Datagram, Radio, Stats};

use crate::net::PeerAddr;

/// Most bytes that one frame carries over the air.
pub const PAYLOAD: usize = 100;
/// Most bytes of the data of an API frame that matters here: a received datagram.
pub const LONGEST: usize = PAYLOAD + 5;

/// Who a module is: what [`Radio`] tells it at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its own 16-bit address, below 0xfffe.
    pub address: u16,
    /// Modules hear those of their own personal area network only.
    pub pan: u16,
    /// Of the 2.4 GHz band, 0x0b to 0x1a; the PRO modules have 0x0c to 0x17.
    pub channel: u8,
}

const TAG: [u8; 16] = *b"ambc-xbee-radio!";

/// The address by which the kernel's network knows the module with this 16-bit address.
#[must_use]
pub const fn peer(address: u16) -> PeerAddr {
    let (mut bytes, mut i) = ([0; 18], 0);
    while i < TAG.len() {
        bytes[i] = TAG[i];
        i += 1;
    }
    [bytes[16], bytes[17]] = address.to_be_bytes();
    PeerAddr::from_bytes(bytes)
}

/// The 16-bit address that [`peer`] was given; `None` for an address of another medium.
#[must_use]
pub fn address(peer: PeerAddr) -> Option<u16> {
    let bytes = peer.bytes();
    (bytes[..16] == TAG).then_some(u16::from_be_bytes([bytes[16], bytes[17]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_and_those_of_others_do_not() {
        for n in [0, 1, 0x1234, BROADCAST] {
            assert_eq!(address(peer(n)), Some(n));
        }
        assert_eq!(address(PeerAddr::NONE), None);
        assert_eq!(address(PeerAddr::from_bytes(*b"ambc-serial-line!!")), None);
    }
}
