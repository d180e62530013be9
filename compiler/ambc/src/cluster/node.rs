//! One node, a process or an emulated machine, and what it says.

use super::machine::says_something;
use super::{Life, LogLine, Message, NodeEvent, NodeMessage, NodeStart, Reported, Runs};
use crate::hir::EMULATOR;
use ambc_linux::os::tie::dies_with_us;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A started node. Its standard input is the control socket.
#[derive(Debug)]
pub struct NodeProcess {
    pub(crate) life: Life,
    start: NodeStart,
    child: Child,
    control: UnixStream,
    reader: Option<JoinHandle<()>>,
    /// When it was asked what it has not answered yet.
    asked: Option<Instant>,
    /// It has answered once: from then on its watchdog counts.
    answers: bool,
    /// Its output has ended.
    pub(crate) closed: bool,
    /// Said by a machine that will reset itself, or has ended in order.
    last_word: Option<LastWord>,
}

/// Why the end of a machine's emulator is no loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastWord {
    Reboot,
    Stopped,
}

impl NodeProcess {
    pub(crate) fn start(start: &NodeStart, events: Sender<Message>) -> io::Result<Self> {
        Self::live(start, Life { node: start.name.clone(), number: 0 }, events)
    }

    fn live(start: &NodeStart, life: Life, events: Sender<Message>) -> io::Result<Self> {
        let (control, theirs) = UnixStream::pair()?;
        let mut child =
            start.runs.command()?.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::piped()).spawn()?;
        let stdout =
            child.stdout.take().ok_or_else(|| io::Error::other("the node has no standard output"))?;
        let complaints = child.stderr.take().map(|e| complaints(e, life.clone(), events.clone()));
        let control_events = said(control.try_clone()?, life.clone(), events.clone());
        let who = life.clone();
        let log = std::thread::spawn(move || {
            each_line(stdout, |line| {
                events.send((who.clone(), NodeMessage::Log(LogLine::parse(line)))).is_ok()
            });
            // All of its last words come before its end.
            for other in complaints.into_iter().chain([control_events]) {
                let _ = other.join();
            }
            let _ = events.send((who, NodeMessage::Closed));
        });
        let reader = Some(log);
        let (asked, answers, closed, last_word, start) = (None, false, false, None, start.clone());
        Ok(Self { life, start, child, control, reader, asked, answers, closed, last_word })
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

    /// It has not answered the last question yet.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// It answered.
    pub(crate) fn answered(&mut self) {
        (self.asked, self.answers) = (None, true);
    }

    /// It starts anew, and answers again once it is up.
    pub(crate) fn reboots(&mut self) {
        self.answers = false;
        self.last_word = self.is_machine().then_some(LastWord::Reboot);
    }

    /// It said that it is about to reset itself, which ends its emulator.
    pub(crate) fn is_to_start_again(&self) -> bool {
        self.last_word == Some(LastWord::Reboot)
    }

    /// It has ended in order: nothing of a machine runs on.
    pub(crate) fn stopped(&mut self) {
        self.last_word = Some(LastWord::Stopped);
        if self.is_machine() {
            // Its readers hear of it, as of any end.
            let _ = self.child.kill();
        }
    }

    pub(crate) fn is_machine(&self) -> bool {
        matches!(self.start.runs, Runs::Machine(_))
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

    /// How it ended, in words.
    pub(crate) fn wait(&mut self) -> String {
        if self.last_word == Some(LastWord::Stopped) {
            return "it stopped".to_owned();
        }
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
        if let Some(reader) = self.reader.take() {
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

impl Runs {
    /// What starts it, but for standard input and output.
    fn command(&self) -> io::Result<Command> {
        match self {
            Self::Process { executable, identity } => {
                let mut node = Command::new(executable);
                node.arg("--identity").arg(identity).args(["--control-fd", "0"]);
                Ok(node)
            }
            Self::Machine(machine) => {
                machine.renew_identity()?;
                let mut qemu = machine.command();
                // Ctrl-C is for `run`, which ends its nodes in order; the emulator itself would end at once.
                dies_with_us(&mut qemu).process_group(0).stderr(Stdio::piped());
                Ok(qemu)
            }
        }
    }
}

/// Passes on what comes over the control line.
fn said(control: UnixStream, who: Life, events: Sender<Message>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        each_line(control, |line| {
            let event = NodeEvent::parse(line).map(NodeMessage::Event);
            match event.or_else(|| Reported::parse(line).map(NodeMessage::Reported)) {
                Some(message) => events.send((who.clone(), message)).is_ok(),
                None => true,
            }
        });
    })
}

/// Passes on what an emulator says about its machine.
fn complaints(stderr: ChildStderr, who: Life, events: Sender<Message>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        each_line(stderr, |line| {
            let (level, source, text) = ("note".into(), EMULATOR.into(), line.into());
            let log = NodeMessage::Log(LogLine { level, source, text });
            !says_something(line) || events.send((who.clone(), log)).is_ok()
        });
    })
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
