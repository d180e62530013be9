//! The pipeline of `ambc`: source → ast → hir → checked → plan → image → files → cargo.

pub mod build;
pub mod cargo;
pub mod check;
pub mod cli;
pub mod cluster;
pub mod diag;
pub mod doctor;
pub mod driver;
pub mod emit;
pub mod hir;
pub mod image;
pub mod layout;
pub mod link;
pub mod load;
pub mod package;
pub mod plan;
pub mod render;
pub mod resolve;
pub mod scaffold;
pub mod syntax;
