//! Where a datagram came from or goes to, opaque to everything but the port.
use core::fmt;
use core::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// An address on a medium: an IP address with its port, or whatever else the port's driver understands.
///
/// Two datagrams came from the same place exactly when their addresses are equal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr([u8; 18]);

impl PeerAddr {
    /// An address that no datagram comes from.
    pub const NONE: Self = PeerAddr([0; 18]);

    /// A driver's own address form, for instance a radio's; all zero means [`PeerAddr::NONE`].
    pub const fn from_bytes(bytes: [u8; 18]) -> Self {
        PeerAddr(bytes)
    }

    /// The bytes given to [`PeerAddr::from_bytes`].
    pub const fn bytes(self) -> [u8; 18] {
        self.0
    }

    /// The socket address this was made from. IPv4 comes back as IPv4.
    pub fn socket(self) -> SocketAddr {
        let mut ip = [0; 16];
        ip.copy_from_slice(&self.0[..16]);
        let port = u16::from_be_bytes([self.0[16], self.0[17]]);
        match Ipv6Addr::from(ip).to_canonical() {
            IpAddr::V4(v4) => SocketAddr::new(IpAddr::V4(v4), port),
            IpAddr::V6(v6) => SocketAddr::V6(SocketAddrV6::new(v6, port, 0, 0)),
        }
    }
}

impl From<SocketAddr> for PeerAddr {
    /// IPv4 and its IPv6-mapped form are one address: a dual-stack socket reports the latter.
    fn from(addr: SocketAddr) -> Self {
        let ip = match addr.ip() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        let mut bytes = [0; 18];
        bytes[..16].copy_from_slice(&ip.octets());
        bytes[16..].copy_from_slice(&addr.port().to_be_bytes());
        PeerAddr(bytes)
    }
}

impl Default for PeerAddr {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for PeerAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.socket())
    }
}

#[cfg(test)]
mod tests {
    use super::PeerAddr;
    use core::net::SocketAddr;

    #[test]
    fn socket_addresses_come_back() {
        for text in ["127.0.0.1:7411", "[2001:db8::1]:1", "0.0.0.0:0"] {
            let addr: SocketAddr = text.parse().unwrap();
            assert_eq!(PeerAddr::from(addr).socket(), addr);
        }
    }

    #[test]
    fn mapped_ipv4_is_ipv4() {
        let a: SocketAddr = "[::ffff:10.0.0.1]:9".parse().unwrap();
        let b: SocketAddr = "10.0.0.1:9".parse().unwrap();
        assert_eq!(PeerAddr::from(a), PeerAddr::from(b));
    }
}
