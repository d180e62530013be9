//! An active service that calls all the time and says when the outcome changes, or when a call took longer than it may.

use crate::store::Store;
use ambc_kernel::{CallError, Ctx, Run, time};

#[derive(Debug)]
pub struct Needs<K> {
    pub keeper: K,
}

#[derive(Debug)]
pub struct Pinger<K> {
    needs: Needs<K>,
    ctx: &'static Ctx<'static>,
}

impl<K: Store> Pinger<K> {
    pub fn new(needs: Needs<K>, ctx: &'static Ctx<'static>) -> Self {
        Self { needs, ctx }
    }
}

impl<K: Store> Run for Pinger<K> {
    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        let (mut total, mut well) = (0, false);
        loop {
            match self.needs.keeper.add(1).await {
                // Not lost, not run twice.
                Ok(now) if now <= total => return Err(format!("{now} after {total}")),
                Ok(now) => {
                    total = now;
                    if !well {
                        eprintln!("now well");
                    }
                    well = true;
                }
                Err(error @ (CallError::Unreachable | CallError::Timeout)) => {
                    if well {
                        eprintln!("now {error:?}");
                    }
                    well = false;
                }
                Err(error) => return Err(format!("{error:?}")),
            }
            time::sleep_until(self.ctx, self.ctx.now() + 2_000_000).await;
        }
        #[expect(unreachable_code, reason = "names the type of success")]
        Ok(())
    }
}
