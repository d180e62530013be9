//! Keeps what reached whom, ready to be read.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use beps::{Post, ReadEndpoint, Refusal};
use core::cell::RefCell;
use timeline::{Posts, Timelines, kept};

/// Bounds.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// Readers whose feeds are kept.
    pub most_users: u32,
}

/// Feeds, the newest of each reader.
#[derive(Debug)]
pub struct Service {
    feeds: RefCell<Timelines>,
}

impl Service {
    /// Nothing reached anybody yet.
    #[must_use]
    pub fn new(params: Params) -> Self {
        Self { feeds: RefCell::new(Timelines::new(params.most_users)) }
    }
}

impl ReadEndpoint for Service {
    async fn update_feed(&self, reader: &str, post: &Post<'_>) -> Result<(), Failure<Refusal>> {
        self.feeds.borrow_mut().add(reader, kept(post)?)
    }

    async fn get_feed(&self, reader: &str) -> Result<Posts, CallError> {
        Ok(self.feeds.borrow().of(reader))
    }
}
