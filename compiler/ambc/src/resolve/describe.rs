//! Words for values and types in messages.

use crate::hir::{Dimension, ParamType, Value};
use ambc_lidl::model::Model;

/// "a duration", "the number 5".
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Bool(v) => format!("`{v}`"),
        Value::Int(v) => format!("the number {v}"),
        Value::Float(v) => format!("the number {v}"),
        Value::Str(_) => "a string".to_owned(),
        Value::Quantity(q) => with_article(q.dimension),
        Value::Enum(_, name) => format!("the enum value `{name}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Secret(_) => "a secret".to_owned(),
        Value::Env { .. } => "a value from the environment".to_owned(),
    }
}

pub(super) fn with_article(dimension: Dimension) -> String {
    let article = if dimension == Dimension::Energy { "an" } else { "a" };
    format!("{article} {}", dimension.word())
}

/// A parameter type as it is written.
pub(super) fn param_type(ty: &ParamType, lidl: &Model) -> String {
    match ty {
        ParamType::Bool => "bool".to_owned(),
        ParamType::Int { bits, signed } => format!("{}{bits}", if *signed { 'i' } else { 'u' }),
        ParamType::F32 => "f32".to_owned(),
        ParamType::F64 => "f64".to_owned(),
        ParamType::Str(most) => format!("string<{most}>"),
        ParamType::Enum(id) => super::idl::type_name(lidl, *id),
        ParamType::Array(of, count) => format!("array<{}, {count}>", param_type(of, lidl)),
        ParamType::Quantity(d) => d.word().to_owned(),
        ParamType::Secret => "secret".to_owned(),
    }
}

/// A parameter type in a sentence.
pub(super) fn needed(ty: &ParamType, lidl: &Model) -> String {
    match ty {
        // Wider than any type of the language: only conditions ask for these.
        ParamType::Int { bits: 65.., .. } => "a whole number".to_owned(),
        ParamType::Str(u32::MAX) => "a string".to_owned(),
        ParamType::Quantity(d) => with_article(*d),
        ty => format!("a value of type `{}`", param_type(ty, lidl)),
    }
}
