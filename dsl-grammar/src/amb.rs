//! The parser that pest derives from `amb.pest`.

use pest_derive::Parser;

/// Parses by the rules of `amb.pest`.
#[derive(Debug, Parser)]
#[grammar = "amb.pest"]
pub struct AmbParser;
