//! A pseudo-terminal: our end, and the device that a node opens.

use crate::emit::{EmitError, at};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Our end. The device is held open, so that the end of a node is no end of the terminal.
#[derive(Debug)]
pub(super) struct Pty {
    ours: OwnedFd,
    _device: OwnedFd,
}

impl Pty {
    /// Our end, which never waits, and the path of the device.
    pub(super) fn open() -> Result<(Self, PathBuf), EmitError> {
        Self::start().map_err(at("open a pseudo-terminal at", Path::new("/dev/ptmx")))
    }

    fn start() -> io::Result<(Self, PathBuf)> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?.into_string().map_err(io::Error::other)?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let device = rustix::fs::open(&*name, flags, Mode::empty())?;
        let mut settings = tcgetattr(&device)?;
        settings.make_raw();
        tcsetattr(&device, OptionalActions::Now, &settings)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        Ok((Self { ours, _device: device }, PathBuf::from(name)))
    }
}

impl AsFd for Pty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ours.as_fd()
    }
}

/// Bytes moved now: 0 if none can be.
pub(super) fn moved(done: Result<usize, Errno>) -> Result<usize, Errno> {
    match done {
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        done => done,
    }
}
