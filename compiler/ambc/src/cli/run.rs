//! `ambc run`: the whole deployment on this machine.

use super::args::{Common, RunArgs};
use super::build::{Built, prepare_and_build};
use super::machines::say_what_is_not_imposed;
use super::shell::Shell;
use crate::build::NodeBuild;
use crate::cluster::{
    self, ClusterNode, Event, Links, Loopback, NodeEvent, RunEnd, RunOptions, RunPlace, Top,
};
use crate::driver::Exit;
use crate::hir::{BuiltFor, NodeId};
use crate::image::ClassImage;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(super) fn run(shell: &Shell, common: &Common, args: &RunArgs) -> Exit {
    let built =
        match prepare_and_build(shell, common, &args.file, &args.node, &args.build, BuiltFor::Emulators) {
            Ok(built) => built,
            Err(exit) => return exit,
        };
    match start(shell, args, &built) {
        Ok(exit) => exit,
        Err(what) => {
            shell.err(&format!("error: {what}\n"));
            Exit::Machine
        }
    }
}

fn start(shell: &Shell, args: &RunArgs, built: &Built) -> Result<Exit, Box<dyn std::error::Error>> {
    // The block of addresses is ours while its socket is held.
    let (mut loopback, _held) = Loopback::claim()?;
    let place = RunPlace {
        data: built.places.run.clone(),
        beside: built.places.beside.clone(),
        impair: args.impair.as_ref().map(|i| format!("{i} seed={}", args.seed)),
        media: (!args.ideal).then_some(args.seed),
    };
    if args.fresh {
        cluster::forget(&place)?;
    }
    let nodes: Vec<_> =
        built.classes.iter().flat_map(|(class, build)| members(class, build, &built.nodes)).collect();
    // Socket files and wires are there while this is.
    let mut links = Links::default();
    let (starts, mapped) = cluster::prepare(&built.checked, nodes, &place, &mut links, &mut loopback)?;
    for m in &mapped {
        shell.out(&format!("{}: {} at {}\n", m.node, m.what, m.place));
    }
    if args.impair.is_some() {
        say_what_is_not_impaired(shell, built);
    }
    let classes: Vec<_> = built.classes.iter().map(|(class, _)| class).collect();
    let impaired = args.impair.is_some();
    say_what_is_not_imposed(shell, &built.checked, &classes, &built.nodes, args.ideal, impaired);
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    let mut log = Log::new(shell, starts.iter().map(|s| s.name.as_str()));
    let options = RunOptions { until_idle: args.until_idle };
    let mut top = Top::new(&built.checked.name, super::top::edges(&built.checked, &built.plan));
    if let Err(e) = top.open(&place.data) {
        let why = match e.kind() {
            ErrorKind::AddrInUse => "another run of this deployment has its place".to_owned(),
            _ => e.to_string(),
        };
        shell.err(&format!("warning: `ambc top` cannot look at this run: {why}\n"));
    }
    let end = cluster::run(&starts, options, &stop, &top, |event| log.event(event))?;
    for (network, kept) in links.close_air() {
        shell.out(&format!("network {}: {kept}\n", built.checked.networks[network].name));
    }
    Ok(report(shell, end))
}

/// Every node of a class; those to start with their executables.
fn members<'b>(
    class: &'b ClassImage,
    build: &'b Option<NodeBuild>,
    asked: &'b BTreeSet<NodeId>,
) -> impl Iterator<Item = ClusterNode<'b>> {
    class.members.iter().map(move |m| ClusterNode {
        class,
        member: m,
        executables: build.as_ref().filter(|_| asked.contains(&m.node)).map(|b| b.executables.as_slice()),
    })
}

/// A stream loses, repeats and overtakes nothing, so there is nothing to inject.
fn say_what_is_not_impaired(shell: &Shell, built: &Built) {
    let images = built.classes.iter().flat_map(|(class, _)| class.members.iter().map(|m| &m.image));
    let used: BTreeSet<_> = images.flat_map(|i| i.net.ifaces.iter().map(|f| &f.network)).collect();
    let streams = built.checked.networks.iter().map(|(_, n)| n).filter(|n| n.kind.is_stream());
    for network in streams.filter(|n| used.contains(&n.name.to_string())) {
        let (name, kind) = (&network.name, network.kind.word());
        shell.err(&format!(
            "note: `--impair` leaves network `{name}` alone: {kind} loses and repeats nothing\n"
        ));
    }
}

fn report(shell: &Shell, end: RunEnd) -> Exit {
    match end {
        RunEnd::Ended { failed } if failed.is_empty() => Exit::Ok,
        RunEnd::Ended { failed } => {
            for (node, instance, message) in failed {
                shell.err(&format!("error: `{instance}` on node `{node}` ended with an error: {message}\n"));
            }
            Exit::Wrong
        }
        RunEnd::NodeLost { node, emulated, status } => {
            let what = if emulated { "emulated machine" } else { "process" };
            shell.err(&format!("error: the {what} of node `{node}` ended by itself: {status}\n"));
            Exit::Machine
        }
    }
}

/// One labelled log: seconds, node, level, who, what.
struct Log<'s> {
    shell: &'s Shell,
    start: Instant,
    width: usize,
}

impl<'s> Log<'s> {
    fn new<'n>(shell: &'s Shell, nodes: impl Iterator<Item = &'n str>) -> Self {
        Self { shell, start: Instant::now(), width: nodes.map(str::len).max().unwrap_or(0) }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Log { node, line } => {
                self.line(&node, &line.level, &format!("{}: {}", line.source, line.text))
            }
            Event::Hung { node, watchdog } => {
                let ms = watchdog.as_millis();
                let text =
                    format!("ambc: the node did not answer for {ms} ms; it is killed and started again");
                self.line(&node, "error", &text);
            }
            Event::Node { node, event } => {
                let text = match event {
                    NodeEvent::Ready => "ambc: ready".to_owned(),
                    NodeEvent::Died { name, pid, status, restart_in_ms } => {
                        format!("ambc: group {name} pid {pid} died ({status}), restart in {restart_in_ms} ms")
                    }
                    // The node's own log says so too.
                    NodeEvent::Group { .. }
                    | NodeEvent::RunFailed { .. }
                    | NodeEvent::Health { .. }
                    | NodeEvent::Silent { .. }
                    | NodeEvent::Stuck { .. }
                    | NodeEvent::GaveUp { .. }
                    | NodeEvent::Stopped
                    | NodeEvent::Reboot(_) => return,
                    NodeEvent::Idle(_) | NodeEvent::Busy(_) => return,
                };
                self.line(&node, "info", &text);
            }
        }
    }

    fn line(&self, node: &str, level: &str, text: &str) {
        let (seconds, width) = (self.start.elapsed().as_secs_f64(), self.width);
        self.shell.out(&format!("{seconds:9.3} {node:width$} {level:5} {text}\n"));
    }
}
