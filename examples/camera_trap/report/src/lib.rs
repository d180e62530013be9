//! What the camera trap found, against what is in the photographs.

mod confusion;
mod truth;

pub use confusion::{Confusion, Share};
pub use truth::{Photo, photo, truth};
