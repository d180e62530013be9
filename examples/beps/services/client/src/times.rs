//! How long calls took.

use core::fmt;

/// Count, sum and sum of squares of durations in microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    count: u64,
    sum: u64,
    squares: u128,
}

impl Times {
    /// One more call.
    pub fn add(&mut self, micros: u64) {
        self.count += 1;
        self.sum += micros;
        self.squares += u128::from(micros) * u128::from(micros);
    }

    /// In hundredths of a microsecond.
    fn mean(&self) -> u64 {
        (100 * self.sum).checked_div(self.count).unwrap_or(0)
    }

    /// Of the sample, in hundredths of a microsecond: 0 for a single call.
    fn deviation(&self) -> u64 {
        let (count, sum) = (u128::from(self.count), u128::from(self.sum));
        // n * sum of squares - square of the sum: the variance times n (n - 1), without a fraction.
        let spread = count * self.squares - sum * sum;
        let variance = (10_000 * spread).checked_div(count * count.saturating_sub(1)).unwrap_or(0);
        u64::try_from(variance.isqrt()).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mean, deviation) = (self.mean(), self.deviation());
        write!(f, "{} calls, mean {}.{:02} us, ", self.count, mean / 100, mean % 100)?;
        write!(f, "standard deviation {}.{:02} us", deviation / 100, deviation % 100)
    }
}
