//! How much somebody may say in a second, so that a talkative group slows itself down and nobody else.

/// Lines counted in windows of a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    lines: u32,
    since: u64,
    used: u32,
}

const WINDOW_NS: u64 = 1_000_000_000;

impl Quota {
    /// `lines` a second.
    pub(crate) const fn new(lines: u32) -> Self {
        Self { lines, since: 0, used: 0 }
    }

    /// When the next line may come, if none may come now.
    pub(crate) fn closed_until(&mut self, now: u64) -> Option<u64> {
        if now.saturating_sub(self.since) >= WINDOW_NS {
            (self.since, self.used) = (now, 0);
        }
        (self.used >= self.lines).then(|| self.since.saturating_add(WINDOW_NS))
    }

    /// Counts what was said.
    pub(crate) fn spend(&mut self, lines: u32) {
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
