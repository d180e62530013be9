//! `+ - * / %` on values. Integers truncate, and never wrap; quantities keep their dimension.

use crate::hir::{Quantity, Value};
use crate::syntax::ast::BinaryOp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArithError {
    DivisionByZero,
    Overflow,
    /// The operator does not take these two.
    Operands,
}

pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, ArithError> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => integers(op, *a, *b).map(Value::Int),
        (Value::Quantity(a), Value::Quantity(b)) => quantities(op, *a, *b),
        (Value::Quantity(a), b) => scaled(op, *a, number(b).ok_or(ArithError::Operands)?),
        (a, Value::Quantity(b)) if op == BinaryOp::Mul => {
            scaled(op, *b, number(a).ok_or(ArithError::Operands)?)
        }
        (a, b) => {
            let (Some(a), Some(b)) = (number(a), number(b)) else { return Err(ArithError::Operands) };
            floats(op, a, b).map(Value::Float)
        }
    }
}

pub(super) fn negate(value: &Value) -> Result<Value, ArithError> {
    match value {
        Value::Int(v) => v.checked_neg().map(Value::Int).ok_or(ArithError::Overflow),
        Value::Float(v) => Ok(Value::Float(-v)),
        Value::Quantity(q) => Ok(Value::Quantity(Quantity { value: -q.value, ..*q })),
        Value::Bool(_)
        | Value::Str(_)
        | Value::Enum(..)
        | Value::Array(_)
        | Value::Secret(_)
        | Value::Env { .. } => Err(ArithError::Operands),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(v) => Some(*v as f64),
        Value::Float(v) => Some(*v),
        Value::Bool(_)
        | Value::Str(_)
        | Value::Quantity(_)
        | Value::Enum(..)
        | Value::Array(_)
        | Value::Secret(_)
        | Value::Env { .. } => None,
    }
}

fn integers(op: BinaryOp, a: i128, b: i128) -> Result<i128, ArithError> {
    if b == 0 && matches!(op, BinaryOp::Div | BinaryOp::Rem) {
        return Err(ArithError::DivisionByZero);
    }
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
        BinaryOp::Rem => a.checked_rem(b),
        _ => return Err(ArithError::Operands),
    };
    result.ok_or(ArithError::Overflow)
}

fn floats(op: BinaryOp, a: f64, b: f64) -> Result<f64, ArithError> {
    if b == 0.0 && matches!(op, BinaryOp::Div | BinaryOp::Rem) {
        return Err(ArithError::DivisionByZero);
    }
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        _ => return Err(ArithError::Operands),
    };
    if result.is_finite() { Ok(result) } else { Err(ArithError::Overflow) }
}

/// The ratio of two equal dimensions is a number.
fn quantities(op: BinaryOp, a: Quantity, b: Quantity) -> Result<Value, ArithError> {
    if a.dimension != b.dimension || op == BinaryOp::Mul {
        return Err(ArithError::Operands);
    }
    let value = floats(op, a.value, b.value)?;
    Ok(match op {
        BinaryOp::Div => Value::Float(value),
        _ => Value::Quantity(Quantity { value, ..a }),
    })
}

fn scaled(op: BinaryOp, a: Quantity, b: f64) -> Result<Value, ArithError> {
    match op {
        BinaryOp::Mul | BinaryOp::Div => {
            let value = floats(op, a.value, b)?;
            Ok(Value::Quantity(Quantity { value, ..a }))
        }
        _ => Err(ArithError::Operands),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::Dimension;

    fn duration(value: f64) -> Value {
        Value::Quantity(Quantity { dimension: Dimension::Duration, value })
    }

    #[test]
    fn integers_truncate_and_do_not_wrap() {
        assert_eq!(binary(BinaryOp::Div, &Value::Int(-7), &Value::Int(2)), Ok(Value::Int(-3)));
        assert_eq!(binary(BinaryOp::Rem, &Value::Int(-7), &Value::Int(2)), Ok(Value::Int(-1)));
        assert_eq!(binary(BinaryOp::Rem, &Value::Int(1), &Value::Int(0)), Err(ArithError::DivisionByZero));
        assert_eq!(binary(BinaryOp::Mul, &Value::Int(i128::MAX), &Value::Int(2)), Err(ArithError::Overflow));
        assert_eq!(binary(BinaryOp::Div, &Value::Int(i128::MIN), &Value::Int(-1)), Err(ArithError::Overflow));
        assert_eq!(negate(&Value::Int(i128::MIN)), Err(ArithError::Overflow));
    }

    #[test]
    fn numbers_scale_quantities_and_ratios_are_numbers() {
        assert_eq!(binary(BinaryOp::Mul, &Value::Int(2), &duration(3.0)), Ok(duration(6.0)));
        assert_eq!(binary(BinaryOp::Add, &duration(2.0), &duration(3.0)), Ok(duration(5.0)));
        assert_eq!(binary(BinaryOp::Div, &duration(6.0), &duration(3.0)), Ok(Value::Float(2.0)));
        assert_eq!(binary(BinaryOp::Add, &duration(6.0), &Value::Int(1)), Err(ArithError::Operands));
        assert_eq!(binary(BinaryOp::Div, &Value::Int(1), &duration(6.0)), Err(ArithError::Operands));
        let size = Value::Quantity(Quantity { dimension: Dimension::Size, value: 1.0 });
        assert_eq!(binary(BinaryOp::Add, &duration(6.0), &size), Err(ArithError::Operands));
        assert_eq!(binary(BinaryOp::Add, &Value::Bool(true), &Value::Int(1)), Err(ArithError::Operands));
    }

    #[test]
    fn a_float_makes_the_result_a_float() {
        assert_eq!(binary(BinaryOp::Add, &Value::Int(1), &Value::Float(0.5)), Ok(Value::Float(1.5)));
        assert_eq!(
            binary(BinaryOp::Div, &Value::Float(1.0), &Value::Int(0)),
            Err(ArithError::DivisionByZero)
        );
        assert_eq!(
            binary(BinaryOp::Mul, &Value::Float(f64::MAX), &Value::Float(2.0)),
            Err(ArithError::Overflow)
        );
    }
}
