//! Addresses of a deployment, mapped to loopback ones.
//!
//! Every link of every node gets an address of its own in 127.0.0.0/8 and keeps its port, so that two nodes with the same
//! port do not clash. Two runs at the same time take different second octets.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

/// Gives out loopback addresses of one run.
#[derive(Debug)]
pub struct Loopback {
    block: u8,
    next: u16,
}

impl Loopback {
    /// Takes a block that no other run uses: the block's first address is held by a socket while the run lasts.
    pub fn claim() -> std::io::Result<(Self, UdpSocket)> {
        let start = (std::process::id() % 250) as u8;
        let mut last = None;
        for i in 0..250_u8 {
            let block = 2 + (start + i) % 250;
            match UdpSocket::bind(SocketAddrV4::new(Ipv4Addr::new(127, block, 0, 1), CLAIM_PORT)) {
                Ok(held) => return Ok((Self { block, next: 1 }, held)),
                Err(e) => last = Some(e),
            }
        }
        Err(last.unwrap_or_else(|| std::io::Error::other("no block of loopback addresses is free")))
    }

    /// The next address.
    pub fn next(&mut self, port: u16) -> SocketAddrV4 {
        self.next += 1;
        let [high, low] = self.next.to_be_bytes();
        SocketAddrV4::new(Ipv4Addr::new(127, self.block, high, low), port)
    }
}

const CLAIM_PORT: u16 = 7410;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_at_once_share_no_address() {
        let (mut a, _held_a) = Loopback::claim().unwrap();
        let (mut b, _held_b) = Loopback::claim().unwrap();
        assert_ne!(a.block, b.block);
        assert_ne!(a.next(7411), a.next(7411));
        assert!(b.next(1).ip().is_loopback());
    }
}
