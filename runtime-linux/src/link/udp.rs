//! Datagrams over UDP.

use ambc_kernel::net::PeerAddr;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};

/// One bound socket, nonblocking.
#[derive(Debug)]
pub(super) struct Udp {
    socket: UdpSocket,
}

impl Udp {
    pub(super) fn bind(at: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind(at)?;
        socket.set_nonblocking(true)?;
        // Bursts of fragments must fit; the kernel gives at most what its limits allow, less costs retransmissions only.
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 1 << 20);
        Ok(Self { socket })
    }

    /// The next datagram, if one is there. Errors of an earlier send (a peer that is not up yet) count as nothing.
    pub(super) fn receive(&self, buf: &mut [u8]) -> Option<(usize, PeerAddr)> {
        for _ in 0..8 {
            match self.socket.recv_from(buf) {
                Ok((len, from)) => return Some((len, PeerAddr::from(from))),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return None,
                Err(_) => {} // ECONNREFUSED of an earlier datagram: the next call returns the next datagram
            }
        }
        None
    }

    /// False if the socket is full: try again when it is writable.
    pub(super) fn send(&self, to: PeerAddr, bytes: &[u8]) -> bool {
        for _ in 0..2 {
            match self.socket.send_to(bytes, to.socket()) {
                Ok(_) => return true,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => {} // an earlier datagram was refused: that error is cleared now
            }
        }
        true
    }
}

impl AsFd for Udp {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_pass_also_after_a_refusal() {
        let open = || {
            let udp = Udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let addr = PeerAddr::from(udp.socket.local_addr().unwrap());
            (udp, addr)
        };
        let ((a, at_a), (b, at_b)) = (open(), open());
        let (_, gone) = open();
        let mut buf = [0; 64];
        assert_eq!(b.receive(&mut buf), None);
        for i in 0..10u8 {
            assert!(a.send(gone, &[i]));
            assert!(a.send(at_b, &[i]));
            rustix::event::poll(&mut [rustix::event::PollFd::new(&b, rustix::event::PollFlags::IN)], None)
                .unwrap();
            assert_eq!(b.receive(&mut buf), Some((1, at_a)));
            assert_eq!(buf[0], i);
            assert_eq!(a.receive(&mut buf), None);
        }
    }
}
