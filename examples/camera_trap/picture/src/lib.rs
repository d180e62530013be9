//! What the camera trap's detection and recognition measure in a picture.
//!
//! Plain `f32` arithmetic in fixed memory, no libm: the same source gives the same numbers on a Cortex-M and on the machine
//! that trained the weights. Both services look at a picture as a grid of [`Cells`], compare it with the [`Ground`] that
//! its border shows, and judge the [measures](measure) with a [`Linear`] model.
#![no_std]
#![forbid(unsafe_code)]

mod cells;
mod ground;
mod linear;
mod math;
pub mod measure;
mod patch;

pub use cells::{Cells, Picture};
pub use ground::Ground;
pub use linear::Linear;
pub use math::{quantiles, root};
pub use patch::Patch;
