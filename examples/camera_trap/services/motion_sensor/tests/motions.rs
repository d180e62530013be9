//! What the sensor does with what its handler says.

use ambience::{CallError, Failure, Run};
use examples_tests::fake::{Jump, now};
use motion_sensor::{EVERY_US, Needs, PATIENCE, Params, Service};
use std::cell::{Cell, RefCell};
use vision::{MotionError, MotionHandler};

type Answer = Result<(), Failure<MotionError>>;

const LOST: Answer = Err(Failure::Call(CallError::Timeout));
const ASLEEP: Answer = Err(Failure::Error(MotionError::Asleep));
const BLIND: Answer = Err(Failure::Error(MotionError::Blind));

/// Gives these answers, then sleeps.
struct Handler {
    answers: RefCell<Vec<Answer>>,
    told: Cell<usize>,
}

impl MotionHandler for Handler {
    async fn trigger(&self, sensor_id: u16) -> Answer {
        assert_eq!(sensor_id, 7);
        self.told.set(self.told.get() + 1);
        let mut answers = self.answers.borrow_mut();
        if answers.is_empty() { ASLEEP } else { answers.remove(0) }
    }
}

/// How it ended, how often the handler was told, and how long it took.
fn run(answers: &[Answer]) -> (Result<(), String>, usize, u64) {
    let handler = Handler { answers: RefCell::new(answers.to_vec()), told: Cell::new(0) };
    let timer = Jump::default();
    let sensor = Service::new(Needs { handler: &handler, timer: &timer }, Params { id: 7 });
    let end = now(sensor.run()).map_err(|why| why.to_string());
    (end, handler.told.get(), timer.now.get())
}

#[test]
fn it_reports_until_the_handler_is_asleep() {
    assert_eq!(run(&[Ok(()), BLIND, Ok(())]), (Ok(()), 4, 4 * EVERY_US));
}

#[test]
fn a_lost_report_makes_it_wait_longer() {
    assert_eq!(run(&[LOST, LOST, Ok(())]), (Ok(()), 4, (1 + 2 + 4 + 1) * EVERY_US));
}

#[test]
fn it_gives_up_when_nobody_answers() {
    let (end, told, _) = run(&[LOST; 100]);
    assert_eq!((end, told), (Err(CallError::Timeout.to_string()), PATIENCE as usize + 1));
}
