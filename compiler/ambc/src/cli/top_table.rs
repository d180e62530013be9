//! What `ambc top` shows, as lines: edges, processes, what instances say about themselves.

use crate::cluster::{TopCounts, TopEdge, TopReport, TopValue};

/// What the edges are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// As in the plan.
    #[default]
    Plan,
    Rate,
    Calls,
    Errors,
    Latency,
}

impl Sort {
    pub(super) fn of_key(key: char) -> Option<Self> {
        Some(match key {
            'p' => Self::Plan,
            'r' => Self::Rate,
            'c' => Self::Calls,
            'e' => Self::Errors,
            'l' => Self::Latency,
            _ => return None,
        })
    }
}

const KEYS: &str = "sort: p plan, r calls/s, c calls, e errors, l p99   q quits";
const EDGES: [&str; 10] = ["node", "edge", "way", "calls/s", "calls", "errors", "p50", "p90", "p99", "max"];
const CONDITIONS: [&str; 4] = ["node", "instance", "condition", "reason"];
const METRICS: [&str; 4] = ["node", "instance", "metric", "value"];
const PROCESSES: [&str; 6] = ["node", "group", "pid", "restarts", "memory", "state"];
/// Columns from this one on are numbers.
const FIRST_NUMBER: usize = 3;

/// The whole table. `before`: the report that rates are counted from; without one, keys and rates are left out.
pub(super) fn lines(now: &TopReport, before: Option<&TopReport>, sort: Sort) -> Vec<String> {
    let mut rows: Vec<_> = now.edges.iter().map(|edge| Row { edge, rate: rate(edge, now, before) }).collect();
    rows.sort_by(|a, b| b.weight(sort).total_cmp(&a.weight(sort)));
    let mut out = vec![format!("{}, up {} s", now.deployment, now.up_ms / 1000)];
    out.extend(before.map(|_| KEYS.to_owned()));
    out.push(String::new());
    out.extend(table(&EDGES, rows.iter().map(Row::cells), FIRST_NUMBER));
    out.push(String::new());
    let processes = now.nodes.iter().flat_map(|n| n.groups.iter().map(move |g| (n, g)));
    let processes = processes.map(|(n, g)| {
        let memory = format!("{:.1} MiB", g.resident_kib as f64 / 1024.0);
        let (pid, restarts) = (g.pid.to_string(), g.restarts.to_string());
        [n.name.clone(), g.name.clone(), pid, restarts, memory, g.state.clone()]
    });
    out.extend(table(&PROCESSES, processes, 2));
    let conditions = now.nodes.iter().flat_map(|n| n.conditions.iter().map(move |c| (n, c)));
    let conditions =
        conditions.map(|(n, c)| [n.name.clone(), c.instance.clone(), c.condition.clone(), c.reason.clone()]);
    out.extend(section(&CONDITIONS, conditions.collect(), 4));
    let metrics = now.nodes.iter().flat_map(|n| n.metrics.iter().map(move |m| (n, m)));
    let metrics = metrics.map(|(n, m)| [n.name.clone(), m.instance.clone(), m.name.clone(), value(m.value)]);
    out.extend(section(&METRICS, metrics.collect(), 4));
    out
}

/// A table below others, if it has any rows.
fn section<const N: usize>(head: &[&str; N], rows: Vec<[String; N]>, numbers: usize) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    std::iter::once(String::new()).chain(table(head, rows.into_iter(), numbers)).collect()
}

fn value(value: TopValue) -> String {
    match value {
        TopValue::Counter { count } => count.to_string(),
        TopValue::Gauge { value } => value.to_string(),
        TopValue::Histogram { count, sum, p50, p99, most, .. } => {
            format!(
                "{count} observed, mean {:.1}, p50 {p50}, p99 {p99}, max {most}",
                sum / count.max(1) as f64
            )
        }
    }
}

struct Row<'r> {
    edge: &'r TopEdge,
    rate: Option<f64>,
}

/// Calls per second between the two reports.
fn rate(edge: &TopEdge, now: &TopReport, before: Option<&TopReport>) -> Option<f64> {
    let before = before?;
    let earlier =
        before.edges.iter().find(|e| (&e.from, &e.need, &e.to) == (&edge.from, &edge.need, &edge.to))?;
    let calls = edge.counts.as_ref()?.calls.saturating_sub(earlier.counts.as_ref()?.calls);
    let ms = now.up_ms.checked_sub(before.up_ms).filter(|ms| *ms > 0)?;
    Some(calls as f64 * 1000.0 / ms as f64)
}

impl Row<'_> {
    /// Larger comes first; equal ones stay as in the plan.
    fn weight(&self, sort: Sort) -> f64 {
        let Some(counts) = &self.edge.counts else { return -1.0 };
        match sort {
            Sort::Plan => -1.0,
            Sort::Rate => self.rate.unwrap_or(0.0),
            Sort::Calls => counts.calls as f64,
            Sort::Errors => counts.errors as f64,
            Sort::Latency => counts.latency_ns.p99 as f64,
        }
    }

    fn cells(&self) -> [String; 10] {
        let TopEdge { node, from, need, to, to_node, transport, networks, counts } = self.edge;
        let way = match transport.as_str() {
            "route" => format!("{} > {to_node}", networks.join(" > ")),
            other => other.to_owned(),
        };
        let edge = match transport.as_str() {
            "export" => format!("{from} over {need} -> {to}"),
            _ => format!("{from}.{need} -> {to}"),
        };
        let rate = self.rate.map_or_else(String::new, |r| format!("{r:.0}"));
        // Nothing stands where nothing is counted.
        let number = |show: &dyn Fn(&TopCounts) -> String| counts.as_ref().map(show).unwrap_or_default();
        let [p50, p90, p99, max] = [
            number(&|c| time(c.latency_ns.p50)),
            number(&|c| time(c.latency_ns.p90)),
            number(&|c| time(c.latency_ns.p99)),
            number(&|c| time(c.latency_ns.max)),
        ];
        let (calls, errors) = (number(&|c| c.calls.to_string()), number(&|c| c.errors.to_string()));
        [node.clone(), edge, way, rate, calls, errors, p50, p90, p99, max]
    }
}

/// An upper bound in ns, short.
fn time(ns: u64) -> String {
    match ns {
        0 => "-".to_owned(),
        1..10_000 => format!("{ns} ns"),
        10_000..10_000_000 => format!("{} us", ns / 1000),
        10_000_000..10_000_000_000 => format!("{} ms", ns / 1_000_000),
        _ => format!("{} s", ns / 1_000_000_000),
    }
}

/// A head and rows in columns; those from `numbers` on stand at the right.
fn table<const N: usize>(
    head: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    numbers: usize,
) -> Vec<String> {
    let mut cells = vec![head.map(|h| h.to_uppercase())];
    cells.extend(rows);
    let widths: [usize; N] =
        core::array::from_fn(|i| cells.iter().map(|row| row[i].chars().count()).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let padded = row.iter().zip(widths).enumerate().map(|(i, (cell, width))| {
            if i < numbers { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{TopCondition, TopGroup, TopLatency, TopMetric, TopNode};

    fn edge(from: &str, transport: &str, calls: Option<u64>) -> TopEdge {
        let latency_ns = TopLatency { p50: 512, p90: 16_384, p99: 16_777_216, max: 1 << 34 };
        TopEdge {
            node: "front".into(),
            from: from.into(),
            need: "calc".into(),
            to: "calculator".into(),
            to_node: "back".into(),
            transport: transport.into(),
            networks: vec!["lan".into()],
            counts: calls.map(|calls| TopCounts {
                calls,
                errors: calls / 10,
                latency_ns,
                ..TopCounts::default()
            }),
        }
    }

    fn report(up_ms: u64, calls: u64) -> TopReport {
        let group = TopGroup {
            name: "ask".into(),
            pid: 17,
            restarts: 2,
            resident_kib: 2560,
            state: "serving".into(),
        };
        TopReport {
            schema: "ambc.top/1".into(),
            deployment: "d".into(),
            up_ms,
            edges: vec![
                edge("a", "direct", None),
                edge("b", "route", Some(calls)),
                edge("outside", "export", Some(7)),
            ],
            nodes: vec![TopNode { name: "front".into(), groups: vec![group], ..TopNode::default() }],
        }
    }

    #[test]
    fn one_table_for_pipes() {
        let expected = "\
d, up 3 s

NODE   EDGE                               WAY         CALLS/S  CALLS  ERRORS     P50    P90    P99   MAX
front  a.calc -> calculator               direct
front  b.calc -> calculator               lan > back              50       5  512 ns  16 us  16 ms  17 s
front  outside over calc -> calculator    export                   7       0  512 ns  16 us  16 ms  17 s

NODE   GROUP  PID  RESTARTS   MEMORY    STATE
front  ask     17         2  2.5 MiB  serving";
        let found = lines(&report(3000, 50), None, Sort::Plan).join("\n");
        let squeeze = |t: &str| {
            t.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(squeeze(&found), squeeze(expected));
        let widths: Vec<_> =
            found.lines().filter(|l| l.ends_with(" s") && l.starts_with("front")).map(str::len).collect();
        assert_eq!(widths[0], widths[1], "columns stand below each other:\n{found}");
    }

    #[test]
    fn instances_stand_below() {
        let mut report = report(3000, 50);
        let condition = ["a", "failed", "no \"ink\""].map(str::to_owned);
        let [instance, condition, reason] = condition;
        report.nodes[0].conditions.push(TopCondition { instance, condition, reason });
        let value = TopValue::Histogram { count: 2, sum: 3.0, least: 1.0, most: 2.0, p50: 1.0, p99: 2.0 };
        report.nodes[0].metrics.push(TopMetric { instance: "a".into(), name: "us".into(), value });
        let found = lines(&report, None, Sort::Plan);
        assert_eq!(
            found[found.len() - 5..],
            [
                "NODE   INSTANCE  CONDITION  REASON",
                "front  a         failed     no \"ink\"",
                "",
                "NODE   INSTANCE  METRIC  VALUE",
                "front  a         us      2 observed, mean 1.5, p50 1, p99 2, max 2",
            ]
        );
    }

    #[test]
    fn rates_are_counted_between_reports() {
        let (before, now) = (report(1000, 50), report(1500, 150));
        let found = lines(&now, Some(&before), Sort::Plan);
        assert_eq!(found[1], KEYS);
        assert!(found[5].contains(" 200 "), "{found:#?}");
        let restarted = lines(&before, Some(&now), Sort::Plan);
        assert!(restarted.iter().all(|l| !l.contains('-') || !l.contains("200")), "{restarted:#?}");
    }

    #[test]
    fn keys_sort() {
        let first = |key| {
            let found = lines(&report(1500, 50), Some(&report(500, 45)), Sort::of_key(key).unwrap());
            found[4].split_whitespace().nth(1).unwrap().to_owned()
        };
        assert_eq!(
            ["p", "r", "c", "e"].map(|k| first(k.chars().next().unwrap())),
            ["a.calc", "b.calc", "b.calc", "b.calc"]
        );
        assert_eq!(Sort::of_key('x'), None);
    }
}
