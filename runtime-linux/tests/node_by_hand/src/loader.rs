//! An active service that keeps twelve calls under way and counts how they end.

use crate::store::Store;
use ambc_kernel::{CallError, Run};
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
async fn all<F: Future>(mut calls: Vec<Pin<Box<F>>>) -> Vec<F::Output> {
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
    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
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
        let Count { calls, ok, restarted, other, tally, rounds, .. } = count;
        eprintln!("done {calls} ok {ok} restarted {restarted} other {other} tally {tally} rounds {rounds}");
        Ok::<(), CallError>(())
    }
}
