//! Asks the real calculator, and two that are not to be trusted.

use ambience::{CallError, Failure, Run};
use ask::{Ask, Needs};
use calc::{Arithmetic, ArithmeticError};
use calculator::Calculator;
use examples_tests::fake::{Lines, now};

/// Answers everything with the same.
struct Always(Result<i64, Failure<ArithmeticError>>);

impl Arithmetic for Always {
    async fn add(&self, _: i64, _: i64) -> Result<i64, Failure<ArithmeticError>> {
        self.0
    }

    async fn sub(&self, _: i64, _: i64) -> Result<i64, Failure<ArithmeticError>> {
        self.0
    }

    async fn mul(&self, _: i64, _: i64) -> Result<i64, Failure<ArithmeticError>> {
        self.0
    }

    async fn div(&self, _: i64, _: i64) -> Result<i64, Failure<ArithmeticError>> {
        self.0
    }
}

fn run(calculator: impl Arithmetic, log: &Lines) -> Result<(), String> {
    now(Ask::new(Needs { calculator, log }).run()).map_err(|why| why.to_string())
}

#[test]
fn all_answers_of_the_calculator_are_right_and_logged() {
    let log = Lines::default();
    assert_eq!(run(Calculator::new(), &log), Ok(()));
    let lines = log.0.take();
    assert_eq!(lines.len(), 8);
    assert_eq!(lines[0], "Info 2 + 3 = 5");
    assert_eq!(lines[5], "Info 1 / 0: division by zero");
    assert_eq!(lines[7], "Info -9223372036854775808 / -1: overflow");
}

#[test]
fn a_wrong_answer_ends_it() {
    assert_eq!(run(Always(Ok(5)), &Lines::default()), Err("wrong: -7 - 35 = 5".into()));
}

#[test]
fn no_answer_ends_it() {
    let silent = Always(Err(Failure::Call(CallError::Timeout)));
    let why = format!("no answer to 2 + 3: {}", CallError::Timeout);
    assert_eq!(run(silent, &Lines::default()), Err(why));
}
