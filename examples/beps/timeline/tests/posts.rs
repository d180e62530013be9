//! What is kept of whom, and in which order.

use ambience::{CallError, Failure};
use beps::{Post, PostOwned, Refusal};
use timeline::{Posts, Timelines, kept, merged, view};

fn post(timestamp: u64, id: u64) -> PostOwned {
    kept(&Post { author: "Ada", content: "hello", timestamp, id }).expect("it is short")
}

fn posts(ids: impl IntoIterator<Item = u64>) -> Posts {
    ids.into_iter().map(|id| post(id / 10, id)).collect()
}

fn ids(posts: &Posts) -> Vec<u64> {
    posts.iter().map(|post| post.id).collect()
}

#[test]
fn the_newest_16_of_each_user_are_kept() {
    let mut timelines = Timelines::new(2);
    for id in 1..=20 {
        timelines.add("Ada", post(id, id)).unwrap();
    }
    timelines.add("Bo", post(21, 21)).unwrap();
    assert_eq!(ids(&timelines.of("Ada")), (5..=20).collect::<Vec<_>>());
    assert_eq!(ids(&timelines.of("Bo")), [21]);
    timelines.remove("Ada");
    assert_eq!(ids(&timelines.of("Ada")), []);
}

#[test]
fn there_is_room_for_so_many_users() {
    let mut timelines = Timelines::new(1);
    timelines.add("Ada", post(1, 1)).unwrap();
    assert_eq!(timelines.add("Bo", post(2, 2)), Err(Failure::Error(Refusal::Full)));
    timelines.add("Ada", post(3, 3)).unwrap();
    timelines.remove("Ada");
    timelines.add("Bo", post(4, 4)).unwrap();
    let long = "seventeen letters";
    assert_eq!(Timelines::new(1).add(long, post(1, 1)), Err(Failure::Call(CallError::Malformed)));
}

#[test]
fn merging_keeps_the_order_of_time_then_of_numbers() {
    assert_eq!(ids(&merged(posts([1, 4, 25]), posts([2, 3, 31]))), [1, 2, 3, 4, 25, 31]);
    let (earlier, later) = (posts([9]), [post(0, 10)].into_iter().collect());
    assert_eq!(ids(&merged(later, earlier)), [9, 10]);
}

#[test]
fn merging_with_nothing_changes_nothing() {
    assert_eq!(merged(posts([1, 2]), Posts::new()), posts([1, 2]));
    assert_eq!(merged(Posts::new(), posts([1, 2])), posts([1, 2]));
    assert_eq!(merged(Posts::new(), Posts::new()), Posts::new());
}

#[test]
fn merging_keeps_the_newest_16_of_both() {
    let (even, odd) = (posts((0..16).map(|i| 2 * i)), posts((0..16).map(|i| 2 * i + 1)));
    assert_eq!(ids(&merged(even, odd)), (16..32).collect::<Vec<_>>());
}

#[test]
fn what_is_passed_on_is_kept_as_it_was() {
    let one = post(3, 4);
    assert_eq!(kept(&view(&one)), Ok(one));
    let long = "x".repeat(281);
    let post = Post { author: "Ada", content: &long, timestamp: 0, id: 1 };
    assert_eq!(kept(&post), Err(CallError::Malformed));
}
