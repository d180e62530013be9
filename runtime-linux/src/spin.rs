//! How long an end looks for work before it sleeps. Waking a sleeper costs a few microseconds, spinning costs the processor,
//! so the limit follows what spinning has brought lately, and is zero where there are too few processors.

/// The adaptive limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spin {
    most: u32,
    limit: u32,
    spent: u32,
    sleeps: u32,
}

/// After this many sleeps a limit that has fallen to zero is tried again.
const RETRY: u32 = 64;

impl Spin {
    /// At most `most` looks in a row; 0 never spins.
    pub(crate) const fn new(most: u32) -> Self {
        Self { most, limit: most, spent: 0, sleeps: 0 }
    }

    /// Whether to look once more.
    pub(crate) fn again(&mut self) -> bool {
        self.spent += 1;
        self.spent <= self.limit
    }

    /// There was work. If it came while spinning, spinning pays.
    pub(crate) fn worked(&mut self) {
        if self.spent > 0 && self.spent <= self.limit {
            self.limit = self.limit.saturating_mul(2).min(self.most);
        }
        self.spent = 0;
    }

    /// The limit was reached, and it slept.
    pub(crate) fn slept(&mut self) {
        self.spent = 0;
        self.limit /= 2;
        self.sleeps = self.sleeps.wrapping_add(1);
        if self.limit == 0 && self.sleeps.is_multiple_of(RETRY) {
            self.limit = self.most.min(16);
        }
    }

    /// What suits a machine with `cpus` processors on which `threads` of this node may run at once.
    pub(crate) fn suited(cpus: usize, threads: usize) -> u32 {
        if cpus < 2 || threads > cpus { 0 } else { 200 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn useless_spinning_ends_and_useful_spinning_stays() {
        let mut spin = Spin::new(100);
        let mut looks = 0;
        for _ in 0..40 {
            while spin.again() {
                looks += 1;
            }
            spin.slept();
        }
        assert!(looks < 250, "{looks} looks for nothing");
        let mut spin = Spin::new(100);
        for _ in 0..40 {
            assert!(spin.again(), "spinning that pays goes on");
            spin.worked();
        }
    }

    #[test]
    fn never_with_too_few_processors() {
        assert_eq!(Spin::suited(1, 1), 0);
        assert_eq!(Spin::suited(2, 3), 0);
        assert!(!Spin::new(0).again());
    }
}
