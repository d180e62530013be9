//! `ambience::health`: how instances do, for the log, for whoever controls the node, and for its supervisor.

use crate::quota::Pace;
use crate::vitals::{MAX_REASON, Patient, word};
use crate::{Host, Known, Level};
use ambc_kernel::Ctx;
use ambc_kernel::lane::Counters;
use ambc_kernel::spec::Side;
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
    patient: &'static Patient,
    known: Known,
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

const CHANGES_PER_SECOND: u32 = 100;

impl Health {
    /// The health of `params.label`.
    #[must_use]
    pub fn new(host: &impl Host, params: HealthParams) -> Self {
        let HealthParams { label, side } = params;
        let (known, patient) = (host.known(), host.keep(Patient::new(label, side)));
        known.vitals.admit(patient);
        Self { label, patient, known, ctx: host.ctx(), pace: Pace::new(host.ctx(), CHANGES_PER_SECOND) }
    }
}

/// How many there are, as the interface says it.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// As much of a text as fits.
#[must_use]
pub fn cut<const N: usize>(text: &str) -> String<N> {
    let mut out = String::new();
    text.chars().all(|c| out.push(c).is_ok());
    out
}

/// Places of the interface's histogram, the first of which counts what took less than 2^8 ns.
const PLACES: usize = 24;
const FIRST: u32 = 8;

/// A histogram as the interface says it, whatever this processor counts with.
fn places(counted: &[u64; Counters::BUCKETS]) -> [u64; PLACES] {
    let mut all = [0; PLACES];
    let first = (Counters::FIRST - FIRST) as usize;
    all[first..first + counted.len()].copy_from_slice(counted);
    all
}

impl ambience::Health for Health {
    async fn report(&self, condition: Condition, reason: &str) -> Result<(), CallError> {
        // Between groups the encoding holds this bound; an instance of the kernel group calls directly.
        if reason.len() > MAX_REASON {
            return Err(CallError::Malformed);
        }
        self.pace.turn().await;
        if self.patient.report(condition, reason) {
            let level = match condition {
                Condition::Good => Level::Info,
                Condition::Degraded => Level::Warn,
                Condition::Failed => Level::Error,
            };
            let (voice, word) = (self.known.voice, word(condition));
            voice.event(format_args!("health {} {word} {reason}", self.label));
            voice.line(level, self.label, format_args!("health {word}: {reason}"));
        }
        Ok(())
    }

    async fn alive(&self, within_us: u64) -> Result<(), CallError> {
        self.patient.alive(self.ctx.now(), within_us.saturating_mul(1000));
        Ok(())
    }

    async fn instances(&self) -> Result<u32, CallError> {
        Ok(number(self.known.vitals.conditions().count()))
    }

    async fn instance(&self, index: u32) -> Result<InstanceHealthOwned, Failure<HealthError>> {
        let found = self.known.vitals.conditions().nth(index as usize);
        let (label, condition, reason) = found.ok_or(HealthError::NotFound)?;
        Ok(InstanceHealthOwned { name: cut(label), condition, reason: cut(&reason) })
    }

    async fn edges(&self) -> Result<u32, CallError> {
        Ok(number(self.known.edges.lanes().len()))
    }

    async fn edge(&self, index: u32) -> Result<EdgeCountersOwned, Failure<HealthError>> {
        let lane = index as usize;
        let name = self.known.edges.lanes().get(lane).ok_or(HealthError::NotFound)?.name;
        let counts = self.known.edges.counts(lane);
        let (calls, errors, histogram) = (counts.calls, counts.failures(), places(&counts.histogram));
        Ok(EdgeCountersOwned { name: cut(name), calls, errors, histogram })
    }

    async fn metrics(&self) -> Result<u32, CallError> {
        Ok(number(self.known.metrics.len()))
    }

    async fn metric(&self, index: u32) -> Result<MetricValueOwned, Failure<HealthError>> {
        Ok(self.known.metrics.value(index as usize).ok_or(HealthError::NotFound)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Node, block_on};
    use ambience::{Health as _, MetricKind};

    fn pump(node: &Node) -> Health {
        Health::new(node, HealthParams { label: "pump", side: Side::Group(3) })
    }

    #[test]
    fn what_the_node_knows_is_read() {
        let node = Node::new();
        let health = pump(&node);
        assert_eq!(block_on(health.instances()), Ok(0));
        let not_found = Some(Failure::Error(HealthError::NotFound));
        assert_eq!(block_on(health.instance(0)).err(), not_found);
        assert_eq!(block_on(health.report(Condition::Degraded, "dry")), Ok(()));
        let found = block_on(health.instance(0)).unwrap();
        assert_eq!(
            (found.name.as_str(), found.condition, found.reason.as_str()),
            ("pump", Condition::Degraded, "dry")
        );
        let edge = block_on(health.edge(0)).unwrap();
        assert_eq!((edge.name.as_str(), edge.calls, edge.errors), ("a.b -> c", 3, 1));
        assert_eq!((block_on(health.edges()), block_on(health.edge(1)).err()), (Ok(1), not_found));
        let metric = block_on(health.metric(0)).unwrap();
        assert_eq!((block_on(health.metrics()), metric.kind), (Ok(1), MetricKind::Gauge));
        assert_eq!(block_on(health.metric(1)).err(), not_found);
    }

    #[test]
    fn a_short_histogram_has_its_place_in_the_long_one() {
        let mut counted = [0; Counters::BUCKETS];
        (counted[0], counted[Counters::BUCKETS - 1]) = (1, 2);
        let all = places(&counted);
        let first = (Counters::FIRST - FIRST) as usize;
        assert_eq!((all[first], all[first + Counters::BUCKETS - 1]), (1, 2));
        assert_eq!(all.iter().sum::<u64>(), 3);
    }

    #[test]
    fn long_names_are_cut_at_a_character() {
        assert_eq!(cut::<5>("ab€€").as_str(), "ab€");
        assert_eq!(cut::<5>("abc").as_str(), "abc");
    }

    #[test]
    fn what_an_instance_says_is_kept_under_its_name() {
        let node = Node::new();
        let health = pump(&node);
        assert_eq!(block_on(health.report(Condition::Failed, &"x".repeat(101))), Err(CallError::Malformed));
        assert!(node.said().is_empty());
        assert_eq!(block_on(health.report(Condition::Failed, "dry")), Ok(()));
        assert_eq!(block_on(health.report(Condition::Failed, "still dry")), Ok(()));
        assert_eq!(node.said(), ["health pump failed dry", "pump: health failed: dry"]);
        assert_eq!(block_on(health.alive(u64::MAX)), Ok(()));
        let silent = node.known().vitals.take_silent(u64::MAX);
        assert_eq!(silent.map(|s| (s.label, s.side)), Some(("pump", Side::Group(3))));
    }
}
