//! Keeps what was said, by author.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use beps::{Post, PostDb, PostOwned, Refusal};
use core::cell::{Cell, RefCell};
use timeline::{Posts, Timelines, kept};

/// What it works with.
#[derive(Debug)]
pub struct Needs<T> {
    /// Says when a post was made.
    pub timer: T,
}

/// Bounds.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Authors whose posts are kept.
    pub most_users: u32,
}

/// Posts, the newest of each author.
#[derive(Debug)]
pub struct Service<T> {
    needs: Needs<T>,
    posts: RefCell<Timelines>,
    last: Cell<Stamp>,
}

/// Number and time of a post.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    id: u64,
    timestamp: u64,
}

impl<T: Timer> Service<T> {
    /// Nothing was said yet.
    pub fn new(needs: Needs<T>, params: Params) -> Self {
        let last = Cell::new(Stamp { id: 0, timestamp: 0 });
        Self { needs, posts: RefCell::new(Timelines::new(params.most_users)), last }
    }

    /// The stamp of the next post. Calls that read the time earlier may come here later, so time is held to go forward.
    fn next(&self, now: u64) -> Stamp {
        let last = self.last.get();
        Stamp { id: last.id + 1, timestamp: now.max(last.timestamp) }
    }
}

impl<T: Timer> PostDb for Service<T> {
    /// Dropped before it returns, it kept nothing.
    async fn add_post(&self, author: &str, content: &str) -> Result<PostOwned, Failure<Refusal>> {
        let stamp = self.next(self.needs.timer.now().await?);
        let post = kept(&Post { author, content, timestamp: stamp.timestamp, id: stamp.id })?;
        self.posts.borrow_mut().add(author, post.clone())?;
        self.last.set(stamp);
        Ok(post)
    }

    async fn get_posts(&self, author: &str) -> Result<Posts, CallError> {
        Ok(self.posts.borrow().of(author))
    }

    async fn delete_posts(&self, author: &str) -> Result<(), CallError> {
        self.posts.borrow_mut().remove(author);
        Ok(())
    }
}
