//! Decides on a sub-sampled frame whether anything is there at all.
#![no_std]
#![forbid(unsafe_code)]

mod weights;

use picture::{Cells, Picture, measure};

/// Sub-samples to cells of at least this many pixels a side.
pub const SIDE: usize = 4;

/// How sure it is that something is in the picture: positive for yes.
#[must_use]
pub fn presence(picture: &Picture<'_>) -> f32 {
    weights::WEIGHTS.score(&measure::presence(&Cells::of(picture, SIDE)))
}
