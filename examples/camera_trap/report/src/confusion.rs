//! Truth against verdict.

use std::fmt;

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that are right.
    pub right: u32,
    /// All of them.
    pub of: u32,
}

impl Share {
    /// In percent; nothing of nothing is 0.
    #[must_use]
    pub fn percent(self) -> f64 {
        100.0 * f64::from(self.right) / f64::from(self.of.max(1))
    }

    /// Whether it is at least so many percent, without rounding.
    #[must_use]
    pub fn at_least(self, percent: u32) -> bool {
        self.of > 0 && self.right * 100 >= percent * self.of
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:5.1} % ({} of {})", self.percent(), self.right, self.of)
    }
}

/// Counts of truth and verdict. A frame without a verdict counts as wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// `[animal, none]` by verdict `[animal, none, missing]`.
    counts: [[u32; 3]; 2],
}

impl Confusion {
    /// Adds a frame: whether there is an animal, and whether the trap says so; `None` if it says nothing.
    pub fn add(&mut self, animal: bool, verdict: Option<bool>) {
        let column = match verdict {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        self.counts[usize::from(!animal)][column] += 1;
    }

    /// Frames with an animal that are judged right.
    #[must_use]
    pub fn animal(&self) -> Share {
        Share { right: self.counts[0][0], of: self.counts[0].iter().sum() }
    }

    /// Frames without one that are judged right.
    #[must_use]
    pub fn none(&self) -> Share {
        Share { right: self.counts[1][1], of: self.counts[1].iter().sum() }
    }

    /// All frames that are judged right.
    #[must_use]
    pub fn all(&self) -> Share {
        let (animal, none) = (self.animal(), self.none());
        Share { right: animal.right + none.right, of: animal.of + none.of }
    }

    /// What always answering the commonest class would get.
    #[must_use]
    pub fn commonest(&self) -> Share {
        Share { right: self.animal().of.max(self.none().of), of: self.all().of }
    }

    /// At least 90 % right, and at least 80 % in each class.
    #[must_use]
    pub fn good_enough(&self) -> bool {
        self.all().at_least(90) && self.animal().at_least(80) && self.none().at_least(80)
    }
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<16}{:>16}{:>16}{:>16}", "", "says animal", "says none", "says nothing")?;
        for (name, [animal, none, missing]) in ["animal", "none"].iter().zip(self.counts) {
            writeln!(f, "{:<16}{animal:>16}{none:>16}{missing:>16}", format!("is {name}"))?;
        }
        writeln!(f)?;
        writeln!(f, "right             {}", self.all())?;
        writeln!(f, "  where animal    {}", self.animal())?;
        writeln!(f, "  where none      {}", self.none())?;
        write!(f, "commonest class   {}", self.commonest())
    }
}

#[cfg(test)]
mod tests {
    use super::{Confusion, Share};

    fn of(counts: [[u32; 3]; 2]) -> Confusion {
        Confusion { counts }
    }

    #[test]
    fn shares_of_each_class_and_of_the_commonest() {
        let table = of([[38, 1, 1], [4, 40, 0]]);
        assert_eq!(table.animal(), Share { right: 38, of: 40 });
        assert_eq!(table.none(), Share { right: 40, of: 44 });
        assert_eq!(table.all(), Share { right: 78, of: 84 });
        assert_eq!(table.commonest(), Share { right: 44, of: 84 });
    }

    #[test]
    fn good_enough_at_exactly_90_and_80_percent() {
        assert!(of([[8, 2, 0], [0, 10, 0]]).good_enough());
        assert!(!of([[79, 21, 0], [0, 200, 0]]).good_enough());
        assert!(!of([[89, 11, 0], [10, 90, 0]]).good_enough());
    }

    #[test]
    fn no_frames_are_never_good_enough() {
        assert!(!Confusion::default().good_enough());
    }

    #[test]
    fn frames_without_a_verdict_count_as_wrong() {
        let mut table = Confusion::default();
        table.add(true, Some(true));
        table.add(true, None);
        table.add(false, Some(false));
        table.add(false, Some(true));
        assert_eq!(table, of([[1, 0, 1], [1, 1, 0]]));
    }
}
