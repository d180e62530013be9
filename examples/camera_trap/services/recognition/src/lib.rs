//! Decides on the full frame whether what is there is an animal.
#![no_std]
#![forbid(unsafe_code)]

mod weights;

use ambience::prelude::*;
use picture::{Cells, Picture, measure};
use vision::{ArchiveError, Frame, FrameError, Recognizer, Results, Verdict};

/// Takes cells of this many pixels a side, each with the roughness of all its pixels.
pub const SIDE: usize = 2;

/// How sure it is that an animal is in the picture: positive for yes.
#[must_use]
pub fn animal(picture: &Picture<'_>) -> f32 {
    weights::WEIGHTS.score(&measure::kind(&Cells::of(picture, SIDE)))
}

/// What it works with.
#[derive(Debug)]
pub struct Needs<R> {
    /// Keeps what is found.
    pub results: R,
}

/// Holds nothing from one frame to the next.
#[derive(Debug)]
pub struct Service<R> {
    needs: Needs<R>,
}

impl<R: Results> Service<R> {
    /// Looks at nothing yet.
    pub fn new(needs: Needs<R>) -> Self {
        Self { needs }
    }
}

impl<R: Results> Recognizer for Service<R> {
    async fn recognize(&self, frame: &Frame<'_>) -> Result<Verdict, Failure<FrameError>> {
        let picture =
            Picture::new(frame.width, frame.height, frame.pixels.as_slice()).ok_or(FrameError::OddSize)?;
        let verdict = if animal(&picture) > 0.0 { Verdict::Animal } else { Verdict::Object };
        self.needs.results.add(frame.id, verdict).await.map_err(kept)?;
        Ok(verdict)
    }
}

fn kept(failure: Failure<ArchiveError>) -> Failure<FrameError> {
    match failure {
        Failure::Call(failed) => Failure::Call(failed),
        Failure::Error(_) => FrameError::NotKept.into(),
    }
}
