//! Frames over connections, of TCP or through a socket file.
//!
//! Who has requests for a neighbour calls it when there is something to send; the connection serves both directions, and
//! both ends say first who they are. Nobody waits for a neighbour that is not there: what is sent meanwhile is lost, as it
//! would be on the way, and the link above repeats it. What a connection does not take at once stays with its sender.
//!
//! A stranger, or one that talks nonsense, loses its own connection and nothing else.

mod conn;
mod hello;

use super::place::Place;
use super::unix::SocketFile;
use super::{tcp, unix};
use crate::os::ready::Ready;
use ambc_kernel::net::PeerAddr;
use conn::{Conn, Over, Stage};
use hello::Hello;
use rustix::io::Errno;
use rustix::net::SocketFlags;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Connections of one link.
#[derive(Debug)]
pub(super) struct Streams {
    ready: Ready,
    listener: Option<Listener>,
    /// The name we say.
    me: u64,
    neighbours: Vec<Neighbour>,
    /// Whether anybody may call, under any name.
    open: bool,
    conns: Vec<Option<Conn>>,
    /// What [`Ready`] told of and nobody looked at yet.
    news: Vec<u64>,
    /// The connection whose input is being read.
    reading: Option<usize>,
}

#[derive(Debug)]
struct Listener {
    fd: OwnedFd,
    tcp: bool,
    _file: Option<SocketFile>,
}

/// A node at the other end, or the export of a client.
#[derive(Debug)]
struct Neighbour {
    name: u64,
    at: Place,
    /// Whether we call it.
    dials: bool,
    dial_at: u64,
    pause: u64,
}

/// What [`Streams::new`] is told of a neighbour: name, place, and whether we call it.
pub(super) type Known = (u64, Place, bool);

/// A socket that is connected or going to be.
#[derive(Debug)]
pub(super) struct Dialed {
    socket: OwnedFd,
    connected: bool,
}

impl Dialed {
    pub(super) fn of(connected: Result<(), Errno>, socket: OwnedFd) -> io::Result<Self> {
        match connected {
            Ok(()) => Ok(Self { socket, connected: true }),
            Err(Errno::INPROGRESS) => Ok(Self { socket, connected: false }),
            Err(e) => Err(e.into()),
        }
    }
}

/// The number of the listener among the descriptors.
const LISTENER: u64 = u64::MAX;
/// Connections of which nobody is known yet, and all others that were not called by us.
const UNKNOWN: usize = 16;
const CALLERS: usize = 128;
/// Time to connect and to say who one is.
const GREETING_NS: u64 = 3_000_000_000;
/// A connection that took nothing for this long is given up.
const STUCK_NS: u64 = 2_000_000_000;
/// Pause before a neighbour is called again: the first, and the longest.
const PAUSE_NS: u64 = 10_000_000;
const LONGEST_PAUSE_NS: u64 = 1_000_000_000;

/// The address by which the kernel knows whoever says `name`.
pub(super) fn address_of(name: u64) -> PeerAddr {
    let mut bytes = [0; 18];
    bytes[..8].copy_from_slice(b"ambc-str");
    bytes[8..16].copy_from_slice(&name.to_le_bytes());
    PeerAddr::from_bytes(bytes)
}

impl Streams {
    /// Listens at `at`, if there is one. `open`: anybody may call.
    pub(super) fn new(at: Option<&Place>, me: u64, known: Vec<Known>, open: bool) -> io::Result<Self> {
        let ready = Ready::new(32)?;
        let listener = at.map(Listener::open).transpose()?;
        if let Some(listener) = &listener {
            ready.add(listener.fd.as_fd(), LISTENER)?;
        }
        let neighbour = |(name, at, dials)| Neighbour { name, at, dials, dial_at: 0, pause: PAUSE_NS };
        let neighbours = known.into_iter().map(neighbour).collect();
        let (conns, news) = (Vec::new(), Vec::new());
        Ok(Self { ready, listener, me, neighbours, open, conns, news, reading: None })
    }

    /// The next frame, if one is there.
    pub(super) fn receive(&mut self, now: u64, buf: &mut [u8]) -> Option<(usize, PeerAddr)> {
        if self.news.is_empty() && self.reading.is_none() {
            self.news.extend(self.ready.wait(Some(0)));
        }
        loop {
            if let Some(got) = self.next_frame(now, buf) {
                return Some(got);
            }
            match self.news.pop()? {
                LISTENER => self.accept(now),
                number => self.attend(now, number as usize),
            }
        }
    }

    /// Whether a frame may be there that [`Self::receive`] has not returned.
    pub(super) fn pending(&self) -> bool {
        self.reading.is_some() || !self.news.is_empty()
    }

    /// Sends a frame, or loses it with its connection. False if the connection is full.
    pub(super) fn send(&mut self, now: u64, to: PeerAddr, bytes: &[u8]) -> bool {
        let Some(at) = self.way_to(to).or_else(|| self.dial(now, to)) else { return true };
        let Some(conn) = self.conns[at].as_mut() else { return true };
        let waited = conn.waits();
        let put = conn.put(now, bytes);
        let stuck = conn.stuck_for(now) >= STUCK_NS;
        match put {
            Ok(taken) if taken || !stuck => {
                self.tell_when_writable(at, waited);
                taken
            }
            Ok(_) | Err(Over) => {
                self.close(now, at);
                true
            }
        }
    }

    /// Ends connections that do not come about.
    pub(super) fn flush(&mut self, now: u64) {
        for at in 0..self.conns.len() {
            if self.conns[at].as_ref().and_then(Conn::patience_ends).is_some_and(|end| end <= now) {
                self.close(now, at);
            }
        }
    }

    pub(super) fn next_timer(&self) -> Option<u64> {
        self.conns.iter().flatten().filter_map(Conn::patience_ends).min()
    }

    fn next_frame(&mut self, now: u64, buf: &mut [u8]) -> Option<(usize, PeerAddr)> {
        let at = self.reading?;
        let conn = self.conns[at].as_mut()?;
        match conn.frame(buf) {
            Ok(Some(len)) => return Some((len, conn.peer)),
            Ok(None) => self.reading = None,
            Err(Over) => self.close(now, at),
        }
        None
    }

    /// A connection over which frames for `to` leave: one that stands, else one that is about to.
    fn way_to(&self, to: PeerAddr) -> Option<usize> {
        let of = |stands: bool| {
            let fits = |c: &Conn| c.peer == to && (c.stage == Stage::Open) == stands;
            self.conns.iter().position(|c| c.as_ref().is_some_and(fits))
        };
        of(true).or_else(|| of(false))
    }

    fn dial(&mut self, now: u64, to: PeerAddr) -> Option<usize> {
        let number = self.neighbours.iter().position(|n| address_of(n.name) == to)?;
        let neighbour = &mut self.neighbours[number];
        if !neighbour.dials || now < neighbour.dial_at {
            return None;
        }
        let Ok(dialed) = neighbour.at.dial() else {
            neighbour.failed(now);
            return None;
        };
        let hello = Hello { from: self.me, to: neighbour.name };
        let stage = if dialed.connected { Stage::Greeting } else { Stage::Connecting };
        let mut conn = Conn::new(dialed.socket, stage, Some(number), now);
        conn.peer = to;
        conn.put_hello(hello);
        let at = self.keep(conn)?;
        self.tell_when_writable(at, false);
        Some(at)
    }

    fn accept(&mut self, now: u64) {
        let Some(listener) = &self.listener else { return };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let Ok(socket) = rustix::net::accept_with(&listener.fd, flags) else { return };
        if listener.tcp {
            tcp::tune(&socket);
        }
        self.make_room(now);
        self.keep(Conn::new(socket, Stage::Greeting, None, now));
    }

    /// Nobody can take all places: of unknown callers the first goes, of others the one silent for longest.
    fn make_room(&mut self, now: u64) {
        for (greeting, most) in [(true, UNKNOWN), (false, CALLERS)] {
            let of = |c: &Conn| c.dialed.is_none() && (c.stage == Stage::Greeting) == greeting;
            let all = || self.conns.iter().enumerate().filter_map(|(i, c)| Some((i, c.as_ref()?)));
            if all().filter(|(_, c)| of(c)).count() >= most
                && let Some((oldest, _)) = all().filter(|(_, c)| of(c)).min_by_key(|(_, c)| c.heard_at)
            {
                self.close(now, oldest);
            }
        }
    }

    /// A place for a connection, watched; `None` if the kernel does not want to watch it.
    fn keep(&mut self, conn: Conn) -> Option<usize> {
        let free = self.conns.iter().position(Option::is_none);
        let at = free.unwrap_or(self.conns.len());
        self.ready.add(conn.as_fd(), at as u64).ok()?;
        if free.is_none() {
            self.conns.push(None);
        }
        self.conns[at] = Some(conn);
        Some(at)
    }

    /// Something happened to connection `at`.
    fn attend(&mut self, now: u64, at: usize) {
        if self.advance(now, at).is_err() {
            self.close(now, at);
        }
    }

    fn advance(&mut self, now: u64, at: usize) -> Result<(), Over> {
        let Some(conn) = self.conns.get_mut(at).and_then(Option::as_mut) else { return Ok(()) };
        if conn.stage == Stage::Connecting {
            if !conn.connected() {
                return Err(Over);
            }
            conn.stage = Stage::Greeting;
        }
        let waited = conn.waits();
        conn.flush(now)?;
        conn.fill(now)?;
        if conn.stage == Stage::Greeting
            && let Some(hello) = conn.hello()?
        {
            self.meet(now, at, hello)?;
        }
        self.tell_when_writable(at, waited);
        let stands = self.conns[at].as_ref().is_some_and(|c| c.stage == Stage::Open);
        self.reading = stands.then_some(at);
        Ok(())
    }

    /// The other end of connection `at` says who it is.
    fn meet(&mut self, now: u64, at: usize, hello: Hello) -> Result<(), Over> {
        let known = self.neighbours.iter().position(|n| n.name == hello.from);
        let Some(conn) = self.conns[at].as_mut() else { return Err(Over) };
        let expected = conn.dialed.map_or(self.open || known.is_some(), |number| known == Some(number));
        if hello.to != self.me || !expected {
            return Err(Over);
        }
        conn.stage = Stage::Open;
        conn.peer = address_of(hello.from);
        if let Some(number) = conn.dialed {
            self.neighbours[number].pause = PAUSE_NS;
            return Ok(());
        }
        conn.put_hello(Hello { from: self.me, to: hello.from });
        conn.flush(now)?;
        let peer = conn.peer;
        self.replace(now, at, peer);
        Ok(())
    }

    /// A caller that calls again has lost its earlier connection.
    fn replace(&mut self, now: u64, by: usize, peer: PeerAddr) {
        let earlier = |(i, c): (usize, &Option<Conn>)| {
            let c = c.as_ref().filter(|c| c.peer == peer && c.dialed.is_none())?;
            (i != by && c.stage == Stage::Open).then_some(i)
        };
        if let Some(at) = self.conns.iter().enumerate().find_map(earlier) {
            self.close(now, at);
        }
    }

    fn tell_when_writable(&self, at: usize, before: bool) {
        let Some(conn) = self.conns[at].as_ref() else { return };
        let waits = conn.waits() || conn.stage == Stage::Connecting;
        if waits || before {
            self.ready.writable(conn.as_fd(), at as u64, waits);
        }
    }

    fn close(&mut self, now: u64, at: usize) {
        let Some(conn) = self.conns[at].take() else { return };
        self.ready.remove(conn.as_fd());
        if self.reading == Some(at) {
            self.reading = None;
        }
        if let Some(number) = conn.dialed.filter(|_| conn.stage != Stage::Open) {
            self.neighbours[number].failed(now);
        }
    }
}

impl Neighbour {
    /// It could not be reached: it is called again after a pause.
    fn failed(&mut self, now: u64) {
        self.dial_at = now.saturating_add(self.pause);
        self.pause = (2 * self.pause).min(LONGEST_PAUSE_NS);
    }
}

impl Conn {
    /// When a connection that does not stand yet is given up.
    fn patience_ends(&self) -> Option<u64> {
        (self.stage != Stage::Open).then(|| self.since.saturating_add(GREETING_NS))
    }
}

impl Listener {
    fn open(at: &Place) -> io::Result<Self> {
        match at {
            Place::Tcp(addr) => Ok(Self { fd: tcp::listen(*addr)?, tcp: true, _file: None }),
            Place::Unix(path) => {
                unix::listen(path).map(|(fd, file)| Self { fd, tcp: false, _file: Some(file) })
            }
            _ => Err(io::Error::other("no connections over this transport")),
        }
    }
}

impl Place {
    fn dial(&self) -> io::Result<Dialed> {
        match self {
            Self::Tcp(addr) => tcp::dial(*addr),
            Self::Unix(path) => unix::dial(path),
            _ => Err(io::Error::other("no connections over this transport")),
        }
    }
}

impl AsFd for Streams {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

#[cfg(test)]
mod tests;
