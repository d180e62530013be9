//! Both sides of a link stay in step, and what a user leaves goes with the user.

use ambience::{CallError, Failure};
use beps::{PostDb, Refusal, UserDb};
use examples_tests::fake::{Jump, now};
use user_db::{Needs, Params, Service};

type Posts<'a> = post_db::Service<&'a Jump>;

fn posts(timer: &Jump) -> Posts<'_> {
    post_db::Service::new(post_db::Needs { timer }, post_db::Params { most_users: 99 })
}

fn users<'a>(posts: &'a Posts<'a>, names: &[&str]) -> Service<&'a Posts<'a>> {
    let users = Service::new(Needs { posts }, Params { most_users: 40 });
    for name in names {
        assert_eq!(now(users.create_user(name)), Ok(true));
    }
    users
}

fn followers(users: &impl UserDb, name: &str) -> Vec<String> {
    now(users.get_user(name)).expect("a user").followers.iter().map(|n| n.to_string()).collect()
}

fn followees(users: &impl UserDb, name: &str) -> Vec<String> {
    now(users.get_user(name)).expect("a user").followees.iter().map(|n| n.to_string()).collect()
}

const UNKNOWN: Failure<Refusal> = Failure::Error(Refusal::UnknownUser);

#[test]
fn a_name_is_taken_once_and_can_be_taken_again() {
    let timer = Jump::default();
    let posts = posts(&timer);
    let users = users(&posts, &["Ada"]);
    assert_eq!(now(users.create_user("Ada")), Ok(false));
    assert_eq!(now(users.delete_user("Ada")), Ok(true));
    assert_eq!(now(users.delete_user("Ada")), Ok(false));
    assert_eq!(now(users.get_user("Ada")), Err(UNKNOWN));
    assert_eq!(now(users.create_user("Ada")), Ok(true));
    assert_eq!(now(users.create_user("seventeen letters")), Err(Failure::Call(CallError::Malformed)));
}

#[test]
fn links_show_on_both_sides() {
    let timer = Jump::default();
    let posts = posts(&timer);
    let users = users(&posts, &["Ada", "Bo", "Cy"]);
    for followee in ["Cy", "Ada", "Ada"] {
        assert_eq!(now(users.follow("Bo", followee)), Ok(()));
    }
    assert_eq!(followees(&users, "Bo"), ["Ada", "Cy"]);
    assert_eq!(followers(&users, "Ada"), ["Bo"]);
    for _ in 0..2 {
        assert_eq!(now(users.unfollow("Bo", "Ada")), Ok(()));
    }
    assert_eq!(followees(&users, "Bo"), ["Cy"]);
    assert_eq!(followers(&users, "Ada"), Vec::<String>::new());
}

#[test]
fn whoever_is_not_there_is_in_no_link() {
    let timer = Jump::default();
    let posts = posts(&timer);
    let users = users(&posts, &["Ada"]);
    assert_eq!(now(users.follow("Ada", "Bo")), Err(UNKNOWN));
    assert_eq!(now(users.follow("Bo", "Ada")), Err(UNKNOWN));
    assert_eq!(now(users.unfollow("Ada", "Bo")), Err(UNKNOWN));
}

#[test]
fn a_deleted_user_leaves_no_link_and_no_post() {
    let timer = Jump::default();
    let posts = posts(&timer);
    let users = users(&posts, &["Ada", "Bo", "Cy"]);
    for (follower, followee) in [("Ada", "Bo"), ("Bo", "Cy"), ("Bo", "Bo")] {
        now(users.follow(follower, followee)).unwrap();
    }
    now(posts.add_post("Bo", "hello")).unwrap();
    assert_eq!(now(users.delete_user("Bo")), Ok(true));
    assert_eq!(followees(&users, "Ada"), Vec::<String>::new());
    assert_eq!(followers(&users, "Cy"), Vec::<String>::new());
    assert!(now(posts.get_posts("Bo")).unwrap().is_empty());
}

#[test]
fn what_has_no_room_is_refused() {
    let timer = Jump::default();
    let posts = posts(&timer);
    let many: Vec<String> = (0..39).map(|i| format!("{i:02}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).chain(["Ada"]).collect();
    let users = users(&posts, &names);
    assert_eq!(now(users.create_user("Bo")), Err(Failure::Error(Refusal::Full)));
    for followee in &many[..32] {
        now(users.follow("Ada", followee)).unwrap();
        now(users.follow(followee, "Ada")).unwrap();
    }
    let refused = Err(Failure::Error(Refusal::TooManyFollowed));
    assert_eq!(now(users.follow("Ada", "38")), refused);
    assert_eq!(now(users.follow("38", "Ada")), refused);
    assert_eq!(now(users.follow("Ada", "00")), Ok(()), "it does already");
}
