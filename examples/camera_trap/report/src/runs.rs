//! What the database holds: the verdicts of one run after another.

use std::collections::BTreeMap;
use vision::{Record, Verdict};

/// Verdicts by the number of their frame.
pub type Verdicts = BTreeMap<u64, Verdict>;

/// The runs, oldest first. The camera numbers its frames from 0 each time it starts, so a number that does not grow begins
/// another run.
#[must_use]
pub fn runs(records: &[Record]) -> Vec<Verdicts> {
    let follows = |a: &Record, b: &Record| a.frame < b.frame;
    let verdicts = |run: &[Record]| run.iter().map(|record| (record.frame, record.verdict)).collect();
    records.chunk_by(follows).map(verdicts).collect()
}

#[cfg(test)]
mod tests {
    use super::runs;
    use vision::{Record, Verdict};

    fn numbers(frames: &[u64]) -> Vec<Vec<u64>> {
        let records: Vec<_> = frames.iter().map(|&frame| Record { frame, verdict: Verdict::Empty }).collect();
        runs(&records).iter().map(|run| run.keys().copied().collect()).collect()
    }

    #[test]
    fn a_number_that_does_not_grow_begins_a_run() {
        assert_eq!(numbers(&[0, 1, 3, 0, 0, 1]), [vec![0, 1, 3], vec![0], vec![0, 1]]);
        assert_eq!(numbers(&[]), Vec::<Vec<u64>>::new());
    }
}
