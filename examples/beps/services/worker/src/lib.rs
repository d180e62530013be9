//! Does what users want done, with what others keep. It holds nothing itself, so there can be any number of it.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use beps::{PostDb, ReadEndpoint, Refusal, UserDb, UserOwned, Worker};
use timeline::{Posts, merged, view};

/// What it works with.
#[derive(Debug)]
pub struct Needs<U, P, R> {
    /// Who is there.
    pub users: U,
    /// What was said.
    pub posts: P,
    /// What reached whom.
    pub feeds: R,
}

/// Holds nothing.
#[derive(Debug)]
pub struct Service<U, P, R> {
    needs: Needs<U, P, R>,
}

impl<U: UserDb, P: PostDb, R: ReadEndpoint> Service<U, P, R> {
    /// Ready at once.
    pub fn new(needs: Needs<U, P, R>) -> Self {
        Self { needs }
    }
}

impl<U: UserDb, P: PostDb, R: ReadEndpoint> UserDb for Service<U, P, R> {
    async fn create_user(&self, name: &str) -> Result<bool, Failure<Refusal>> {
        self.needs.users.create_user(name).await
    }

    async fn delete_user(&self, name: &str) -> Result<bool, CallError> {
        self.needs.users.delete_user(name).await
    }

    async fn get_user(&self, name: &str) -> Result<UserOwned, Failure<Refusal>> {
        self.needs.users.get_user(name).await
    }

    async fn follow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        self.needs.users.follow(follower, followee).await
    }

    async fn unfollow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        self.needs.users.unfollow(follower, followee).await
    }
}

impl<U: UserDb, P: PostDb, R: ReadEndpoint> Worker for Service<U, P, R> {
    /// A feed that cannot be updated keeps the post from nobody else; the first failure is returned. Dropped before it
    /// returns, it may have reached some.
    async fn post(&self, author: &str, content: &str) -> Result<(), Failure<Refusal>> {
        let user = self.needs.users.get_user(author).await?;
        let post = self.needs.posts.add_post(author, content).await?;
        let mut outcome = Ok(());
        for follower in &user.followers {
            outcome = outcome.and(self.needs.feeds.update_feed(follower, &view(&post)).await);
        }
        outcome
    }

    async fn get_posts(&self, author: &str) -> Result<Posts, CallError> {
        self.needs.posts.get_posts(author).await
    }

    async fn generate_feed(&self, reader: &str) -> Result<Posts, Failure<Refusal>> {
        let user = self.needs.users.get_user(reader).await?;
        let mut feed = Posts::new();
        for followee in &user.followees {
            feed = merged(feed, self.needs.posts.get_posts(followee).await?);
        }
        Ok(feed)
    }
}
