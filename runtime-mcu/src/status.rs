//! What a group tells its node about itself, and the request to stop: a few words in its memory. The group writes its part at will; the node
//! believes none of it where it matters.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

const _: () = assert!(size_of::<Status>() <= ambc_abi::image::STATUS_BYTES as usize);

/// How far a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It was started.
    Starting,
    /// Its instances are built and it serves.
    Serving,
    /// It serves, and all its `run` services have returned.
    Rested,
    /// Its `Stop` hooks have run.
    Stopped,
}

/// The words.
#[repr(C, align(8))]
#[derive(Debug, Default)]
pub struct Status {
    phase: AtomicU32,
    stop: AtomicU32,
    in_flight: AtomicU32,
    calls: AtomicU32,
    beat: AtomicU32,
    /// Where the addresses of the counters of its callers' ends lie, in the order of its lanes; 0 for nowhere.
    counters: AtomicU32,
}

impl Status {
    /// How far the group says it is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            1 => Phase::Serving,
            2 => Phase::Rested,
            3 => Phase::Stopped,
            _ => Phase::Starting,
        }
    }

    /// Says how far the group is; true if that is news.
    pub fn set_phase(&self, phase: Phase) -> bool {
        let news = self.phase.load(Relaxed) != phase as u32;
        self.phase.store(phase as u32, Relaxed);
        news
    }

    /// The group shall end in order.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stop.load(Relaxed) != 0
    }

    /// Asks the group to end in order.
    pub fn stop(&self) {
        self.stop.store(1, Relaxed);
    }

    /// Calls the group waits for plus requests it works on, and calls it has made.
    #[must_use]
    pub fn work(&self) -> (u32, u32) {
        (self.in_flight.load(Relaxed), self.calls.load(Relaxed))
    }

    /// What the group is about.
    pub fn set_work(&self, in_flight: u32, calls: u32) {
        self.in_flight.store(in_flight, Relaxed);
        self.calls.store(calls, Relaxed);
    }

    /// Turns of the group's loop.
    #[must_use]
    pub fn heartbeat(&self) -> u32 {
        self.beat.load(Relaxed)
    }

    /// Another turn of the group's loop: its node sees by it that the group is not stuck.
    pub fn beat(&self) {
        self.beat.store(self.beat.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Where the group says that the addresses of its counters lie.
    #[must_use]
    pub fn counters(&self) -> u32 {
        self.counters.load(Relaxed)
    }

    /// Says where they lie.
    pub fn set_counters(&self, at: u32) {
        self.counters.store(at, Relaxed);
    }

    /// Forgets what an earlier life of this group left.
    pub fn clear(&self) {
        for word in [&self.phase, &self.stop, &self.in_flight, &self.counters] {
            word.store(0, Relaxed);
        }
    }
}
