//! How much somebody may say in a second, so that a talkative group slows itself down and nobody else.

use ambc_kernel::{Ctx, time};
use core::cell::Cell;

/// Lines counted in windows of a second.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    lines: u32,
    since: u64,
    used: u32,
}

/// A quota that those wait for who have used it up.
#[derive(Debug)]
pub struct Pace {
    ctx: &'static Ctx<'static>,
    quota: Cell<Quota>,
}

impl Pace {
    /// `lines` a second.
    #[must_use]
    pub const fn new(ctx: &'static Ctx<'static>, lines: u32) -> Self {
        Self { ctx, quota: Cell::new(Quota::new(lines)) }
    }

    /// Waits until a line may be said, and counts it. Dropped while it waits, it counts nothing.
    pub async fn turn(&self) {
        loop {
            let mut quota = self.quota.get();
            let closed = quota.closed_until(self.ctx.now());
            quota.spend(u32::from(closed.is_none()));
            self.quota.set(quota);
            match closed {
                None => return,
                Some(at) => time::sleep_until(self.ctx, at).await,
            }
        }
    }
}

const WINDOW_NS: u64 = 1_000_000_000;

impl Quota {
    /// `lines` a second.
    #[must_use]
    pub const fn new(lines: u32) -> Self {
        Self { lines, since: 0, used: 0 }
    }

    /// When the next line may come, if none may come now.
    pub fn closed_until(&mut self, now: u64) -> Option<u64> {
        if now.saturating_sub(self.since) >= WINDOW_NS {
            (self.since, self.used) = (now, 0);
        }
        (self.used >= self.lines).then(|| self.since.saturating_add(WINDOW_NS))
    }

    /// Counts what was said.
    pub fn spend(&mut self, lines: u32) {
        self.used = self.used.saturating_add(lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lets_through_its_share() {
        let mut quota = Quota::new(3);
        let mut said = 0;
        let mut now = 5 * WINDOW_NS;
        while now < 8 * WINDOW_NS {
            match quota.closed_until(now) {
                Some(at) => {
                    assert!(at > now);
                    now = at;
                }
                None => {
                    quota.spend(1);
                    said += 1;
                    now += 1;
                }
            }
        }
        assert_eq!(said, 9);
    }
}
