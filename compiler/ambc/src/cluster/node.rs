//! One node process, and what it says.

use super::{Life, LogLine, Message, NodeMessage, NodeStart, Reported};
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
    /// A group's loop stood still, and its process was killed.
    Stuck {
        name: String,
        pid: u32,
        within_ms: u64,
    },
    /// A group failed so often that it stays down; in words, how often.
    GaveUp {
        name: String,
        often: String,
    },
    /// The node ends its groups and starts anew, for this reason.
    Reboot(String),
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
            ["stuck", name, "pid", pid, "within-ms", ms] => {
                Self::Stuck { name: (*name).into(), pid: pid.parse().ok()?, within_ms: ms.parse().ok()? }
            }
            ["gave-up", name, often @ ..] => Self::GaveUp { name: (*name).into(), often: often.join(" ") },
            ["reboot", why @ ..] => Self::Reboot(why.join(" ")),
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
    pub(crate) life: Life,
    start: NodeStart,
    child: Child,
    control: UnixStream,
    readers: Vec<JoinHandle<()>>,
    /// When it was asked what it has not answered yet.
    asked: Option<Instant>,
    /// It has answered once: from then on its watchdog counts.
    answers: bool,
    /// Its output has ended.
    pub(crate) closed: bool,
}

impl NodeProcess {
    pub(crate) fn start(start: &NodeStart, events: Sender<Message>) -> io::Result<Self> {
        Self::live(start, Life { node: start.name.clone(), number: 0 }, events)
    }

    fn live(start: &NodeStart, life: Life, events: Sender<Message>) -> io::Result<Self> {
        let (control, theirs) = UnixStream::pair()?;
        let mut child = Command::new(&start.executable)
            .arg("--identity")
            .arg(&start.identity)
            .args(["--control-fd", "0"])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let stdout =
            child.stdout.take().ok_or_else(|| io::Error::other("the node has no standard output"))?;
        let (who, log_events) = (life.clone(), events.clone());
        let log = std::thread::spawn(move || {
            each_line(stdout, |line| {
                log_events.send((who.clone(), NodeMessage::Log(LogLine::parse(line)))).is_ok()
            });
            let _ = log_events.send((who, NodeMessage::Closed));
        });
        let (who, reader) = (life.clone(), control.try_clone()?);
        let events = std::thread::spawn(move || {
            each_line(reader, |line| {
                let event = NodeEvent::parse(line).map(NodeMessage::Event);
                match event.or_else(|| Reported::parse(line).map(NodeMessage::Reported)) {
                    Some(message) => events.send((who.clone(), message)).is_ok(),
                    None => true,
                }
            });
        });
        let readers = vec![log, events];
        let start = start.clone();
        Ok(Self { life, start, child, control, readers, asked: None, answers: false, closed: false })
    }

    /// Kills the process, and starts another of the same node.
    pub(crate) fn restart(&mut self, events: Sender<Message>) -> io::Result<()> {
        self.kill();
        let life = Life { number: self.life.number + 1, ..self.life.clone() };
        *self = Self::live(&self.start, life, events)?;
        Ok(())
    }

    /// The time of its watchdog, if it has let that pass without an answer.
    pub(crate) fn hangs(&self) -> Option<Duration> {
        let late = |limit: &Duration| self.asked.is_some_and(|at| at.elapsed() >= *limit);
        self.start.watchdog.filter(|_| self.answers).filter(late)
    }

    /// It answered.
    pub(crate) fn answered(&mut self) {
        (self.asked, self.answers) = (None, true);
    }

    /// It starts anew, and answers again once it is up.
    pub(crate) fn reboots(&mut self) {
        self.answers = false;
    }

    /// Asks whether it is idle. A node that is gone is noticed by its readers.
    pub(crate) fn poll(&mut self) {
        self.asked = self.asked.or_else(|| Some(Instant::now()));
        let _ = self.control.write_all(b"poll\n");
    }

    /// Asks what it counted. It answers in [`Reported`] lines.
    pub(crate) fn ask_for_report(&mut self) {
        let _ = self.control.write_all(b"report\n");
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
        self.kill();
    }

    fn kill(&mut self) {
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
        assert_eq!(
            NodeEvent::parse("stuck adder pid 7 within-ms 2000"),
            Some(NodeEvent::Stuck { name: "adder".into(), pid: 7, within_ms: 2000 })
        );
        assert_eq!(
            NodeEvent::parse("gave-up adder after 5 restarts"),
            Some(NodeEvent::GaveUp { name: "adder".into(), often: "after 5 restarts".into() })
        );
        assert_eq!(NodeEvent::parse("reboot adder failed"), Some(NodeEvent::Reboot("adder failed".into())));
        assert_eq!(NodeEvent::parse("idle many"), None);
    }
}
