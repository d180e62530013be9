//! Takes log lines, says of each that it has it, and passes it on.
#![no_std]
#![forbid(unsafe_code)]

use ambience::String;
use ambience::prelude::*;
use core::fmt::Write as _;

/// What it works with.
#[derive(Debug)]
pub struct Needs<L, C> {
    /// Takes its own lines.
    pub log: L,
    /// Gets what it got.
    pub copy: Option<C>,
}

/// A collector of log lines.
#[derive(Debug)]
pub struct Service<L, C> {
    needs: Needs<L, C>,
}

/// Longer texts are described.
const SHOWN: usize = 100;

impl<L: Logger, C: Logger> Service<L, C> {
    /// Waits for lines.
    pub fn new(needs: Needs<L, C>) -> Self {
        Self { needs }
    }
}

impl<L: Logger, C: Logger> Logger for Service<L, C> {
    async fn log(&self, level: Level, message: &str) -> Result<(), CallError> {
        let mut text = String::<200>::new();
        let _ = match message.len() {
            ..=SHOWN => write!(text, "took {level:?} {message}"),
            _ => {
                let umlauts = message.chars().filter(|c| *c == 'ä').count();
                write!(text, "took {level:?} {} bytes with {umlauts} umlauts", message.len())
            }
        };
        self.needs.log.info(&text).await?;
        match &self.needs.copy {
            Some(copy) => copy.log(level, message).await,
            None => Ok(()),
        }
    }

    async fn error(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Error, message).await
    }

    async fn warn(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Warn, message).await
    }

    async fn info(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Info, message).await
    }

    async fn debug(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Debug, message).await
    }

    async fn trace(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Trace, message).await
    }
}
