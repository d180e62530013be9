//! An active service that keeps twelve calls under way, and one more that stays in the keeper, and counts how they end.

use crate::keeper::FOR_EVER;
use crate::store::Store;
use ambc_kernel::{CallError, Run};
use core::cell::Cell;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;

#[derive(Debug)]
pub struct Needs<K, T> {
    pub keeper: K,
    pub tally: T,
}

#[derive(Debug)]
pub struct Params {
    /// Ends after the keeper was new this often.
    pub deaths: u32,
}

#[derive(Debug)]
pub struct Loader<K, T> {
    needs: Needs<K, T>,
    deaths: u32,
}

#[derive(Debug, Default)]
struct Count {
    calls: u32,
    ok: u32,
    restarted: u32,
    other: u32,
    tally: u32,
    rounds: u32,
    /// The keeper's total as last seen. If it did not grow by what succeeded since, the keeper is a new one.
    total: u32,
    deaths: u32,
}

impl<K: Store, T: Store> Loader<K, T> {
    pub fn new(needs: Needs<K, T>, params: Params) -> Self {
        Self { needs, deaths: params.deaths }
    }

    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn rounds(&self, held: &Cell<u32>) {
        let mut count = Count::default();
        while count.deaths < self.deaths {
            self.round(&mut count).await;
            if count.rounds == 100 {
                eprintln!("under way");
            }
        }
        for _ in 0..100 {
            self.round(&mut count).await;
        }
        let (Count { calls, ok, restarted, other, tally, rounds, .. }, held) = (count, held.get());
        eprintln!(
            "done {calls} ok {ok} restarted {restarted} other {other} tally {tally} rounds {rounds} held {held}"
        );
    }

    /// One keeper after the other has a call that stays until it dies; `held` counts those that ended as they should.
    async fn hold(&self, held: &Cell<u32>) {
        for _ in 0..self.deaths {
            if self.needs.keeper.slow(FOR_EVER).await == Err(CallError::Restarted) {
                held.set(held.get() + 1);
            }
        }
    }

    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn round(&self, count: &mut Count) {
        let calls = (0..12).map(|_| Box::pin(self.needs.keeper.add(1))).collect();
        let results: Vec<Result<u32, CallError>> = all(calls).await;
        count.calls += results.len() as u32;
        let before = count.ok;
        for result in results {
            match result {
                Ok(_) => count.ok += 1,
                Err(CallError::Restarted) => count.restarted += 1,
                Err(_) => count.other += 1,
            }
        }
        if let Ok(total) = self.needs.keeper.add(1).await {
            if total != count.total + (count.ok - before) + 1 {
                count.deaths += 1;
                eprintln!("new keeper {}", count.deaths);
            }
            count.total = total;
        }
        count.rounds += 1;
        count.tally += u32::from(self.needs.tally.add(1).await == Ok(count.rounds));
    }
}

/// The results of all calls, made at once.
async fn all<F: Future + ?Sized>(mut calls: Vec<Pin<Box<F>>>) -> Vec<F::Output> {
    let mut results = Vec::new();
    poll_fn(|cx| {
        calls.retain_mut(|call| match call.as_mut().poll(cx) {
            Poll::Ready(result) => {
                results.push(result);
                false
            }
            Poll::Pending => true,
        });
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results
}

impl<K: Store, T: Store> Run for Loader<K, T> {
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        let held = Cell::new(0);
        let both: Vec<Pin<Box<dyn Future<Output = ()>>>> =
            vec![Box::pin(self.rounds(&held)), Box::pin(self.hold(&held))];
        all(both).await;
        Ok::<(), CallError>(())
    }
}
