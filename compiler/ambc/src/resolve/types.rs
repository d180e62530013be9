//! The parameter types that are one word.

use crate::hir::{Dimension, ParamType};

pub(super) const PLAIN: &[&str] = &[
    "bool",
    "i8",
    "i16",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "f32",
    "f64",
    "duration",
    "size",
    "rate",
    "frequency",
    "energy",
    "power",
    "secret",
];

pub(super) fn plain(name: &str) -> Option<ParamType> {
    let int = |bits, signed| ParamType::Int { bits, signed };
    Some(match name {
        "bool" => ParamType::Bool,
        "i8" => int(8, true),
        "i16" => int(16, true),
        "i32" => int(32, true),
        "i64" => int(64, true),
        "u8" => int(8, false),
        "u16" => int(16, false),
        "u32" => int(32, false),
        "u64" => int(64, false),
        "f32" => ParamType::F32,
        "f64" => ParamType::F64,
        "duration" => ParamType::Quantity(Dimension::Duration),
        "size" => ParamType::Quantity(Dimension::Size),
        "rate" => ParamType::Quantity(Dimension::Rate),
        "frequency" => ParamType::Quantity(Dimension::Frequency),
        "energy" => ParamType::Quantity(Dimension::Energy),
        "power" => ParamType::Quantity(Dimension::Power),
        "secret" => ParamType::Secret,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_word_is_a_type() {
        for name in PLAIN {
            assert!(plain(name).is_some(), "{name}");
        }
        assert_eq!(plain("string"), None);
    }
}
