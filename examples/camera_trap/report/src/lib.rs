//! What the camera trap found, against what is in the photographs.

mod confusion;
mod report;
mod runs;
mod truth;

pub use confusion::{Confusion, Share};
pub use report::{Question, report};
pub use runs::{Verdicts, runs};
pub use truth::{Photo, photo, truth};
