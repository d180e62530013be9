//! A whole deployment running on this machine: `ambc run`.
//!
//! In: for every node its executables and its addresses here. Starts a process or an emulated machine per node, merges what they log, passes
//! Ctrl-C on, and knows when the cluster is idle. Nothing it started survives it: every node dies with its parent.

mod addresses;
mod event;
mod line;
mod links;
mod log;
mod machine;
mod member;
mod node;
mod observed;
mod prepare;
mod pty;
mod quiet;
mod radio;
mod top;
mod watch;

pub use addresses::Loopback;
pub use event::NodeEvent;
pub use links::{Links, Place};
pub use log::LogLine;
pub use machine::{Machine, Wire};
pub use node::NodeProcess;
pub use observed::{
    Reported, TopCondition, TopCounts, TopEdge, TopGroup, TopLatency, TopMetric, TopNode, TopReport, TopValue,
};
pub use prepare::{ClusterNode, MappedAddress, RunPlace, forget, prepare};
pub use top::{Top, TopClient};

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::Duration;
use watch::Cluster;

/// One node to start.
#[derive(Clone, Debug)]
pub struct NodeStart {
    /// As in logs.
    pub name: String,
    pub runs: Runs,
    /// A node that does not answer for this long is killed and started again.
    pub watchdog: Option<Duration>,
}

/// What a node is while it runs.
#[derive(Clone, Debug)]
pub enum Runs {
    Process { executable: PathBuf, identity: PathBuf },
    Machine(Machine),
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
    /// A node's process, or its emulated machine, ended by itself.
    NodeLost { node: String, emulated: bool, status: String },
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
    let mut cluster = Cluster::new(processes, send, events, top);
    let end = cluster.watch(options, stop, &mut listen);
    cluster.shut_down(&mut listen);
    Ok(end?.unwrap_or_else(|| cluster.end()))
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
