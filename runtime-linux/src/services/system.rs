//! `ambience::clock` and `random`: what the operating system knows anyway.

use crate::node::Host;
use ambc_node::random::below;
use ambience::CallError;
use rustix::rand::GetRandomFlags;

/// The time of day.
#[derive(Clone, Copy, Debug)]
pub struct Clock;

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn new(_: &Host) -> Self {
        Self
    }
}

impl ambience::Clock for Clock {
    async fn now(&self) -> Result<u64, CallError> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Ok(since.map_or(0, |d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug)]
pub struct Random;

impl Random {
    /// The generator of this machine.
    #[must_use]
    pub fn new(_: &Host) -> Self {
        Self
    }
}

impl ambience::Random for Random {
    async fn next(&self) -> Result<u64, CallError> {
        Ok(u64::from_le_bytes(random()))
    }

    async fn below(&self, limit: u64) -> Result<u64, CallError> {
        Ok(below(limit, || u64::from_le_bytes(random())))
    }

    async fn bytes(&self) -> Result<[u8; 32], CallError> {
        Ok(random())
    }
}

/// Fresh random bytes.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        // Fails only if interrupted, or before the kernel has gathered any entropy, which it waits for.
        if let Ok(n) = rustix::rand::getrandom(&mut bytes[filled..], GetRandomFlags::empty()) {
            filled += n;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use ambience::{Clock as _, Random as _};

    #[test]
    fn two_draws_differ_and_the_clock_is_set() {
        assert_ne!(block_on(Random.bytes()), block_on(Random.bytes()));
        assert!(block_on(Random.below(10)).unwrap() < 10);
        assert!(block_on(Clock.now()).unwrap() > 1_600_000_000_000_000, "a clock before 2020 is not set");
    }
}
