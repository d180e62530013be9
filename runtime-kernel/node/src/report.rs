//! The lines with which a node answers `report`.
//!
//! In this order,
//! * for every lane `edge CALLS ERRORS TIMES BOUNDS NAME`: errors by kind, in the order of `CallError::ALL`; upper bounds in ns of
//!   the times that 50, 90, 99 and 100 percent of the answered calls took; the histogram as `BOUND:COUNT` of each bucket that
//!   counted anything, or `-`; each list with commas. Of an edge to another node both nodes tell what they saw;
//! * for the kernel group and every user group `state GROUP PID RESTARTS RSS-KIB PHASE`;
//! * for every instance that reported one `condition good|degraded|failed INSTANCE REASON`;
//! * for every metric `counter INSTANCE COUNT NAME`, `gauge INSTANCE VALUE NAME`, or `observed INSTANCE COUNT NUMBERS NAME` with sum,
//!   least, most, and upper bounds of 50 and 99 percent;
//! * `reported`.

use ambc_kernel::lane::Counts;
use core::fmt::{self, Display};

/// The end of the answer.
pub const REPORTED: &str = "reported";

/// The line of one edge.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'a> {
    /// `caller.need -> callee`.
    pub name: &'a str,
    /// What was counted on it.
    pub counts: &'a Counts,
}

impl Display for Edge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, counts } = self;
        let times = [50, 90, 99, 100].map(|share| counts.percentile(share));
        write!(f, "edge {} {} {} ", counts.calls, List(&counts.errors), List(&times))?;
        let mut any = false;
        for (i, n) in counts.histogram.iter().enumerate().filter(|(_, n)| **n > 0) {
            let comma = if core::mem::replace(&mut any, true) { "," } else { "" };
            write!(f, "{comma}{}:{n}", Counts::bound(i))?;
        }
        write!(f, "{} {name}", if any { "" } else { "-" })
    }
}

/// Items with commas between them.
#[derive(Clone, Copy, Debug)]
pub struct List<'a, T>(pub &'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_one_line() {
        let line = |name, counts: &Counts| Edge { name, counts }.to_string();
        assert_eq!(line("a.b -> c", &Counts::default()), "edge 0 0,0,0,0,0,0,0,0 0,0,0,0 - a.b -> c");
        let mut counts = Counts { calls: 4, errors: [1, 0, 0, 0, 0, 0, 2, 0], ..Counts::default() };
        (counts.histogram[0], counts.histogram[3]) = (1, 3);
        assert_eq!(
            line("export x over y", &counts),
            "edge 4 1,0,0,0,0,0,2,0 2048,2048,2048,2048 256:1,2048:3 export x over y"
        );
    }
}
