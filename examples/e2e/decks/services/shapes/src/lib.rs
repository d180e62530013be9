//! Bindings and parameters of every shape.
#![no_std]
#![forbid(unsafe_code)]

use ambience::prelude::*;
use core::cell::Cell;
use core::fmt::{self, Write as _};
use core::time::Duration;
use trial::{Counter, Gossip, Mood, Summary};

/// One of each.
#[derive(Debug)]
pub struct Needs<C, S, P, F, L> {
    /// In this group, in another, on another node.
    pub counters: C,
    /// Bound or not.
    pub spare: Option<S>,
    /// May be none.
    pub peers: P,
    /// Knows us too: a circle of one-way calls.
    pub friend: F,
    /// For people.
    pub log: L,
}

/// One of each.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// A truth.
    pub flag: bool,
    /// Signed.
    pub small: i8,
    /// Not whole.
    pub ratio: f32,
    /// Of the interface.
    pub mood: Mood,
    /// Text.
    pub name: &'static str,
    /// A time.
    pub pause: Duration,
    /// Bytes.
    pub room: u64,
    /// Several.
    pub levels: [u16; 3],
}

/// Uses everything once.
#[derive(Debug)]
pub struct Shapes<C, S, P, F, L> {
    needs: Needs<C, S, P, F, L>,
    params: Params,
    heard: Cell<u32>,
}

impl<C, S, P, F, L> Shapes<C, S, P, F, L>
where
    C: List<Item: Counter>,
    S: Counter,
    P: List<Item: Gossip>,
    F: Gossip,
    L: Logger,
{
    /// Refuses what nobody meant.
    pub fn new(needs: Needs<C, S, P, F, L>, params: Params) -> Result<Self, &'static str> {
        if params.room < 16 { Err("no room") } else { Ok(Self { needs, params, heard: Cell::new(0) }) }
    }

    async fn sum(&self) -> Result<u64, CallError> {
        let mut sum = 0;
        for counter in self.needs.counters.items() {
            sum += u64::from(counter.bump(1, self.heard.get()).await?.ran);
        }
        if let Some(spare) = &self.needs.spare {
            sum += 100 * u64::from(spare.bump(2, 0).await?.ran);
        }
        for peer in self.needs.peers.items() {
            peer.heard(1).await?;
        }
        self.needs.friend.heard(7).await?;
        Ok(sum)
    }
}

impl<C, S, P, F, L> Gossip for Shapes<C, S, P, F, L>
where
    C: List<Item: Counter>,
    S: Counter,
    P: List<Item: Gossip>,
    F: Gossip,
    L: Logger,
{
    async fn heard(&self, rumour: u32) -> Result<(), CallError> {
        self.heard.set(self.heard.get() + rumour);
        Ok(())
    }
}

impl<C, S, P, F, L> Summary for Shapes<C, S, P, F, L>
where
    C: List<Item: Counter>,
    S: Counter,
    P: List<Item: Gossip>,
    F: Gossip,
    L: Logger,
{
    async fn total(&self) -> Result<u64, CallError> {
        self.sum().await
    }
}

impl<C, S, P, F, L> Run for Shapes<C, S, P, F, L>
where
    C: List<Item: Counter>,
    S: Counter,
    P: List<Item: Gossip>,
    F: Gossip,
    L: Logger,
{
    async fn run(&self) -> Result<(), impl fmt::Display> {
        let sum = self.sum().await?;
        let p = self.params;
        let mut line = ambience::String::<200>::new();
        let _ = write!(
            line,
            "{}: sum={sum} lists={} spare={} peers={} {} {} {} {:?} {:?} {} {:?}",
            p.name,
            self.needs.counters.items().len(),
            self.needs.spare.is_some(),
            self.needs.peers.items().len(),
            p.flag,
            p.small,
            p.ratio,
            p.mood,
            p.pause,
            p.room,
            p.levels
        );
        self.needs.log.info(&line).await
    }
}
