//! What services are beyond their types: inheritance, one-way calls, older shapes, numbers, everything that implements them.

mod lane;

use ambc_kernel::{Absent, CallOptions, Channel, Either};
use ambience::{Bulk, CallError, Failure, String};
use lane::run;
use std::cell::RefCell;
use testkit_interfaces::geometry::Rect;
use testkit_interfaces::{
    CameraError, FastTracker, FastTrackerClient, Frame, FrameHandler, FrameHandlerClient,
    FrameHandlerLatestResult, PageVerdictOwned, Tracker, Verdict, echo, fast_tracker, feed, frame_handler,
    max_request, net, tracker,
};

type Answer<T> = Result<T, CallError>;

/// Writes down its calls.
#[derive(Default)]
struct Notes(RefCell<Vec<std::string::String>>);

impl Notes {
    fn note(&self, text: impl ToString) {
        self.0.borrow_mut().push(text.to_string());
    }
}

impl FrameHandler for Notes {
    async fn handle(&self, frame: &Frame<'_>) -> Answer<Verdict> {
        self.note(format_args!("handle {} {}", frame.id, frame.pixels.len()));
        if frame.pixels.as_slice().first() == Some(&1) { Ok(Verdict::Animal) } else { Ok(Verdict::Empty) }
    }

    async fn last(&self, count: u8) -> Result<PageVerdictOwned, Failure<CameraError>> {
        // Collecting more than the bound would panic.
        if count > 32 {
            return Err(CameraError::Hardware(count.into()).into());
        }
        Ok(PageVerdictOwned { items: (0..count).map(|_| Verdict::Person).collect(), next: None })
    }

    async fn ping(&self) -> Answer<()> {
        self.note("ping");
        Ok(())
    }

    async fn hint(&self, level: u8) -> Answer<()> {
        self.note(format_args!("hint {level}"));
        Err(CallError::Denied)
    }

    async fn latest(&self) -> Answer<FrameHandlerLatestResult> {
        Ok(FrameHandlerLatestResult { frame: String::new(), verdict: Verdict::Empty })
    }

    async fn size_of(&self, id: u64, unit: u8) -> Answer<Option<u32>> {
        Ok((id > 0).then_some(unit.into()))
    }
}

impl Tracker for Notes {
    async fn reset(&self) -> Answer<bool> {
        Ok(true)
    }

    async fn track(&self, area: &Rect) -> Answer<Rect> {
        Ok(*area)
    }
}

impl FastTracker for Notes {}

#[test]
fn a_derived_service_answers_the_procedures_of_its_bases() {
    let notes: &'static Notes = Box::leak(Box::default());
    run(
        |request| fast_tracker::dispatch(notes, request),
        |caller| async move {
            let area = Rect { x: 1, y: 2, w: 3, h: 4 };
            let client = FastTrackerClient(caller);
            assert_eq!(client.reset().await, Ok(true));
            assert_eq!(client.track(&area).await, Ok(area));
            let pixels = vec![1; 2000];
            let frame = Frame { id: 5, width: 50, height: 40, pixels: Bulk::from(pixels.as_slice()) };
            assert_eq!(client.handle(&frame).await, Ok(Verdict::Animal));
            // Who knows the base only calls it in the same way.
            let base = FrameHandlerClient(caller);
            assert_eq!(base.ping().await, Ok(()));
            assert_eq!(base.last(2).await.map(|page| page.items.len()), Ok(2));
            assert_eq!(base.last(40).await, Err(Failure::Error(CameraError::Hardware(40))));
        },
    );
    assert_eq!(*notes.0.borrow(), ["handle 5 2000", "ping"]);
}

#[test]
fn one_way_calls_end_before_they_run_and_older_shapes_are_served() {
    let notes: &'static Notes = Box::leak(Box::default());
    run(
        |request| frame_handler::dispatch(notes, request),
        |caller| async move {
            assert_eq!(FrameHandlerClient(caller).hint(3).await, Ok(()));
            for fingerprint in [frame_handler::SIZE_OF, 0x1f2e_3d4c, 7] {
                let args = ambc_wire::args::<(u64, u8), _>((1_u64, 9_u8));
                let answer: Answer<Option<u32>> =
                    caller.call(fingerprint, &args, CallOptions::default()).await;
                assert_eq!(answer, Ok(Some(9)));
            }
            // A procedure of the derived service.
            let answer: Answer<bool> = caller.call(tracker::RESET, &(), CallOptions::default()).await;
            assert_eq!(answer, Err(CallError::Mismatch));
            let answer: Answer<()> = caller.call(frame_handler::PING, &7_u8, CallOptions::default()).await;
            assert_eq!(answer, Err(CallError::Malformed));
        },
    );
    assert_eq!(*notes.0.borrow(), ["hint 3"]);
}

#[test]
fn the_numbers_of_a_service() {
    assert_eq!((frame_handler::MAX_REQUEST, frame_handler::MAX_REPLY), (2024, 56));
    assert_eq!(tracker::FINGERPRINTS.len(), 8);
    assert_eq!(tracker::FINGERPRINTS[..6], *frame_handler::FINGERPRINTS);
    assert_eq!(frame_handler::FINGERPRINTS[2], ("ping", frame_handler::PING));
    assert_eq!(max_request::FINGERPRINTS[0], ("max_request", max_request::MAX_REQUEST_));
    assert_eq!(net::services::socket::MAX_REQUEST, usize::MAX);
    assert_eq!(feed::entries::MAX_REPLY, usize::MAX);
    let mut prints: Vec<u32> = echo::FINGERPRINTS.iter().map(|(_, print)| *print).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), echo::FINGERPRINTS.len());
}

/// References, absent and mixed dependencies implement the interface.
#[test]
fn whatever_stands_for_a_service_is_one() {
    fn names<S: Tracker>(_: &Option<S>) -> &'static str {
        std::any::type_name::<S>()
    }
    let notes = Notes::default();
    let either: Either<&Notes, Absent> = Either::A(&notes);
    assert!(names(&Some(&either)).contains("Either"));
    assert!(names::<Absent>(&None).contains("Absent"));
    let answer =
        std::pin::pin!(either.reset()).poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert_eq!(answer, std::task::Poll::Ready(Ok(true)));
}

#[test]
fn constants() {
    use testkit_interfaces as api;
    assert_eq!((api::MAX_FRAME, api::MOST_NAMES, api::RATIO, api::ON), (2000, 3, 0.0, true));
    assert_eq!(
        (api::PATIENCE.as_millis(), api::WINDOW, api::PACE, api::CLOCK_RATE),
        (500, 4095, 0.5, 8_000_000)
    );
    assert_eq!((api::TITLE, api::SHARE), ("say \"hi\"\nä", 0.3));
}

/// Interfaces without bounds use a heap.
#[test]
fn unbounded_results_live_on_the_heap() {
    use testkit_interfaces::ae::services::{Registry, RegistryClient, Value, ValueOwned, registry};
    struct Table;
    impl Registry for Table {
        async fn get(&self, key: &str) -> Answer<ValueOwned> {
            Ok(ValueOwned::Text(key.repeat(3)))
        }
        async fn put(&self, _: &str, val: &Value<'_>) -> Answer<bool> {
            Ok(*val == Value::Text("long enough for any buffer"))
        }
        async fn all(&self) -> Answer<std::collections::BTreeMap<std::string::String, ValueOwned>> {
            Ok([("b".to_owned(), ValueOwned::Num(2.0)), ("a".to_owned(), ValueOwned::Num(1.0))]
                .into_iter()
                .collect())
        }
    }
    run(
        |request| registry::dispatch(&Table, request),
        |caller| async move {
            let client = RegistryClient(caller);
            assert_eq!(client.get("ab").await, Ok(ValueOwned::Text("ababab".to_owned())));
            assert_eq!(client.put("k", &Value::Text("long enough for any buffer")).await, Ok(true));
            let all = client.all().await.unwrap();
            assert_eq!(all.keys().collect::<Vec<_>>(), ["a", "b"]);
        },
    );
}
