//! A node for tests of services.

use crate::{Edges, Host, Known, Level, Measured, Voice};
use ambc_kernel::Ctx;
use ambc_kernel::LaneSpec;
use ambc_kernel::lane::Counts;
use ambc_kernel::spec::{NodeLane, Side};
use ambience::{MetricKind, MetricValueOwned};
use core::cell::RefCell;
use core::fmt;
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};

pub(crate) struct Node {
    ctx: &'static Ctx<'static>,
    known: Known,
    heard: &'static Heard,
}

#[derive(Debug, Default)]
struct Heard(RefCell<Vec<String>>);
#[derive(Debug)]
struct One;

/// A clock that goes on by some µs whenever somebody looks.
pub(crate) fn clock() -> u64 {
    static NOW: AtomicU64 = AtomicU64::new(1 << 40);
    NOW.fetch_add(7_003, Relaxed)
}

pub(crate) fn ctx() -> &'static Ctx<'static> {
    let timers = Vec::leak(vec![ambc_kernel::Timer::new()]);
    Box::leak(Box::new(Ctx::new(clock, timers)))
}

impl Node {
    pub(crate) fn new() -> Self {
        let heard: &Heard = Box::leak(Box::default());
        let known = Known { vitals: Box::leak(Box::default()), edges: &One, metrics: &One, voice: heard };
        Self { ctx: ctx(), known, heard }
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.heard.0.borrow().clone()
    }
}

impl Host for Node {
    fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }
    fn started(&self) -> u64 {
        0
    }
    fn known(&self) -> Known {
        self.known
    }
    fn keep<T>(&self, value: T) -> &'static T {
        Box::leak(Box::new(value))
    }
}

impl Voice for Heard {
    fn line(&self, _: Level, who: &str, message: fmt::Arguments<'_>) {
        self.0.borrow_mut().push(format!("{who}: {message}"));
    }
    fn event(&self, event: fmt::Arguments<'_>) {
        self.0.borrow_mut().push(event.to_string());
    }
}

impl Edges for One {
    fn lanes(&self) -> &'static [NodeLane] {
        const LANE: NodeLane = NodeLane::new("a.b -> c", LaneSpec::small(1, 8), Side::Kernel, Side::Kernel);
        &[LANE]
    }
    fn counts(&self, _: usize) -> Counts {
        Counts { calls: 3, errors: [0, 1, 0, 0, 0, 0, 0, 0], ..Counts::default() }
    }
}

impl Measured for One {
    fn len(&self) -> usize {
        1
    }
    fn value(&self, index: usize) -> Option<MetricValueOwned> {
        (index == 0).then(|| MetricValueOwned {
            instance: crate::health::cut("pump"),
            name: crate::health::cut("pressure"),
            kind: MetricKind::Gauge,
            count: 0,
            value: 1.5,
            least: 0.0,
            most: 0.0,
        })
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}
