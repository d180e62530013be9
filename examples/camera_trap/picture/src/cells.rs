//! A picture as a grid of cells.

/// Red, green and blue bytes, row by row from the top.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    width: usize,
    height: usize,
    pixels: &'a [u8],
}

impl<'a> Picture<'a> {
    /// `None` unless there is at least one pixel and exactly three bytes for each.
    #[must_use]
    pub fn new(width: u16, height: u16, pixels: &'a [u8]) -> Option<Self> {
        let (width, height) = (usize::from(width), usize::from(height));
        let whole = width > 0 && height > 0 && pixels.len() == width * height * 3;
        whole.then_some(Self { width, height, pixels })
    }

    /// Red, green and blue; black outside the picture.
    fn pixel(&self, x: usize, y: usize) -> [f32; 3] {
        let at = (y * self.width + x) * 3;
        match self.pixels.get(at..at + 3) {
            Some(&[r, g, b]) => [f32::from(r), f32::from(g), f32::from(b)],
            _ => [0.0; 3],
        }
    }

    fn light(&self, x: usize, y: usize) -> f32 {
        light_of(self.pixel(x, y))
    }

    /// How much the brightness changes from this pixel to its right and lower neighbours.
    fn roughness(&self, x: usize, y: usize) -> f32 {
        let here = self.light(x, y);
        let right = self.light((x + 1).min(self.width - 1), y);
        let below = self.light(x, (y + 1).min(self.height - 1));
        (right - here).abs() + (below - here).abs()
    }
}

fn light_of([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// A picture, sub-sampled to at most `N` square cells: for each the mean brightness, colour and roughness.
///
/// Brightness and colour are scaled so that the border of every picture is equally bright: what is left does not change
/// with the exposure.
#[derive(Clone, Debug)]
pub struct Cells<const N: usize> {
    /// Cells in a row.
    pub wide: usize,
    /// Rows of cells.
    pub high: usize,
    /// Brightness, 1 for the median of the border.
    pub light: [f32; N],
    /// Red and green less blue.
    pub yellow: [f32; N],
    /// Red less green.
    pub red: [f32; N],
    /// Mean change of brightness between neighbouring pixels.
    pub rough: [f32; N],
}

impl<const N: usize> Cells<N> {
    /// Sub-samples with the smallest cells of at least `least` pixels a side of which no more than `N` are needed.
    #[must_use]
    pub fn of(picture: &Picture<'_>, least: usize) -> Self {
        let fits = |side: &usize| (picture.width / side).max(1) * (picture.height / side).max(1) <= N;
        let side = (least.max(1)..).find(fits).unwrap_or(usize::MAX);
        let wide = (picture.width / side).max(1);
        let high = (picture.height / side).max(1);
        let mut cells =
            Self { wide, high, light: [0.0; N], yellow: [0.0; N], red: [0.0; N], rough: [0.0; N] };
        for index in 0..cells.len() {
            cells.fill(picture, index, side);
        }
        cells.expose();
        cells
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.wide * self.high).min(N)
    }

    /// Never: a picture has a pixel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cell lies within the outer seventh of the grid, where the ground shows most often.
    #[must_use]
    pub fn at_border(&self, index: usize) -> bool {
        let (x, y) = (index % self.wide, index / self.wide);
        let depth = x.min(y).min(self.wide - 1 - x).min(self.high - 1 - y);
        depth * 7 < self.high.min(self.wide)
    }

    fn fill(&mut self, picture: &Picture<'_>, index: usize, side: usize) {
        let (left, top) = (index % self.wide * side, index / self.wide * side);
        let (right, bottom) = ((left + side).min(picture.width), (top + side).min(picture.height));
        let (mut sum, mut rough) = ([0.0_f32; 3], 0.0);
        for y in top..bottom {
            for x in left..right {
                let pixel = picture.pixel(x, y);
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += value;
                }
                rough += picture.roughness(x, y);
            }
        }
        let count = ((right - left) * (bottom - top)).max(1) as f32;
        let mean = sum.map(|s| s / count);
        self.light[index] = light_of(mean);
        self.yellow[index] = (mean[0] + mean[1]) * 0.5 - mean[2];
        self.red[index] = mean[0] - mean[1];
        self.rough[index] = rough / count;
    }

    fn expose(&mut self) {
        let mut border = [0.0; N];
        let mut count = 0;
        for index in (0..self.len()).filter(|&index| self.at_border(index)) {
            border[count] = self.light[index];
            count += 1;
        }
        let [middle] = crate::quantiles(&mut border[..count], [0.5]);
        let scale = 1.0 / middle.max(8.0);
        for plane in [&mut self.light, &mut self.yellow, &mut self.red, &mut self.rough] {
            plane.iter_mut().for_each(|value| *value *= scale);
        }
    }
}
