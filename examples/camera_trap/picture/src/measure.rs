//! The measures that the models judge.

use crate::{Cells, Ground, Patch, quantiles, root};

/// Cells that detection looks at: a quarter of the frame's width and height.
pub const COARSE: usize = 24 * 18;
/// Cells that recognition looks at: half of the frame's width and height.
pub const FINE: usize = 48 * 36;

/// A cell stands out whose colour is this many spreads of the ground's from it,
const COLOUR: f32 = 3.0;
/// or whose brightness is.
const LIGHT: f32 = 2.5;

/// Fur and feathers are brown: how red they are for each yellow.
const BROWN: f32 = 0.67;
/// Colours are measured relative to brightness, but not those of darkness.
const DARK: f32 = 0.1;

/// Number of measures of [`presence`].
pub const PRESENCE: usize = 18;
/// Number of measures of [`kind`].
pub const KIND: usize = 34;

/// What tells a picture with something in it from ground alone.
#[must_use]
pub fn presence(cells: &Cells<COARSE>) -> [f32; PRESENCE] {
    let ground = Ground::of(cells);
    let patch = Patch::of(cells, &ground, COLOUR, LIGHT);
    let mut list = Measures::new();
    stand_out(cells, &ground, &mut list);
    list.push(patch.shape().area);
    list.done()
}

/// What tells an animal from another thing: the shape and the colours of what stands out most.
#[must_use]
pub fn kind(cells: &Cells<FINE>) -> [f32; KIND] {
    let ground = Ground::of(cells);
    let patch = Patch::of(cells, &ground, COLOUR, LIGHT);
    let shape = patch.shape();
    let mut list = Measures::new();
    list.all([shape.area, shape.spread[0], shape.spread[1], shape.fill, shape.edge, shape.touch]);
    colours(cells, &patch, &mut list);
    list.done()
}

/// How far colour, roughness and brightness anywhere are from the ground's.
fn stand_out<const N: usize, const M: usize>(cells: &Cells<N>, ground: &Ground, list: &mut Measures<M>) {
    let all = || 0..cells.len();
    list.push(ground.spread);
    list.all(spread_of::<N, 6>(all().map(|i| ground.distance(cells, i)), [0.25, 0.5, 0.75, 0.9, 0.95, 0.99]));
    let rough = |i| (cells.rough[i] - ground.rough.0) / (ground.rough.1 + 0.005);
    list.all(spread_of::<N, 4>(all().map(rough), [0.05, 0.25, 0.75, 0.95]));
    let light = |i| (cells.light[i] - ground.light.0) / (ground.light.1 + 0.01);
    list.all(spread_of::<N, 6>(all().map(light), [0.01, 0.05, 0.25, 0.75, 0.95, 0.99]));
}

/// How colourful, yellow, red, bright and rough the inner cells of the patch are.
fn colours<const N: usize, const M: usize>(cells: &Cells<N>, patch: &Patch<N>, list: &mut Measures<M>) {
    let five = [0.05, 0.25, 0.5, 0.75, 0.95];
    let chroma = |i: usize| root(cells.yellow[i] * cells.yellow[i] + cells.red[i] * cells.red[i]);
    let off_brown = |i: usize| (cells.red[i] - BROWN * cells.yellow[i]) / (cells.light[i] + DARK);
    list.all(spread_of::<N, 5>(patch.core().map(|i| chroma(i) / (cells.light[i] + DARK)), five));
    list.all(spread_of::<N, 5>(patch.core().map(off_brown), five));
    list.all(spread_of::<N, 4>(patch.core().map(|i| off_brown(i).abs()), [0.25, 0.5, 0.75, 0.95]));
    list.all(spread_of::<N, 3>(patch.core().map(chroma), [0.5, 0.75, 0.95]));
    for plane in [&cells.yellow, &cells.red, &cells.light] {
        list.all(spread_of::<N, 3>(patch.core().map(|i| plane[i]), [0.05, 0.5, 0.95]));
    }
    list.all(spread_of::<N, 2>(patch.core().map(|i| cells.rough[i]), [0.25, 0.75]));
}

fn spread_of<const N: usize, const Q: usize>(
    values: impl Iterator<Item = f32>,
    shares: [f32; Q],
) -> [f32; Q] {
    let mut room = [0.0; N];
    let count = room.iter_mut().zip(values).map(|(slot, value)| *slot = value).count();
    quantiles(&mut room[..count], shares)
}

/// A list that is filled to its exact length.
struct Measures<const N: usize> {
    values: [f32; N],
    count: usize,
}

impl<const N: usize> Measures<N> {
    fn new() -> Self {
        Self { values: [0.0; N], count: 0 }
    }

    fn push(&mut self, value: f32) {
        self.values[self.count] = value;
        self.count += 1;
    }

    fn all<const M: usize>(&mut self, values: [f32; M]) {
        values.into_iter().for_each(|value| self.push(value));
    }

    fn done(self) -> [f32; N] {
        debug_assert_eq!(self.count, N, "the number of measures");
        self.values
    }
}
