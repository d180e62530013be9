//! One node with a kernel group and two user groups, as real processes.

mod common;

use common::{Node, alive, eventually};

const ALPHA: &str = "node alpha\ndata {data}\ngroup ask {bin}/alpha_ask\ngroup keep {bin}/alpha_keep\n";

#[test]
fn groups_call_each_other_and_the_kernel_and_survive_a_death() {
    let mut node = Node::start("alpha_kernel", ALPHA);
    let (ask, keep) = (node.expect_group("ask"), node.expect_group("keep"));
    node.expect(&["! ready"]);
    node.expect(&["keeper Ok(1000) tally Ok(2000) sum Ok(50000)"]);
    node.expect(&["! died keep pid", &keep.to_string(), "restart-in-ms"]);
    // The call under way ended as restarted; the next one waited for the new process, whose total starts at 0.
    node.expect(&["died Err(Restarted) again Ok(7)"]);
    node.expect(&["! run-failed asker asked everything"]);
    node.expect_idle();
    assert!(alive(ask) && !alive(keep));
    let keep =
        node.said.iter().rev().find_map(|l| l.strip_prefix("! group keep pid ")).unwrap().parse().unwrap();
    assert!(alive(keep));
    let status = node.stop();
    assert!(status.success(), "{status} {:#?}", node.said);
    assert!(node.has_said(&["edge asker.tally -> tally: 1000 calls, 0 errors"]), "{:#?}", node.said);
    assert!(node.has_said(&["edge asker.keeper -> keeper: 1003 calls, 1 error", "answered by group keep"]));
    assert!(!alive(ask) && !alive(keep));
    println!("{}", node.said.join("\n"));
}

#[test]
fn nothing_survives_a_killed_node() {
    let mut node = Node::start("alpha_kernel", ALPHA);
    let groups = [node.expect_group("ask"), node.expect_group("keep")];
    node.expect(&["! ready"]);
    node.kill();
    eventually("a group survived its node", || !groups.iter().any(|pid| alive(*pid)));
}

#[test]
fn a_signal_stops_in_order() {
    let mut node = Node::start("alpha_kernel", ALPHA);
    let groups = [node.expect_group("ask"), node.expect_group("keep")];
    node.expect(&["! ready"]);
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(node.pid()).unwrap(),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    let status = node.wait();
    assert!(status.success(), "{status} {:#?}", node.said);
    assert!(!groups.iter().any(|pid| alive(*pid)));
}
