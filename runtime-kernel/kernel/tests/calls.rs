//! What a call over a lane promises: answers, errors, deadlines, cancellation, back-pressure.
mod common;

use ambc_kernel::{CallError, CallOptions, Channel, LaneSpec, time};
use ambc_testkit::now;
use common::{ADD, Answer, DENY, ONEWAY, SLEEP, call, ms, run, run_within};
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

const SPEC: LaneSpec = LaneSpec::small(4, 8);

/// Polls all calls of one task until each has answered; the answers in the order in which they came.
async fn all<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut calls: Vec<_> = calls.into_iter().map(Box::pin).collect();
    let mut answers = Vec::new();
    poll_fn(|cx| {
        calls.retain_mut(|call| match call.as_mut().poll(cx) {
            Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            Poll::Pending => true,
        });
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers
}

/// Polls a future once, so that its call is made, and drops it.
async fn start_and_drop<F: Future>(future: F) {
    let mut future = pin!(future);
    let pending = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
    assert!(pending);
}

#[test]
fn answers_and_errors_come_back() {
    let ran = run(SPEC, 2, 2, |caller, _| async move {
        for n in 0..20 {
            assert_eq!(call(caller, ADD, n).await, Ok(n + 1));
        }
        assert_eq!(call(caller, DENY, 0).await, Err(CallError::Denied));
        assert_eq!(call(caller, 99, 0).await, Err(CallError::Mismatch));
        let wrong_size: Answer = caller.call(ADD, &7_u64, CallOptions::default()).await;
        assert_eq!(wrong_size, Err(CallError::Malformed));
        assert_eq!((caller.counters().calls(), caller.counters().counts().failures()), (23, 3));
        assert_eq!(caller.counters().counts().histogram.iter().sum::<u64>(), 23);
    });
    assert_eq!(ran, 21);
}

#[test]
fn the_procedures_timeout_or_the_outer_deadline_ends_a_call_whichever_is_earlier() {
    run(SPEC, 2, 2, |caller, ctx| async move {
        let options = CallOptions { timeout_us: 3000, idempotent: false };
        let start = now();
        let answer: Answer = caller.call(SLEEP, &60_000, options).await;
        assert_eq!((answer, now() - start), (Err(CallError::Timeout), ms(3)));
        let start = now();
        let answer = time::with_deadline(ctx, start + ms(2), call(caller, SLEEP, 60_000)).await;
        assert_eq!((answer, now() - start), (Err(CallError::Timeout), ms(2)));
        let start = now();
        assert_eq!(call(caller, SLEEP, 60_000).await, Err(CallError::Timeout));
        assert_eq!(now() - start, 5_000_000_000);
        let answer = time::with_deadline(ctx, now(), call(caller, ADD, 1)).await;
        assert_eq!(answer, Err(CallError::Timeout));
    });
}

#[test]
fn the_procedures_or_the_bindings_timeout_ends_a_call_whichever_is_less() {
    for (binding, procedure, least) in [(2000, 3000, 2), (3000, 2000, 2), (3000, 0, 3), (0, 7_000_000, 7000)]
    {
        run_within(binding, SPEC, 2, 2, |caller, _| async move {
            let options = CallOptions { timeout_us: procedure, idempotent: false };
            let start = now();
            let answer: Answer = caller.call(SLEEP, &60_000, options).await;
            assert_eq!((answer, now() - start), (Err(CallError::Timeout), ms(least)));
        });
    }
}

#[test]
fn dropping_a_call_drops_the_callees_future_and_frees_the_slot() {
    let ran = run(SPEC, 1, 2, |caller, ctx| async move {
        assert_eq!(call(caller, ADD, 0).await, Ok(1));
        start_and_drop(call(caller, SLEEP, 1000)).await;
        assert_eq!(caller.free_slots(), 3);
        // The only child is free again long before the second 1.
        assert_eq!(call(caller, ADD, 1).await, Ok(2));
        assert!(now() < ms(1000));
        time::sleep_until(ctx, now() + 1).await;
        assert_eq!(caller.free_slots(), 4);
    });
    assert_eq!(ran, 2);
}

#[test]
fn a_request_that_expired_in_the_ring_is_not_run() {
    let ran = run(SPEC, 1, 2, |caller, _| async move {
        let options = CallOptions { timeout_us: 1000, idempotent: false };
        let held = async { call(caller, SLEEP, 50).await };
        let late = async { caller.call(ADD, &1, options).await };
        let answers =
            all([Box::pin(held) as std::pin::Pin<Box<dyn Future<Output = Answer>>>, Box::pin(late)]).await;
        assert_eq!(answers, [Err(CallError::Timeout), Ok(50)]);
    });
    assert_eq!(ran, 1);
}

#[test]
fn calls_wait_in_order_for_a_slot_and_the_waiting_room_is_bounded() {
    let order = RefCell::new(Vec::new());
    run(LaneSpec::small(2, 8), 1, 3, |caller, _| {
        let order = &order;
        async move {
            // Until both ends have met, every call waits.
            assert_eq!(call(caller, ADD, 0).await, Ok(1));
            let calls = (0..7).map(async |n: u32| {
                let answer = call(caller, SLEEP, n + 1).await;
                order.borrow_mut().push(n);
                answer
            });
            let answers = all(calls).await;
            let overloaded = answers.iter().filter(|a| **a == Err(CallError::Overloaded)).count();
            assert_eq!((overloaded, answers.len()), (2, 7));
        }
    });
    // 5 and 6 are refused at once; the others are served first come, first served.
    assert_eq!(*order.borrow(), [5, 6, 0, 1, 2, 3, 4]);
}

#[test]
fn a_call_that_waits_for_a_slot_times_out_there() {
    let ran = run(LaneSpec::small(1, 8), 1, 3, |caller, _| async move {
        let options = CallOptions { timeout_us: 2000, idempotent: false };
        let first = async { call(caller, SLEEP, 10).await };
        let second = async { caller.call(ADD, &5, options).await };
        let third = async { call(caller, ADD, 6).await };
        let calls: [std::pin::Pin<Box<dyn Future<Output = Answer>>>; 3] =
            [Box::pin(first), Box::pin(second), Box::pin(third)];
        assert_eq!(all(calls).await, [Err(CallError::Timeout), Ok(10), Ok(7)]);
    });
    assert_eq!(ran, 2);
}

#[test]
fn an_accepted_request_answers_at_once_and_runs_on() {
    let ran = run(LaneSpec::small(1, 8), 4, 3, |caller, _| async move {
        let start = now();
        for n in 1..=3 {
            let sent: Result<(), CallError> = caller.call(ONEWAY, &(n * 10), CallOptions::default()).await;
            assert_eq!(sent, Ok(()));
        }
        // The slot is the same; a cancellation of the new request must not end the old ones.
        start_and_drop(call(caller, SLEEP, 10_000)).await;
        assert_eq!(call(caller, ADD, 1).await, Ok(2));
        assert_eq!(now(), start);
    });
    assert_eq!(ran, 4);
}
