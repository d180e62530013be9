//! What a node says about its edges when it stops: calls, errors, median latency, and which process answered.

use super::supervise::Supervisor;
use crate::log::{self, Level};
use crate::spec::{NodeLane, NodeSpec, Side};
use crate::status::EdgeReport;
use ambc_kernel::Caller;

/// One line per edge that anybody used. `callers`: the node's own ends by lane.
pub(crate) fn edges<'c>(
    spec: &NodeSpec,
    groups: &Supervisor,
    callers: impl Fn(usize) -> Option<&'c Caller<'c>>,
) {
    for (i, lane) in spec.lanes.iter().enumerate() {
        let report = match lane.caller {
            Side::Group(number) => of_group(spec, groups, number, i),
            Side::Kernel | Side::Net(_) => callers(i).map(counted),
        };
        let EdgeReport { calls, errors, p50_ns } = report.unwrap_or_default();
        let us = f64::from(p50_ns) / 1000.0;
        log::line(
            Level::Info,
            "ambc",
            format_args!(
                "edge {}: {calls} calls, {errors} errors, p50 under {us} us, answered by {}",
                lane.name,
                answerer(spec, groups, lane)
            ),
        );
    }
}

/// What a caller's end counted.
pub(crate) fn counted(caller: &Caller<'_>) -> EdgeReport {
    let counters = caller.counters();
    let p50_ns = u32::try_from(counters.percentile(50)).unwrap_or(u32::MAX);
    EdgeReport { calls: counters.calls(), errors: counters.errors(), p50_ns }
}

fn of_group(spec: &NodeSpec, groups: &Supervisor, number: u8, lane: usize) -> Option<EdgeReport> {
    let position = spec.lanes_of(number).position(|(i, _)| i == lane)?;
    Some(groups.process(number)?.status.edge(position))
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
