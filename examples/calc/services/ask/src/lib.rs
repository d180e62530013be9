//! Asks for the answers to a list of questions, logs them, and fails if one is wrong.
#![no_std]
#![forbid(unsafe_code)]

mod question;

use ambience::prelude::*;
use calc::{Arithmetic, ArithmeticError};
use core::fmt;
use question::{Operation, QUESTIONS, Question};

/// What it works with.
#[derive(Debug)]
pub struct Needs<C, L> {
    /// Answers.
    pub calculator: C,
    /// Where answers are written.
    pub log: L,
}

/// Asks all questions, one after the other.
#[derive(Debug)]
pub struct Ask<C, L> {
    needs: Needs<C, L>,
}

impl<C: Arithmetic, L: Logger> Ask<C, L> {
    /// Asks nothing yet.
    pub fn new(needs: Needs<C, L>) -> Self {
        Self { needs }
    }

    async fn answer(&self, question: &Question) -> Result<Answer, CallError> {
        let Question { left, operation, right, .. } = *question;
        let calculator = &self.needs.calculator;
        let result = match operation {
            Operation::Add => calculator.add(left, right).await,
            Operation::Sub => calculator.sub(left, right).await,
            Operation::Mul => calculator.mul(left, right).await,
            Operation::Div => calculator.div(left, right).await,
        };
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(Failure::Error(why)) => Ok(Err(why)),
            Err(Failure::Call(failed)) => Err(failed),
        }
    }
}

/// A number, or why there is none.
pub(crate) type Answer = Result<i64, ArithmeticError>;

impl<C: Arithmetic, L: Logger> Run for Ask<C, L> {
    async fn run(&self) -> Result<(), impl fmt::Display> {
        for question in &QUESTIONS {
            let answer =
                self.answer(question).await.map_err(|failed| Wrong { question, answer: Err(failed) })?;
            let line = question.with(&answer);
            self.needs.log.info(&line).await.ok();
            if answer != question.expected {
                return Err(Wrong { question, answer: Ok(answer) });
            }
        }
        Ok(())
    }
}

/// A question that was answered wrong or not at all.
struct Wrong<'a> {
    question: &'a Question,
    answer: Result<Answer, CallError>,
}

impl fmt::Display for Wrong<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Ok(answer) => write!(f, "wrong: {}", self.question.with(answer)),
            Err(failed) => write!(f, "no answer to {}: {failed}", self.question),
        }
    }
}
