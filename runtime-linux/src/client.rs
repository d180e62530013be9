//! Calling an export from outside the deployment: a [`Channel`] over UDP, TCP or a socket file for a program of its
//! own.
//!
//! ```no_run
//! # use ambc_linux::client::{Client, Place, block_on};
//! # fn main() -> std::io::Result<()> {
//! let client = Client::connect("tcp:127.0.0.1:4898".parse::<Place>().expect("an address"), 0x1234_5678)?;
//! // let camera = FrameHandlerClient(&client);
//! // let verdict = block_on(camera.handle(&frame));
//! # let _ = block_on(async {});
//! # Ok(()) }
//! ```
//! One thread; several calls may be under way at once. Dropping a call cancels it at the callee.

use crate::link::Link;
use crate::node::links::{storage, wall_clock};
use crate::os::now;
use ambc_kernel::net::PeerAddr;
use ambc_kernel::net::client::{ClientNet, DeskSlot, DeskStorage, Remote, Tables, Token};
use ambc_kernel::wire::{Encode, Reply, Writer};
use ambc_kernel::{CallError, CallOptions, Channel};
use core::cell::RefCell;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::io;
use std::os::fd::{AsFd, OwnedFd};

pub use crate::link::Place;
pub use ambc_kernel::net::client::Remote as Export;

/// What [`Client::connect`] assumes of an export: the generated client crate knows better and uses [`Client::open`].
const fn usual(export: u32) -> Remote {
    Remote { export, mtu: 1400, slots: 8, request: 256 * 1024, reply: 256 * 1024 }
}

/// Time of a call that sets none of its own, as between nodes.
const DEFAULT_TIMEOUT_NS: u64 = 5_000_000_000;

/// One connection to one export. Its memory is kept for the rest of the process.
#[derive(Debug)]
pub struct Client {
    inner: RefCell<Inner>,
    largest: usize,
}

#[derive(Debug)]
struct Inner {
    net: ClientNet<'static>,
    link: Link,
    /// The same link, for whoever waits.
    fd: &'static OwnedFd,
    server: PeerAddr,
    datagram: Vec<u8>,
}

impl Client {
    /// A client of export `export` at `place` (a bare address stands for UDP). Sends nothing: whether anybody is there shows
    /// at the first call.
    pub fn connect(place: impl Into<Place>, export: u32) -> io::Result<Self> {
        Self::open(place, &usual(export))
    }

    /// The same with the sizes of the export's interface.
    pub fn open(place: impl Into<Place>, remote: &Remote) -> io::Result<Self> {
        let (link, server) = Link::to_export(&place.into(), remote.export)?;
        let tables: &'static Tables = Box::leak(Box::new(remote.tables()));
        let table = Box::leak(Box::new(tables.table()));
        let desk = DeskStorage {
            slots: Vec::leak(vec![DeskSlot::default(); usize::from(remote.slots)]),
            bytes: Vec::leak(vec![0; remote.desk_bytes()]),
        };
        let net = ClientNet::new(table, storage(table), desk, server, wall_clock())
            .map_err(|e| io::Error::other(format!("the sizes of the export cannot be used: {e:?}")))?;
        let fd = Box::leak(Box::new(link.as_fd().try_clone_to_owned()?));
        let inner = Inner { net, link, fd, server, datagram: vec![0; 65_536] };
        Ok(Self { inner: RefCell::new(inner), largest: remote.request as usize })
    }
}

impl Inner {
    /// Takes what arrived, moves it, sends what is due.
    fn pump(&mut self) {
        let now = now();
        while let Some((len, from)) = self.link.receive(now, &mut self.datagram) {
            if from == self.server {
                self.net.on_datagram(now, from, &self.datagram[..len]);
            }
        }
        while self.net.poll(now) {}
        let link = &mut self.link;
        link.flush(now);
        let all = self.net.transmit(now, &mut |to, bytes| link.send(now, to, bytes));
        let again = if all { self.net.next_timer() } else { now.saturating_add(1_000_000) };
        let again = again.min(link.next_timer().unwrap_or(u64::MAX));
        WAITING.with_borrow_mut(|waiting| waiting.push((self.fd, again)));
    }
}

impl Channel for Client {
    fn call<Q: Encode, R: Reply>(
        &self,
        proc: u32,
        args: &Q,
        options: CallOptions,
    ) -> impl Future<Output = R> {
        Call { client: self, proc, args, options, stage: Stage::New, _reply: PhantomData }
    }
}

struct Call<'c, 'q, Q, R> {
    client: &'c Client,
    proc: u32,
    args: &'q Q,
    options: CallOptions,
    stage: Stage,
    _reply: PhantomData<fn() -> R>,
}

enum Stage {
    New,
    /// Waits for a slot, or is about to be made again.
    Ready {
        message: Vec<u8>,
        deadline: u64,
    },
    Running {
        token: Token,
        message: Vec<u8>,
        deadline: u64,
    },
    Over,
}

impl<Q: Encode, R: Reply> Future for Call<'_, '_, Q, R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<R> {
        loop {
            match core::mem::replace(&mut self.stage, Stage::Over) {
                Stage::New => match self.encode() {
                    Ok(ready) => self.stage = ready,
                    Err(error) => return Poll::Ready(R::failed(error)),
                },
                Stage::Ready { message, deadline } => {
                    if let Err(result) = self.start(message, deadline) {
                        return result.map(R::failed);
                    }
                }
                Stage::Running { token, message, deadline } => {
                    if let Some(result) = self.finish(token, message, deadline) {
                        return result;
                    }
                }
                Stage::Over => return Poll::Ready(R::failed(CallError::Cancelled)),
            }
        }
    }
}

impl<Q: Encode, R: Reply> Call<'_, '_, Q, R> {
    fn encode(&self) -> Result<Stage, CallError> {
        let mut bytes = vec![0; Q::MAX.min(self.client.largest)];
        let mut writer = Writer::new(&mut bytes);
        self.args.encode(&mut writer)?;
        let len = writer.len();
        bytes.truncate(len);
        let own = u64::from(self.options.timeout_us) * 1000;
        let timeout = if own == 0 { DEFAULT_TIMEOUT_NS } else { own };
        Ok(Stage::Ready { message: bytes, deadline: now().saturating_add(timeout) })
    }

    /// `Err(Pending)` while all slots are in use.
    fn start(&mut self, message: Vec<u8>, deadline: u64) -> Result<(), Poll<CallError>> {
        let mut inner = self.client.inner.borrow_mut();
        match inner.net.start(self.proc, deadline, &message) {
            Ok(token) => self.stage = Stage::Running { token, message, deadline },
            Err(CallError::Overloaded) if now() < deadline => {
                inner.pump();
                self.stage = Stage::Ready { message, deadline };
                return Err(Poll::Pending);
            }
            Err(CallError::Overloaded) => return Err(Poll::Ready(CallError::Timeout)),
            Err(error) => return Err(Poll::Ready(error)),
        }
        Ok(())
    }

    /// `None` if the call is to be made again.
    fn finish(&mut self, token: Token, message: Vec<u8>, deadline: u64) -> Option<Poll<R>> {
        let mut inner = self.client.inner.borrow_mut();
        inner.pump();
        let again = self.options.idempotent && now() < deadline;
        let taken = inner.net.take(token, |status, bytes| {
            let restarted = status == CallError::Restarted.code();
            if restarted && again { None } else { Some(R::take(status, bytes)) }
        });
        match taken {
            Some(Some(reply)) => Some(Poll::Ready(reply)),
            Some(None) => {
                self.stage = Stage::Ready { message, deadline };
                None
            }
            None => {
                self.stage = Stage::Running { token, message, deadline };
                Some(Poll::Pending)
            }
        }
    }
}

impl<Q, R> Drop for Call<'_, '_, Q, R> {
    fn drop(&mut self) {
        if let Stage::Running { token, .. } = self.stage {
            let mut inner = self.client.inner.borrow_mut();
            inner.net.cancel(token);
            inner.pump();
        }
    }
}

thread_local! {
    /// Sockets of clients whose calls were polled last, and when they are due without anything arriving.
    static WAITING: RefCell<Vec<(&'static OwnedFd, u64)>> = const { RefCell::new(Vec::new()) };
}

/// Runs `future` to its end on this thread, asleep while the clients it calls have nothing to do.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        WAITING.with_borrow_mut(Vec::clear);
        if let Poll::Ready(result) = future.as_mut().poll(&mut cx) {
            return result;
        }
        sleep();
    }
}

fn sleep() {
    // A future that waits for something else than a client is looked at again soon.
    const OTHERWISE_NS: u64 = 1_000_000;
    WAITING.with_borrow(|waiting| {
        let mut fds: Vec<_> = waiting.iter().map(|(fd, _)| PollFd::new(fd, PollFlags::IN)).collect();
        let now = now();
        let due = waiting.iter().map(|(_, at)| *at).min().unwrap_or(now.saturating_add(OTHERWISE_NS));
        let left = due.saturating_sub(now).min(1_000_000_000);
        let timeout =
            Timespec { tv_sec: (left / 1_000_000_000) as i64, tv_nsec: (left % 1_000_000_000) as _ };
        let _ = rustix::event::poll(&mut fds, Some(&timeout));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: CallOptions = CallOptions { timeout_us: 20_000, idempotent: true };

    #[test]
    fn nobody_there_is_a_typed_error() {
        let gone = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::connect(gone, 7).unwrap();
        let result: Result<u32, CallError> = block_on(client.call(1, &5u32, SHORT));
        assert!(matches!(result, Err(CallError::Timeout | CallError::Unreachable)), "{result:?}");
    }

    #[test]
    fn dropped_calls_give_their_slots_back() {
        let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let client = Client::connect(silent.local_addr().unwrap(), 7).unwrap();
        for _ in 0..8 {
            let mut call = pin!(client.call::<u32, Result<u32, CallError>>(1, &5, SHORT));
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let in_flight = || client.inner.borrow().net.in_flight();
        while in_flight() > 0 {
            client.inner.borrow_mut().pump(); // at the latest when the dropped calls' deadline has passed
        }
        assert!(client.inner.borrow_mut().net.start(1, u64::MAX, &[0; 4]).is_ok());
    }
}
