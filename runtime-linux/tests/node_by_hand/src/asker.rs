//! An active service: calls its two dependencies and says what came back.

use crate::store::Store;
use ambc_kernel::Run;
use ambc_wire::Bulk;

#[derive(Debug)]
pub struct Needs<K, T> {
    pub keeper: K,
    pub tally: T,
}

#[derive(Debug)]
pub struct Params {
    pub rounds: u32,
}

#[derive(Debug)]
pub struct Asker<K, T> {
    needs: Needs<K, T>,
    rounds: u32,
}

impl<K: Store, T: Store> Asker<K, T> {
    pub fn new(needs: Needs<K, T>, params: Params) -> Self {
        Self { needs, rounds: params.rounds }
    }
}

impl<K: Store, T: Store> Run for Asker<K, T> {
    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        let (mut keeper, mut tally) = (Ok(0), Ok(0));
        for _ in 0..self.rounds {
            keeper = self.needs.keeper.add(1).await;
            tally = self.needs.tally.add(2).await;
        }
        let bytes = vec![1; 50_000];
        let sum = self.needs.keeper.sum(Bulk::from(bytes.as_slice())).await;
        eprintln!("keeper {keeper:?} tally {tally:?} sum {sum:?}");
        let died = self.needs.keeper.die().await;
        let again = self.needs.keeper.add(7).await;
        eprintln!("died {died:?} again {again:?}");
        Err::<(), _>("asked everything")
    }
}
