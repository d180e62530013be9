//! Posts by user, the newest of each, and how such lists are merged.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::collections::{BTreeMap, VecDeque};
use ambience::{CallError, Failure, String, Vector};
use beps::{MAX_NAME, MOST_POSTS, Post, PostOwned, Refusal};
use core::iter;

/// The name of a user.
pub type Name = String<{ MAX_NAME as usize }>;

/// The newest posts of an answer, oldest first.
pub type Posts = Vector<PostOwned, { MOST_POSTS as usize }>;

const MOST: usize = MOST_POSTS as usize;

/// The newest posts of each of so many users.
#[derive(Debug)]
pub struct Timelines {
    most_users: usize,
    users: BTreeMap<Name, VecDeque<PostOwned>>,
}

impl Timelines {
    /// None yet, with room for those of `most_users` users.
    #[must_use]
    pub fn new(most_users: u32) -> Self {
        Self { most_users: most_users as usize, users: BTreeMap::new() }
    }

    /// Adds to those of a user; the oldest makes room.
    ///
    /// # Errors
    /// `Full` if there is no room for another user; `Malformed` if the name is too long.
    pub fn add(&mut self, user: &str, post: PostOwned) -> Result<(), Failure<Refusal>> {
        if !self.users.contains_key(user) && self.users.len() >= self.most_users {
            return Err(Refusal::Full.into());
        }
        let posts = self.users.entry(name(user)?).or_default();
        if posts.len() == MOST {
            posts.pop_front();
        }
        posts.push_back(post);
        Ok(())
    }

    /// Those of a user; none of whom nobody knows.
    #[must_use]
    pub fn of(&self, user: &str) -> Posts {
        self.users.get(user).into_iter().flatten().cloned().collect()
    }

    /// Forgets those of a user.
    pub fn remove(&mut self, user: &str) {
        self.users.remove(user);
    }
}

/// The newest of both, each of which is in order.
#[must_use]
pub fn merged(left: Posts, right: Posts) -> Posts {
    let too_old = (left.len() + right.len()).saturating_sub(MOST);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let oldest = iter::from_fn(|| match (left.peek(), right.peek()) {
        (Some(l), Some(r)) if age(r) < age(l) => right.next(),
        (Some(_), _) => left.next(),
        (None, _) => right.next(),
    });
    oldest.skip(too_old).collect()
}

/// Smaller is older; the number decides between posts of one microsecond.
fn age(post: &PostOwned) -> (u64, u64) {
    (post.timestamp, post.id)
}

/// A name as it is kept.
///
/// # Errors
/// `Malformed` if it is too long, as it would be had the call crossed a network.
pub fn name(text: &str) -> Result<Name, CallError> {
    Name::try_from(text).map_err(|_| CallError::Malformed)
}

/// A post as it is kept.
///
/// # Errors
/// `Malformed` if a text in it is too long.
pub fn kept(post: &Post<'_>) -> Result<PostOwned, CallError> {
    let content = String::try_from(post.content).map_err(|_| CallError::Malformed)?;
    Ok(PostOwned { author: name(post.author)?, content, timestamp: post.timestamp, id: post.id })
}

/// A post as it is passed on.
#[must_use]
pub fn view(post: &PostOwned) -> Post<'_> {
    Post { author: &post.author, content: &post.content, timestamp: post.timestamp, id: post.id }
}
