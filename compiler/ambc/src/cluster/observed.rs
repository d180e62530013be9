//! What is seen of a running cluster: `ambc.top/1`, and the lines of nodes that it is made of.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;

/// What `ambc top --format json` prints. Fields are added, never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopReport {
    pub schema: String,
    pub deployment: String,
    /// Milliseconds since the cluster was started.
    pub up_ms: u64,
    pub edges: Vec<TopEdge>,
    pub nodes: Vec<TopNode>,
}

/// One binding, or one export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopEdge {
    /// The node that counts: the caller's, or the one that holds an exported instance.
    pub node: String,
    /// The caller; `outside` for an export.
    pub from: String,
    /// Of an export: the network.
    pub need: String,
    pub to: String,
    pub to_node: String,
    /// `direct`, `lane`, `route` or `export`.
    pub transport: String,
    /// Networks crossed, from the caller's node on.
    pub networks: Vec<String>,
    /// Absent for a direct call, which nobody counts.
    pub counts: Option<TopCounts>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopCounts {
    /// Calls begun.
    pub calls: u64,
    /// Of those, the ones that ended in a `CallError`.
    pub errors: u64,
    /// The same by kind; kinds that never happened are left out.
    pub errors_by_kind: BTreeMap<String, u64>,
    pub latency_ns: TopLatency,
    /// Upper bound in ns and number of answers, for each bucket that counted any.
    pub histogram: Vec<(u64, u64)>,
}

/// Upper bounds of the times that 50, 90, 99 and 100 percent of the answered calls took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopLatency {
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub max: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopNode {
    pub name: String,
    pub groups: Vec<TopGroup>,
    /// What instances last reported about themselves.
    pub conditions: Vec<TopCondition>,
    pub metrics: Vec<TopMetric>,
}

/// A process of a node: `kernel` is the node's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopGroup {
    pub name: String,
    pub pid: u32,
    /// How often a process of this group died.
    pub restarts: u32,
    pub resident_kib: u64,
    /// `starting`, `serving`, `stopped` or `dead`.
    pub state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopCondition {
    pub instance: String,
    /// `good`, `degraded` or `failed`.
    pub condition: String,
    pub reason: String,
}

/// A number of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopMetric {
    pub instance: String,
    pub name: String,
    #[serde(flatten)]
    pub value: TopValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum TopValue {
    Counter {
        count: u64,
    },
    Gauge {
        value: f64,
    },
    /// `p50` and `p99` are upper bounds.
    Histogram {
        count: u64,
        sum: f64,
        least: f64,
        most: f64,
        p50: f64,
        p99: f64,
    },
}

/// One line of a node's answer to `report`; `runtime-kernel/node/src/report.rs` describes them.
#[derive(Clone, Debug, PartialEq)]
pub enum Reported {
    Edge(String, TopCounts),
    State(TopGroup),
    Condition(TopCondition),
    Metric(TopMetric),
    /// The answer is complete.
    End,
}

/// In the order of the runtime's `CallError::ALL`.
const ERRORS: [&str; 8] =
    ["timeout", "unreachable", "denied", "overloaded", "malformed", "mismatch", "restarted", "cancelled"];

impl Reported {
    /// Reads one line; `None` if it has no known form.
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "edge" => edge(rest),
            "state" => state(rest),
            "condition" => condition(rest),
            "counter" | "gauge" | "observed" => metric(word, rest),
            "reported" => Some(Self::End),
            _ => None,
        }
    }
}

/// `CALLS ERRORS TIMES BOUNDS NAME`.
fn edge(text: &str) -> Option<Reported> {
    let words: Vec<_> = text.splitn(5, ' ').collect();
    let [calls, errors, times, buckets, name] = words.as_slice() else { return None };
    let errors: Vec<u64> = numbers(errors)?;
    let [p50, p90, p99, max] = numbers(times)?.try_into().ok()?;
    let by_kind = ERRORS.iter().zip(&errors).filter(|(_, n)| **n > 0);
    let counts = TopCounts {
        calls: calls.parse().ok()?,
        errors: errors.iter().fold(0, |sum, n| sum.saturating_add(*n)),
        errors_by_kind: by_kind.map(|(kind, n)| ((*kind).to_owned(), *n)).collect(),
        latency_ns: TopLatency { p50, p90, p99, max },
        histogram: histogram(buckets)?,
    };
    Some(Reported::Edge((*name).to_owned(), counts))
}

fn numbers<N: FromStr>(list: &str) -> Option<Vec<N>> {
    list.split(',').map(|n| n.parse().ok()).collect()
}

fn histogram(list: &str) -> Option<Vec<(u64, u64)>> {
    let bucket = |text: &str| {
        let (bound, count) = text.split_once(':')?;
        Some((bound.parse().ok()?, count.parse().ok()?))
    };
    list.split(',').filter(|text| *text != "-").map(bucket).collect()
}

/// `GROUP PID RESTARTS RSS-KIB PHASE`.
fn state(text: &str) -> Option<Reported> {
    let words: Vec<_> = text.split(' ').collect();
    let [name, pid, restarts, resident, state] = words.as_slice() else { return None };
    Some(Reported::State(TopGroup {
        name: (*name).to_owned(),
        pid: pid.parse().ok()?,
        restarts: restarts.parse().ok()?,
        resident_kib: resident.parse().ok()?,
        state: (*state).to_owned(),
    }))
}

/// `CONDITION INSTANCE REASON`.
fn condition(text: &str) -> Option<Reported> {
    let mut words = text.splitn(3, ' ').map(str::to_owned);
    let (condition, instance) = (words.next()?, words.next()?);
    Some(Reported::Condition(TopCondition { instance, condition, reason: words.next()? }))
}

/// `INSTANCE NUMBER [NUMBERS] NAME`.
fn metric(kind: &str, text: &str) -> Option<Reported> {
    let (instance, rest) = text.split_once(' ')?;
    let (number, rest) = rest.split_once(' ')?;
    let (value, name) = match kind {
        "counter" => (TopValue::Counter { count: number.parse().ok()? }, rest),
        "gauge" => (TopValue::Gauge { value: number.parse().ok()? }, rest),
        _ => {
            let (list, name) = rest.split_once(' ')?;
            let [sum, least, most, p50, p99] = numbers(list)?.try_into().ok()?;
            (TopValue::Histogram { count: number.parse().ok()?, sum, least, most, p50, p99 }, name)
        }
    };
    Some(Reported::Metric(TopMetric { instance: instance.to_owned(), name: name.to_owned(), value }))
}

impl TopEdge {
    /// How the node that counts calls its lane.
    fn lane(&self) -> String {
        let Self { from, need, to, .. } = self;
        match self.transport.as_str() {
            "export" => format!("export {to} over {need} -> {to}"),
            _ => format!("{from}.{need} -> {to}"),
        }
    }
}

/// What one node reported so far.
#[derive(Debug, Default)]
pub(super) struct NodeAnswer {
    counts: BTreeMap<String, TopCounts>,
    node: TopNode,
    pub(super) complete: bool,
}

impl NodeAnswer {
    pub(super) fn take(&mut self, line: Reported) {
        match line {
            Reported::Edge(lane, counts) => drop(self.counts.insert(lane, counts)),
            Reported::State(group) => self.node.groups.push(group),
            Reported::Condition(condition) => self.node.conditions.push(condition),
            Reported::Metric(metric) => self.node.metrics.push(metric),
            Reported::End => self.complete = true,
        }
    }
}

/// Fills in what the nodes, by name, answered.
pub(super) fn merge(edges: &[TopEdge], answers: Vec<(String, NodeAnswer)>) -> (Vec<TopEdge>, Vec<TopNode>) {
    let mut edges = edges.to_vec();
    for edge in edges.iter_mut().filter(|e| e.transport != "direct") {
        let answer = answers.iter().find(|(name, _)| *name == edge.node);
        edge.counts = answer.and_then(|(_, a)| a.counts.get(&edge.lane()).cloned());
    }
    let nodes = answers.into_iter().map(|(name, answer)| TopNode { name, ..answer.node }).collect();
    (edges, nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_reports_is_read() {
        let line = "edge 4 1,0,0,0,0,0,2,0 512,2048,2048,2048 256:1,2048:3 a.b -> c";
        let Some(Reported::Edge(name, counts)) = Reported::parse(line) else { panic!("not read") };
        assert_eq!((name.as_str(), counts.calls, counts.errors), ("a.b -> c", 4, 3));
        assert_eq!(
            counts.errors_by_kind.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>(),
            ["restarted 2", "timeout 1"]
        );
        assert_eq!((counts.latency_ns.p50, counts.latency_ns.max), (512, 2048));
        assert_eq!(counts.histogram, [(256, 1), (2048, 3)]);
        let Some(Reported::Edge(_, none)) = Reported::parse("edge 0 0,0,0,0,0,0,0,0 0,0,0,0 - x") else {
            panic!("not read")
        };
        assert_eq!(none, TopCounts::default());
        assert_eq!(Reported::parse("reported"), Some(Reported::End));
        for nonsense in ["edge", "edge 1 2 3 4 x", "edge x 0,0 0,0,0,0 - n", "state g 1", "ready", ""] {
            assert_eq!(Reported::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn what_instances_say_is_read() {
        let mut answer = NodeAnswer::default();
        for line in [
            "condition degraded pump dry since noon",
            "counter pump 3 strokes",
            "gauge pump -1.5 pressure of oil",
            "observed pump 2 3.5,0.5,3,1,3 us",
            "reported",
        ] {
            answer.take(Reported::parse(line).unwrap());
        }
        assert_eq!((answer.node.conditions[0].reason.as_str(), answer.complete), ("dry since noon", true));
        let shown = serde_json::to_string(&answer.node.metrics).unwrap();
        assert_eq!(
            shown,
            r#"[{"instance":"pump","name":"strokes","kind":"counter","count":3},{"instance":"pump","name":"pressure of oil","kind":"gauge","value":-1.5},{"instance":"pump","name":"us","kind":"histogram","count":2,"sum":3.5,"least":0.5,"most":3.0,"p50":1.0,"p99":3.0}]"#
        );
        assert_eq!(serde_json::from_str::<Vec<TopMetric>>(&shown).unwrap(), answer.node.metrics);
    }

    #[test]
    fn each_edge_has_the_counts_of_its_callers_node() {
        let edge = |from: &str, transport: &str| TopEdge {
            node: "n".into(),
            from: from.into(),
            need: "x".into(),
            to: "t".into(),
            to_node: "m".into(),
            transport: transport.into(),
            networks: vec![],
            counts: None,
        };
        let answer = |n: &str| {
            let mut answer = NodeAnswer::default();
            for line in [
                format!("edge {n} 0 0,0,0,0 - a.x -> t"),
                format!("edge {n} 0 0,0,0,0 - export t over x -> t"),
                "state kernel 7 0 12 serving".to_owned(),
            ] {
                answer.take(Reported::parse(&line).unwrap());
            }
            answer
        };
        let rows = [edge("a", "route"), edge("b", "direct"), edge("outside", "export"), edge("c", "lane")];
        let (edges, nodes) = merge(&rows, vec![("m".into(), answer("9")), ("n".into(), answer("5"))]);
        let calls: Vec<_> = edges.iter().map(|e| e.counts.as_ref().map(|c| c.calls)).collect();
        assert_eq!(calls, [Some(5), None, Some(5), None]);
        assert_eq!((nodes[1].name.as_str(), nodes[1].groups[0].pid), ("n", 7));
    }
}
