//! Questions whose answers are known.

use crate::Answer;
use ambience::String;
use calc::ArithmeticError;
use core::fmt::{self, Write};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) left: i64,
    pub(crate) operation: Operation,
    pub(crate) right: i64,
    pub(crate) expected: Answer,
}

pub(crate) const QUESTIONS: [Question; 8] = [
    ask(2, Operation::Add, 3, Ok(5)),
    ask(-7, Operation::Sub, 35, Ok(-42)),
    ask(6, Operation::Mul, 7, Ok(42)),
    ask(1_000_000_007, Operation::Mul, 998_244_353, Ok(998_244_359_987_710_471)),
    ask(-7, Operation::Div, 2, Ok(-3)),
    ask(1, Operation::Div, 0, Err(ArithmeticError::DivisionByZero)),
    ask(i64::MAX, Operation::Add, 1, Err(ArithmeticError::Overflow)),
    ask(i64::MIN, Operation::Div, -1, Err(ArithmeticError::Overflow)),
];

const fn ask(left: i64, operation: Operation, right: i64, expected: Answer) -> Question {
    Question { left, operation, right, expected }
}

/// Two numbers of at most 20 characters, an operation, and an answer.
pub(crate) const LINE: usize = 80;

impl Question {
    /// The question and its answer as one line.
    pub(crate) fn with(&self, answer: &Answer) -> String<LINE> {
        let mut line = String::new();
        let written = match answer {
            Ok(value) => write!(line, "{self} = {value}"),
            Err(why) => write!(line, "{self}: {why}"),
        };
        debug_assert!(written.is_ok(), "the line is too short for {self}");
        line
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.operation {
            Operation::Add => '+',
            Operation::Sub => '-',
            Operation::Mul => '*',
            Operation::Div => '/',
        };
        write!(f, "{} {sign} {}", self.left, self.right)
    }
}
