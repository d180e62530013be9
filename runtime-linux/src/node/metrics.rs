//! The metrics of a node's instances, bounded.
//!
//! The metrics services of the kernel group write here; `ambc top` and the health services read.

use crate::log::{self, Level};
use ambc_node::{Measured, cut};
use ambience::{MetricKind, MetricValueOwned};
use core::cell::{Cell, RefCell};

/// Everything that instances counted, set and observed.
#[derive(Debug, Default)]
pub(crate) struct Table {
    metrics: RefCell<Vec<Metric>>,
    full: Cell<bool>,
}

/// One metric of one instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metric {
    pub(crate) instance: &'static str,
    pub(crate) name: String,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Counter(u64),
    Gauge(f64),
    Histogram(Box<Observed>),
}

/// What was observed. Without observations nothing of it has a meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Observed {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    /// Place `i` counts values below `2^i` and not below half of that; the ends count what lies beyond.
    buckets: [u64; BUCKETS],
}

/// Metrics of a node.
pub(crate) const MOST: usize = 256;
const BUCKETS: usize = 64;

impl Table {
    /// Adds to a counter, which stays at its largest value.
    pub(crate) fn count(&self, instance: &'static str, name: &str, by: u64) {
        self.change(instance, name, Value::Counter(0), |value| {
            if let Value::Counter(count) = value {
                *count = count.saturating_add(by);
            }
        });
    }

    /// Sets a gauge.
    pub(crate) fn gauge(&self, instance: &'static str, name: &str, to: f64) {
        if to.is_finite() {
            self.change(instance, name, Value::Gauge(0.0), |value| *value = Value::Gauge(to));
        }
    }

    /// Adds an observation.
    pub(crate) fn observe(&self, instance: &'static str, name: &str, what: f64) {
        if what.is_finite() {
            self.change(instance, name, Value::Histogram(Box::new(Observed::NOTHING)), |value| {
                if let Value::Histogram(observed) = value {
                    observed.add(what);
                }
            });
        }
    }

    /// Every metric, in the order in which they came up.
    pub(crate) fn all(&self) -> Vec<Metric> {
        self.metrics.borrow().clone()
    }

    fn change(&self, instance: &'static str, name: &str, fresh: Value, change: impl FnOnce(&mut Value)) {
        let mut metrics = self.metrics.borrow_mut();
        let same = |m: &Metric| m.instance == instance && m.name == name && m.value.kind() == fresh.kind();
        let at = metrics.iter().position(same).unwrap_or(metrics.len());
        if at == MOST {
            return self.say_full(instance, name);
        }
        if at == metrics.len() {
            metrics.push(Metric { instance, name: name.to_owned(), value: fresh });
        }
        change(&mut metrics[at].value);
    }

    fn say_full(&self, instance: &str, name: &str) {
        if !self.full.replace(true) {
            let text = format_args!(
                "metric {instance}.{name} and further new ones are dropped: a node keeps {MOST}"
            );
            log::line(Level::Warn, "ambc", text);
        }
    }
}

impl Measured for Table {
    fn len(&self) -> usize {
        self.metrics.borrow().len()
    }

    fn value(&self, index: usize) -> Option<MetricValueOwned> {
        let metrics = self.metrics.borrow();
        let Metric { instance, name, value } = metrics.get(index)?;
        let (count, sum, least, most) = match value {
            Value::Counter(count) => (*count, 0.0, 0.0, 0.0),
            Value::Gauge(value) => (0, *value, 0.0, 0.0),
            Value::Histogram(o) => (o.count, o.sum, o.least, o.most),
        };
        let (instance, name, kind) = (cut(instance), cut(name), value.kind());
        Some(MetricValueOwned { instance, name, kind, count, value: sum, least, most })
    }
}

impl Value {
    fn kind(&self) -> MetricKind {
        match self {
            Self::Counter(_) => MetricKind::Counter,
            Self::Gauge(_) => MetricKind::Gauge,
            Self::Histogram(_) => MetricKind::Histogram,
        }
    }
}

impl Observed {
    const NOTHING: Self = Self { count: 0, sum: 0.0, least: 0.0, most: 0.0, buckets: [0; BUCKETS] };

    fn add(&mut self, what: f64) {
        let first = self.count == 0;
        self.count = self.count.saturating_add(1);
        self.sum += what;
        self.least = if first { what } else { self.least.min(what) };
        self.most = if first { what } else { self.most.max(what) };
        let place = (0..BUCKETS - 1).find(|i| what < bound(*i)).unwrap_or(BUCKETS - 1);
        self.buckets[place] = self.buckets[place].saturating_add(1);
    }

    /// An upper bound of `share` (1 to 100) percent of the observations, no larger than the largest.
    pub(crate) fn percentile(&self, share: u32) -> f64 {
        let wanted = (u128::from(self.count) * u128::from(share)).div_ceil(100).max(1);
        let mut seen = 0;
        let reaches = |n: &u64| {
            seen += u128::from(*n);
            seen >= wanted
        };
        self.buckets.iter().position(reaches).map_or(0.0, |i| bound(i).min(self.most))
    }
}

fn bound(bucket: usize) -> f64 {
    (bucket as f64).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_metric_of_each_instance_and_kind() {
        let table = Table::default();
        table.count("a", "x", 2);
        table.count("a", "x", u64::MAX);
        table.count("b", "x", 1);
        table.gauge("a", "x", -1.5);
        table.gauge("a", "x", f64::NAN);
        let found: Vec<_> = table.all().into_iter().map(|m| (m.instance, m.value)).collect();
        let expected = [("a", Value::Counter(u64::MAX)), ("b", Value::Counter(1)), ("a", Value::Gauge(-1.5))];
        assert_eq!(found, expected);
    }

    #[test]
    fn observations_are_bounded_from_above() {
        let table = Table::default();
        for what in [3.0, 0.5, 100.0, f64::INFINITY] {
            table.observe("a", "t", what);
        }
        let found = table.value(0).unwrap();
        assert_eq!((table.len(), found.kind, found.count), (1, MetricKind::Histogram, 3));
        assert_eq!((found.value, found.least, found.most), (103.5, 0.5, 100.0));
        assert_eq!(table.value(1), None);
        let Value::Histogram(o) = &table.all()[0].value else { panic!("another kind") };
        assert_eq!((o.count, o.sum, o.least, o.most), (3, 103.5, 0.5, 100.0));
        assert_eq!([33, 50, 66, 99, 100].map(|s| o.percentile(s)), [1.0, 4.0, 4.0, 100.0, 100.0]);
        let mut odd = Observed::NOTHING;
        assert_eq!(odd.percentile(50), 0.0);
        odd.add(-7.0);
        odd.add(1e300);
        assert_eq!((odd.percentile(50), odd.percentile(100)), (1.0, 1e300f64.min(bound(BUCKETS - 1))));
    }

    #[test]
    fn new_metrics_are_dropped_at_the_bound_and_old_ones_go_on() {
        let table = Table::default();
        (0..MOST + 50).for_each(|i| table.count("a", &i.to_string(), 1));
        table.count("a", "0", 1);
        let all = table.all();
        assert_eq!((all.len(), &all[0].value, table.full.get()), (MOST, &Value::Counter(2), true));
    }
}
