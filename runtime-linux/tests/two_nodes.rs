//! Two nodes as processes, connected over loopback UDP.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod common;

use common::Node;
use std::net::UdpSocket;

/// Addresses that were free a moment ago.
fn free<const N: usize>() -> [String; N] {
    let held: [UdpSocket; N] = std::array::from_fn(|_| UdpSocket::bind("127.0.0.1:0").unwrap());
    held.map(|socket| socket.local_addr().unwrap().to_string())
}

fn start(faults: &str) -> (Node, Node, String) {
    let [west, east, export] = free();
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
    (west_node, east_node, export)
}

fn calls_arrive_once(faults: &str) {
    let (mut west, mut east, _) = start(faults);
    east.expect(&["! ready"]);
    west.expect(&["! ready"]);
    // Totals show that no call was lost or run twice.
    west.expect(&["keeper Ok(300) tally Ok(600) sum Ok(50000)"]);
    east.expect(&["! died keep"]);
    west.expect(&["died Err(Restarted) again Ok(7)"]);
    west.expect_idle();
    east.expect_idle();
    assert!(west.stop().success());
    assert!(east.stop().success());
    assert!(west.has_said(&["edge asker.keeper -> keeper: 303 calls, 1 errors", "answered by node east"]));
    assert!(east.has_said(&["edge asker.keeper -> keeper: 303 calls", "answered by group keep"]));
}

#[test]
fn groups_on_two_nodes_call_each_other() {
    calls_arrive_once("");
}

#[test]
fn calls_run_once_over_a_bad_network() {
    calls_arrive_once("impair loss=0.05 dup=0.05 reorder=0.05 seed=7");
}

#[test]
fn a_node_that_is_gone_is_a_typed_error() {
    let (mut west, mut east, _) = start("");
    west.expect(&["! ready"]);
    west.expect(&["keeper Ok("]);
    east.kill();
    // Whatever was under way ended: the service came to its end.
    let line = west.expect(&["died Err(", "again"]);
    println!("{line}");
    assert!(west.stop().success());
}
