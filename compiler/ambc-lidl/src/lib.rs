//! The interface language: text → [`ast`] → [`model`] → Rust.
//!
//! 1. [`parse`] reads one file and recovers from syntax errors; [`load`] follows its imports.
//! 2. [`analyze`] resolves names, expands generics, evaluates constants and checks all files together.
//! 3. [`generate`] writes the Rust text of one interface crate, [`skeleton`] what a service that implements one starts from.
//!
//! Nothing here touches the file system but [`build`], the whole build script of an interface crate.

mod analyze;
pub mod ast;
mod build;
mod builtin;
pub mod codes;
mod generate;
mod load;
pub mod model;
mod parse;

pub use analyze::analyze;
pub use build::build;
pub use builtin::BUILT_IN;
pub use generate::{Skeleton, bound, generate, skeleton};
pub use load::{LoadError, Loader, load};
pub use parse::parse;
