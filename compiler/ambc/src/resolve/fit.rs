//! Whether a value fits a parameter type.

use super::describe;
use super::units::example;
use super::{idl, set_value};
use crate::hir::{Dimension, ParamType, Quantity, Value};
use ambc_lidl::model::Model;

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Misfit {
    /// Not of this type, as it stands in a sentence: "`u8`", "a string".
    Type { needed: String },
    /// Of another dimension, or without a unit.
    Dimension { needed: Dimension },
    /// Of the type, but it cannot hold it; says what it can hold.
    Range { holds: String },
}

impl Misfit {
    /// What to write instead.
    pub(super) fn help(&self) -> String {
        match self {
            Self::Type { needed } => format!("write {needed}"),
            Self::Dimension { needed } => {
                format!("write {}, such as `{}`", describe::with_article(*needed), example(*needed))
            }
            Self::Range { holds } => format!("it holds {holds}"),
        }
    }
}

/// The value as the type stores it.
pub(super) fn fit(value: Value, ty: &ParamType, lidl: &Model) -> Result<Value, Misfit> {
    if let Value::Env { default, .. } = &value {
        return if default_fits(default.as_deref(), ty, lidl) { Ok(value) } else { Err(wrong(ty, lidl)) };
    }
    match (ty, value) {
        (ParamType::Bool, Value::Bool(v)) => Ok(Value::Bool(v)),
        (ParamType::Int { bits, signed }, Value::Int(v)) => integer(v, *bits, *signed),
        (ParamType::F32, v) => float(v, f64::from(f32::MAX)).ok_or_else(|| wrong(ty, lidl))?,
        (ParamType::F64, v) => float(v, f64::MAX).ok_or_else(|| wrong(ty, lidl))?,
        (ParamType::Str(most), Value::Str(v)) => text(v, *most),
        (ParamType::Quantity(d), v) => quantity(v, *d),
        (ParamType::Enum(id), Value::Enum(of, v)) if of == *id => Ok(Value::Enum(of, v)),
        (ParamType::Secret, Value::Secret(v)) => Ok(Value::Secret(v)),
        (ParamType::Array(of, count), Value::Array(items)) => array(items, of, *count, lidl),
        _ => Err(wrong(ty, lidl)),
    }
}

/// What a variable of the environment holds is read when it is known, its default now.
fn default_fits(default: Option<&str>, ty: &ParamType, lidl: &Model) -> bool {
    let Some(text) = default else { return *ty != ParamType::Secret };
    set_value::read(text, ty, lidl).is_some_and(|v| *ty != ParamType::Secret && fit(v, ty, lidl).is_ok())
}

fn wrong(ty: &ParamType, lidl: &Model) -> Misfit {
    match ty {
        ParamType::Enum(id) => {
            let values: Vec<String> = idl::enum_values(lidl, *id).map(|v| format!("`{v}`")).collect();
            Misfit::Range { holds: values.join(", ") }
        }
        _ => Misfit::Type { needed: describe::needed(ty, lidl) },
    }
}

fn integer(value: i128, bits: u8, signed: bool) -> Result<Value, Misfit> {
    let (low, high) = match signed {
        true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        false => (0, (1i128 << bits) - 1),
    };
    if (low..=high).contains(&value) {
        return Ok(Value::Int(value));
    }
    Err(Misfit::Range { holds: format!("{low} to {high}") })
}

fn float(value: Value, most: f64) -> Option<Result<Value, Misfit>> {
    let value = match value {
        Value::Int(v) => v as f64,
        Value::Float(v) => v,
        _ => return None,
    };
    if value.abs() <= most {
        return Some(Ok(Value::Float(value)));
    }
    Some(Err(Misfit::Range { holds: format!("-{most:e} to {most:e}") }))
}

fn text(value: String, most: u32) -> Result<Value, Misfit> {
    if value.len() as u64 <= u64::from(most) {
        return Ok(Value::Str(value));
    }
    Err(Misfit::Range { holds: format!("{most} bytes; this has {}", value.len()) })
}

/// The language counts bits per second among the rates.
fn quantity(value: Value, needed: Dimension) -> Result<Value, Misfit> {
    match value {
        Value::Quantity(q) if q.dimension == needed => Ok(Value::Quantity(q)),
        Value::Quantity(q) if needed == Dimension::Rate && q.dimension == Dimension::Bandwidth => {
            Ok(Value::Quantity(Quantity { dimension: needed, ..q }))
        }
        _ => Err(Misfit::Dimension { needed }),
    }
}

fn array(items: Vec<Value>, of: &ParamType, count: u32, lidl: &Model) -> Result<Value, Misfit> {
    if items.len() as u64 != u64::from(count) {
        return Err(Misfit::Range { holds: format!("exactly {count} elements; this has {}", items.len()) });
    }
    items.into_iter().map(|v| fit(v, of, lidl)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}
