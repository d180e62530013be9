//! `ambience::metrics`: numbers of instances, for operators.

use crate::node::Host;
use crate::node::metrics::Table;
use ambience::CallError;

/// One for each instance that has metrics: it knows who that is.
#[derive(Debug)]
pub struct Metrics {
    label: &'static str,
    table: &'static Table,
}

/// What a metrics service is told.
#[derive(Clone, Copy, Debug)]
pub struct MetricsParams {
    /// The instance whose metrics these are.
    pub label: &'static str,
}

/// Longest name in bytes, as the interface says.
const MAX_NAME: usize = 48;

impl Metrics {
    /// The metrics of `params.label`.
    #[must_use]
    pub fn new(host: &Host, params: MetricsParams) -> Self {
        Self { label: params.label, table: host.metrics() }
    }
}

/// Between groups the encoding holds the bound; an instance of the kernel group calls directly.
fn named(name: &str) -> Result<&str, CallError> {
    if name.len() > MAX_NAME { Err(CallError::Malformed) } else { Ok(name) }
}

impl ambience::Metrics for Metrics {
    async fn count(&self, name: &str, by: u64) -> Result<(), CallError> {
        self.table.count(self.label, named(name)?, by);
        Ok(())
    }

    async fn gauge(&self, name: &str, value: f64) -> Result<(), CallError> {
        self.table.gauge(self.label, named(name)?, value);
        Ok(())
    }

    async fn observe(&self, name: &str, value: f64) -> Result<(), CallError> {
        self.table.observe(self.label, named(name)?, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use ambience::Metrics as _;

    #[test]
    fn what_is_counted_is_kept_under_the_name_of_the_instance() {
        let table: &Table = Box::leak(Box::default());
        let metrics = Metrics { label: "pump", table };
        assert_eq!(block_on(metrics.count(&"x".repeat(MAX_NAME + 1), 1)), Err(CallError::Malformed));
        assert_eq!(block_on(metrics.count("strokes", 2)), Ok(()));
        assert_eq!(block_on(metrics.gauge("pressure", 1.5)), Ok(()));
        assert_eq!(block_on(metrics.observe("us", 40.0)), Ok(()));
        let kept: Vec<_> = table.all().iter().map(|m| format!("{}.{}", m.instance, m.name)).collect();
        assert_eq!(kept, ["pump.strokes", "pump.pressure", "pump.us"]);
    }
}
