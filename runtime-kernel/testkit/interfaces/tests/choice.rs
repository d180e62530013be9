//! One dependency that is several replicas: who is asked, for how long, and what the caller gets to know.

use CallError::{Cancelled, Denied, Malformed, Mismatch, Overloaded, Restarted, Timeout, Unreachable};
use Does::{Answers, Fails, Hangs};
use ambc_kernel::time;
use ambc_testkit::{advance_to, ctx, now};
use ambience::{Any, CallError, Failure, First};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use testkit_interfaces::{
    CameraError, Frame, FrameHandler, FrameHandlerLatestResult, PageVerdictOwned, Verdict,
};

const MS: u64 = 1_000_000;

type Answer<T> = Result<T, CallError>;

/// What a replica does with a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Answers,
    Fails(CallError),
    /// As long as its caller waits.
    Hangs,
}

/// A replica, and a list of who was asked that all of them share.
struct Replica {
    name: char,
    does: Cell<Does>,
    asked: Rc<RefCell<String>>,
    ctx: &'static ambc_kernel::Ctx<'static>,
    /// Calls that were dropped before they came to an end.
    dropped: Rc<Cell<u32>>,
}

struct Dropped<'a>(&'a Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Replica {
    async fn called(&self) -> Answer<()> {
        self.asked.borrow_mut().push(self.name);
        match self.does.get() {
            Answers => Ok(()),
            Fails(error) => Err(error),
            Hangs => {
                let dropped = Dropped(&self.dropped);
                time::sleep_until(self.ctx, self.ctx.deadline()).await;
                std::mem::forget(dropped);
                Err(Timeout)
            }
        }
    }
}

impl FrameHandler for Replica {
    async fn handle(&self, _: &Frame<'_>) -> Answer<Verdict> {
        self.called().await.map(|()| Verdict::Animal)
    }

    async fn last(&self, count: u8) -> Result<PageVerdictOwned, Failure<CameraError>> {
        self.called().await?;
        Err(CameraError::Hardware(count.into()).into())
    }

    async fn ping(&self) -> Answer<()> {
        self.called().await
    }

    async fn hint(&self, _: u8) -> Answer<()> {
        self.called().await
    }

    async fn latest(&self) -> Answer<FrameHandlerLatestResult> {
        self.called().await?;
        Err(Denied)
    }

    async fn size_of(&self, _: u64, _: u8) -> Answer<Option<u32>> {
        self.called().await.map(|()| None)
    }
}

/// Polls it once.
fn is_done<F: Future>(call: &mut Pin<Box<F>>) -> bool {
    call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// A call that is not idempotent.
fn call(of: &impl FrameHandler) -> impl Future<Output = Answer<Option<u32>>> {
    of.size_of(1, 1)
}

/// Replicas a, b, c and what they were asked.
struct Bench {
    ctx: &'static ambc_kernel::Ctx<'static>,
    asked: Rc<RefCell<String>>,
    dropped: Rc<Cell<u32>>,
}

impl Bench {
    fn new() -> Self {
        Self { ctx: ctx(4), asked: Rc::default(), dropped: Rc::default() }
    }

    fn replicas<const N: usize>(&self, does: [Does; N]) -> [Replica; N] {
        let mut names = 'a'..;
        does.map(|does| Replica {
            name: names.next().expect("there are enough letters"),
            does: Cell::new(does),
            asked: Rc::clone(&self.asked),
            ctx: self.ctx,
            dropped: Rc::clone(&self.dropped),
        })
    }

    /// Runs a call to its end; the result, and how long it took in milliseconds.
    fn run<F: Future>(&self, call: F) -> (F::Output, u64) {
        let (start, mut call) = (self.ctx.now(), pin!(call));
        loop {
            if let Poll::Ready(answer) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return (answer, (self.ctx.now() - start) / MS);
            }
            self.wait(1);
        }
    }

    fn wait(&self, ms: u64) {
        advance_to(now() + ms * MS);
        self.ctx.now();
    }

    /// Who was asked since the last time.
    fn asked(&self) -> String {
        self.asked.take()
    }
}

#[test]
fn first_asks_in_order_until_one_answers() {
    for error in [Timeout, Unreachable, Restarted, Overloaded] {
        let bench = Bench::new();
        let first = First::new(bench.ctx, bench.replicas([Fails(error), Answers, Answers]), [0; 3]);
        assert_eq!(bench.run(call(&first)).0, Ok(None));
        assert_eq!(bench.asked(), "ab", "{error}");
    }
}

#[test]
fn what_a_member_says_ends_the_call() {
    for error in [Denied, Malformed, Mismatch, Cancelled] {
        let bench = Bench::new();
        let first = First::new(bench.ctx, bench.replicas([Fails(error), Answers]), [0; 2]);
        for _ in 0..2 {
            assert_eq!(bench.run(call(&first)).0, Err(error));
        }
        assert_eq!(bench.asked(), "aa");
    }
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Answers, Answers]), [0; 2]);
    let declared = Err(Failure::Error(CameraError::Hardware(7)));
    assert_eq!(bench.run(first.last(7)).0, declared);
    assert_eq!(bench.asked(), "a");
}

#[test]
fn a_call_asks_each_member_once_and_then_fails() {
    let bench = Bench::new();
    let all = bench.replicas([Fails(Unreachable), Fails(Restarted), Fails(Timeout)]);
    let first = First::new(bench.ctx, all, [0; 3]);
    assert_eq!(bench.run(call(&first)).0, Err(Timeout));
    assert_eq!(bench.asked(), "abc");
    // None is usable now, so all are asked nevertheless.
    assert_eq!(bench.run(call(&first)).0, Err(Timeout));
    assert_eq!(bench.asked(), "abc");
}

#[test]
fn overloaded_is_said_only_if_no_member_can_have_run() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Fails(Restarted), Fails(Overloaded)]), [0; 2]);
    assert_eq!(bench.run(call(&first)).0, Err(Restarted));
    let first = First::new(bench.ctx, bench.replicas([Fails(Overloaded), Fails(Overloaded)]), [0; 2]);
    assert_eq!(bench.run(call(&first)).0, Err(Overloaded));
}

#[test]
fn a_member_that_hangs_gets_half_of_the_time_and_the_last_one_all_that_is_left() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Hangs, Hangs, Hangs]), [0; 3]);
    assert_eq!(bench.run(call(&first)), (Err(Timeout), 5000));
    let first = First::new(bench.ctx, bench.replicas([Hangs, Answers]), [0; 2]);
    assert_eq!(bench.run(call(&first)), (Ok(None), 2500));
}

#[test]
fn a_timeout_of_a_binding_bounds_one_attempt() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Hangs, Hangs, Answers]), [300_000, 0, 0]);
    assert_eq!(bench.run(call(&first)), (Ok(None), 300 + 4700 / 2));
    let first = First::new(bench.ctx, bench.replicas([Hangs, Answers]), [7_000_000, 7_000_000]);
    assert_eq!(bench.run(call(&first)), (Ok(None), 7000), "bindings may say more");
}

#[test]
fn the_callers_own_deadline_is_kept() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Hangs, Hangs]), [0; 2]);
    let call = time::with_deadline(bench.ctx, bench.ctx.now() + 100 * MS, call(&first));
    assert_eq!(bench.run(call), (Err(Timeout), 100));
    assert_eq!(bench.asked(), "ab");
}

#[test]
fn a_member_that_did_not_answer_is_left_out_for_a_while() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Fails(Unreachable), Answers]), [0; 2]);
    let asked = |ms| {
        bench.wait(ms);
        assert_eq!(bench.run(call(&first)).0, Ok(None));
        bench.asked()
    };
    assert_eq!([asked(0), asked(0), asked(99)], ["ab", "b", "b"], "for 100 ms");
    assert_eq!([asked(1), asked(199), asked(1)], ["ab", "b", "ab"], "then for 200");
    for _ in 0..20 {
        asked(10_000);
    }
    assert_eq!([asked(9_999), asked(1)], ["b", "ab"], "never for more than 10 s");
}

#[test]
fn a_member_that_answers_again_is_preferred_again() {
    let bench = Bench::new();
    let replicas = bench.replicas([Fails(Restarted), Answers]);
    let first = First::new(bench.ctx, [&replicas[0], &replicas[1]], [0; 2]);
    bench.run(call(&first)).0.unwrap();
    replicas[0].does.set(Answers);
    bench.wait(100);
    bench.asked();
    for _ in 0..3 {
        bench.run(call(&first)).0.unwrap();
    }
    assert_eq!(bench.asked(), "aaa");
}

#[test]
fn while_one_call_tries_a_member_the_others_stay_away() {
    let bench = Bench::new();
    let replicas = bench.replicas([Fails(Timeout), Answers]);
    let first = First::new(bench.ctx, [&replicas[0], &replicas[1]], [0; 2]);
    bench.run(call(&first)).0.unwrap();
    bench.wait(100);
    replicas[0].does.set(Hangs);
    bench.asked();
    let mut trying = Box::pin(call(&first));
    assert!(!is_done(&mut trying));
    bench.run(call(&first)).0.unwrap();
    assert_eq!(bench.asked(), "ab");
    drop(trying);
    assert_eq!(bench.dropped.get(), 1, "dropping the call drops the attempt");
}

#[test]
fn calls_that_fail_together_are_one_failure() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Hangs, Answers]), [50_000, 0]);
    let mut calls: Vec<_> = (0..16).map(|_| Box::pin(call(&first))).collect();
    assert!(!calls.iter_mut().any(is_done));
    bench.wait(50);
    assert!(calls.iter_mut().all(is_done));
    bench.asked();
    bench.wait(100);
    bench.run(call(&first)).0.unwrap();
    assert_eq!(bench.asked(), "ab", "100 ms, not 10 s");
}

#[test]
fn any_takes_turns() {
    let bench = Bench::new();
    let any = Any::new(bench.ctx, bench.replicas([Answers, Answers, Answers]), [0; 3]);
    for _ in 0..7 {
        bench.run(call(&any)).0.unwrap();
    }
    assert_eq!(bench.asked(), "abcabca");
}

#[test]
fn any_gives_a_call_that_may_have_run_to_nobody_else() {
    for error in [Timeout, Unreachable, Restarted] {
        let bench = Bench::new();
        let any = Any::new(bench.ctx, bench.replicas([Fails(error), Answers, Answers]), [0; 3]);
        assert_eq!(bench.run(call(&any)).0, Err(error));
        for _ in 0..4 {
            bench.run(call(&any)).0.unwrap();
        }
        assert_eq!(bench.asked(), "abcbc", "the turns are evenly shared by the others");
    }
}

#[test]
fn any_gives_a_call_that_did_not_run_or_is_idempotent_to_the_next() {
    let bench = Bench::new();
    let any = Any::new(bench.ctx, bench.replicas([Fails(Overloaded), Answers]), [0; 2]);
    assert_eq!(bench.run(call(&any)).0, Ok(None));
    let any = Any::new(bench.ctx, bench.replicas([Fails(Timeout), Answers]), [0; 2]);
    assert_eq!(bench.run(any.ping()).0, Ok(()));
    assert_eq!(bench.asked(), "abab");
}

#[test]
fn any_lets_a_slow_member_use_all_the_time_unless_another_may_be_asked() {
    let bench = Bench::new();
    let any = Any::new(bench.ctx, bench.replicas([Hangs, Answers]), [0; 2]);
    assert_eq!(bench.run(call(&any)), (Err(Timeout), 5000));
    let any = Any::new(bench.ctx, bench.replicas([Hangs, Answers]), [0; 2]);
    assert_eq!(bench.run(any.ping()), (Ok(()), 2500));
}

#[test]
fn one_way_calls_choose_as_well() {
    let bench = Bench::new();
    let first = First::new(bench.ctx, bench.replicas([Fails(Unreachable), Answers]), [0; 2]);
    assert_eq!(bench.run(first.hint(1)).0, Ok(()));
    let any = Any::new(bench.ctx, bench.replicas([Answers, Answers]), [0; 2]);
    for _ in 0..2 {
        assert_eq!(bench.run(any.hint(1)).0, Ok(()));
    }
    assert_eq!(bench.asked(), "abab");
}
