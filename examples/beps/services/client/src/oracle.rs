//! Three users, whom they follow, what they say, and what everybody must see of it.

use crate::Wrong;
use ambience::{Failure, Vector};
use beps::{PostOwned, ReadEndpoint, Refusal, Worker};
use core::cell::Cell;

const USERS: [&str; 3] = ["Alice", "Bob", "Carol"];

/// Who follows whom.
const FOLLOWS: [(&str, &str); 3] = [("Bob", "Alice"), ("Bob", "Carol"), ("Alice", "Carol")];

/// What is said by whom, in this order.
const SAID: [(&str, &str); 8] = [
    ("Alice", "a1"),
    ("Alice", "a2"),
    ("Carol", "c1"),
    ("Alice", "a3"),
    ("Bob", "b1"),
    ("Alice", "a4"),
    ("Carol", "c2"),
    ("Alice", "a5"),
];

const BOB_SEES: [&str; 7] = ["a1", "a2", "c1", "a3", "a4", "c2", "a5"];
const ALICE_SEES: [&str; 2] = ["c1", "c2"];

/// Asks for everything once, with nobody there before.
#[derive(Debug)]
pub(crate) struct Oracle<'a, A, R> {
    api: &'a A,
    feeds: &'a R,
    right: Cell<u32>,
}

type Checked = Result<(), Wrong>;

impl<'a, A: Worker, R: ReadEndpoint> Oracle<'a, A, R> {
    pub(crate) fn new(api: &'a A, feeds: &'a R) -> Self {
        Self { api, feeds, right: Cell::new(0) }
    }

    /// How many answers were right.
    pub(crate) fn answers(&self) -> u32 {
        self.right.get()
    }

    pub(crate) async fn run(&self) -> Checked {
        self.users_come().await?;
        self.users_post().await?;
        self.all_see_whom_they_follow().await?;
        self.users_go().await?;
        self.nothing_is_left_of_who_went().await?;
        self.users_are_gone().await
    }

    async fn users_come(&self) -> Checked {
        for name in USERS {
            self.is("create a user", self.api.create_user(name).await, true)?;
        }
        self.is("create a user again", self.api.create_user("Alice").await, false)?;
        for (follower, followee) in FOLLOWS {
            self.is("follow", self.api.follow(follower, followee).await, ())?;
        }
        self.is("follow again", self.api.follow("Bob", "Alice").await, ())?;
        self.sees("the feed of one who follows the silent", self.api.generate_feed("Bob").await, &[])?;
        self.refused("follow nobody", self.api.follow("Bob", "Dave").await)
    }

    async fn users_post(&self) -> Checked {
        for (author, content) in SAID {
            self.is("post", self.api.post(author, content).await, ())?;
        }
        self.refused("post as nobody", self.api.post("Dave", "d1").await)
    }

    async fn all_see_whom_they_follow(&self) -> Checked {
        self.sees("what reached Bob", self.feeds.get_feed("Bob").await, &BOB_SEES)?;
        self.sees("what reached Alice", self.feeds.get_feed("Alice").await, &ALICE_SEES)?;
        self.sees("what reached Carol", self.feeds.get_feed("Carol").await, &[])?;
        self.sees("the feed of Bob", self.api.generate_feed("Bob").await, &BOB_SEES)?;
        self.sees("the feed of Alice", self.api.generate_feed("Alice").await, &ALICE_SEES)?;
        self.sees("the feed of Carol", self.api.generate_feed("Carol").await, &[])
    }

    async fn users_go(&self) -> Checked {
        self.is("unfollow", self.api.unfollow("Bob", "Alice").await, ())?;
        self.sees("the feed without Alice", self.api.generate_feed("Bob").await, &ALICE_SEES)?;
        self.is("delete Carol", self.api.delete_user("Carol").await, true)?;
        self.is("delete Carol again", self.api.delete_user("Carol").await, false)
    }

    async fn nothing_is_left_of_who_went(&self) -> Checked {
        self.sees("the feed without Carol", self.api.generate_feed("Bob").await, &[])?;
        self.sees("the posts of Carol", self.api.get_posts("Carol").await, &[])?;
        self.sees("the posts of Bob", self.api.get_posts("Bob").await, &["b1"])?;
        self.sees("what had reached Bob", self.feeds.get_feed("Bob").await, &BOB_SEES)?;
        let bob = Wrong::unless("whom Bob follows", self.api.get_user("Bob").await)?;
        self.holds("whom Bob follows", bob.followees.is_empty() && bob.followers.is_empty())
    }

    async fn users_are_gone(&self) -> Checked {
        for name in ["Alice", "Bob"] {
            self.is("delete a user", self.api.delete_user(name).await, true)?;
        }
        self.refused("look for who is gone", self.api.get_user("Bob").await)
    }

    fn holds(&self, asked: &'static str, right: bool) -> Checked {
        self.right.set(self.right.get() + u32::from(right));
        if right { Ok(()) } else { Err(Wrong { asked, failed: None }) }
    }

    fn is<T: PartialEq, E>(&self, asked: &'static str, answer: Result<T, E>, expected: T) -> Checked
    where
        E: Into<Failure<Refusal>>,
    {
        self.holds(asked, Wrong::unless(asked, answer)? == expected)
    }

    /// Nobody of that name is there.
    fn refused<T>(&self, asked: &'static str, answer: Result<T, Failure<Refusal>>) -> Checked {
        self.holds(asked, matches!(answer, Err(Failure::Error(Refusal::UnknownUser))))
    }

    /// These posts and no other, in this order.
    fn sees<E>(
        &self,
        asked: &'static str,
        posts: Result<Vector<PostOwned, 16>, E>,
        expected: &[&str],
    ) -> Checked
    where
        E: Into<Failure<Refusal>>,
    {
        let posts = Wrong::unless(asked, posts)?;
        self.holds(asked, posts.iter().map(|post| post.content.as_str()).eq(expected.iter().copied()))
    }
}
