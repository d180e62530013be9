//! What is told, and how: levels, limits, four forms, and the pages of `ambc explain`.
//!
//! In: the diagnostics of a run and its sources. Out: text. Nothing is printed here.
//!
//! 1. [`Levels::apply`] raises and lowers warnings as the command line says.
//! 2. [`Shown::new`] keeps the first of each code and counts the rest.
//! 3. [`human`], [`short`], [`json`], [`sarif`] write them.

mod explain;
mod human;
mod json;
mod levels;
mod sarif;
mod shown;
mod source;

pub use explain::{codes, explain};
pub use human::human;
pub use json::{SCHEMA, json};
pub use levels::Levels;
pub use sarif::sarif;
pub use shown::Shown;

use ambc_diag::{Sources, short_line};

/// One line for each, `path:line:col: error[CODE]: message`.
pub fn short(sources: &Sources, shown: &Shown) -> String {
    shown.list.iter().map(|d| short_line(sources, d) + "\n").collect()
}

#[cfg(test)]
mod tests;
