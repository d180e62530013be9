//! UDP sockets of a node: nonblocking, with optional faults on what they send.

use crate::impair::{Impairer, Impairment};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};

/// One bound socket.
#[derive(Debug)]
pub struct Socket {
    udp: UdpSocket,
    faults: Option<Impairer<SocketAddr>>,
}

impl Socket {
    /// Binds `at`. `salt` tells the sockets of one deployment apart when faults are injected.
    pub fn bind(at: SocketAddr, impair: Option<Impairment>, salt: u64) -> io::Result<Self> {
        let udp = UdpSocket::bind(at)?;
        udp.set_nonblocking(true)?;
        // Bursts of fragments must fit; the kernel gives at most what its limits allow, less costs retransmissions only.
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&udp, 1 << 20);
        Ok(Self { udp, faults: impair.map(|i| Impairer::new(i, salt)) })
    }

    /// Where it is bound.
    pub fn local(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }

    /// The next datagram, if one is there. Errors of an earlier send (a peer that is not up yet) count as nothing.
    pub fn receive(&self, buf: &mut [u8]) -> Option<(usize, SocketAddr)> {
        for _ in 0..8 {
            match self.udp.recv_from(buf) {
                Ok(got) => return Some(got),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return None,
                Err(_) => {} // ECONNREFUSED of an earlier datagram: the next call returns the next datagram
            }
        }
        None
    }

    /// Sends one datagram, or loses it: links repeat what matters. False if the socket is full: try again when it is writable.
    pub fn send(&mut self, now: u64, to: SocketAddr, bytes: &[u8]) -> bool {
        let udp = &self.udp;
        match &mut self.faults {
            None => put(udp, to, bytes),
            Some(faults) => {
                faults.send(now, to, bytes, &mut |to, bytes| {
                    put(udp, to, bytes);
                });
                true
            }
        }
    }

    /// Sends what an injected fault held back.
    pub fn flush(&mut self, now: u64) {
        let udp = &self.udp;
        if let Some(faults) = &mut self.faults
            && faults.next_timer().is_some_and(|at| at <= now)
        {
            faults.release(now, &mut |to, bytes| {
                put(udp, to, bytes);
            });
        }
    }

    /// When [`Self::flush`] is due.
    #[must_use]
    pub fn next_timer(&self) -> Option<u64> {
        self.faults.as_ref().and_then(Impairer::next_timer)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.udp.as_fd()
    }
}

fn put(udp: &UdpSocket, to: SocketAddr, bytes: &[u8]) -> bool {
    for _ in 0..2 {
        match udp.send_to(bytes, to) {
            Ok(_) => return true,
            Err(e) if e.kind() == ErrorKind::WouldBlock => return false,
            Err(_) => {} // an earlier datagram was refused: that error is cleared now
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_pass_also_after_a_refusal() {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let (mut a, b) = (Socket::bind(any, None, 0).unwrap(), Socket::bind(any, None, 1).unwrap());
        let gone = Socket::bind(any, None, 2).unwrap().local().unwrap();
        let mut buf = [0; 64];
        assert_eq!(b.receive(&mut buf), None);
        for i in 0..10u8 {
            assert!(a.send(0, gone, &[i]));
            assert!(a.send(0, b.local().unwrap(), &[i]));
            rustix::event::poll(&mut [rustix::event::PollFd::new(&b, rustix::event::PollFlags::IN)], None)
                .unwrap();
            assert_eq!(b.receive(&mut buf), Some((1, a.local().unwrap())));
            assert_eq!(buf[0], i);
            assert_eq!(a.receive(&mut buf), None);
        }
    }
}
