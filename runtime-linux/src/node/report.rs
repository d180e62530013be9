//! What a node says about its edges and groups: in its log when it stops, and to whoever controls it when asked.
//!
//! The answer to `report` on the control socket is, in this order,
//! * for every lane `edge CALLS ERRORS TIMES BOUNDS NAME`: errors by kind, in the order of `CallError::ALL`; upper bounds in ns of
//!   the times that 50, 90, 99 and 100 percent of the answered calls took; the histogram as `BOUND:COUNT` of each bucket that
//!   counted anything, or `-`; each list with commas. Of an edge to another node both nodes tell what they saw;
//! * for the kernel group and every user group `state GROUP PID RESTARTS RSS-KIB PHASE`;
//! * for every instance that reported one `condition good|degraded|failed INSTANCE REASON`;
//! * for every metric `counter INSTANCE COUNT NAME`, `gauge INSTANCE VALUE NAME`, or `observed INSTANCE COUNT NUMBERS NAME` with sum,
//!   least, most, and upper bounds of 50 and 99 percent;
//! * `reported`.

use super::metrics::{Metric, Table, Value};
use super::supervise::Supervisor;
use super::vitals::{self, Vitals};
use crate::control::{Control, one_line};
use crate::log::{self, Level};
use crate::spec::{NodeLane, NodeSpec, Side};
use crate::status::Phase;
use ambc_kernel::lane::Counts;
use core::fmt::Display;

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
    for lane in 0..edges.len() {
        if let Some(name) = edges.name(lane) {
            control.say(edge(name, &edges.counts(lane)));
        }
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
        control.say(one_line(&format!("condition {} {label} {reason}", vitals::word(condition))));
    }
    for Metric { instance, name, value } in metrics.all() {
        control.say(one_line(&match value {
            Value::Counter(count) => format!("counter {instance} {count} {name}"),
            Value::Gauge(value) => format!("gauge {instance} {value} {name}"),
            Value::Histogram(o) => {
                let numbers = list([o.sum, o.least, o.most, o.percentile(50), o.percentile(99)]);
                format!("observed {instance} {} {numbers} {name}", o.count)
            }
        }));
    }
}

fn edge(name: &str, counts: &Counts) -> String {
    let times = [50, 90, 99, 100].map(|share| counts.percentile(share));
    let counted = counts.histogram.iter().enumerate().filter(|(_, n)| **n > 0);
    let buckets = list(counted.map(|(i, n)| format!("{}:{n}", Counts::bound(i))));
    let buckets = if buckets.is_empty() { "-" } else { &buckets };
    format!("edge {} {} {} {buckets} {name}", counts.calls, list(counts.errors), list(times))
}

fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(",")
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
    fn an_edge_is_one_line() {
        assert_eq!(edge("a.b -> c", &Counts::default()), "edge 0 0,0,0,0,0,0,0,0 0,0,0,0 - a.b -> c");
        let mut counts = Counts { calls: 4, errors: [1, 0, 0, 0, 0, 0, 2, 0], ..Counts::default() };
        (counts.histogram[0], counts.histogram[3]) = (1, 3);
        assert_eq!(
            edge("export x over y", &counts),
            "edge 4 1,0,0,0,0,0,2,0 2048,2048,2048,2048 256:1,2048:3 export x over y"
        );
    }

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
