//! Calculates, and knows what cannot be calculated.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use calc::{Arithmetic, ArithmeticError};

/// Holds nothing: every answer follows from its question.
#[derive(Debug)]
pub struct Calculator;

impl Calculator {
    /// Needs nothing either.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made by the node, which calls `new`")]
    pub fn new() -> Self {
        Self
    }
}

type Answer = Result<i64, Failure<ArithmeticError>>;

impl Arithmetic for Calculator {
    async fn add(&self, left: i64, right: i64) -> Answer {
        in_range(left.checked_add(right))
    }

    async fn sub(&self, left: i64, right: i64) -> Answer {
        in_range(left.checked_sub(right))
    }

    async fn mul(&self, left: i64, right: i64) -> Answer {
        in_range(left.checked_mul(right))
    }

    async fn div(&self, left: i64, right: i64) -> Answer {
        if right == 0 {
            return Err(ArithmeticError::DivisionByZero.into());
        }
        in_range(left.checked_div(right))
    }
}

fn in_range(result: Option<i64>) -> Answer {
    result.ok_or(Failure::Error(ArithmeticError::Overflow))
}
