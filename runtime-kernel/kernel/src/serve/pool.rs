//! The pool of one instance: it serves the lanes that lead to it, with a fixed number of requests in flight.
//!
//! Pools are per instance, never per group: requests that wait for another group could fill a pool of the group while that
//! group waits for a request here, a deadlock on cyclic groups although the instances are acyclic.
use super::Work;
use super::kids::Child;
use crate::lane::{Attention, Request, Server};
use crate::{Ctx, WakeMask};
use core::fmt;
use core::future::Future;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::task::Context;

/// What does not fit stays in its ring: back-pressure.
///
/// `'s` is how long requests may live (the servers), `'p` how long the pool does: one lifetime would force the pool to be static.
pub struct Serve<'p, 's, H, F> {
    lanes: &'p [&'s Server],
    ctx: &'p Ctx<'p>,
    wake: &'static WakeMask,
    handler: H,
    children: Pin<&'p mut [Child<F>]>,
    /// One bit per child that is full.
    used: usize,
    all: usize,
    /// The lane that is looked at first, for fairness.
    first: usize,
}

impl<'p, 's, H: Fn(Request<'s>) -> F, F: Future<Output = ()>> Serve<'p, 's, H, F> {
    /// A pool with as many requests in flight as `children`.
    ///
    /// # Panics
    /// If there are more children than [`WakeMask::TASKS`], or none.
    pub fn new(
        children: Pin<&'p mut [Child<F>]>,
        lanes: &'p [&'s Server],
        ctx: &'p Ctx<'p>,
        wake: &'static WakeMask,
        handler: H,
    ) -> Self {
        assert!(
            (1..=WakeMask::TASKS).contains(&children.len()),
            "a pool holds 1 to {} requests",
            WakeMask::TASKS
        );
        let all = usize::MAX >> (WakeMask::TASKS - children.len());
        Self { lanes, ctx, wake, handler, children, used: 0, all, first: 0 }
    }

    /// Bytes of memory of one request in flight.
    #[must_use]
    pub const fn child_bytes(&self) -> usize {
        size_of::<Child<F>>()
    }

    /// Takes what arrived, round robin over the lanes; the children that got a request.
    #[inline]
    fn accept(&mut self) -> usize {
        let mut started = 0;
        let lanes = self.lanes.len();
        for turn in 0..lanes {
            let lane = if self.first + turn < lanes { self.first + turn } else { self.first + turn - lanes };
            if !self.lanes[lane].idle() {
                started |= self.accept_from(lane);
            }
        }
        self.first = if self.first + 1 >= lanes { 0 } else { self.first + 1 };
        started
    }

    #[inline]
    fn accept_from(&mut self, lane: usize) -> usize {
        let server = self.lanes[lane];
        if let Some(attention) = server.attend() {
            self.attend(lane, attention);
        }
        let mut started = 0;
        // No more than there are children: a caller that refills its ring meanwhile waits for its next turn.
        while self.used != self.all {
            let Some(mut request) = server.pop(self.ctx.recent()) else { break };
            request.set_lane(lane as u8);
            if server.was_accepted(request.slot()) {
                self.detach(lane, request.slot());
            }
            let child = (!self.used).trailing_zeros() as usize;
            child_at(&mut self.children, child).start(request, &self.handler);
            self.used |= 1 << child;
            started |= 1 << child;
        }
        started
    }

    /// A child that was accepted runs on after its slot has gone to another request.
    #[cold]
    fn detach(&mut self, lane: usize, slot: u8) {
        for i in bits(self.used) {
            if child_at(&mut self.children, i).origin() == Some((lane, slot)) {
                child_at(&mut self.children, i).detach();
            }
        }
        self.lanes[lane].forget_accepted(slot);
    }

    #[cold]
    fn attend(&mut self, lane: usize, attention: Attention) {
        let server = self.lanes[lane];
        for i in bits(self.used) {
            let slot = match child_at(&mut self.children, i).origin() {
                Some((from, slot)) if from == lane => slot,
                _ => continue,
            };
            match attention {
                Attention::Reset if server.was_accepted(slot) => self.detach(lane, slot),
                Attention::Reset => self.finish(i),
                Attention::Cancelled if server.cancelled(slot) => self.finish(i),
                Attention::Cancelled => {}
            }
        }
        if attention == Attention::Reset {
            server.renew();
        }
    }

    fn finish(&mut self, i: usize) {
        self.used &= !(1 << i);
        let mut child = child_at(&mut self.children, i);
        child.as_mut().stop();
        if let Some((lane, slot)) = child.origin() {
            self.lanes[lane].forget_accepted(slot);
        }
    }

    #[inline]
    fn poll(&mut self, i: usize) {
        let deadline = match child_at(&mut self.children, i).origin() {
            Some((lane, slot)) if !self.lanes[lane].was_accepted(slot) => {
                child_at(&mut self.children, i).deadline()
            }
            _ => u64::MAX, // accepted: its caller waits no more
        };
        self.ctx.set_deadline(deadline);
        // The waker is only an address: nothing is lost if it is not dropped.
        let waker = ManuallyDrop::new(self.wake.waker(i));
        if child_at(&mut self.children, i).poll(&mut Context::from_waker(&waker)).is_ready() {
            self.finish(i);
        }
    }
}

impl<'s, H: Fn(Request<'s>) -> F, F: Future<Output = ()>> Work for Serve<'_, 's, H, F> {
    #[inline]
    fn run(&mut self) -> bool {
        if !self.wake.any() && self.lanes.iter().all(|lane| lane.idle()) {
            return false;
        }
        let woken = self.wake.take();
        let ready = self.accept() | woken;
        for i in bits(ready & self.used) {
            self.poll(i);
        }
        ready != 0
    }

    fn in_flight(&self) -> u32 {
        self.used.count_ones()
    }
}

impl<H, F> fmt::Debug for Serve<'_, '_, H, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve").field("lanes", &self.lanes).field("used", &self.used).finish_non_exhaustive()
    }
}

fn bits(mut mask: usize) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let bit = (mask != 0).then_some(mask.trailing_zeros() as usize);
        mask &= mask.wrapping_sub(1);
        bit
    })
}

#[inline]
#[expect(unsafe_code, reason = "projection of a pin")]
fn child_at<'a, F>(children: &'a mut Pin<&mut [Child<F>]>, i: usize) -> Pin<&'a mut Child<F>> {
    // SAFETY: the slice is pinned, so its elements are; none is moved.
    unsafe { children.as_mut().map_unchecked_mut(|all| &mut all[i]) }
}
