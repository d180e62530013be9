//! Sizes and offsets, all computed at build time.

/// The layout of a schema: its part in the message that refers to it, and what it appends at most.
pub trait Wire {
    /// Bytes of the fixed part.
    const SIZE: usize;
    /// Alignment of the fixed part: 1, 2, 4 or 8.
    const ALIGN: usize;
    /// Growth of the message behind the fixed parts.
    const TAIL: Tail;
    /// The largest message with this root; `usize::MAX` if there is none.
    const MAX: usize = Self::TAIL.end(Self::SIZE);
    /// Distance between elements. Never 0, so that the length of a message bounds its elements.
    const STRIDE: usize = if Self::SIZE == 0 { 1 } else { Self::SIZE };
}

/// `at`, or the next multiple of `align` after it.
#[must_use]
pub const fn align_up(at: usize, align: usize) -> usize {
    match at.checked_add(align - 1) {
        Some(end) => end & !(align - 1),
        None => usize::MAX,
    }
}

/// How far a message can grow: for each position modulo 8 at which it starts, the most bytes appended.
///
/// Padding depends on the position; with all eight the largest message is exact, not just bounded. Appending never
/// ends earlier for having started later, so the largest of each part gives the largest of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail([usize; 8]);

impl Tail {
    /// Appends nothing.
    pub const NONE: Self = Self([0; 8]);

    /// Appends one block.
    #[must_use]
    pub const fn block(len: usize, align: usize) -> Self {
        let mut grow = [0; 8];
        let mut start = 0;
        while start < 8 && len > 0 {
            grow[start] = len.saturating_add(align_up(start, align) - start);
            start += 1;
        }
        Self(grow)
    }

    /// The position after appending at `start`.
    #[must_use]
    pub const fn end(self, start: usize) -> usize {
        start.saturating_add(self.0[start % 8])
    }

    /// Appends this, then the other.
    #[must_use]
    pub const fn then(self, other: Self) -> Self {
        let mut grow = [0; 8];
        let mut start = 0;
        while start < 8 {
            let middle = self.end(start);
            // Past the end of the address space it stays there.
            grow[start] = if middle == usize::MAX { middle } else { other.end(middle).saturating_sub(start) };
            if middle != usize::MAX && other.end(middle) == usize::MAX {
                grow[start] = usize::MAX;
            }
            start += 1;
        }
        Self(grow)
    }

    /// Appends this or the other.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        let mut grow = self.0;
        let mut start = 0;
        while start < 8 {
            if other.0[start] > grow[start] {
                grow[start] = other.0[start];
            }
            start += 1;
        }
        Self(grow)
    }

    /// Appends this `n` times.
    #[must_use]
    pub const fn times(self, mut n: usize) -> Self {
        let mut all = Self::NONE;
        let mut power = self;
        while n > 0 {
            if n % 2 == 1 {
                all = all.then(power);
            }
            power = power.then(power);
            n /= 2;
        }
        all
    }
}

/// Adds up the fields of a struct, or the alternatives of a union.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    end: usize,
    align: usize,
    tail: Tail,
}

impl Layout {
    /// No field yet.
    pub const EMPTY: Self = Self { end: 0, align: 1, tail: Tail::NONE };

    /// Adds a field.
    #[must_use]
    pub const fn field<S: Wire + ?Sized>(self) -> Self {
        Self {
            end: align_up(self.end, S::ALIGN).saturating_add(S::SIZE),
            align: if S::ALIGN > self.align { S::ALIGN } else { self.align },
            tail: self.tail.then(S::TAIL),
        }
    }

    /// Adds an alternative in the place of the others.
    #[must_use]
    pub const fn alternative<S: Wire + ?Sized>(self) -> Self {
        Self {
            end: if S::SIZE > self.end { S::SIZE } else { self.end },
            align: if S::ALIGN > self.align { S::ALIGN } else { self.align },
            tail: self.tail.or(S::TAIL),
        }
    }

    /// Puts the tag of a union, an error or an optional before the alternatives.
    #[must_use]
    pub const fn tagged(self) -> Self {
        Self { end: self.align.saturating_add(self.end), ..self }
    }

    /// Bytes with the padding at the end.
    #[must_use]
    pub const fn size(self) -> usize {
        align_up(self.end, self.align)
    }

    #[must_use]
    pub const fn align(self) -> usize {
        self.align
    }

    #[must_use]
    pub const fn tail(self) -> Tail {
        self.tail
    }
}

#[cfg(test)]
mod tests {
    use super::{Tail, align_up};

    #[test]
    fn growth_counts_padding_exactly() {
        let text = Tail::block(3, 1);
        let words = Tail::block(16, 8);
        assert_eq!(text.then(words).end(8), 32);
        assert_eq!(text.then(words).end(5), 24);
        assert_eq!(Tail::NONE.end(5), 5);
    }

    #[test]
    fn repeating_is_the_same_as_appending_one_by_one() {
        let part = Tail::block(5, 1).then(Tail::block(6, 2)).or(Tail::block(9, 4));
        for n in 0..40 {
            for start in 0..16 {
                let slow = (0..n).fold(start, |at, _| part.end(at));
                assert_eq!(part.times(n).end(start), slow);
            }
        }
    }

    #[test]
    fn nothing_overflows() {
        let huge = Tail::block(usize::MAX, 8);
        assert_eq!(huge.then(huge).times(usize::MAX).end(3), usize::MAX);
        assert_eq!(Tail::block(usize::MAX / 2, 1).times(5).end(1), usize::MAX);
        assert_eq!(align_up(usize::MAX - 1, 8), usize::MAX);
    }
}
