//! What the kernel asks of a platform.

/// The platform under one group.
pub trait Port {
    /// A clock that never goes back, in ns. All groups of a node read the same one.
    fn now(&self) -> u64;

    /// Sleeps until a peer rings, or until `until`; `None`: until a peer rings. May return early.
    fn wait(&self, until: Option<u64>);

    /// Tells a peer that something lies in a lane. The number is the one given to the lane's end. Writes made before must
    /// be visible to the peer before it decides to sleep.
    fn ring(&self, peer: u8);
}
