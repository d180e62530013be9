//! A group is killed again and again while others call it: every call ends, in a result or a typed error, and calls succeed
//! again. The others keep serving.

mod common;

use common::{Node, alive, eventually};
use rustix::process::{Pid, Signal, kill_process};

const ARENA: &str = "node pit\ngroup load {bin}/pit_load\ngroup keep {bin}/alpha_keep\n";

fn pids(node: &Node, group: &str) -> Vec<i32> {
    let start = format!("! group {group} pid ");
    node.said.iter().filter_map(|line| line.strip_prefix(&start)?.parse().ok()).collect()
}

#[test]
fn every_call_ends_when_its_callee_is_killed() {
    let mut node = Node::start("pit_kernel", ARENA);
    let load = node.expect_group("load");
    let mut keep = node.expect_group("keep");
    node.expect(&["! ready"]);
    node.expect(&["group load: under way"]);
    let kills: u32 = 3;
    for kill in 1..=kills {
        // So somebody is told for certain, whatever the load is at this moment.
        node.expect(&["group keep: a call is here to stay"]);
        let pid = Pid::from_raw(keep).expect("a pid");
        kill_process(pid, Signal::KILL).expect("it can be killed");
        node.expect(&["! died keep pid", &keep.to_string(), "status signal 9", "restart-in-ms"]);
        keep = node.expect_group("keep");
        // Wall time, for people: the schedule itself is tested in the kernel, on a simulated clock.
        println!("{}", node.expect(&["group keep serves again", "ms after it died"]));
        node.expect(&[&format!("group load: new keeper {kill}")]);
    }
    let line = node.expect(&["group load: done"]);
    println!("{line}");
    // `done CALLS ok OK restarted R other O tally T rounds N held H`
    let number = |word: &str| -> u32 {
        let mut words = line.split(' ').skip_while(|w| *w != word).skip(1);
        words.next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no {word} in {line}"))
    };
    assert_eq!(
        number("ok") + number("restarted") + number("other"),
        number("done"),
        "every call ended: {line}"
    );
    assert_eq!((number("held"), number("other")), (kills, 0), "{line}");
    assert_eq!(number("tally"), number("rounds"), "the kernel group was disturbed: {line}");
    node.expect_idle();
    assert!(alive(load) && alive(keep));
    assert_eq!(pids(&node, "load").len(), 1);
    assert_eq!(pids(&node, "keep").len() as u32, 1 + kills);
    assert!(node.stop().success());
    eventually("a process is left", || !alive(load) && !alive(keep));
}
