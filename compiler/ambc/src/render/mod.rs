//! Node images to text. In: [`crate::image::NodeImage`]. Out: [`FileTree`]. Templates lay out, they decide nothing.

mod tree;

pub use tree::{FileTree, GeneratedFile, OriginId};
