//! A linear model.

/// A weighted sum of standardised measures, positive for "yes". The weights are made by `tools/train.py`.
#[derive(Clone, Copy, Debug)]
pub struct Linear<const N: usize> {
    /// Mean of each measure over the pictures trained on.
    pub mean: [f32; N],
    /// One over its standard deviation.
    pub scale: [f32; N],
    /// What one standard deviation of it counts.
    pub weight: [f32; N],
    /// What the sum starts with.
    pub bias: f32,
}

/// Measures further out than this many standard deviations count as if they were there: no picture is decided by one.
const FAR: f32 = 4.0;

impl<const N: usize> Linear<N> {
    /// The weighted sum; the larger, the surer.
    #[must_use]
    pub fn score(&self, measures: &[f32; N]) -> f32 {
        let mut sum = self.bias;
        for (i, measure) in measures.iter().enumerate() {
            sum += self.weight[i] * ((measure - self.mean[i]) * self.scale[i]).clamp(-FAR, FAR);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::Linear;

    const MODEL: Linear<2> = Linear { mean: [1.0, 0.0], scale: [2.0, 1.0], weight: [3.0, -1.0], bias: 0.5 };

    #[test]
    fn sum_of_standardised_measures() {
        assert_eq!(MODEL.score(&[1.5, 2.0]), 0.5 + 3.0 - 2.0);
    }

    #[test]
    fn one_measure_far_out_is_bounded() {
        assert_eq!(MODEL.score(&[1.0, -1e30]), 0.5 + 4.0);
    }
}
