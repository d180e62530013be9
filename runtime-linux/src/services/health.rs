//! `ambience::health`: how instances do, for the log, for whoever started the node, and for its supervisor.

use crate::log::{self, Level};
use crate::node::Host;
use crate::node::edges::Edges;
use crate::node::metrics::{Metric, Table, Value};
use crate::node::vitals::{self, Vitals};
use crate::spec::Side;
use ambc_kernel::Ctx;
use ambc_node::quota::Pace;
use ambience::{
    CallError, Condition, EdgeCountersOwned, Failure, HealthError, InstanceHealthOwned, MetricValueOwned,
    String,
};

/// One for each instance that reports: it knows who that is and where it runs.
///
/// A change of condition is one line of the log; who changes more often than a hundred times a second waits.
#[derive(Debug)]
pub struct Health {
    label: &'static str,
    vitals: &'static Vitals,
    patient: usize,
    edges: &'static Edges,
    metrics: &'static Table,
    ctx: &'static Ctx<'static>,
    pace: Pace,
}

/// What a health service is told.
#[derive(Clone, Copy, Debug)]
pub struct HealthParams {
    /// The instance that reports.
    pub label: &'static str,
    /// Where it runs.
    pub side: Side,
}

/// Longest reason in bytes, as the interface says.
const MAX_REASON: usize = 100;
const CHANGES_PER_SECOND: u32 = 100;

impl Health {
    /// The health of `params.label`.
    #[must_use]
    pub fn new(host: &Host, params: HealthParams) -> Self {
        let (vitals, edges, metrics) = (host.vitals(), host.edges(), host.metrics());
        let HealthParams { label, side } = params;
        let (patient, pace) = (vitals.admit(label, side), Pace::new(host.ctx(), CHANGES_PER_SECOND));
        Self { label, vitals, patient, edges, metrics, ctx: host.ctx(), pace }
    }
}

/// How many there are, as the interface says it.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn nth<T>(index: u32, all: impl IntoIterator<Item = T>) -> Result<T, HealthError> {
    all.into_iter().nth(index as usize).ok_or(HealthError::NotFound)
}

/// As much of a text as fits.
fn cut<const N: usize>(text: &str) -> String<N> {
    let mut out = String::new();
    text.chars().all(|c| out.push(c).is_ok());
    out
}

impl ambience::Health for Health {
    async fn report(&self, condition: Condition, reason: &str) -> Result<(), CallError> {
        // Between groups the encoding holds this bound; an instance of the kernel group calls directly.
        if reason.len() > MAX_REASON {
            return Err(CallError::Malformed);
        }
        self.pace.turn().await;
        if self.vitals.report(self.patient, condition, reason) {
            let level = match condition {
                Condition::Good => Level::Info,
                Condition::Degraded => Level::Warn,
                Condition::Failed => Level::Error,
            };
            log::line(level, self.label, format_args!("health {}: {reason}", vitals::word(condition)));
        }
        Ok(())
    }

    async fn alive(&self, within_us: u64) -> Result<(), CallError> {
        self.vitals.alive(self.patient, self.ctx.now(), within_us.saturating_mul(1000));
        Ok(())
    }

    async fn instances(&self) -> Result<u32, CallError> {
        Ok(number(self.vitals.conditions().len()))
    }

    async fn instance(&self, index: u32) -> Result<InstanceHealthOwned, Failure<HealthError>> {
        let (label, condition, reason) = nth(index, self.vitals.conditions())?;
        Ok(InstanceHealthOwned { name: cut(label), condition, reason: cut(&reason) })
    }

    async fn edges(&self) -> Result<u32, CallError> {
        Ok(number(self.edges.len()))
    }

    async fn edge(&self, index: u32) -> Result<EdgeCountersOwned, Failure<HealthError>> {
        let lane = index as usize;
        let name = self.edges.name(lane).ok_or(HealthError::NotFound)?;
        let counts = self.edges.counts(lane);
        let (calls, errors, histogram) = (counts.calls, counts.failures(), counts.histogram);
        Ok(EdgeCountersOwned { name: cut(name), calls, errors, histogram })
    }

    async fn metrics(&self) -> Result<u32, CallError> {
        Ok(number(self.metrics.all().len()))
    }

    async fn metric(&self, index: u32) -> Result<MetricValueOwned, Failure<HealthError>> {
        let Metric { instance, name, value } = nth(index, self.metrics.all())?;
        let (count, sum, least, most) = match &value {
            Value::Counter(count) => (*count, 0.0, 0.0, 0.0),
            Value::Gauge(value) => (0, *value, 0.0, 0.0),
            Value::Histogram(o) => (o.count, o.sum, o.least, o.most),
        };
        let (instance, name, kind) = (cut(instance), cut(&name), value.kind());
        Ok(MetricValueOwned { instance, name, kind, count, value: sum, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use crate::ends;
    use crate::spec::NodeSpec;
    use ambc_kernel::net::NetTable;
    use ambience::{Health as _, MetricKind};

    static NODE: NodeSpec =
        NodeSpec { name: "n", groups: &[], lanes: &[], timers: 1, watchdog: 0, net: NetTable::EMPTY };

    fn pump() -> Health {
        let vitals: &Vitals = Box::leak(Box::default());
        let patient = vitals.admit("pump", Side::Group(3));
        let ctx = ends::ctx(1);
        let (edges, metrics) = (Box::leak(Box::new(Edges::new(&NODE, vec![]))), Box::leak(Box::default()));
        Health { label: "pump", vitals, patient, edges, metrics, ctx, pace: Pace::new(ctx, 10) }
    }

    #[test]
    fn what_the_node_knows_is_read() {
        let health = pump();
        assert_eq!(block_on(health.instances()), Ok(0));
        let not_found = Some(Failure::Error(HealthError::NotFound));
        assert_eq!(block_on(health.instance(0)).err(), not_found);
        assert_eq!(block_on(health.report(Condition::Degraded, "dry")), Ok(()));
        let found = block_on(health.instance(0)).unwrap();
        assert_eq!(
            (found.name.as_str(), found.condition, found.reason.as_str()),
            ("pump", Condition::Degraded, "dry")
        );
        assert_eq!((block_on(health.edges()), block_on(health.edge(0)).err()), (Ok(0), not_found));
        health.metrics.observe("pump", "us", 2.5);
        health.metrics.observe("pump", "us", 0.5);
        let metric = block_on(health.metric(0)).unwrap();
        assert_eq!(
            (block_on(health.metrics()), metric.kind, metric.count),
            (Ok(1), MetricKind::Histogram, 2)
        );
        assert_eq!((metric.value, metric.least, metric.most), (3.0, 0.5, 2.5));
        assert_eq!(block_on(health.metric(1)).err(), not_found);
    }

    #[test]
    fn long_names_are_cut_at_a_character() {
        assert_eq!(cut::<5>("ab€€").as_str(), "ab€");
        assert_eq!(cut::<5>("abc").as_str(), "abc");
    }

    #[test]
    fn what_an_instance_says_is_kept_under_its_name() {
        let health = pump();
        let vitals = health.vitals;
        assert_eq!(block_on(health.report(Condition::Failed, &"x".repeat(101))), Err(CallError::Malformed));
        assert!(vitals.take_news().is_empty());
        assert_eq!(block_on(health.report(Condition::Failed, "dry")), Ok(()));
        assert_eq!(vitals.take_news(), ["health pump failed dry"]);
        assert_eq!(block_on(health.alive(u64::MAX)), Ok(()));
        assert_eq!(
            vitals.silent(u64::MAX).first().map(|s| (s.label, s.side)),
            Some(("pump", Side::Group(3)))
        );
    }
}
