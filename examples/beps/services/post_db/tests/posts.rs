//! Posts are numbered, in order of time, and bounded.

use ambience::{CallError, Failure};
use beps::{PostDb, Refusal};
use examples_tests::fake::{Jump, now};
use post_db::{Needs, Params, Service};

fn service(timer: &Jump, most_users: u32) -> Service<&Jump> {
    Service::new(Needs { timer }, Params { most_users })
}

#[test]
fn posts_are_numbered_from_1_and_time_goes_forward() {
    let timer = Jump::default();
    timer.now.set(70);
    let posts = service(&timer, 2);
    now(posts.add_post("Ada", "one")).unwrap();
    timer.now.set(60);
    let two = now(posts.add_post("Bo", "two")).unwrap();
    assert_eq!((two.id, two.timestamp, two.author.as_str(), two.content.as_str()), (2, 70, "Bo", "two"));
    timer.now.set(90);
    now(posts.add_post("Ada", "three")).unwrap();
    let of_ada: Vec<_> = now(posts.get_posts("Ada")).unwrap().iter().map(|p| (p.id, p.timestamp)).collect();
    assert_eq!(of_ada, [(1, 70), (3, 90)]);
}

#[test]
fn deleted_and_unknown_users_have_no_posts() {
    let timer = Jump::default();
    let posts = service(&timer, 2);
    now(posts.add_post("Ada", "one")).unwrap();
    assert_eq!(now(posts.delete_posts("Ada")), Ok(()));
    assert_eq!(now(posts.delete_posts("Ada")), Ok(()));
    assert!(now(posts.get_posts("Ada")).unwrap().is_empty());
    assert!(now(posts.get_posts("Bo")).unwrap().is_empty());
}

#[test]
fn what_has_no_room_is_refused() {
    let timer = Jump::default();
    let posts = service(&timer, 1);
    now(posts.add_post("Ada", "one")).unwrap();
    assert_eq!(now(posts.add_post("Bo", "two")), Err(Failure::Error(Refusal::Full)));
    let long = "x".repeat(281);
    assert_eq!(now(posts.add_post("Ada", &long)), Err(Failure::Call(CallError::Malformed)));
    assert_eq!(now(posts.add_post("Ada", "two")).map(|post| post.id), Ok(2), "what is refused has no number");
}
