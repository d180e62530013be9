//! Answers, right and refused.

use ambience::Failure;
use calc::{Arithmetic, ArithmeticError};
use calculator::Calculator;
use examples_tests::fake::now;

const OVERFLOW: Result<i64, Failure<ArithmeticError>> = Err(Failure::Error(ArithmeticError::Overflow));

#[test]
fn the_four_operations() {
    let calculator = Calculator::new();
    assert_eq!(now(calculator.add(2, -5)), Ok(-3));
    assert_eq!(now(calculator.sub(2, -5)), Ok(7));
    assert_eq!(now(calculator.mul(2, -5)), Ok(-10));
    assert_eq!(now(calculator.div(-7, 2)), Ok(-3));
}

#[test]
fn results_out_of_range_are_errors() {
    let calculator = Calculator::new();
    assert_eq!(now(calculator.add(i64::MAX, 1)), OVERFLOW);
    assert_eq!(now(calculator.sub(i64::MIN, 1)), OVERFLOW);
    assert_eq!(now(calculator.mul(i64::MAX, 2)), OVERFLOW);
    assert_eq!(now(calculator.div(i64::MIN, -1)), OVERFLOW);
}

#[test]
fn division_by_zero_is_its_own_error() {
    assert_eq!(now(Calculator::new().div(1, 0)), Err(Failure::Error(ArithmeticError::DivisionByZero)));
}
