//! Streams over IP.

use super::stream::Dialed;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};

/// How long sent bytes may stay without acknowledgement before the connection counts as lost.
const GONE_MS: u32 = 5_000;

pub(super) fn listen(at: SocketAddr) -> io::Result<OwnedFd> {
    let listener = TcpListener::bind(at)?;
    listener.set_nonblocking(true)?;
    Ok(listener.into())
}

/// Begins to connect.
pub(super) fn dial(to: SocketAddr) -> io::Result<Dialed> {
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    tune(&socket);
    Dialed::of(rustix::net::connect(&socket, &to), socket)
}

/// A frame leaves at once. What fails here costs time only.
pub(super) fn tune(socket: impl AsFd) {
    let _ = sockopt::set_tcp_nodelay(&socket, true);
    let _ = sockopt::set_tcp_user_timeout(&socket, GONE_MS);
}
