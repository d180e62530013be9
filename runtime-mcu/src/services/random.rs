//! `ambience::random` for boards without a generator of their own: ChaCha20 under the key of the node's identity.
//!
//! The numbers are as unpredictable as that key is secret. A node whose identity has none draws numbers that everybody can
//! compute: they differ from start to start, and that is all. No key is for such numbers.

use crate::console::{self, Level};
use crate::node::Host;
use ambc_node::random::{Generator, below};
use ambience::CallError;
use core::cell::RefCell;

/// Numbers of the node's one generator.
#[derive(Debug)]
pub struct Random {
    generator: &'static RefCell<Generator>,
}

impl Random {
    /// The generator of this node. Says so in the log if it has no key.
    #[must_use]
    pub fn new(host: &Host) -> Self {
        if !host.has_key() {
            console::line(Level::Warn, "ambc", "random numbers can be predicted: the identity has no key");
        }
        Self { generator: host.generator() }
    }
}

impl ambience::Random for Random {
    async fn next(&self) -> Result<u64, CallError> {
        Ok(self.generator.borrow_mut().number())
    }

    async fn below(&self, limit: u64) -> Result<u64, CallError> {
        let mut generator = self.generator.borrow_mut();
        Ok(below(limit, || generator.number()))
    }

    async fn bytes(&self) -> Result<[u8; 32], CallError> {
        Ok(self.generator.borrow_mut().bytes())
    }
}
