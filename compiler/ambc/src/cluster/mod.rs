//! A whole deployment running on this machine: `ambc run`.
//!
//! In: for every node its executables and its addresses here. Starts a process per node, merges what they log, passes
//! Ctrl-C on, and knows when the cluster is idle. Nothing it started survives it: every node dies with its parent.

mod addresses;
mod line;
mod links;
mod log;
mod member;
mod node;
mod observed;
mod prepare;
mod quiet;
mod top;

pub use addresses::Loopback;
pub use links::{Links, Place};
pub use log::LogLine;
pub use node::{NodeEvent, NodeProcess};
pub use observed::{
    Reported, TopCondition, TopCounts, TopEdge, TopGroup, TopLatency, TopMetric, TopNode, TopReport, TopValue,
};
pub use prepare::{ClusterNode, MappedAddress, RunPlace, forget, prepare};
pub use top::{Top, TopClient};

use observed::NodeAnswer;
use quiet::Quiet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// One node to start.
#[derive(Clone, Debug)]
pub struct NodeStart {
    /// As in logs.
    pub name: String,
    pub executable: PathBuf,
    pub identity: PathBuf,
    /// A node that does not answer for this long is killed and started again.
    pub watchdog: Option<Duration>,
}

/// How the run is to end, and who is told what happens.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// End when every `run` service has returned and no call is in flight.
    pub until_idle: bool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Asked for, or idle. The `run` services that returned an error: node, instance, message.
    Ended { failed: Vec<(String, String, String)> },
    /// A node process ended by itself.
    NodeLost { node: String, status: String },
}

/// What a run tells its listener.
#[derive(Clone, Debug)]
pub enum Event {
    Log {
        node: String,
        line: LogLine,
    },
    Node {
        node: String,
        event: NodeEvent,
    },
    /// A node did not answer within its watchdog's time; it is killed and started again.
    Hung {
        node: String,
        watchdog: Duration,
    },
}

/// Time between two questions whether the cluster is idle.
const POLL: Duration = Duration::from_millis(25);
/// Time that nodes get to end orderly.
const PATIENCE: Duration = Duration::from_secs(5);

/// Starts every node and stays until the end. `stop` is set by Ctrl-C.
///
/// Cancellation: setting `stop` ends the nodes in order; each gets five seconds before it is killed.
pub fn run(
    nodes: &[NodeStart],
    options: RunOptions,
    stop: &AtomicBool,
    top: &Top,
    mut listen: impl FnMut(Event),
) -> std::io::Result<RunEnd> {
    let (send, events) = mpsc::channel();
    let mut processes = Vec::new();
    for node in nodes {
        processes.push(NodeProcess::start(node, send.clone())?);
    }
    let mut cluster = Cluster { processes, failed: Vec::new(), send, events, top, answers: Vec::new() };
    let end = cluster.watch(options, stop, &mut listen);
    cluster.shut_down(&mut listen);
    Ok(match end? {
        Some((node, status)) => RunEnd::NodeLost { node, status },
        None => RunEnd::Ended { failed: cluster.failed },
    })
}

struct Cluster<'t> {
    processes: Vec<NodeProcess>,
    failed: Vec<(String, String, String)>,
    send: Sender<Message>,
    events: Receiver<Message>,
    top: &'t Top,
    /// Of the present round of questions for [`Top`].
    answers: Vec<(String, NodeAnswer)>,
}

/// What a node says, and which of its processes does: the last words of a killed one come late.
pub(crate) type Message = (Life, NodeMessage);

/// One process of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) node: String,
    /// From 0.
    pub(crate) number: u32,
}

/// What reader threads send.
#[derive(Debug)]
pub(crate) enum NodeMessage {
    Log(LogLine),
    Event(NodeEvent),
    Reported(Reported),
    /// Both ends of the node are closed.
    Closed,
}

impl Cluster<'_> {
    /// Until Ctrl-C, idleness, or the loss of a node.
    fn watch(
        &mut self,
        options: RunOptions,
        stop: &AtomicBool,
        listen: &mut impl FnMut(Event),
    ) -> std::io::Result<Option<(String, String)>> {
        let mut quiet = Quiet::default();
        let mut next_poll = Instant::now() + POLL;
        while !stop.load(Ordering::Relaxed) {
            self.ask_for_top();
            match self.events.recv_timeout(next_poll.saturating_duration_since(Instant::now())) {
                Ok((life, _)) if !self.is_current(&life) => {}
                Ok((life, NodeMessage::Closed)) => return Ok(Some(self.lost(&life))),
                Ok((life, NodeMessage::Event(NodeEvent::Idle(n)))) => {
                    self.answered(&life.node, &mut quiet, Some(n));
                }
                Ok((life, NodeMessage::Event(NodeEvent::Busy(_)))) => {
                    self.answered(&life.node, &mut quiet, None);
                }
                Ok((life, message)) => {
                    self.pass_on(life.node, message, listen);
                    // What cannot be made now is tried again, but a run that waits for its end would wait for ever.
                    if options.until_idle && self.failed.iter().any(|f| f.2.starts_with("cannot be made")) {
                        return Ok(None);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if options.until_idle && quiet.is_certain() {
                        return Ok(None);
                    }
                    self.restart_the_hung(&mut quiet, listen)?;
                    quiet.ask(&mut self.processes);
                    next_poll = Instant::now() + POLL;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
        Ok(None)
    }

    fn is_current(&self, life: &Life) -> bool {
        self.processes.iter().any(|p| p.life == *life)
    }

    /// Kills nodes that have not answered within their watchdog's time, and starts them again.
    fn restart_the_hung(&mut self, quiet: &mut Quiet, listen: &mut impl FnMut(Event)) -> std::io::Result<()> {
        for i in 0..self.processes.len() {
            let Some(watchdog) = self.processes[i].hangs() else { continue };
            let node = self.processes[i].life.node.clone();
            listen(Event::Hung { node: node.clone(), watchdog });
            self.processes[i].restart(self.send.clone())?;
            self.ask_again();
            // The answer that the last round waits for will not come.
            quiet.answer(i, None);
        }
        Ok(())
    }

    fn answered(&mut self, node: &str, quiet: &mut Quiet, idle: Option<u64>) {
        if let Some(i) = self.processes.iter().position(|p| p.life.node == node) {
            self.processes[i].answered();
            quiet.answer(i, idle);
        }
    }

    fn pass_on(&mut self, node: String, message: NodeMessage, listen: &mut impl FnMut(Event)) {
        match message {
            NodeMessage::Log(line) => listen(Event::Log { node, line }),
            NodeMessage::Event(event) => {
                if let NodeEvent::RunFailed { instance, message } = &event {
                    let failed = (node.clone(), instance.clone(), message.clone());
                    if !self.failed.contains(&failed) {
                        self.failed.push(failed);
                    }
                }
                if let NodeEvent::GaveUp { name, often } = &event {
                    self.failed.push((node.clone(), name.clone(), format!("its group was given up {often}")));
                }
                if let (NodeEvent::Reboot(_), Some(process)) =
                    (&event, self.processes.iter_mut().find(|p| p.life.node == node))
                {
                    process.reboots();
                    self.ask_again();
                }
                listen(Event::Node { node, event });
            }
            NodeMessage::Reported(line) => self.reported(&node, line),
            NodeMessage::Closed => {}
        }
    }

    /// Asks every node what it counted, if somebody looks.
    fn ask_for_top(&mut self) {
        if self.top.begin() {
            self.answers.clear();
            for p in &mut self.processes {
                self.answers.push((p.life.node.clone(), NodeAnswer::default()));
                p.ask_for_report();
            }
        }
    }

    /// A node starts anew and has forgotten what it was asked.
    fn ask_again(&mut self) {
        self.answers.clear();
        self.top.abandon();
    }

    fn reported(&mut self, node: &str, line: Reported) {
        if let Some((_, answer)) = self.answers.iter_mut().find(|(name, _)| name == node) {
            answer.take(line);
        }
        if !self.answers.is_empty() && self.answers.iter().all(|(_, a)| a.complete) {
            self.top.finish(std::mem::take(&mut self.answers));
        }
    }

    fn lost(&mut self, life: &Life) -> (String, String) {
        let process = self.closed(life);
        (life.node.clone(), process.map(NodeProcess::wait).unwrap_or_default())
    }

    /// Nothing more will come from this process.
    fn closed(&mut self, life: &Life) -> Option<&mut NodeProcess> {
        let process = self.processes.iter_mut().find(|p| p.life == *life)?;
        process.closed = true;
        Some(process)
    }

    /// Nodes that may still say something.
    fn open(&self) -> usize {
        self.processes.iter().filter(|p| !p.closed).count()
    }

    /// Asks every node to stop, prints what they still say, kills what does not end.
    fn shut_down(&mut self, listen: &mut impl FnMut(Event)) {
        for p in &mut self.processes {
            p.ask_to_stop();
        }
        let until = Instant::now() + PATIENCE;
        while self.open() > 0 {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((life, _)) if !self.is_current(&life) => {}
                Ok((life, NodeMessage::Closed)) => drop(self.closed(&life)),
                Ok((life, message)) => self.pass_on(life.node, message, listen),
                Err(_) => break,
            }
        }
        for p in &mut self.processes {
            p.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// A node that is this script; its standard input is the control socket. Another process writes it: a file that this one
    /// has open may be inherited by a process that another test starts, and is then too busy to be executed.
    fn node(folder: &Path, name: &str, script: &str) -> NodeStart {
        let executable = folder.join(name);
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 700 \"$1\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", write, "sh"]).arg(&executable).arg(script);
        assert!(shell.status().unwrap().success());
        NodeStart { name: name.into(), executable, identity: folder.join("identity"), watchdog: None }
    }

    #[test]
    fn a_node_that_is_lost_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let (top, (send, events)) = (Top::new("d", vec![]), mpsc::channel());
        let nodes = [
            node(folder.path(), "gone", "exit 3"),
            node(folder.path(), "stays", "while read line; do test $line = stop && exit; done"),
        ];
        let processes = nodes.iter().map(|n| NodeProcess::start(n, send.clone()).unwrap()).collect();
        let mut cluster = Cluster { processes, failed: vec![], send, events, top: &top, answers: Vec::new() };
        let options = RunOptions { until_idle: false };
        let lost = cluster.watch(options, &AtomicBool::new(false), &mut drop).unwrap();
        assert_eq!(lost, Some(("gone".into(), "exit status: 3".into())));
        assert_eq!(cluster.open(), 1);
        cluster.shut_down(&mut drop);
        assert_eq!(cluster.open(), 0, "the other one was waited for");
    }
}
