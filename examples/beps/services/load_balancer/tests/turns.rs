//! Calls go to the workers in turn.

use ambience::{CallError, Failure, Vector};
use beps::{PostOwned, Refusal, UserDb, UserOwned, Worker};
use examples_tests::fake::now;
use load_balancer::{Needs, Service};
use std::cell::Cell;

/// Counts what it is asked.
#[derive(Default)]
struct Counting(Cell<u32>);

impl Counting {
    fn count(&self) {
        self.0.set(self.0.get() + 1);
    }
}

impl UserDb for Counting {
    async fn create_user(&self, _: &str) -> Result<bool, Failure<Refusal>> {
        self.count();
        Ok(true)
    }

    async fn delete_user(&self, _: &str) -> Result<bool, CallError> {
        self.count();
        Err(CallError::Restarted)
    }

    async fn get_user(&self, _: &str) -> Result<UserOwned, Failure<Refusal>> {
        self.count();
        Err(Refusal::UnknownUser.into())
    }

    async fn follow(&self, _: &str, _: &str) -> Result<(), Failure<Refusal>> {
        self.count();
        Ok(())
    }

    async fn unfollow(&self, _: &str, _: &str) -> Result<(), Failure<Refusal>> {
        self.count();
        Ok(())
    }
}

impl Worker for Counting {
    async fn post(&self, _: &str, _: &str) -> Result<(), Failure<Refusal>> {
        self.count();
        Ok(())
    }

    async fn get_posts(&self, _: &str) -> Result<Vector<PostOwned, 16>, CallError> {
        self.count();
        Ok(Vector::new())
    }

    async fn generate_feed(&self, _: &str) -> Result<Vector<PostOwned, 16>, Failure<Refusal>> {
        self.count();
        Ok(Vector::new())
    }
}

#[test]
fn every_kind_of_call_takes_a_turn() {
    let workers = [Counting::default(), Counting::default(), Counting::default()];
    let balancer = Service::new(Needs { workers: &workers[..] }).unwrap();
    assert_eq!(now(balancer.create_user("Ada")), Ok(true));
    assert_eq!(now(balancer.follow("Ada", "Bo")), Ok(()));
    assert_eq!(now(balancer.unfollow("Ada", "Bo")), Ok(()));
    assert_eq!(now(balancer.post("Ada", "hello")), Ok(()));
    assert_eq!(now(balancer.get_posts("Ada")), Ok(Vector::new()));
    assert_eq!(now(balancer.generate_feed("Ada")), Ok(Vector::new()));
    assert_eq!(now(balancer.get_user("Ada")), Err(Failure::Error(Refusal::UnknownUser)));
    assert_eq!(workers.each_ref().map(|worker| worker.0.get()), [3, 2, 2]);
}

#[test]
fn a_failed_call_takes_a_turn_and_is_passed_on() {
    let workers = [Counting::default(), Counting::default()];
    let balancer = Service::new(Needs { workers: &workers[..] }).unwrap();
    for _ in 0..4 {
        assert_eq!(now(balancer.delete_user("Ada")), Err(CallError::Restarted));
    }
    assert_eq!(workers.each_ref().map(|worker| worker.0.get()), [2, 2]);
}

#[test]
fn there_has_to_be_a_worker() {
    let workers: [Counting; 0] = [];
    assert!(Service::new(Needs { workers }).is_err());
}
