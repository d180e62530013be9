//! One user group as its node keeps it: lanes, status page, pipe for what it prints, and the process that runs or is due.

use crate::group::REPORT;
use crate::log;
use crate::os::memory::Region;
use crate::os::spawn::{Child, Image, Limits, MAX_FDS};
use crate::os::wait;
use crate::spec::{DEFAULT_MEMORY, NodeGroup};
use crate::status::{Status, status_bytes};
use ambc_node::quota::Quota;
use rustix::event::EventfdFlags;
use rustix::io::Errno;
use rustix::process::{Signal, WaitId, WaitIdOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;
use std::rc::Rc;

/// A group that was started at least once.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) spec: &'static NodeGroup,
    pub(crate) status: Rc<Status>,
    image: Image,
    bell: OwnedFd,
    output: OwnedFd,
    /// Standard input and output of every process of this group; the image knows their numbers.
    _kept: (std::fs::File, OwnedFd),
    running: Option<Child>,
    partial: Vec<u8>,
    quota: Quota,
    /// The pid of the last process, for the report at the end.
    pub(crate) last_pid: i32,
}

/// How a group process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Exit(i32),
    Signal(i32),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// A line a group printed, or what its runtime reports with one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Printed {
    Line(String),
    RunFailed { instance: String, message: String },
}

impl Process {
    /// Prepares the group; nothing runs yet. `lanes` in the group's order; `member`: its lines of the node's identity.
    pub(crate) fn prepare(
        spec: &'static NodeGroup,
        path: &Path,
        lanes: &[&Region],
        tuning: &Tuning,
        member: &[String],
    ) -> io::Result<Self> {
        let page = Region::create(spec.name, status_bytes(lanes.len()))?;
        let status = Rc::new(Status::new(page, lanes.len()));
        let bell = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let (output, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(&output, true)?;
        let nothing = std::fs::File::open("/dev/null")?;
        let mut fds: Vec<RawFd> = [nothing.as_raw_fd(), writer.as_raw_fd(), writer.as_raw_fd()].to_vec();
        fds.extend(lanes.iter().filter_map(|lane| lane.fd()).map(|fd| fd.as_raw_fd()));
        fds.extend(status.region().fd().map(|fd| fd.as_raw_fd()));
        fds.push(bell.as_raw_fd());
        if fds.len() > MAX_FDS {
            return Err(io::Error::other(format!("has {} lanes; {} are possible", lanes.len(), MAX_FDS - 5)));
        }
        let limits = Limits {
            memory: if spec.memory == 0 { DEFAULT_MEMORY } else { spec.memory },
            nice: i32::from(spec.nice),
        };
        let (spin, wait) = (tuning.spin.to_string(), if tuning.waitv { "waitv" } else { "poll" });
        let mut args = vec![spec.name, &spin, wait];
        args.extend(member.iter().map(String::as_str));
        let image = Image::prepare(path, &args, &fds, bell.as_raw_fd(), limits)?;
        Ok(Self {
            spec,
            status,
            image,
            bell,
            output,
            _kept: (nothing, writer),
            running: None,
            partial: Vec::new(),
            quota: Quota::new(LINES_PER_SECOND),
            last_pid: 0,
        })
    }

    /// Starts the group's process, the first time or again.
    pub(crate) fn start(&mut self) -> Result<i32, Errno> {
        self.status.clear();
        let child = self.image.start()?;
        self.last_pid = child.pid.as_raw_nonzero().get();
        self.running = Some(child);
        Ok(self.last_pid)
    }

    /// Readable when the process has ended.
    pub(crate) fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.running.as_ref().map(|child| child.pidfd.as_fd())
    }

    /// Rung by the group.
    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// What the group prints comes out here.
    pub(crate) fn output(&self) -> BorrowedFd<'_> {
        self.output.as_fd()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Takes the ring back; the group's words say what it is about.
    pub(crate) fn quiet_bell(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(&self.bell, &mut count);
    }

    /// Wakes the group if it sleeps.
    pub(crate) fn ring(&self) {
        wait::ring(self.status.group_bell());
    }

    /// If the process has ended: how. It is gone from the process table then.
    pub(crate) fn reap(&mut self) -> Option<Ended> {
        let pidfd = self.pidfd()?;
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        let status = rustix::process::waitid(WaitId::PidFd(pidfd), options).ok()??;
        self.running = None;
        Some(match status.exit_status() {
            Some(code) => Ended::Exit(code),
            None => Ended::Signal(status.terminating_signal().unwrap_or(0)),
        })
    }

    /// Asks the group to end in order.
    pub(crate) fn ask_to_stop(&self) {
        self.status.stop().store(1, std::sync::atomic::Ordering::Release);
        self.ring();
    }

    /// Ends the process; that it did shows at [`Self::pidfd`].
    pub(crate) fn shoot(&self) {
        if let Some(child) = &self.running {
            let _ = rustix::process::pidfd_send_signal(&child.pidfd, Signal::KILL);
        }
    }

    /// Ends the process now and waits for it.
    pub(crate) fn kill(&mut self) {
        self.shoot();
        if let Some(child) = self.running.take() {
            let _ = rustix::process::waitid(WaitId::PidFd(child.pidfd.as_fd()), WaitIdOptions::EXITED);
        }
    }

    /// Logs what the group printed. A group that prints more than its quota waits in its own `write`.
    pub(crate) fn take_output(&mut self, now: u64) -> Vec<Printed> {
        let mut printed = Vec::new();
        let mut buf = [0; 4096];
        while self.quota.closed_until(now).is_none() {
            let before = printed.len();
            match rustix::io::read(&self.output, &mut buf) {
                Ok(n) if n > 0 => self.feed(&buf[..n], &mut printed),
                _ => break,
            }
            // A part of a line counts as one: pieces without an end are no way around it.
            self.quota.spend(u32::try_from(printed.len() - before).unwrap_or(u32::MAX).max(1));
        }
        printed
    }

    /// When output may be read again, if the quota is used up.
    pub(crate) fn muted_until(&mut self, now: u64) -> Option<u64> {
        self.quota.closed_until(now)
    }

    /// Last words without an end of line, of a process that is gone.
    pub(crate) fn last_words(&mut self) -> Option<Printed> {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.partial)).into_owned();
        (!line.trim().is_empty()).then(|| parse_line(&line))
    }

    fn feed(&mut self, bytes: &[u8], printed: &mut Vec<Printed>) {
        for byte in bytes {
            if *byte == b'\n' || self.partial.len() >= log::MAX_MESSAGE {
                let line = String::from_utf8_lossy(&self.partial).into_owned();
                self.partial.clear();
                if !line.trim().is_empty() {
                    printed.push(parse_line(&line));
                }
            }
            if *byte != b'\n' {
                self.partial.push(*byte);
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn parse_line(line: &str) -> Printed {
    match line.strip_prefix(REPORT).and_then(|report| report.split_once(' ')) {
        Some((instance, message)) => {
            Printed::RunFailed { instance: instance.to_owned(), message: message.to_owned() }
        }
        None => Printed::Line(line.to_owned()),
    }
}

/// What all groups of a node are told at their start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    pub(crate) spin: u32,
    pub(crate) waitv: bool,
}

/// Lines that a group may print in a second.
const LINES_PER_SECOND: u32 = 500;
