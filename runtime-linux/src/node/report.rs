//! What a node says about its edges and groups: in its log when it stops, and to whoever controls it when asked.
//! The lines of the latter are described in `ambc_node::report`.

use super::metrics::{Metric, Table, Value};
use super::supervise::Supervisor;
use crate::control::Control;
use crate::log::{self, Level};
use crate::spec::{NodeLane, NodeSpec, Side};
use crate::status::Phase;
use ambc_kernel::lane::Counts;
use ambc_node::Edges as _;
use ambc_node::control::OneLine;
use ambc_node::report::{Edge, List};
use ambc_node::vitals::{self, Vitals};

/// One line per edge that was called: calls, errors, median latency, and which process answered. One line for all others.
pub(crate) fn at_the_end(spec: &NodeSpec, groups: &Supervisor) {
    let mut without = 0;
    for (i, lane) in spec.lanes.iter().enumerate() {
        match called(&groups.edges().counts(i)) {
            Some(what) => {
                let by = answerer(spec, groups, lane);
                log::line(Level::Info, "ambc", format_args!("edge {}: {what}, answered by {by}", lane.name));
            }
            None => without += 1,
        }
    }
    if without > 0 {
        log::line(Level::Info, "ambc", format_args!("{} without a call", number(without, "edge")));
    }
}

/// How often an edge was called and how that went; `None` if nobody called.
fn called(counts: &Counts) -> Option<String> {
    let us = counts.percentile(50) as f64 / 1000.0;
    let (calls, errors) = (number(counts.calls, "call"), number(counts.failures(), "error"));
    (counts.calls > 0).then(|| format!("{calls}, {errors}, p50 under {us} us"))
}

/// `1 call`, `2 calls`.
fn number(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn answerer(spec: &NodeSpec, groups: &Supervisor, lane: &NodeLane) -> String {
    match lane.callee {
        Side::Kernel => format!("node {} (process {})", spec.name, std::process::id()),
        Side::Net(node) => format!("node {node}"),
        Side::Group(number) => match groups.process(number) {
            Some(process) => format!("group {} (process {})", process.spec.name, process.last_pid),
            None => "nobody".to_owned(),
        },
    }
}

/// The first part of the answer to `report`.
pub(crate) fn now(groups: &Supervisor, control: &mut Control) {
    let edges = groups.edges();
    for (lane, of) in edges.lanes().iter().enumerate() {
        control.say(Edge { name: of.name, counts: &edges.counts(lane) });
    }
    let own = std::process::id();
    control.say(format_args!("state kernel {own} 0 {} serving", resident_kib(own)));
    for (process, restarts, serving) in groups.states() {
        let phase = match process.status.phase() {
            _ if !process.is_running() => "dead",
            _ if !serving => "starting",
            Phase::Stopped => "stopped",
            Phase::Starting | Phase::Serving | Phase::Rested => "serving",
        };
        let (name, pid) = (process.spec.name, process.last_pid.unsigned_abs());
        control.say(format_args!("state {name} {pid} {restarts} {} {phase}", resident_kib(pid)));
    }
}

/// The second part of it.
pub(crate) fn instances(vitals: &Vitals, metrics: &Table, control: &mut Control) {
    for (label, condition, reason) in vitals.conditions() {
        control.say(OneLine(format_args!("condition {} {label} {reason}", vitals::word(condition))));
    }
    for Metric { instance, name, value } in metrics.all() {
        control.say(OneLine(match value {
            Value::Counter(count) => format!("counter {instance} {count} {name}"),
            Value::Gauge(value) => format!("gauge {instance} {value} {name}"),
            Value::Histogram(o) => {
                let numbers = [o.sum, o.least, o.most, o.percentile(50), o.percentile(99)];
                let numbers = List(&numbers);
                format!("observed {instance} {} {numbers} {name}", o.count)
            }
        }));
    }
}

/// Memory that process `pid` has in RAM; 0 if it is gone.
fn resident_kib(pid: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    pages * (rustix::param::page_size() as u64 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_that_was_called_is_told_at_the_end() {
        assert_eq!(called(&Counts::default()), None);
        let mut counts = Counts { calls: 1, errors: [1, 0, 0, 0, 0, 0, 0, 0], ..Counts::default() };
        counts.histogram[3] = 1;
        assert_eq!(called(&counts).as_deref(), Some("1 call, 1 error, p50 under 2.048 us"));
        assert_eq!((number(0, "edge"), number(2, "edge")), ("0 edges".into(), "2 edges".into()));
    }

    #[test]
    fn this_process_is_somewhere() {
        assert!(resident_kib(std::process::id()) > 0);
        assert_eq!(resident_kib(u32::MAX), 0);
    }
}
