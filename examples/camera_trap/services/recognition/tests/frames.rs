//! Two photographs of the half tuned on.

use ambience::{Bulk, Failure};
use examples_tests::fake::now;
use recognition::{Needs, Service};
use std::cell::RefCell;
use vision::{ArchiveError, Frame, FrameError, Recognizer, Results, Verdict};

#[derive(Default)]
struct Kept(RefCell<Vec<(u64, Verdict)>>);

impl Results for Kept {
    async fn add(&self, frame: u64, verdict: Verdict) -> Result<u64, Failure<ArchiveError>> {
        self.0.borrow_mut().push((frame, verdict));
        Ok(0)
    }
}

type Answer = Result<Verdict, Failure<FrameError>>;

/// What it answers and what it keeps.
fn recognize(id: u64, photo: &[u8]) -> (Answer, Vec<(u64, Verdict)>) {
    let results = Kept::default();
    let frame = Frame { id, width: 96, height: 72, pixels: Bulk::from(&photo[13..]) };
    let verdict = now(Service::new(Needs { results: &results }).recognize(&frame));
    (verdict, results.0.take())
}

#[test]
fn a_fox_is_an_animal_and_a_flower_is_not() {
    let fox = include_bytes!("../../../photos/tune/f0002.ppm");
    let flower = include_bytes!("../../../photos/tune/f0003.ppm");
    assert_eq!(recognize(2, fox), (Ok(Verdict::Animal), vec![(2, Verdict::Animal)]));
    assert_eq!(recognize(3, flower), (Ok(Verdict::Object), vec![(3, Verdict::Object)]));
}

#[test]
fn a_frame_of_odd_size_is_an_error_and_nothing_is_kept() {
    assert_eq!(recognize(4, &[0; 50]), (Err(FrameError::OddSize.into()), vec![]));
}
