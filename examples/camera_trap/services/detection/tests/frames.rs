//! Who hears of which frame.

use ambience::{Bulk, Failure};
use detection::{Needs, Service};
use examples_tests::fake::now;
use std::cell::RefCell;
use vision::{ArchiveError, Frame, FrameError, FrameHandler, Recognizer, Results, Verdict};

/// The number and the bytes of each frame that went on.
#[derive(Default)]
struct Next(RefCell<Vec<(u64, usize)>>);

impl Recognizer for Next {
    async fn recognize(&self, frame: &Frame<'_>) -> Result<Verdict, Failure<FrameError>> {
        self.0.borrow_mut().push((frame.id, frame.pixels.len()));
        Ok(Verdict::Animal)
    }
}

/// What was kept; nothing more is if it is full.
#[derive(Default)]
struct Kept {
    verdicts: RefCell<Vec<(u64, Verdict)>>,
    full: bool,
}

impl Results for Kept {
    async fn add(&self, frame: u64, verdict: Verdict) -> Result<u64, Failure<ArchiveError>> {
        if self.full {
            return Err(ArchiveError::Full.into());
        }
        self.verdicts.borrow_mut().push((frame, verdict));
        Ok(0)
    }
}

/// Grey ground with some texture, with or without a brown block on it.
fn pixels(block: bool) -> Vec<u8> {
    let pixel = |x: usize, y: usize| match block && (30..70).contains(&x) && (20..50).contains(&y) {
        true => [150, 100, 60],
        false => [90 + ((x * 7 + y * 13) % 11) as u8 * 4; 3],
    };
    (0..96 * 72).flat_map(|i| pixel(i % 96, i / 96)).collect()
}

fn frame(id: u64, pixels: &[u8]) -> Frame<'_> {
    Frame { id, width: 96, height: 72, pixels: Bulk::from(pixels) }
}

#[test]
fn frames_with_nothing_on_them_are_kept_as_empty_and_go_no_further() {
    let (next, results) = (Next::default(), Kept::default());
    let detection = Service::new(Needs { next: &next, results: &results });
    assert_eq!(now(detection.handle(&frame(3, &pixels(false)))), Ok(Verdict::Empty));
    assert_eq!(results.verdicts.take(), [(3, Verdict::Empty)]);
    assert_eq!(next.0.take(), []);
}

#[test]
fn frames_with_something_on_them_go_on_in_full() {
    let (next, results) = (Next::default(), Kept::default());
    let detection = Service::new(Needs { next: &next, results: &results });
    assert_eq!(now(detection.handle(&frame(4, &pixels(true)))), Ok(Verdict::Animal));
    assert_eq!(next.0.take(), [(4, 96 * 72 * 3)]);
    assert_eq!(results.verdicts.take(), []);
}

#[test]
fn a_frame_of_odd_size_is_an_error() {
    let (next, results) = (Next::default(), Kept::default());
    let detection = Service::new(Needs { next: &next, results: &results });
    assert_eq!(now(detection.handle(&frame(5, &[0; 100]))), Err(FrameError::OddSize.into()));
}

#[test]
fn a_verdict_that_cannot_be_kept_is_an_error() {
    let (next, results) = (Next::default(), Kept { full: true, ..Kept::default() });
    let detection = Service::new(Needs { next: &next, results: &results });
    assert_eq!(now(detection.handle(&frame(6, &pixels(false)))), Err(FrameError::NotKept.into()));
}
