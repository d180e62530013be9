//! Posts reach who follows, and feeds are in order.

use ambience::{CallError, Failure, Vector};
use beps::{Post, PostOwned, ReadEndpoint, Refusal, UserDb, Worker};
use examples_tests::fake::{Jump, now};
use std::cell::RefCell;
use worker::{Needs, Service};

/// Ada follows Bo, Cy and Dee, who says nothing; Bo follows Cy.
fn worker<R: ReadEndpoint>(feeds: R) -> impl Worker {
    let timer = Jump::default();
    let posts = post_db::Service::new(post_db::Needs { timer }, post_db::Params { most_users: 9 });
    let posts: &post_db::Service<Jump> = Box::leak(Box::new(posts));
    let users = user_db::Service::new(user_db::Needs { posts }, user_db::Params { most_users: 9 });
    let worker = Service::new(Needs { users, posts, feeds });
    for name in ["Ada", "Bo", "Cy", "Dee"] {
        now(worker.create_user(name)).expect("the name is free");
    }
    for (follower, followee) in [("Ada", "Cy"), ("Bo", "Cy"), ("Ada", "Bo"), ("Ada", "Dee")] {
        now(worker.follow(follower, followee)).expect("both are there");
    }
    worker
}

fn feeds() -> read_endpoint::Service {
    read_endpoint::Service::new(read_endpoint::Params { most_users: 9 })
}

fn contents(posts: &Vector<PostOwned, 16>) -> Vec<&str> {
    posts.iter().map(|post| post.content.as_str()).collect()
}

#[test]
fn a_feed_is_in_order_of_time_over_all_who_are_followed() {
    let worker = worker(feeds());
    assert!(now(worker.generate_feed("Ada")).unwrap().is_empty());
    for (author, content) in [("Cy", "1"), ("Bo", "2"), ("Cy", "3"), ("Ada", "4"), ("Bo", "5")] {
        now(worker.post(author, content)).unwrap();
    }
    assert_eq!(contents(&now(worker.generate_feed("Ada")).unwrap()), ["1", "2", "3", "5"]);
    assert_eq!(contents(&now(worker.generate_feed("Bo")).unwrap()), ["1", "3"]);
    assert_eq!(contents(&now(worker.generate_feed("Dee")).unwrap()), [""; 0]);
    assert_eq!(contents(&now(worker.get_posts("Bo")).unwrap()), ["2", "5"]);
}

#[test]
fn a_feed_holds_the_newest_16() {
    let worker = worker(feeds());
    let all: Vec<String> = (0..30).map(|number| number.to_string()).collect();
    for (number, content) in all.iter().enumerate() {
        now(worker.post(["Bo", "Cy"][number % 2], content)).unwrap();
    }
    assert_eq!(contents(&now(worker.generate_feed("Ada")).unwrap()), all[14..]);
}

#[test]
fn nobody_posts_or_reads_without_being_there() {
    let worker = worker(feeds());
    let unknown = Failure::Error(Refusal::UnknownUser);
    assert_eq!(now(worker.post("Eve", "hello")), Err(unknown));
    assert!(now(worker.get_posts("Eve")).unwrap().is_empty(), "nothing of it is kept");
    assert_eq!(now(worker.generate_feed("Eve")), Err(unknown));
}

/// Has no room for what Ada reads; remembers who else got something.
#[derive(Default)]
struct NotAda(RefCell<Vec<String>>);

impl ReadEndpoint for &NotAda {
    async fn update_feed(&self, reader: &str, _: &Post<'_>) -> Result<(), Failure<Refusal>> {
        if reader == "Ada" {
            return Err(Refusal::Full.into());
        }
        self.0.borrow_mut().push(reader.to_owned());
        Ok(())
    }

    async fn get_feed(&self, _: &str) -> Result<Vector<PostOwned, 16>, CallError> {
        Ok(Vector::new())
    }
}

#[test]
fn a_reader_without_room_keeps_a_post_from_nobody_else() {
    let feeds: &NotAda = Box::leak(Box::default());
    let worker = worker(feeds);
    assert_eq!(now(worker.post("Cy", "hello")), Err(Failure::Error(Refusal::Full)));
    assert_eq!(feeds.0.take(), ["Bo"]);
}
