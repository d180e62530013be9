//! `ambience::timer`, `clock` and `random`: what the operating system knows anyway.

use crate::node::Host;
use ambc_kernel::{Ctx, time};
use ambience::CallError;
use rustix::rand::GetRandomFlags;

/// Waits, on the clock of the node.
#[derive(Debug)]
pub struct Timer {
    ctx: &'static Ctx<'static>,
    /// When the node started.
    start: u64,
}

impl Timer {
    /// A timer; all of a node show the same time.
    #[must_use]
    pub fn new(host: &Host) -> Self {
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

/// The time of day.
#[derive(Clone, Copy, Debug)]
pub struct Clock;

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn new(_: &Host) -> Self {
        Self
    }
}

impl ambience::Clock for Clock {
    async fn now(&self) -> Result<u64, CallError> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Ok(since.map_or(0, |d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug)]
pub struct Random;

impl Random {
    /// The generator of this machine.
    #[must_use]
    pub fn new(_: &Host) -> Self {
        Self
    }
}

impl ambience::Random for Random {
    async fn next(&self) -> Result<u64, CallError> {
        Ok(u64::from_le_bytes(random()))
    }

    async fn below(&self, limit: u64) -> Result<u64, CallError> {
        Ok(below(limit, || u64::from_le_bytes(random())))
    }

    async fn bytes(&self) -> Result<[u8; 32], CallError> {
        Ok(random())
    }
}

/// Fresh random bytes.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        // Fails only if interrupted, or before the kernel has gathered any entropy, which it waits for.
        if let Ok(n) = rustix::rand::getrandom(&mut bytes[filled..], GetRandomFlags::empty()) {
            filled += n;
        }
    }
    bytes
}

/// A number below `limit`, each as likely: numbers from the incomplete last stretch are drawn again.
fn below(limit: u64, mut next: impl FnMut() -> u64) -> u64 {
    if limit == 0 {
        return 0;
    }
    let whole = u64::MAX - (u64::MAX % limit + 1) % limit;
    loop {
        let drawn = next();
        if drawn <= whole {
            return drawn % limit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use crate::ends;
    use ambc_kernel::{Group, Task, WakeMask, Work};
    use ambience::{Clock as _, Random as _, Timer as _};
    use core::pin::pin;

    #[test]
    fn sleeping_is_never_too_short() {
        static WAKE: WakeMask = WakeMask::new();
        let ctx = ends::ctx(1);
        let timer = Timer { ctx, start: ctx.now() };
        let sleeping = pin!(async {
            timer.sleep(2000).await.unwrap();
            timer.sleep_until(3000).await.unwrap();
            timer.sleep_until(1).await.unwrap();
            timer.now().await.unwrap()
        });
        let woke = core::cell::Cell::new(0);
        let mut task = Task::new(sleeping, &WAKE, ctx, |at| woke.set(at));
        let group = Group { ctx, callers: &[], servers: &[] };
        while !task.done() {
            group.step(&mut [&mut task], |_| ());
        }
        assert!(woke.get() >= 3000, "{woke:?}");
    }

    #[test]
    fn every_number_below_the_limit_is_as_likely() {
        let mut drawn = [u64::MAX, u64::MAX - 1, 7].into_iter();
        // 2^64 is 1 more than a multiple of 3, so the last number is drawn again.
        assert_eq!(below(3, || drawn.next().unwrap()), (u64::MAX - 1) % 3);
        assert_eq!(below(0, || 5), 0);
        assert_eq!(below(1, || 5), 0);
        assert_eq!(below(u64::MAX, || 5), 5);
        assert_eq!(below(1 << 63, || u64::MAX), (1 << 63) - 1);
    }

    #[test]
    fn two_draws_differ_and_the_clock_is_set() {
        assert_ne!(block_on(Random.bytes()), block_on(Random.bytes()));
        assert!(block_on(Random.below(10)).unwrap() < 10);
        assert!(block_on(Clock.now()).unwrap() > 1_600_000_000_000_000, "a clock before 2020 is not set");
    }
}
