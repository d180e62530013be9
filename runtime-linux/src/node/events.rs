//! What a node sleeps on: one epoll set with a typed name for each descriptor.

use crate::os::ready::Ready;
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

/// Whose descriptor became readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Signals,
    Control,
    /// A group rang.
    Bell(u8),
    /// A group's process ended.
    Process(u8),
    /// A group printed something.
    Output(u8),
    /// A datagram arrived.
    Socket(u16),
}

#[derive(Debug)]
pub(crate) struct Events(Ready);

impl Events {
    pub(crate) fn new() -> Result<Self, Errno> {
        Ready::new(64).map(Self)
    }

    pub(crate) fn add(&self, fd: BorrowedFd<'_>, source: Source) -> Result<(), Errno> {
        self.0.add(fd, source.encode())
    }

    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) {
        self.0.remove(fd);
    }

    /// Waits until something is readable, at most `nanoseconds` (`None`: for ever), and returns what is.
    pub(crate) fn wait(&mut self, nanoseconds: Option<u64>) -> impl Iterator<Item = Source> + use<> {
        let sources: Vec<u64> = self.0.wait(nanoseconds).collect();
        sources.into_iter().filter_map(Source::decode)
    }
}

impl Source {
    fn encode(self) -> u64 {
        match self {
            Self::Signals => 0,
            Self::Control => 1,
            Self::Bell(group) => 2 | u64::from(group) << 8,
            Self::Process(group) => 3 | u64::from(group) << 8,
            Self::Output(group) => 4 | u64::from(group) << 8,
            Self::Socket(index) => 5 | u64::from(index) << 8,
        }
    }

    fn decode(word: u64) -> Option<Self> {
        let (group, index) = ((word >> 8) as u8, (word >> 8) as u16);
        Some(match word & 0xff {
            0 => Self::Signals,
            1 => Self::Control,
            2 => Self::Bell(group),
            3 => Self::Process(group),
            4 => Self::Output(group),
            5 => Self::Socket(index),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_come_back() {
        let all = [
            Source::Signals,
            Source::Control,
            Source::Bell(254),
            Source::Process(1),
            Source::Output(7),
            Source::Socket(300),
        ];
        for source in all {
            assert_eq!(Source::decode(source.encode()), Some(source));
        }
    }
}
