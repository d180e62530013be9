//! `ambience::health`: how instances do, for the log, for whoever started the node, and for its supervisor.

use crate::log::{self, Level};
use crate::node::Host;
use crate::node::vitals::{self, Vitals};
use crate::quota::Pace;
use crate::spec::Side;
use ambc_kernel::Ctx;
use ambience::{CallError, Condition};

/// One for each instance that reports: it knows who that is and where it runs.
///
/// A change of condition is one line of the log; who changes more often than a hundred times a second waits.
#[derive(Debug)]
pub struct Health {
    label: &'static str,
    vitals: &'static Vitals,
    patient: usize,
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
        Self::of(host.ctx(), host.vitals(), params)
    }

    fn of(ctx: &'static Ctx<'static>, vitals: &'static Vitals, params: HealthParams) -> Self {
        let HealthParams { label, side } = params;
        let patient = vitals.admit(label, side);
        Self { label, vitals, patient, ctx, pace: Pace::new(ctx, CHANGES_PER_SECOND) }
    }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use crate::ends;
    use ambience::Health as _;

    #[test]
    fn what_an_instance_says_is_kept_under_its_name() {
        let vitals: &Vitals = Box::leak(Box::default());
        let health = Health::of(ends::ctx(1), vitals, HealthParams { label: "pump", side: Side::Group(3) });
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
