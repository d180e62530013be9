//! Decides on the full frame whether what is there is an animal.
#![no_std]
#![forbid(unsafe_code)]

mod weights;

use picture::{Cells, Picture, measure};

/// Takes cells of this many pixels a side, each with the roughness of all its pixels.
pub const SIDE: usize = 2;

/// How sure it is that an animal is in the picture: positive for yes.
#[must_use]
pub fn animal(picture: &Picture<'_>) -> f32 {
    weights::WEIGHTS.score(&measure::kind(&Cells::of(picture, SIDE)))
}
