//! The few functions that `core` does not have for `f32`.

/// The square root, 0 for anything that has none; right to about one unit in the last place.
#[must_use]
pub fn root(x: f32) -> f32 {
    if x.is_nan() || x <= 0.0 {
        return 0.0;
    }
    let mut guess = f32::from_bits((x.to_bits() + 0x3f80_0000) >> 1);
    for _ in 0..4 {
        guess = 0.5 * (guess + x / guess);
    }
    guess
}

/// The values at the given shares (0 to 1) of the sorted `values`, which get sorted; zeros if there are none.
pub fn quantiles<const N: usize>(values: &mut [f32], shares: [f32; N]) -> [f32; N] {
    values.sort_unstable_by(f32::total_cmp);
    let last = values.len().saturating_sub(1) as f32;
    shares.map(|share| values.get((share * last + 0.5) as usize).copied().unwrap_or(0.0))
}

/// Mean and standard deviation; zeros if there is nothing.
pub(crate) fn mean_and_spread(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let count = values.clone().count().max(1) as f32;
    let mean = values.clone().sum::<f32>() / count;
    let square = values.map(|v| (v - mean) * (v - mean)).sum::<f32>() / count;
    (mean, root(square))
}

#[cfg(test)]
mod tests {
    use super::{mean_and_spread, quantiles, root};

    #[test]
    fn root_is_that_of_the_standard_library() {
        extern crate std;
        for x in [1e-30_f32, 1e-3, 0.5, 1.0, 2.0, 3.0, 1e6, 3e38] {
            let right = f32::sqrt(x);
            assert!((root(x) - right).abs() <= right * 3e-7, "{x}: {} {right}", root(x));
        }
        assert_eq!([root(0.0), root(-1.0), root(f32::NAN)], [0.0; 3]);
    }

    #[test]
    fn quantiles_of_few_and_none() {
        assert_eq!(quantiles(&mut [3.0, 1.0, 2.0], [0.0, 0.5, 1.0]), [1.0, 2.0, 3.0]);
        assert_eq!(quantiles(&mut [], [0.5]), [0.0]);
    }

    #[test]
    fn mean_and_spread_of_two() {
        assert_eq!(mean_and_spread([1.0, 3.0].into_iter()), (2.0, 1.0));
        assert_eq!(mean_and_spread(core::iter::empty()), (0.0, 0.0));
    }
}
