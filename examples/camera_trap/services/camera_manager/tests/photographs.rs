//! What the camera passes on of the photographs in its folder.

use ambience::{CallError, Failure};
use camera_manager::{MOST, Needs, Service};
use examples_tests::fake::{Folder, now};
use std::cell::RefCell;
use vision::{Frame, FrameError, FrameHandler, MotionError, MotionHandler, Verdict};

/// Number, width, height and pixels.
type Seen = (u64, u16, u16, Vec<u8>);

/// Keeps what it is given, and gives this verdict.
struct Keep {
    seen: RefCell<Vec<Seen>>,
    says: Result<Verdict, Failure<FrameError>>,
}

impl Keep {
    fn new(says: Result<Verdict, Failure<FrameError>>) -> Self {
        Self { seen: RefCell::default(), says }
    }
}

impl FrameHandler for Keep {
    async fn handle(&self, frame: &Frame<'_>) -> Result<Verdict, Failure<FrameError>> {
        self.seen.borrow_mut().push((frame.id, frame.width, frame.height, frame.pixels.iter().collect()));
        self.says
    }
}

fn photo(width: usize, height: usize, first: u8) -> Vec<u8> {
    let pixels = (0..width * height * 3).map(|i| first.wrapping_add(i as u8));
    format!("P6\n{width} {height}\n255\n").into_bytes().into_iter().chain(pixels).collect()
}

fn folder(files: &[(&str, Vec<u8>)]) -> Folder {
    Folder(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect())
}

const ASLEEP: Result<(), Failure<MotionError>> = Err(Failure::Error(MotionError::Asleep));
const BLIND: Result<(), Failure<MotionError>> = Err(Failure::Error(MotionError::Blind));

#[test]
fn photographs_are_taken_in_the_order_of_their_names_and_numbered() {
    let photos = folder(&[("b", photo(96, 72, 9)), ("a", photo(3, 2, 5))]);
    let frames = Keep::new(Ok(Verdict::Empty));
    let camera = Service::new(Needs { photos: &photos, frames: &frames });
    assert_eq!(
        [now(camera.trigger(1)), now(camera.trigger(1)), now(camera.trigger(1))],
        [Ok(()), Ok(()), ASLEEP]
    );
    let seen = frames.seen.take();
    assert_eq!(seen[0], (0, 3, 2, photo(3, 2, 5)[11..].to_vec()));
    assert_eq!(seen[1], (1, 96, 72, photo(96, 72, 9)[13..].to_vec()));
    assert_eq!(seen.len(), 2);
}

#[test]
fn what_is_no_photograph_is_left_out_and_keeps_its_number() {
    let too_large = photo(97, 72, 0);
    assert!(too_large.len() > MOST);
    let short = photo(96, 72, 0)[..20_000].to_vec();
    let photos = folder(&[
        ("1", b"no photograph".to_vec()),
        ("2", Vec::new()),
        ("3", too_large),
        ("4", short),
        ("5", photo(1, 1, 0)),
    ]);
    let frames = Keep::new(Ok(Verdict::Empty));
    let camera = Service::new(Needs { photos: &photos, frames: &frames });
    let ends: Vec<_> = (0..5).map(|_| now(camera.trigger(1))).collect();
    assert_eq!(ends, [BLIND, BLIND, BLIND, BLIND, Ok(())]);
    assert_eq!(frames.seen.take(), [(4, 1, 1, vec![0, 1, 2])]);
}

#[test]
fn a_photograph_is_not_taken_twice_when_the_call_fails() {
    let photos = folder(&[("1", photo(1, 1, 0)), ("2", photo(1, 1, 0))]);
    let frames = Keep::new(Err(Failure::Call(CallError::Restarted)));
    let camera = Service::new(Needs { photos: &photos, frames: &frames });
    for _ in 0..2 {
        assert_eq!(now(camera.trigger(1)), Err(Failure::Call(CallError::Restarted)));
    }
    assert_eq!(now(camera.trigger(1)), ASLEEP);
    let numbers: Vec<u64> = frames.seen.take().iter().map(|frame| frame.0).collect();
    assert_eq!(numbers, [0, 1]);
}
