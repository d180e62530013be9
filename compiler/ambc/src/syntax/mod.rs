//! Text to [`ast`]. In: one file. Out: the items that could be read, and a diagnostic for each that could not.

pub mod ast;
