//! A clock that a test moves. Each thread has its own.
use ambc_kernel::{Group, Port, Work};
use std::cell::Cell;

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// The simulated time of this thread, in ns.
#[must_use]
pub fn now() -> u64 {
    NOW.get()
}

/// Moves the clock of this thread forward; it never goes back.
pub fn advance_to(time: u64) {
    NOW.set(NOW.get().max(time));
}

/// A port on the simulated clock: to sleep is to move it.
#[derive(Debug, Default)]
pub struct SimPort {
    rung: Cell<u64>,
}

impl SimPort {
    /// Which of the peers 0 to 63 were rung since the last call, one bit each.
    pub fn take_rung(&self) -> u64 {
        self.rung.take()
    }
}

impl Port for SimPort {
    fn now(&self) -> u64 {
        now()
    }

    fn wait(&self, until: Option<u64>) {
        if let Some(until) = until {
            advance_to(until);
        }
    }

    fn ring(&self, peer: u8) {
        self.rung.set(self.rung.get() | 1 << (peer & 63));
    }
}

/// Steps groups of one thread in turn until none has anything to do, without moving the clock. True if they came to rest
/// within `rounds`.
pub fn settle(groups: &mut [(Group<'_>, &mut [&mut dyn Work])], rounds: usize) -> bool {
    for _ in 0..rounds {
        let mut any = false;
        for (group, work) in groups.iter_mut() {
            any |= group.step(work, |_| ());
        }
        if !any {
            return true;
        }
    }
    false
}
