//! Nodes as processes, connected over loopback UDP, TCP and socket files.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod common;

use common::Node;
use std::sync::atomic::{AtomicU16, Ordering};

/// Addresses that nobody else has: on loopback, of this process and of this call.
fn own<const N: usize>() -> [String; N] {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    let [.., high, low] = std::process::id().to_be_bytes();
    std::array::from_fn(|_| format!("127.253.{high}.{low}:{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Places of west, east, and east's export.
type Places = [String; 3];

fn over_udp() -> Places {
    own()
}

fn over_tcp() -> Places {
    own().map(|addr: String| format!("tcp:{addr}"))
}

fn over_files(dir: &tempfile::TempDir) -> Places {
    ["west", "east", "export"].map(|name| format!("unix:{}", dir.path().join(name).display()))
}

fn start([west, east, export]: &Places, faults: &str) -> (Node, Node) {
    let east_node = Node::start(
        "east_kernel",
        &format!(
            "node east\ngroup keep {{bin}}/east_keep\nbind lan {east}\npeer 0 {west}\nexport 0 {export}\n{faults}\n"
        ),
    );
    let west_node = Node::start(
        "west_kernel",
        &format!("node west\ngroup ask {{bin}}/west_ask\nbind lan {west}\npeer 0 {east}\n{faults}\n"),
    );
    (west_node, east_node)
}

fn calls_arrive_once(places: &Places, faults: &str) {
    let (mut west, mut east) = start(places, faults);
    east.expect(&["! ready"]);
    west.expect(&["! ready"]);
    // Totals show that no call was lost or run twice.
    west.expect(&["keeper Ok(100) tally Ok(200) sum Ok(50000)"]);
    east.expect(&["! died keep"]);
    west.expect(&["died Err(Restarted) again Ok(7)"]);
    west.expect_idle();
    east.expect_idle();
    assert!(west.stop().success());
    assert!(east.stop().success());
    assert!(west.has_said(&["edge asker.keeper -> keeper: 103 calls, 1 error", "answered by node east"]));
    assert!(east.has_said(&["edge asker.keeper -> keeper: 103 calls", "answered by group keep"]));
}

#[test]
fn groups_on_two_nodes_call_each_other() {
    calls_arrive_once(&over_udp(), "");
    calls_arrive_once(&over_tcp(), "");
    let dir = tempfile::tempdir().unwrap();
    calls_arrive_once(&over_files(&dir), "");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "socket files go with their nodes");
}

#[test]
fn calls_run_once_over_declared_media() {
    let medium = "medium lan loss=0.05 latency_us=2000 bandwidth_bps=50000000 mtu=1400 seed=3";
    calls_arrive_once(&over_udp(), medium);
    calls_arrive_once(&over_tcp(), medium);
}

#[test]
fn calls_run_once_over_a_bad_network() {
    calls_arrive_once(&over_udp(), "impair loss=0.05 dup=0.05 reorder=0.05 seed=7");
}

#[test]
fn who_is_gone_is_a_typed_error_and_the_middle_of_a_route_comes_back() {
    unplugged_and_back(own());
    unplugged_and_back(own().map(|addr: String| format!("tcp:{addr}")));
    let dir = tempfile::tempdir().unwrap();
    let file = |name| format!("unix:{}", dir.path().join(name).display());
    unplugged_and_back(["west", "lan", "wan", "east"].map(file));
}

fn unplugged_and_back([west, lan, wan, east]: [String; 4]) {
    let middle = format!("node middle\nbind lan {lan}\nbind wan {wan}\npeer 0 {west}\npeer 1 {east}\n");
    let start_middle = || Node::start("middle_kernel", &middle);
    let mut far_east =
        Node::start("far_east_kernel", &format!("node far_east\nbind wan {east}\npeer 0 {wan}\n"));
    let mut far_west = Node::start(
        "far_west_kernel",
        &format!("node far_west\ngroup ping {{bin}}/far_west_ping\nbind lan {west}\npeer 0 {lan}\n"),
    );
    far_west.expect(&["! ready"]);
    far_east.expect(&["! ready"]);
    let mut plugged = start_middle();
    far_west.expect(&["group ping: now well"]);
    for _ in 0..2 {
        plugged.kill();
        let line = far_west.expect(&["group ping: now "]);
        assert!(line.contains("Unreachable") || line.contains("Timeout"), "{line}");
        plugged = start_middle();
        far_west.expect(&["group ping: now well"]);
    }
    far_east.kill();
    let line = far_west.expect(&["group ping: now "]);
    assert!(line.contains("Unreachable") || line.contains("Timeout"), "{line}");
    for mut node in [far_west, plugged] {
        assert!(node.stop().success());
        assert!(!node.has_said(&["run-failed"]), "{:#?}", node.said);
    }
}

#[test]
fn a_client_outside_calls_an_export() {
    client_outside(&over_udp());
    client_outside(&over_tcp());
    let dir = tempfile::tempdir().unwrap();
    client_outside(&over_files(&dir));
}

fn client_outside(places: &Places) {
    use ambc_kernel::CallError;
    use ambc_linux::client::{Client, Place, block_on};
    use node_by_hand::store::{Store, StoreClient};

    let (mut west, mut east) = start(places, "");
    let export: Place = places[2].parse().unwrap();
    east.expect(&["! ready"]);
    west.expect(&["! run-failed asker"]);
    let client = Client::connect(export.clone(), 77).unwrap();
    let store = StoreClient(&client);
    // The nodes' own 100 calls of 2 went to the same instance.
    assert_eq!(block_on(store.add(1)), Ok(201));
    let bytes = vec![3; 90_000];
    assert_eq!(block_on(store.sum(bytes.as_slice().into())), Ok(270_000));
    let (slow, fast) = block_on(async { join(store.slow(30), store.add(1)).await });
    assert_eq!((slow, fast), (Ok(30), Ok(202)));
    let wrong = Client::connect(export, 78).unwrap();
    assert!(matches!(block_on(StoreClient(&wrong).add(1)), Err(CallError::Unreachable | CallError::Timeout)));
    assert_eq!(block_on(store.add(1)), Ok(203));
    assert!(west.stop().success() && east.stop().success());
}

/// Both results, polling both calls.
async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (std::pin::pin!(a), std::pin::pin!(b));
    let (mut left, mut right) = (None, None);
    std::future::poll_fn(|cx| {
        use std::task::Poll;
        if left.is_none()
            && let Poll::Ready(out) = a.as_mut().poll(cx)
        {
            left = Some(out);
        }
        if right.is_none()
            && let Poll::Ready(out) = b.as_mut().poll(cx)
        {
            right = Some(out);
        }
        if left.is_some() && right.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (left.unwrap(), right.unwrap())
}
