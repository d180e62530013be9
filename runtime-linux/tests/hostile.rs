//! A hostile group under the real sandbox, next to a well-behaved one and the kernel group.
#![cfg(target_arch = "x86_64")]

mod common;

use common::{Node, alive};

const ARENA: &str = "node arena\ngroup good {bin}/arena_good\ngroup keep {bin}/arena_keep\ngroup hostile {bin}/arena_hostile\n";

/// Attempts that no filter rule stops because they reach nothing: the memory they name is not mapped.
const NOT_MAPPED: [&str; 2] = ["futex-unmapped", "execveat-old-page"];

const ATTACKS: [&str; 15] = [
    "report-false done",
    "change-after-sending done, changed 0, some ran: true",
    "flood done, more than 100 sent: true",
    "answer-nonsense 1 done",
    "wrong-numbers 1 done",
    "scribble 1 done",
    "answer-nonsense 2 done",
    "wrong-numbers 2 done",
    "scribble 2 done",
    "answer-nonsense 3 done",
    "wrong-numbers 3 done",
    "scribble 3 done",
    "ring-for-nothing done",
    "eat-memory done, refused within its limit",
    "talk done",
];

#[test]
fn a_hostile_group_hurts_only_itself() {
    let mut node = Node::start("arena_kernel", ARENA);
    let (good, keep, hostile) =
        (node.expect_group("good"), node.expect_group("keep"), node.expect_group("hostile"));
    node.expect(&["group hostile: done ok"]);
    check_attempts(&node);
    for attack in ATTACKS {
        node.expect(&["group hostile: attack", attack]);
    }
    node.expect(&["group hostile: attacks finished"]);
    // The neighbour's calls succeeded all the time and go on to.
    let rounds = |node: &Node| node.said.iter().filter(|l| l.contains("group good: good round")).count();
    let before = rounds(&node);
    assert!(before > 0, "{:#?}", node.said);
    for _ in 0..before + 2 {
        node.expect(&["group good: good round"]);
    }
    assert!(!node.has_said(&["! run-failed"]), "{:#?}", node.said);
    assert!(!node.has_said(&["! died"]), "{:#?}", node.said);
    assert!([good, keep, hostile].iter().all(|pid| alive(*pid)));
    // It does not stop when asked, so it is killed.
    assert!(node.stop().success());
    assert!(node.has_said(&["group hostile did not stop in time"]));
    assert!(node.has_said(&["edge neighbour.keeper:", " 0 errors"]), "{:#?}", node.said);
    assert!(node.has_said(&["edge neighbour.tally:", " 0 errors"]), "{:#?}", node.said);
    assert!(![good, keep, hostile].iter().any(|pid| alive(*pid)));
    println!("{}", node.said.join("\n"));
}

fn check_attempts(node: &Node) {
    let mut denied = 0;
    let lines = node.said.iter().filter_map(|line| line.split_once("group hostile: "));
    for (attempt, outcome) in lines.filter_map(|(_, text)| text.split_once(' ')) {
        match attempt {
            "done" | "own-memory" | "attack" => {}
            "\\u{1}keeper" | "keeper" => {}
            _ if NOT_MAPPED.contains(&attempt) => assert_eq!(outcome, "14", "{attempt}"),
            _ => {
                assert_eq!(outcome, "1", "{attempt}");
                denied += 1;
            }
        }
    }
    assert_eq!(denied, 52, "an attempt is missing: {:#?}", node.said);
}
