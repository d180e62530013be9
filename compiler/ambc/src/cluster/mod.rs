//! A whole deployment running on this machine: `ambc run`.
//!
//! In: for every node its executables and its addresses here. Starts a process per node, merges what they log, passes
//! Ctrl-C on, and knows when the cluster is idle. Nothing it started survives it: every node dies with its parent.

mod addresses;
mod log;
mod member;
mod node;
mod prepare;

pub use addresses::Loopback;
pub use log::LogLine;
pub use node::{NodeEvent, NodeProcess};
pub use prepare::{ClusterNode, MappedAddress, RunPlace, forget, prepare};

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// One node to start.
#[derive(Clone, Debug)]
pub struct NodeStart {
    /// As in logs.
    pub name: String,
    pub executable: PathBuf,
    pub identity: PathBuf,
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
    Log { node: String, line: LogLine },
    Node { node: String, event: NodeEvent },
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
    mut listen: impl FnMut(Event),
) -> std::io::Result<RunEnd> {
    let (send, events) = mpsc::channel();
    let mut processes = Vec::new();
    for node in nodes {
        processes.push(NodeProcess::start(node, send.clone())?);
    }
    drop(send);
    let mut cluster = Cluster { processes, failed: Vec::new(), events };
    let end = cluster.watch(options, stop, &mut listen);
    cluster.shut_down(&mut listen);
    Ok(match end {
        Some((node, status)) => RunEnd::NodeLost { node, status },
        None => RunEnd::Ended { failed: cluster.failed },
    })
}

struct Cluster {
    processes: Vec<NodeProcess>,
    failed: Vec<(String, String, String)>,
    events: Receiver<(String, NodeMessage)>,
}

/// What reader threads send.
#[derive(Debug)]
pub(crate) enum NodeMessage {
    Log(LogLine),
    Event(NodeEvent),
    /// Both ends of the node are closed.
    Closed,
}

impl Cluster {
    /// Until Ctrl-C, idleness, or the loss of a node.
    fn watch(
        &mut self,
        options: RunOptions,
        stop: &AtomicBool,
        listen: &mut impl FnMut(Event),
    ) -> Option<(String, String)> {
        let mut quiet = Quiet::default();
        let mut next_poll = Instant::now() + POLL;
        while !stop.load(Ordering::Relaxed) {
            match self.events.recv_timeout(next_poll.saturating_duration_since(Instant::now())) {
                Ok((node, NodeMessage::Closed)) => return Some(self.lost(&node)),
                Ok((node, NodeMessage::Event(NodeEvent::Idle(n)))) => {
                    quiet.answer(&self.processes, &node, Some(n))
                }
                Ok((node, NodeMessage::Event(NodeEvent::Busy(_)))) => {
                    quiet.answer(&self.processes, &node, None)
                }
                Ok((node, message)) => {
                    self.pass_on(node, message, listen);
                    // What cannot be made now is tried again, but a run that waits for its end would wait for ever.
                    if options.until_idle && self.failed.iter().any(|f| f.2.starts_with("cannot be made")) {
                        return None;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if options.until_idle && quiet.is_certain() {
                        return None;
                    }
                    quiet.ask(&mut self.processes);
                    next_poll = Instant::now() + POLL;
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
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
                listen(Event::Node { node, event });
            }
            NodeMessage::Closed => {}
        }
    }

    fn lost(&mut self, node: &str) -> (String, String) {
        let status = self.processes.iter_mut().find(|p| p.name == node).map(NodeProcess::wait);
        (node.to_owned(), status.unwrap_or_default())
    }

    /// Asks every node to stop, prints what they still say, kills what does not end.
    fn shut_down(&mut self, listen: &mut impl FnMut(Event)) {
        for p in &mut self.processes {
            p.ask_to_stop();
        }
        let until = Instant::now() + PATIENCE;
        let mut open = self.processes.len();
        while open > 0 {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((_, NodeMessage::Closed)) => open -= 1,
                Ok((node, message)) => self.pass_on(node, message, listen),
                Err(_) => break,
            }
        }
        for p in &mut self.processes {
            p.end();
        }
    }
}

/// Whether all nodes are idle at one time, without a clock they share.
///
/// A call in flight keeps its caller's node busy until the reply is there. So if every node says idle in two rounds in a
/// row, and no node's activity counter moved in between, then there was a moment between the rounds at which all were idle.
#[derive(Debug, Default)]
struct Quiet {
    last: Vec<Option<u64>>,
    now: Vec<Option<u64>>,
    answered: usize,
    certain: bool,
}

impl Quiet {
    fn ask(&mut self, processes: &mut [NodeProcess]) {
        if self.answered < self.now.len() {
            return; // the last round is still under way
        }
        self.last = std::mem::replace(&mut self.now, vec![None; processes.len()]);
        self.answered = 0;
        for p in processes {
            p.poll();
        }
    }

    fn answer(&mut self, processes: &[NodeProcess], node: &str, idle: Option<u64>) {
        let Some(i) = processes.iter().position(|p| p.name == node) else { return };
        if let Some(slot) = self.now.get_mut(i) {
            *slot = idle;
        }
        self.answered += 1;
        let complete = self.answered == self.now.len() && self.last.len() == self.now.len();
        self.certain = complete && self.now == self.last && self.now.iter().all(Option::is_some);
    }

    fn is_certain(&self) -> bool {
        self.certain
    }
}
