//! The page a group process shares with its node, apart from its lanes: doorbells, the request to stop, and what the group
//! reports about itself. The group writes its part at will, so the node believes none of it where it matters: it decides
//! only what is shown to people and when `ambc run --until-idle` ends.

use crate::os::memory::Region;
use ambc_kernel::lane::{Counters, Counts};
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::atomic::Ordering::Relaxed;

/// How far a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The process exists.
    Starting,
    /// Its instances are built and it serves.
    Serving,
    /// It serves, and all its `run` services have returned.
    Rested,
    /// Its `Stop` hooks have run; it is about to exit.
    Stopped,
}

const GROUP_BELL: usize = 0;
const NODE_BELL: usize = 64;
const STOP: usize = 128;
const PHASE: usize = 192;
const IN_FLIGHT: usize = 196;
const CALLS: usize = 200;
const HEARTBEAT: usize = 204;
const EDGES: usize = 256;
/// Calls, errors by kind, the histogram.
const EDGE_WORDS: usize = 1 + ambc_kernel::CallError::ALL.len() + Counters::BUCKETS;
const EDGE_BYTES: usize = EDGE_WORDS * 8;

/// Bytes of the page of a group with `lanes` lanes.
#[must_use]
pub const fn status_bytes(lanes: usize) -> usize {
    (EDGES + lanes * EDGE_BYTES).next_multiple_of(4096)
}

/// Either end's view of the page.
#[derive(Debug)]
pub struct Status {
    region: Region,
    lanes: usize,
}

impl Status {
    /// The page of a group with `lanes` lanes, mapped from `region`.
    #[must_use]
    pub fn new(region: Region, lanes: usize) -> Self {
        assert!(region.len() >= status_bytes(lanes), "status page too small");
        Self { region, lanes }
    }

    /// The memory, to pass its descriptor on.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Rung by the node for the group.
    #[must_use]
    pub fn group_bell(&self) -> &'static AtomicU32 {
        self.region.word(GROUP_BELL)
    }

    /// [`crate::os::wait::ASLEEP`] while the node sleeps: then the group must also write to the node's eventfd.
    #[must_use]
    pub fn node_bell(&self) -> &'static AtomicU32 {
        self.region.word(NODE_BELL)
    }

    /// Written by the node: the group shall end in order.
    #[must_use]
    pub fn stop(&self) -> &'static AtomicU32 {
        self.region.word(STOP)
    }

    /// How far the group says it is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.region.word(PHASE).load(Ordering::Acquire) {
            1 => Phase::Serving,
            2 => Phase::Rested,
            3 => Phase::Stopped,
            _ => Phase::Starting,
        }
    }

    /// Says how far the group is; true if that is news.
    pub fn set_phase(&self, phase: Phase) -> bool {
        self.region.word(PHASE).swap(phase as u32, Ordering::Release) != phase as u32
    }

    /// Calls the group waits for plus requests it works on.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.region.word(IN_FLIGHT).load(Relaxed)
    }

    /// Calls the group has made since its first start.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.region.word(CALLS).load(Relaxed)
    }

    /// Turns of the group's loop.
    #[must_use]
    pub fn heartbeat(&self) -> u32 {
        self.region.word(HEARTBEAT).load(Relaxed)
    }

    /// What the group is about.
    pub fn set_work(&self, in_flight: u32, calls: u32) {
        self.region.word(IN_FLIGHT).store(in_flight, Relaxed);
        self.region.word(CALLS).store(calls, Relaxed);
    }

    /// Another turn of the group's loop: its node sees by it that the group is not stuck.
    pub fn beat(&self) {
        let beat = self.region.word(HEARTBEAT);
        beat.store(beat.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// What the group's present process counted at the caller's end of its lane `lane`.
    #[must_use]
    pub fn edge(&self, lane: usize) -> Counts {
        let mut counts = Counts::default();
        for (word, count) in self.edge_words(lane).zip(fields(&mut counts)) {
            *count = word.load(Relaxed);
        }
        counts
    }

    /// The group's counters of its lane `lane`.
    pub fn set_edge(&self, lane: usize, mut counts: Counts) {
        for (word, count) in self.edge_words(lane).zip(fields(&mut counts)) {
            word.store(*count, Relaxed);
        }
    }

    /// Forgets what an earlier process of this group left, before the next one starts.
    pub fn clear(&self) {
        for offset in [GROUP_BELL, STOP, PHASE, IN_FLIGHT] {
            self.region.word(offset).store(0, Relaxed);
        }
    }

    fn edge_words(&self, lane: usize) -> impl Iterator<Item = &'static AtomicU64> {
        assert!(lane < self.lanes, "lane outside the status page");
        let at = EDGES + lane * EDGE_BYTES;
        (0..EDGE_WORDS).map(move |i| self.region.long_word(at + i * 8))
    }
}

/// The numbers in the order in which they lie in the page.
fn fields(counts: &mut Counts) -> impl Iterator<Item = &mut u64> {
    core::iter::once(&mut counts.calls).chain(&mut counts.errors).chain(&mut counts.histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_agree_and_nonsense_is_survived() {
        let region = Region::create("status", status_bytes(300)).unwrap();
        let fd = region.fd().unwrap().try_clone_to_owned().unwrap();
        let node = Status::new(region, 300);
        let group = Status::new(Region::adopt(fd, status_bytes(300)).unwrap(), 300);
        assert_eq!(node.phase(), Phase::Starting);
        assert!(group.set_phase(Phase::Serving));
        assert!(!group.set_phase(Phase::Serving));
        group.set_work(3, 9);
        group.beat();
        let mut report = Counts { calls: 5, ..Counts::default() };
        (report.errors[7], report.histogram[Counters::BUCKETS - 1]) = (1, u64::MAX);
        group.set_edge(299, report);
        assert_eq!(
            (node.phase(), node.in_flight(), node.calls(), node.heartbeat()),
            (Phase::Serving, 3, 9, 1)
        );
        assert_eq!((node.edge(299), node.edge(298)), (report, Counts::default()));
        node.clear();
        assert_eq!((group.phase(), group.in_flight(), group.calls()), (Phase::Starting, 0, 9));
        group.stop().store(1, Relaxed);
        node.clear();
        assert_eq!(group.stop().load(Relaxed), 0, "a group that asked itself to stop is started again");
        group.region.word(PHASE).store(77, Relaxed);
        assert_eq!(node.phase(), Phase::Starting);
    }
}
