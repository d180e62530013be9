//! The largest connected patch of cells that stand out from the ground.

use crate::{Cells, Ground, root};

/// Which cells belong to what stands out most.
#[derive(Clone, Debug)]
pub struct Patch<const N: usize> {
    inside: [bool; N],
    wide: usize,
    high: usize,
}

/// Where and how large a patch is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Cells, as a share of the grid.
    pub area: f32,
    /// Spread of the columns and rows, relative to the square root of the number of cells.
    pub spread: [f32; 2],
    /// Share of the bounding box that is filled.
    pub fill: f32,
    /// Cells at the edge of the patch, relative to the square root of the number of cells.
    pub edge: f32,
    /// Share of the patch's cells that lie at the frame's border.
    pub touch: f32,
}

impl<const N: usize> Patch<N> {
    /// Cells whose colour or brightness is far from the ground's, without specks, the largest connected part.
    #[must_use]
    pub fn of(cells: &Cells<N>, ground: &Ground, colour: f32, light: f32) -> Self {
        let mut patch = Self { inside: [false; N], wide: cells.wide, high: cells.high };
        for index in 0..cells.len() {
            patch.inside[index] = around(cells, index, |i| ground.distance(cells, i))
                > colour * ground.spread
                || (around(cells, index, |i| cells.light[i]) - ground.light.0).abs()
                    > light * ground.light.1 + 0.05;
        }
        patch.open();
        patch.keep_largest();
        patch
    }

    /// The cells of the patch.
    pub fn cells(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        (0..self.len()).filter(|&index| self.inside[index])
    }

    /// The cells of the patch all of whose neighbours belong to it too.
    pub fn core(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.cells().filter(|&index| !self.at_edge(index))
    }

    /// Measures the patch; zeros if it is empty.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let count = self.cells().count();
        if count == 0 {
            return Shape::default();
        }
        let size = root(count as f32);
        let columns = || self.cells().map(|index| index % self.wide);
        let rows = || self.cells().map(|index| index / self.wide);
        let (width, left) = extent(columns());
        let (height, top) = extent(rows());
        let border = |&index: &usize| {
            let (x, y) = (index % self.wide, index / self.wide);
            x == 0 || y == 0 || x == self.wide - 1 || y == self.high - 1
        };
        let spread = |values: &mut dyn Iterator<Item = f32>| {
            let square: f32 = values.map(|v| v * v).sum();
            root(square / count as f32) / size
        };
        let middle = |from: usize, length: usize| from as f32 + length as f32 / 2.0;
        Shape {
            area: count as f32 / self.len() as f32,
            spread: [
                spread(&mut columns().map(|x| x as f32 - middle(left, width))),
                spread(&mut rows().map(|y| y as f32 - middle(top, height))),
            ],
            fill: count as f32 / (width * height) as f32,
            edge: self.cells().filter(|&index| self.at_edge(index)).count() as f32 / size,
            touch: self.cells().filter(border).count() as f32 / count as f32,
        }
    }

    fn len(&self) -> usize {
        (self.wide * self.high).min(N)
    }

    fn at_edge(&self, index: usize) -> bool {
        neighbours(index, self.wide, self.high).iter().any(|n| n.is_none_or(|n| !self.inside[n]))
    }

    /// Takes away what is thinner than three cells: shrink by one, grow by one.
    fn open(&mut self) {
        let mut kept = [false; N];
        for index in self.core() {
            kept[index] = true;
            for next in neighbours(index, self.wide, self.high).into_iter().flatten() {
                kept[next] = true;
            }
        }
        self.inside = kept;
    }

    fn keep_largest(&mut self) {
        let mut part = [0_u16; N];
        let (mut largest, mut most) = (0, 0);
        for start in 0..self.len() {
            if self.inside[start] && part[start] == 0 {
                let name = start as u16 + 1;
                let count = self.flood(&mut part, start, name);
                if count > most {
                    (largest, most) = (name, count);
                }
            }
        }
        self.inside = part.map(|name| name != 0 && name == largest);
    }

    /// Marks everything connected with `start` and counts it. The list of cells to visit never holds one twice.
    fn flood(&self, part: &mut [u16; N], start: usize, name: u16) -> usize {
        let mut queue = [0_u16; N];
        let (mut from, mut to) = (0, 1);
        queue[0] = start as u16;
        part[start] = name;
        while from < to {
            let index = usize::from(queue[from]);
            from += 1;
            for next in neighbours(index, self.wide, self.high).into_iter().flatten() {
                if self.inside[next] && part[next] == 0 {
                    part[next] = name;
                    queue[to] = next as u16;
                    to += 1;
                }
            }
        }
        to
    }
}

/// Least and number of different positions up to the greatest.
fn extent(positions: impl Iterator<Item = usize> + Clone) -> (usize, usize) {
    let (least, most) = (positions.clone().min().unwrap_or(0), positions.max().unwrap_or(0));
    (most - least + 1, least)
}

/// Left, right, above, below.
fn neighbours(index: usize, wide: usize, high: usize) -> [Option<usize>; 4] {
    let (x, y) = (index % wide, index / wide);
    [
        (x > 0).then(|| index - 1),
        (x + 1 < wide).then(|| index + 1),
        (y > 0).then(|| index - wide),
        (y + 1 < high).then(|| index + wide),
    ]
}

/// The mean over a cell and its neighbours.
fn around<const N: usize>(cells: &Cells<N>, index: usize, value: impl Fn(usize) -> f32) -> f32 {
    let (mut sum, mut count) = (value(index), 1.0);
    for next in neighbours(index, cells.wide, cells.high).into_iter().flatten() {
        sum += value(next);
        count += 1.0;
    }
    sum / count
}
