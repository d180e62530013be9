//! The pipeline of `ambc`: source → ast → hir → checked → plan → image → files → cargo.

pub mod check;
pub mod syntax;
