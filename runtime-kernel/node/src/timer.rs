//! `ambience::timer`: waits, on the clock of the node.

use crate::Host;
use ambc_kernel::{Ctx, time};
use ambience::CallError;

/// Time since the node started.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    ctx: &'static Ctx<'static>,
    /// When the node started.
    start: u64,
}

impl Timer {
    /// A timer; all of a node show the same time.
    #[must_use]
    pub fn new(host: &impl Host) -> Self {
        Self { ctx: host.ctx(), start: host.started() }
    }
}

impl ambience::Timer for Timer {
    async fn now(&self) -> Result<u64, CallError> {
        Ok(self.ctx.now().saturating_sub(self.start) / 1000)
    }

    async fn sleep(&self, duration_us: u64) -> Result<(), CallError> {
        let until = self.ctx.now().saturating_add(duration_us.saturating_mul(1000));
        time::sleep_until(self.ctx, until).await;
        Ok(())
    }

    async fn sleep_until(&self, at_us: u64) -> Result<(), CallError> {
        time::sleep_until(self.ctx, self.start.saturating_add(at_us.saturating_mul(1000))).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambc_kernel::{Group, Task, WakeMask, Work};
    use ambience::Timer as _;
    use core::pin::pin;

    #[test]
    fn sleeping_is_never_too_short() {
        static WAKE: WakeMask = WakeMask::new();
        let ctx = crate::testing::ctx();
        let timer = Timer { ctx, start: ctx.now() };
        let woke = core::cell::Cell::new([0; 3]);
        let sleeping = pin!(async {
            let mut at = [0; 3];
            timer.sleep(2000).await.unwrap();
            at[0] = timer.now().await.unwrap();
            timer.sleep_until(3000).await.unwrap();
            at[1] = timer.now().await.unwrap();
            timer.sleep_until(1).await.unwrap();
            at[2] = timer.now().await.unwrap();
            at
        });
        let mut task = Task::new(sleeping, &WAKE, ctx, |at| woke.set(at));
        let group = Group { ctx, callers: &[], servers: &[] };
        while !task.done() {
            group.step(&mut [&mut task], |_| ());
        }
        let [first, second, third] = woke.get();
        assert!(first >= 2000 && second >= 3000 && third < second + 1000, "{first} {second} {third}");
    }
}
