//! Says the same of every picture and keeps it: stands in for a recogniser where a test is about what is around it.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use vision::{ArchiveError, Frame, FrameError, Recognizer, Results, Verdict};

/// What it works with.
#[derive(Debug)]
pub struct Needs<R> {
    /// Keeps what it says.
    pub results: R,
}

/// What it is told.
#[derive(Debug)]
pub struct Params {
    /// Of every picture.
    pub says: Verdict,
}

/// Looks at nothing.
#[derive(Debug)]
pub struct Service<R> {
    needs: Needs<R>,
    says: Verdict,
}

impl<R: Results> Service<R> {
    /// Has said nothing yet.
    pub fn new(needs: Needs<R>, params: Params) -> Self {
        Self { needs, says: params.says }
    }
}

impl<R: Results> Recognizer for Service<R> {
    async fn recognize(&self, frame: &Frame<'_>) -> Result<Verdict, Failure<FrameError>> {
        self.needs.results.add(frame.id, self.says).await.map_err(kept)?;
        Ok(self.says)
    }
}

fn kept(failure: Failure<ArchiveError>) -> Failure<FrameError> {
    match failure {
        Failure::Call(failed) => Failure::Call(failed),
        Failure::Error(_) => FrameError::NotKept.into(),
    }
}
