//! Passes every call on to one of several workers, in turn.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use beps::{PostOwned, Refusal, UserDb, UserOwned, Worker};
use core::cell::Cell;

/// What it works with.
#[derive(Debug)]
pub struct Needs<W> {
    /// One or more, all alike.
    pub workers: W,
}

/// Knows whose turn it is.
#[derive(Debug)]
pub struct Service<W> {
    needs: Needs<W>,
    turn: Cell<usize>,
}

impl<W: List<Item: Worker>> Service<W> {
    /// Begins with the first.
    ///
    /// # Errors
    /// If there is no worker.
    pub fn new(needs: Needs<W>) -> Result<Self, &'static str> {
        if needs.workers.items().is_empty() {
            return Err("there is no worker");
        }
        Ok(Self { needs, turn: Cell::new(0) })
    }

    fn next(&self) -> &W::Item {
        let workers = self.needs.workers.items();
        let turn = self.turn.get();
        self.turn.set((turn + 1) % workers.len());
        &workers[turn]
    }
}

impl<W: List<Item: Worker>> UserDb for Service<W> {
    async fn create_user(&self, name: &str) -> Result<bool, Failure<Refusal>> {
        self.next().create_user(name).await
    }

    async fn delete_user(&self, name: &str) -> Result<bool, CallError> {
        self.next().delete_user(name).await
    }

    async fn get_user(&self, name: &str) -> Result<UserOwned, Failure<Refusal>> {
        self.next().get_user(name).await
    }

    async fn follow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        self.next().follow(follower, followee).await
    }

    async fn unfollow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        self.next().unfollow(follower, followee).await
    }
}

impl<W: List<Item: Worker>> Worker for Service<W> {
    async fn post(&self, author: &str, content: &str) -> Result<(), Failure<Refusal>> {
        self.next().post(author, content).await
    }

    async fn get_posts(&self, author: &str) -> Result<Vector<PostOwned, 16>, CallError> {
        self.next().get_posts(author).await
    }

    async fn generate_feed(&self, reader: &str) -> Result<Vector<PostOwned, 16>, Failure<Refusal>> {
        self.next().generate_feed(reader).await
    }
}
