//! A well-behaved active service beside a hostile group: everything it asks of others must succeed.

use crate::store::Store;
use ambc_kernel::{CallError, Run};
use ambc_wire::Bulk;

#[derive(Debug)]
pub struct Needs<K, T, V> {
    pub keeper: K,
    pub tally: T,
    pub villain: V,
}

#[derive(Debug)]
pub struct Neighbour<K, T, V> {
    needs: Needs<K, T, V>,
}

impl<K: Store, T: Store, V: Store> Neighbour<K, T, V> {
    pub fn new(needs: Needs<K, T, V>) -> Self {
        Self { needs }
    }

    async fn round(&self, bytes: &[u8], sum: u64) -> Result<(), CallError> {
        for _ in 0..20 {
            let (a, b) = (
                self.needs.keeper.sum(Bulk::from(bytes)).await?,
                self.needs.tally.sum(Bulk::from(&bytes[..40])).await?,
            );
            let small = self.needs.keeper.slow(0).await?;
            if (a, b, small) != (sum, 80, 0) {
                return Err(CallError::Malformed);
            }
        }
        Ok(())
    }
}

impl<K: Store, T: Store, V: Store> Run for Neighbour<K, T, V> {
    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        let bytes = vec![2; 10_000];
        for round in 0u64.. {
            // Whatever the hostile one answers, or if it does not: it ends, and means nothing.
            let villain = self.needs.villain.add(1).await;
            let large = self.needs.villain.sum(Bulk::from(&bytes[..1000])).await;
            self.round(&bytes, 20_000).await?;
            if round.is_multiple_of(10) {
                eprintln!("good round {round}: villain {villain:?} {large:?}");
            }
        }
        Ok::<(), CallError>(())
    }
}
