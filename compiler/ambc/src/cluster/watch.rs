//! Watches over a run: who is idle, who hangs, who ended, and what all of them say.

use super::observed::NodeAnswer;
use super::quiet::Quiet;
use super::{Event, Life, Message, NodeEvent, NodeMessage, NodeProcess, Reported, RunEnd, RunOptions, Top};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Time between two questions whether the cluster is idle.
const POLL: Duration = Duration::from_millis(25);
/// Time that nodes get to end orderly.
const PATIENCE: Duration = Duration::from_secs(5);

/// The nodes of a run, and what is known of them.
pub(super) struct Cluster<'t> {
    processes: Vec<NodeProcess>,
    failed: Vec<(String, String, String)>,
    send: Sender<Message>,
    events: Receiver<Message>,
    top: &'t Top,
    /// Of the present round of questions for [`Top`].
    answers: Vec<(String, NodeAnswer)>,
}

impl<'t> Cluster<'t> {
    /// `events` is what the readers of these processes `send`.
    pub(super) fn new(
        processes: Vec<NodeProcess>,
        send: Sender<Message>,
        events: Receiver<Message>,
        top: &'t Top,
    ) -> Self {
        Self { processes, failed: Vec::new(), send, events, top, answers: Vec::new() }
    }

    /// How a run ended in which no node was lost.
    pub(super) fn end(self) -> RunEnd {
        RunEnd::Ended { failed: self.failed }
    }

    /// Until Ctrl-C, idleness, or the loss of a node.
    pub(super) fn watch(
        &mut self,
        options: RunOptions,
        stop: &AtomicBool,
        listen: &mut impl FnMut(Event),
    ) -> std::io::Result<Option<RunEnd>> {
        let mut quiet = Quiet::default();
        let mut next_poll = Instant::now() + POLL;
        while !stop.load(Ordering::Relaxed) {
            self.ask_for_top();
            match self.events.recv_timeout(next_poll.saturating_duration_since(Instant::now())) {
                Ok((life, _)) if !self.is_current(&life) => {}
                Ok((life, NodeMessage::Closed)) => {
                    let Some(end) = self.ended(&life, &mut quiet)? else { continue };
                    return Ok(Some(end));
                }
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
            self.restart(i, quiet)?;
        }
        Ok(())
    }

    fn restart(&mut self, i: usize, quiet: &mut Quiet) -> std::io::Result<()> {
        let waited_for = self.processes[i].is_asked();
        self.processes[i].restart(self.send.clone())?;
        self.ask_again();
        if waited_for {
            // The answer that the last round waits for will not come.
            quiet.answer(i, None);
        }
        Ok(())
    }

    /// A node ended by itself: the end of the run, but of a machine that said that it will reset itself the next start.
    fn ended(&mut self, life: &Life, quiet: &mut Quiet) -> std::io::Result<Option<RunEnd>> {
        let Some(i) = self.processes.iter().position(|p| p.life == *life) else { return Ok(None) };
        let process = &mut self.processes[i];
        if process.is_to_start_again() {
            return self.restart(i, quiet).map(|()| None);
        }
        process.closed = true;
        let (node, emulated, status) = (life.node.clone(), process.is_machine(), process.wait());
        Ok(Some(RunEnd::NodeLost { node, emulated, status }))
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
                self.heed(&node, &event);
                listen(Event::Node { node, event });
            }
            NodeMessage::Reported(line) => self.reported(&node, line),
            NodeMessage::Closed => {}
        }
    }

    /// What a node says of its own end.
    fn heed(&mut self, node: &str, event: &NodeEvent) {
        let Some(process) = self.processes.iter_mut().find(|p| p.life.node == node) else { return };
        match event {
            NodeEvent::Reboot(_) => {
                process.reboots();
                self.ask_again();
            }
            NodeEvent::Stopped => process.stopped(),
            _ => {}
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

    /// Nothing more will come from this process.
    fn closed(&mut self, life: &Life) {
        self.processes.iter_mut().filter(|p| p.life == *life).for_each(|p| p.closed = true);
    }

    /// Nodes that may still say something.
    fn open(&self) -> usize {
        self.processes.iter().filter(|p| !p.closed).count()
    }

    /// Asks every node to stop, prints what they still say, kills what does not end.
    pub(super) fn shut_down(&mut self, listen: &mut impl FnMut(Event)) {
        for p in &mut self.processes {
            p.ask_to_stop();
        }
        let until = Instant::now() + PATIENCE;
        while self.open() > 0 {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((life, _)) if !self.is_current(&life) => {}
                Ok((life, NodeMessage::Closed)) => self.closed(&life),
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
    use super::super::{NodeStart, Runs};
    use super::*;
    use std::path::Path;
    use std::process::Command;
    use std::sync::mpsc;

    /// A node that is this script; its standard input is the control socket. Another process writes it: a file that this one
    /// has open may be inherited by a process that another test starts, and is then too busy to be executed.
    fn node(folder: &Path, name: &str, script: &str) -> NodeStart {
        let executable = folder.join(name);
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 700 \"$1\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", write, "sh"]).arg(&executable).arg(script);
        assert!(shell.status().unwrap().success());
        let runs = Runs::Process { executable, identity: folder.join("identity") };
        NodeStart { name: name.into(), runs, watchdog: None }
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
        let mut cluster = Cluster::new(processes, send, events, &top);
        let options = RunOptions { until_idle: false };
        let lost = cluster.watch(options, &AtomicBool::new(false), &mut drop).unwrap();
        let (node, status) = ("gone".into(), "exit status: 3".into());
        assert_eq!(lost, Some(RunEnd::NodeLost { node, emulated: false, status }));
        assert_eq!(cluster.open(), 1);
        cluster.shut_down(&mut drop);
        assert_eq!(cluster.open(), 0, "the other one was waited for");
    }
}
