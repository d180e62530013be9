//! Waiting for descriptors: an epoll set with a number for each of them. The set is a descriptor too, so one can be in
//! another.

use core::fmt;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Some descriptors, and which of them are ready.
pub(crate) struct Ready {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("epoll", &self.epoll).finish_non_exhaustive()
    }
}

impl Ready {
    /// `most`: how many one [`Self::wait`] tells of.
    pub(crate) fn new(most: usize) -> Result<Self, Errno> {
        Ok(Self { epoll: epoll::create(CreateFlags::CLOEXEC)?, events: Vec::with_capacity(most) })
    }

    /// Tells of `fd` as `number` while it is readable.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, number: u64) -> Result<(), Errno> {
        epoll::add(&self.epoll, fd, EventData::new_u64(number), EventFlags::IN)
    }

    /// Whether to tell of `fd` also while it is writable.
    pub(crate) fn writable(&self, fd: BorrowedFd<'_>, number: u64, tell: bool) {
        let flags = if tell { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
        // Without it, what waits is sent with the next frame.
        let _ = epoll::modify(&self.epoll, fd, EventData::new_u64(number), flags);
    }

    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) {
        let _ = epoll::delete(&self.epoll, fd);
    }

    /// Waits at most `nanoseconds` (`None`: for ever) and returns the numbers of what is ready.
    pub(crate) fn wait(&mut self, nanoseconds: Option<u64>) -> impl Iterator<Item = u64> {
        let timeout = nanoseconds
            .map(|ns| Timespec { tv_sec: (ns / 1_000_000_000) as i64, tv_nsec: (ns % 1_000_000_000) as _ });
        self.events.clear();
        // Interrupted or not: the caller looks at everything and comes back.
        let _ = epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut self.events), timeout.as_ref());
        self.events.iter().map(|event| event.data.u64())
    }
}

impl AsFd for Ready {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}
