//! `ambience::timer`: time since the node started.

use crate::node::Host;
use ambc_kernel::{Ctx, time};
use ambience::CallError;

/// Waits, on the clock of the node.
#[derive(Debug)]
pub struct Timer {
    ctx: &'static Ctx<'static>,
}

impl Timer {
    /// A timer; all of a node show the same time.
    #[must_use]
    pub fn new(host: &Host) -> Self {
        Self { ctx: host.ctx() }
    }
}

impl ambience::Timer for Timer {
    async fn now(&self) -> Result<u64, CallError> {
        Ok(self.ctx.now() / 1000)
    }

    async fn sleep(&self, duration_us: u64) -> Result<(), CallError> {
        let until = self.ctx.now().saturating_add(duration_us.saturating_mul(1000));
        time::sleep_until(self.ctx, until).await;
        Ok(())
    }

    async fn sleep_until(&self, at_us: u64) -> Result<(), CallError> {
        time::sleep_until(self.ctx, at_us.saturating_mul(1000)).await;
        Ok(())
    }
}
