//! What the ground looks like, judged by the border of the picture.

use crate::math::mean_and_spread;
use crate::{Cells, quantiles, root};

/// The ground's colour for each brightness, its brightness and its roughness.
///
/// Something may stand at the border too, so cells that fit badly count less in the next of a few rounds.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    yellow: [f32; 3],
    red: [f32; 3],
    /// Median distance of the border's colours from the fit.
    pub spread: f32,
    /// Mean and spread of the border's brightness.
    pub light: (f32, f32),
    /// Mean and spread of the border's roughness.
    pub rough: (f32, f32),
}

const ROUNDS: usize = 6;
/// Colour distances below this are noise.
const NOISE: f32 = 0.004;

impl Ground {
    /// Fits the border cells.
    #[must_use]
    pub fn of<const N: usize>(cells: &Cells<N>) -> Self {
        let border = || (0..cells.len()).filter(|&index| cells.at_border(index));
        let mut ground = Self {
            yellow: [0.0; 3],
            red: [0.0; 3],
            spread: f32::INFINITY,
            light: mean_and_spread(border().map(|index| cells.light[index])),
            rough: mean_and_spread(border().map(|index| cells.rough[index])),
        };
        for _ in 0..ROUNDS {
            ground.fit(cells);
            let mut away = [0.0; N];
            let mut count = 0;
            for index in border() {
                away[count] = ground.distance(cells, index);
                count += 1;
            }
            [ground.spread] = quantiles(&mut away[..count], [0.5]);
            ground.spread += NOISE;
        }
        ground
    }

    /// How far the colour of a cell is from that of ground of the same brightness.
    #[must_use]
    pub fn distance<const N: usize>(&self, cells: &Cells<N>, index: usize) -> f32 {
        let [yellow, red] = self.residual(cells, index);
        root(yellow * yellow + red * red)
    }

    /// Yellow and red less those of ground of the same brightness.
    #[must_use]
    pub fn residual<const N: usize>(&self, cells: &Cells<N>, index: usize) -> [f32; 2] {
        let terms = terms(cells.light[index]);
        [cells.yellow[index] - dot(&self.yellow, &terms), cells.red[index] - dot(&self.red, &terms)]
    }

    /// One round of weighted least squares: colour as a quadratic function of brightness.
    fn fit<const N: usize>(&mut self, cells: &Cells<N>) {
        let mut normal = [[0.0; 5]; 3];
        for (i, row) in normal.iter_mut().enumerate() {
            row[i] = 1e-3;
        }
        for index in (0..cells.len()).filter(|&index| cells.at_border(index)) {
            let off = self.distance(cells, index) / self.spread;
            let weight = 1.0 / (1.0 + off * off);
            let terms = terms(cells.light[index]);
            for (row, left) in normal.iter_mut().zip(terms) {
                let right = [terms[0], terms[1], terms[2], cells.yellow[index], cells.red[index]];
                for (cell, right) in row.iter_mut().zip(right) {
                    *cell += weight * left * right;
                }
            }
        }
        let [yellow, red] = solve(normal);
        (self.yellow, self.red) = (yellow, red);
    }
}

fn terms(light: f32) -> [f32; 3] {
    [1.0, light, light * light]
}

fn dot(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Solves three equations with two right-hand sides; they are positive definite, so no pivot is sought.
fn solve(mut rows: [[f32; 5]; 3]) -> [[f32; 3]; 2] {
    for pivot in 0..3 {
        let scale = 1.0 / rows[pivot][pivot].max(1e-12);
        rows[pivot].iter_mut().for_each(|cell| *cell *= scale);
        let taken = rows[pivot];
        for (other, row) in rows.iter_mut().enumerate() {
            if other != pivot {
                let factor = row[pivot];
                row.iter_mut().zip(taken).for_each(|(cell, t)| *cell -= factor * t);
            }
        }
    }
    [3, 4].map(|column| [rows[0][column], rows[1][column], rows[2][column]])
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn three_equations_with_a_known_answer() {
        let rows = [[4.0, 1.0, 0.0, 6.0, 4.0], [1.0, 3.0, 1.0, 10.0, 1.0], [0.0, 1.0, 2.0, 8.0, 0.0]];
        let [first, second] = solve(rows);
        for (got, want) in
            first.into_iter().zip([1.0, 2.0, 3.0]).chain(second.into_iter().zip([1.0, 0.0, 0.0]))
        {
            assert!((got - want).abs() < 1e-5, "{got} {want}");
        }
    }
}
