//! Knows who is there and who follows whom.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod people;

use ambience::prelude::*;
use beps::{PostDb, Refusal, UserDb, UserOwned};
use core::cell::RefCell;
use people::People;

/// What it works with.
#[derive(Debug)]
pub struct Needs<P> {
    /// Holds what goes when a user goes.
    pub posts: P,
}

/// Bounds.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Users at a time.
    pub most_users: u32,
}

/// All users.
#[derive(Debug)]
pub struct Service<P> {
    needs: Needs<P>,
    people: RefCell<People>,
}

impl<P: PostDb> Service<P> {
    /// Nobody is there yet.
    pub fn new(needs: Needs<P>, params: Params) -> Self {
        Self { needs, people: RefCell::new(People::new(params.most_users)) }
    }
}

impl<P: PostDb> UserDb for Service<P> {
    async fn create_user(&self, name: &str) -> Result<bool, Failure<Refusal>> {
        self.people.borrow_mut().add(name)
    }

    /// Posts go first: if they cannot, or if it is dropped, the user is still there and can be deleted again.
    async fn delete_user(&self, name: &str) -> Result<bool, CallError> {
        if !self.people.borrow().knows(name) {
            return Ok(false);
        }
        self.needs.posts.delete_posts(name).await?;
        Ok(self.people.borrow_mut().remove(name))
    }

    async fn get_user(&self, name: &str) -> Result<UserOwned, Failure<Refusal>> {
        self.people.borrow().get(name)
    }

    async fn follow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        Ok(self.people.borrow_mut().follow(follower, followee)?)
    }

    async fn unfollow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        Ok(self.people.borrow_mut().unfollow(follower, followee)?)
    }
}
