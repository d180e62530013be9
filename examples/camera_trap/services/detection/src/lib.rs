//! Decides on a sub-sampled frame whether anything is there; if so, has the full one looked at.
#![no_std]
#![forbid(unsafe_code)]

mod weights;

use ambience::prelude::*;
use picture::{Cells, Picture, measure};
use vision::{ArchiveError, Frame, FrameError, FrameHandler, Recognizer, Results, Verdict};

/// Sub-samples to cells of at least this many pixels a side.
pub const SIDE: usize = 4;

/// How sure it is that something is in the picture: positive for yes.
#[must_use]
pub fn presence(picture: &Picture<'_>) -> f32 {
    weights::WEIGHTS.score(&measure::presence(&Cells::of(picture, SIDE)))
}

/// What it works with.
#[derive(Debug)]
pub struct Needs<N, R> {
    /// Looks at frames with something in them.
    pub next: N,
    /// Keeps what is found on those without.
    pub results: R,
}

/// Holds nothing from one frame to the next.
#[derive(Debug)]
pub struct Service<N, R> {
    needs: Needs<N, R>,
}

impl<N: Recognizer, R: Results> Service<N, R> {
    /// Looks at nothing yet.
    pub fn new(needs: Needs<N, R>) -> Self {
        Self { needs }
    }
}

impl<N: Recognizer, R: Results> FrameHandler for Service<N, R> {
    async fn handle(&self, frame: &Frame<'_>) -> Result<Verdict, Failure<FrameError>> {
        let picture =
            Picture::new(frame.width, frame.height, frame.pixels.as_slice()).ok_or(FrameError::OddSize)?;
        if presence(&picture) > 0.0 {
            return self.needs.next.recognize(frame).await;
        }
        self.needs.results.add(frame.id, Verdict::Empty).await.map_err(kept)?;
        Ok(Verdict::Empty)
    }
}

fn kept(failure: Failure<ArchiveError>) -> Failure<FrameError> {
    match failure {
        Failure::Call(failed) => Failure::Call(failed),
        Failure::Error(_) => FrameError::NotKept.into(),
    }
}
