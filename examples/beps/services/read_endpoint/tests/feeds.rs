//! Feeds hold what came, in the order in which it came.

use ambience::Failure;
use beps::{Post, ReadEndpoint, Refusal};
use examples_tests::fake::now;
use read_endpoint::{Params, Service};

fn post(id: u64) -> Post<'static> {
    Post { author: "Ada", content: "hello", timestamp: 100 - id, id }
}

#[test]
fn posts_are_read_in_the_order_in_which_they_came() {
    let feeds = Service::new(Params { most_users: 2 });
    for id in [3, 1, 2] {
        assert_eq!(now(feeds.update_feed("Bo", &post(id))), Ok(()));
    }
    let of_bo: Vec<_> = now(feeds.get_feed("Bo")).unwrap().iter().map(|p| (p.id, p.timestamp)).collect();
    assert_eq!(of_bo, [(3, 97), (1, 99), (2, 98)]);
    assert!(now(feeds.get_feed("Ada")).unwrap().is_empty());
}

#[test]
fn a_reader_without_room_is_refused() {
    let feeds = Service::new(Params { most_users: 1 });
    now(feeds.update_feed("Bo", &post(1))).unwrap();
    assert_eq!(now(feeds.update_feed("Cy", &post(2))), Err(Failure::Error(Refusal::Full)));
}
