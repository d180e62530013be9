//! ```lidl
//! service store { add(n: u32) -> u32; slow(ms: u32) -> u32; sum(bytes: vector<u8, 100_000>) -> u64; die();
//!                 stable(bytes: vector<u8, 100_000>) -> bool; }
//! ```
#![allow(clippy::manual_async_fn, reason = "an async fn keeps its arguments twice")]

use ambc_kernel::{CallError, CallOptions, Channel, Handle, Instance, Request};
use ambc_wire::{Bulk, Decode, record};

/// Largest `bytes` of `sum`.
pub const MAX_BYTES: usize = 100_000;

#[derive(Clone, Copy, Debug)]
pub struct Sum<'a> {
    pub bytes: Bulk<'a, u8>,
}
record!(Sum<'a> { bytes: ambc_wire::Vector<u8, MAX_BYTES> });

#[allow(async_fn_in_trait, reason = "nothing of a group is Send")]
pub trait Store {
    async fn add(&self, n: u32) -> Result<u32, CallError>;
    async fn slow(&self, ms: u32) -> Result<u32, CallError>;
    async fn sum(&self, bytes: Bulk<'_, u8>) -> Result<u64, CallError>;
    async fn die(&self) -> Result<(), CallError>;
    async fn stable(&self, bytes: Bulk<'_, u8>) -> Result<bool, CallError>;
}

impl<K: Instance<T: Store>> Store for Handle<K> {
    fn add(&self, n: u32) -> impl Future<Output = Result<u32, CallError>> {
        Handle::get(*self).add(n)
    }
    fn slow(&self, ms: u32) -> impl Future<Output = Result<u32, CallError>> {
        Handle::get(*self).slow(ms)
    }
    fn sum(&self, bytes: Bulk<'_, u8>) -> impl Future<Output = Result<u64, CallError>> {
        Handle::get(*self).sum(bytes)
    }
    fn die(&self) -> impl Future<Output = Result<(), CallError>> {
        Handle::get(*self).die()
    }
    fn stable(&self, bytes: Bulk<'_, u8>) -> impl Future<Output = Result<bool, CallError>> {
        Handle::get(*self).stable(bytes)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct StoreClient<C>(pub C);

const PLAIN: CallOptions = CallOptions { timeout_us: 0, idempotent: false };

impl<C: Channel> Store for StoreClient<C> {
    fn add(&self, n: u32) -> impl Future<Output = Result<u32, CallError>> {
        async move { self.0.call(1, &n, PLAIN).await }
    }
    fn slow(&self, ms: u32) -> impl Future<Output = Result<u32, CallError>> {
        async move { self.0.call(2, &ms, PLAIN).await }
    }
    fn sum(&self, bytes: Bulk<'_, u8>) -> impl Future<Output = Result<u64, CallError>> {
        async move { self.0.call(3, &Sum { bytes }, PLAIN).await }
    }
    fn die(&self) -> impl Future<Output = Result<(), CallError>> {
        async move { self.0.call(4, &(), PLAIN).await }
    }
    fn stable(&self, bytes: Bulk<'_, u8>) -> impl Future<Output = Result<bool, CallError>> {
        async move { self.0.call(5, &Sum { bytes }, PLAIN).await }
    }
}

pub fn dispatch<'a, S: Store>(svc: &'a S, req: Request<'a>) -> impl Future<Output = ()> + 'a {
    async move {
        let mut buffer = [0; 8];
        match req.proc() {
            1 => match req.args(&mut buffer).and_then(u32::decode) {
                Ok(n) => req.reply(&svc.add(n).await),
                Err(e) => req.fail(e),
            },
            2 => match req.args(&mut buffer).and_then(u32::decode) {
                Ok(ms) => req.reply(&svc.slow(ms).await),
                Err(e) => req.fail(e),
            },
            3 => match req.bulk_args().await {
                Ok(bytes) => match Sum::decode(&bytes) {
                    Ok(sum) => req.reply(&svc.sum(sum.bytes).await),
                    Err(e) => req.fail(e),
                },
                Err(e) => req.fail(e),
            },
            4 => req.reply(&svc.die().await),
            5 => match req.bulk_args().await {
                Ok(bytes) => match Sum::decode(&bytes) {
                    Ok(sum) => req.reply(&svc.stable(sum.bytes).await),
                    Err(e) => req.fail(e),
                },
                Err(e) => req.fail(e),
            },
            _ => req.fail(CallError::Mismatch),
        }
    }
}
