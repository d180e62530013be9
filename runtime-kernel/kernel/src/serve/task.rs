//! A single future of a group: the main loop of an active service.
use super::Work;
use crate::{Ctx, WakeMask};
use core::fmt;
use core::future::Future;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::task::{Context, Poll};

/// Runs one future to its end and then reports what it said.
pub struct Task<'p, F, D> {
    future: Option<Pin<&'p mut F>>,
    report: Option<D>,
    wake: &'static WakeMask,
    ctx: &'p Ctx<'p>,
    attends: bool,
}

impl<'p, F: Future, D: FnOnce(F::Output)> Task<'p, F, D> {
    /// `report` is called once, with the result.
    pub fn new(future: Pin<&'p mut F>, wake: &'static WakeMask, ctx: &'p Ctx<'p>, report: D) -> Self {
        wake.set(0);
        Self { future: Some(future), report: Some(report), wake, ctx, attends: false }
    }

    /// It never ends and only does what others give it and count: it does not keep its group from being done.
    #[must_use]
    pub fn attending(self) -> Self {
        Self { attends: true, ..self }
    }
}

impl<F: Future, D: FnOnce(F::Output)> Work for Task<'_, F, D> {
    fn run(&mut self) -> bool {
        if self.wake.take() == 0 {
            return false;
        }
        let Some(future) = self.future.as_mut() else { return false };
        self.ctx.set_deadline(u64::MAX);
        // The waker is only an address: nothing is lost if it is not dropped.
        let waker = ManuallyDrop::new(self.wake.waker(0));
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.future = None;
            if let Some(report) = self.report.take() {
                report(result);
            }
        }
        true
    }

    /// A task is not in flight: it may run for ever. Its calls are, at their lanes.
    fn in_flight(&self) -> u32 {
        0
    }

    fn done(&self) -> bool {
        self.attends || self.future.is_none()
    }
}

impl<F, D> fmt::Debug for Task<'_, F, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("done", &self.future.is_none()).finish_non_exhaustive()
    }
}
