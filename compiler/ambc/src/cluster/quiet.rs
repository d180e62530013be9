//! Whether a cluster has come to rest.

use super::NodeProcess;

/// Whether all nodes are idle at one time, without a clock they share.
///
/// A call in flight keeps its caller's node busy until the reply is there. So if every node says idle in two rounds in a
/// row, and no node's activity counter moved in between, then there was a moment between the rounds at which all were idle.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    last: Vec<Option<u64>>,
    now: Vec<Option<u64>>,
    answered: usize,
    certain: bool,
}

impl Quiet {
    pub(super) fn ask(&mut self, processes: &mut [NodeProcess]) {
        if self.answered < self.now.len() {
            return; // the last round is still under way
        }
        self.last = std::mem::replace(&mut self.now, vec![None; processes.len()]);
        self.answered = 0;
        for p in processes {
            p.poll();
        }
    }

    /// The node with this number answered: how many calls it made, if it is idle.
    pub(super) fn answer(&mut self, node: usize, idle: Option<u64>) {
        if let Some(slot) = self.now.get_mut(node) {
            *slot = idle;
        }
        self.answered += 1;
        let complete = self.answered == self.now.len() && self.last.len() == self.now.len();
        self.certain = complete && self.now == self.last && self.now.iter().all(Option::is_some);
    }

    pub(super) fn is_certain(&self) -> bool {
        self.certain
    }
}
