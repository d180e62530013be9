//! Takes the next photograph at each motion and has it looked at. Passes on pixels only: neither name nor size nor anything
//! else of a file leaves it.
#![no_std]
#![forbid(unsafe_code)]

pub mod ppm;

use ambience::prelude::*;
use ambience::{FileError, String};
use core::cell::Cell;
use ppm::Head;
use vision::{Frame, FrameHandler, MotionError, MotionHandler};

/// Bytes of the largest picture that the sensor takes: 96 x 72.
pub const MOST: usize = 96 * 72 * 3;
/// Bytes read at a time.
const PIECE: u32 = 4096;

/// What it works with.
#[derive(Debug)]
pub struct Needs<P, F> {
    /// Photographs, binary PPM, in the order of their names.
    pub photos: P,
    /// Looks at them.
    pub frames: F,
}

/// A camera whose film is a folder.
#[derive(Debug)]
pub struct Service<P, F> {
    needs: Needs<P, F>,
    /// Number of the next frame, and of its photograph.
    next: Cell<u32>,
}

impl<P: Files, F: FrameHandler> Service<P, F> {
    /// Starts at the first photograph.
    pub fn new(needs: Needs<P, F>) -> Self {
        Self { needs, next: Cell::new(0) }
    }

    /// Reads the pixels of a photograph.
    async fn take(&self, name: &str, pixels: &mut [u8; MOST]) -> Result<Head, Failure<FileError>> {
        let unreadable = Failure::Error(FileError::Io);
        let first = self.needs.photos.read(name, 0, PIECE).await?;
        let head = Head::read(&first).filter(|head| head.pixels() <= MOST).ok_or(unreadable)?;
        let mut taken = copy(&first[head.length..], &mut pixels[..head.pixels()]);
        while taken < head.pixels() {
            let piece = self.needs.photos.read(name, (head.length + taken) as u64, PIECE).await?;
            if piece.is_empty() {
                return Err(unreadable);
            }
            taken += copy(&piece, &mut pixels[taken..head.pixels()]);
        }
        Ok(head)
    }
}

/// Copies as much as there is or fits, and says how much.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    to[..count].copy_from_slice(&from[..count]);
    count
}

impl<P: Files, F: FrameHandler> MotionHandler for Service<P, F> {
    /// A photograph is taken once, whatever becomes of it.
    async fn trigger(&self, _sensor_id: u16) -> Result<(), Failure<MotionError>> {
        let number = self.next.get();
        let name: String<128> = self.needs.photos.name(number).await.map_err(none_left)?;
        self.next.set(number + 1);
        let mut pixels = [0; MOST];
        let head = self.take(&name, &mut pixels).await.map_err(blind)?;
        let frame = Frame {
            id: u64::from(number),
            width: head.width,
            height: head.height,
            pixels: Bulk::from(&pixels[..head.pixels()]),
        };
        self.needs.frames.handle(&frame).await.map_err(blind)?;
        Ok(())
    }
}

fn none_left(failure: Failure<FileError>) -> Failure<MotionError> {
    match failure {
        Failure::Error(FileError::NotFound) => MotionError::Asleep.into(),
        other => blind(other),
    }
}

fn blind<E>(failure: Failure<E>) -> Failure<MotionError> {
    match failure {
        Failure::Call(failed) => Failure::Call(failed),
        Failure::Error(_) => MotionError::Blind.into(),
    }
}
