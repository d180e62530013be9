//! A service that adds, and can sleep or die on request.

use crate::store::Store;
use ambc_kernel::{CallError, Ctx, time};
use ambc_wire::Bulk;
use std::cell::Cell;

/// Milliseconds of a `slow` call that no test waits for.
pub const FOR_EVER: u32 = 3_600_000;

#[derive(Debug)]
pub struct Keeper {
    total: Cell<u32>,
    /// A service gets its time from `ambience::timer`; this one is part of a test.
    ctx: &'static Ctx<'static>,
}

impl Keeper {
    pub fn new(ctx: &'static Ctx<'static>) -> Self {
        Self { total: Cell::new(0), ctx }
    }
}

impl Store for Keeper {
    async fn add(&self, n: u32) -> Result<u32, CallError> {
        self.total.set(self.total.get().wrapping_add(n));
        Ok(self.total.get())
    }

    #[expect(clippy::print_stderr, reason = "this test service has no logger")]
    async fn slow(&self, ms: u32) -> Result<u32, CallError> {
        if ms >= FOR_EVER {
            eprintln!("a call is here to stay");
        }
        time::sleep_until(self.ctx, self.ctx.now() + u64::from(ms) * 1_000_000).await;
        Ok(ms)
    }

    async fn sum(&self, bytes: Bulk<'_, u8>) -> Result<u64, CallError> {
        Ok(bytes.as_slice().iter().map(|b| u64::from(*b)).sum())
    }

    async fn die(&self) -> Result<(), CallError> {
        panic!("asked to die")
    }

    /// Whether the bytes are the same before and after a pause.
    async fn stable(&self, bytes: Bulk<'_, u8>) -> Result<bool, CallError> {
        let before = bytes.as_slice().to_vec();
        time::sleep_until(self.ctx, self.ctx.now() + 1_000_000).await;
        Ok(bytes.as_slice() == before)
    }
}
