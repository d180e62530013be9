//! One node process, and what it says.

use super::{LogLine, NodeMessage, NodeStart};
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a node says on its control socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// Every group is up and every link is bound.
    Ready,
    Group {
        name: String,
        pid: u32,
    },
    Died {
        name: String,
        pid: u32,
        status: String,
        restart_in_ms: u64,
    },
    RunFailed {
        instance: String,
        message: String,
    },
    /// An instance reported another condition: `good`, `degraded` or `failed`.
    Health {
        instance: String,
        condition: String,
        reason: String,
    },
    /// An instance that said it was alive has stopped to.
    Silent {
        instance: String,
        within_ms: u64,
    },
    /// Nothing to do; the counter grows with every call.
    Idle(u64),
    Busy(u64),
}

impl NodeEvent {
    /// Reads one line; `None` if it has no known form.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split(' ').collect();
        Some(match words.as_slice() {
            ["ready"] => Self::Ready,
            ["idle", n] => Self::Idle(n.parse().ok()?),
            ["busy", n] => Self::Busy(n.parse().ok()?),
            ["group", name, "pid", pid] => Self::Group { name: (*name).into(), pid: pid.parse().ok()? },
            ["died", name, "pid", pid, "status", status @ .., "restart-in-ms", ms] => Self::Died {
                name: (*name).into(),
                pid: pid.parse().ok()?,
                status: status.join(" "),
                restart_in_ms: ms.parse().ok()?,
            },
            ["run-failed", instance, message @ ..] => {
                Self::RunFailed { instance: (*instance).into(), message: message.join(" ") }
            }
            ["health", instance, condition, reason @ ..] => Self::Health {
                instance: (*instance).into(),
                condition: (*condition).into(),
                reason: reason.join(" "),
            },
            ["silent", instance, "within-ms", ms] => {
                Self::Silent { instance: (*instance).into(), within_ms: ms.parse().ok()? }
            }
            _ => return None,
        })
    }
}

/// A started node. Its standard input is the control socket.
#[derive(Debug)]
pub struct NodeProcess {
    pub name: String,
    child: Child,
    control: UnixStream,
    readers: Vec<JoinHandle<()>>,
}

impl NodeProcess {
    pub(crate) fn start(node: &NodeStart, events: Sender<(String, NodeMessage)>) -> io::Result<Self> {
        let (control, theirs) = UnixStream::pair()?;
        let mut child = Command::new(&node.executable)
            .arg("--identity")
            .arg(&node.identity)
            .args(["--control-fd", "0"])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let stdout =
            child.stdout.take().ok_or_else(|| io::Error::other("the node has no standard output"))?;
        let (name, log_events) = (node.name.clone(), events.clone());
        let log = std::thread::spawn(move || {
            each_line(stdout, |line| {
                log_events.send((name.clone(), NodeMessage::Log(LogLine::parse(line)))).is_ok()
            });
            let _ = log_events.send((name, NodeMessage::Closed));
        });
        let (name, reader) = (node.name.clone(), control.try_clone()?);
        let events = std::thread::spawn(move || {
            each_line(reader, |line| match NodeEvent::parse(line) {
                Some(event) => events.send((name.clone(), NodeMessage::Event(event))).is_ok(),
                None => true,
            });
        });
        Ok(Self { name: node.name.clone(), child, control, readers: vec![log, events] })
    }

    /// Asks whether it is idle. A node that is gone is noticed by its readers.
    pub(crate) fn poll(&mut self) {
        let _ = self.control.write_all(b"poll\n");
    }

    pub(crate) fn ask_to_stop(&mut self) {
        let _ = self.control.write_all(b"stop\n");
    }

    pub(crate) fn wait(&mut self) -> String {
        self.child.wait().map_or_else(|e| e.to_string(), |s| s.to_string())
    }

    /// Kills it if it has not ended, and reaps it.
    pub(crate) fn end(&mut self) {
        let until = Instant::now() + Duration::from_millis(200);
        while Instant::now() < until && !matches!(self.child.try_wait(), Ok(Some(_))) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.control.shutdown(std::net::Shutdown::Both);
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes that are no UTF-8 are replaced; ends when `take` says false.
fn each_line(from: impl io::Read, mut take: impl FnMut(&str) -> bool) {
    let mut reader = BufReader::new(from);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
        let line = String::from_utf8_lossy(&bytes);
        if !take(line.trim_end_matches(['\n', '\r'])) {
            return;
        }
        bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_node_are_read_as_documented() {
        assert_eq!(NodeEvent::parse("idle 17"), Some(NodeEvent::Idle(17)));
        assert_eq!(
            NodeEvent::parse("died adder pid 12 status signal 9 restart-in-ms 0"),
            Some(NodeEvent::Died {
                name: "adder".into(),
                pid: 12,
                status: "signal 9".into(),
                restart_in_ms: 0
            })
        );
        assert_eq!(
            NodeEvent::parse("health pump degraded runs dry"),
            Some(NodeEvent::Health {
                instance: "pump".into(),
                condition: "degraded".into(),
                reason: "runs dry".into()
            })
        );
        assert_eq!(
            NodeEvent::parse("silent pump within-ms 20"),
            Some(NodeEvent::Silent { instance: "pump".into(), within_ms: 20 })
        );
        assert_eq!(NodeEvent::parse("idle many"), None);
    }
}
