//! Logs at every level, and one line that is as long as a line may be.
#![no_std]
#![forbid(unsafe_code)]

use ambience::String;
use ambience::prelude::*;
use core::fmt::Write as _;

/// What it works with.
#[derive(Debug)]
pub struct Needs<L> {
    /// Takes its lines.
    pub log: L,
}

/// How much it logs.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Lines at each level.
    pub lines: u32,
}

/// Bytes of the longest line.
const LONGEST: usize = 200;

/// An instance that logs.
#[derive(Debug)]
pub struct Service<L> {
    needs: Needs<L>,
    params: Params,
}

impl<L: Logger> Service<L> {
    /// Logs when it runs.
    pub fn new(needs: Needs<L>, params: Params) -> Self {
        Self { needs, params }
    }
}

impl<L: Logger> Run for Service<L> {
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        for n in 0..self.params.lines {
            let mut text = String::<LONGEST>::new();
            let _ = write!(text, "line {n}");
            for level in [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error] {
                self.needs.log.log(level, &text).await?;
            }
        }
        let mut long = String::<LONGEST>::new();
        while long.push('ä').is_ok() {}
        self.needs.log.error(&long).await
    }
}
