//! One application, four placements: the same crates answer, in other processes, over other ways.

use ambc_e2e::{Finished, ambc, finish};
use std::io::Write as _;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

fn run(deck: &str) -> Finished {
    let path = format!("examples/calc/{deck}.amb");
    let done = finish(&format!("run {deck}"), ambc(AMBC, &["run", "--until-idle", "--fresh", &path]));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    for answer in ["2 + 3 = 5", "6 * 7 = 42", "1 / 0: division by zero"] {
        assert!(done.stdout.contains(&format!("ask: {answer}")), "{answer}\n{}", done.all());
    }
    done
}

/// The lines that say who answered an edge.
fn answered<'a>(done: &'a Finished, edge: &str) -> Vec<&'a str> {
    done.stdout
        .lines()
        .filter(|l| l.contains(&format!("edge {edge}")))
        .filter_map(|l| l.split("answered by ").nth(1))
        .collect()
}

#[test]
fn in_one_group_calls_are_function_calls() {
    let done = run("one_group");
    assert!(answered(&done, "ask.calculator").is_empty(), "{}", done.all());
}

#[test]
fn in_two_groups_another_process_answers() {
    let done = run("two_groups");
    assert!(
        answered(&done, "ask.calculator").iter().all(|a| a.starts_with("group calculator (process")),
        "{}",
        done.all()
    );
    assert_eq!(answered(&done, "ask.calculator").len(), 1, "{}", done.all());
}

#[test]
fn on_two_nodes_another_node_answers() {
    let done = run("two_nodes");
    let by = answered(&done, "ask.calculator");
    assert!(
        by.iter().any(|a| a.starts_with("node ")) && by.iter().any(|a| a.starts_with("group calculator")),
        "{by:?}"
    );
}

/// False, and loudly so, where the machine has no emulator, or no Rust for the board.
fn can_emulate(deck: &str) -> bool {
    let lacks = finish("doctor", ambc(AMBC, &["doctor", &format!("examples/calc/{deck}.amb")]));
    if lacks.code() != Some(0) {
        let _ = writeln!(std::io::stderr(), "!!! SKIPPED: {}", lacks.all());
    }
    lacks.code() == Some(0)
}

/// The caller behind the memory protection unit of an emulated board, the callee in a sandboxed process at the other end of a
/// serial line.
#[test]
fn a_microcontroller_asks_and_linux_answers_over_a_serial_line() {
    if !can_emulate("board_and_cloud") {
        return;
    }
    let done = run("board_and_cloud");
    let at_the_board = "board info  ambc: edge ask.calculator -> calculator: 8 calls, 0 errors";
    assert!(done.stdout.contains(at_the_board), "{}", done.all());
    let by = answered(&done, "ask.calculator");
    assert!(by.iter().any(|a| a.starts_with("group calculator (process")), "{by:?}");
}

/// The same over radio: the module's driver on the board, 5 % of the frames lost by seed.
#[test]
fn a_microcontroller_asks_over_a_radio_that_loses_frames() {
    if !can_emulate("board_over_the_air") {
        return;
    }
    let done = run("board_over_the_air");
    let at_the_board = "board info  ambc: edge ask.calculator -> calculator: 8 calls, 0 errors";
    assert!(done.stdout.contains(at_the_board), "{}", done.all());
    assert!(done.all().contains("network field: of "), "{}", done.all());
}

#[test]
fn on_a_microcontroller_two_isolated_groups_of_an_emulated_board_answer() {
    if !can_emulate("board") {
        return;
    }
    let done = run("board");
    for edge in
        ["ask.calculator -> calculator: 8 calls, 0 errors", "ask.log -> board.logger: 8 calls, 0 errors"]
    {
        assert!(done.stdout.contains(&format!("board info  ambc: edge {edge}")), "{edge}\n{}", done.all());
    }
    assert_eq!(done.stdout.matches("ambc: ready").count(), 1, "{}", done.all());
    assert!(done.stderr.contains("node `board` (`mps2_an386`) runs in an emulator"), "{}", done.all());
}

#[test]
fn hosted_it_is_processes() {
    let args = ["run", "--hosted", "--until-idle", "--fresh", "examples/calc/board.amb"];
    let done = finish("run board as processes", ambc(AMBC, &args));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    assert!(done.stdout.contains("ask: 6 * 7 = 42") && done.stdout.contains("is process"), "{}", done.all());
}

#[test]
fn over_three_networks_two_nodes_relay() {
    let done = run("three_hops");
    let by = answered(&done, "ask.calculator");
    assert!(by.contains(&"node cloud"), "{by:?}\n{}", done.all());
    let plan =
        finish("plan three_hops", ambc(AMBC, &["plan", "examples/calc/three_hops.amb", "--format", "json"]));
    assert!(plan.stdout.contains(r#""nodes":["probe","gateway","edge","cloud"]"#), "{}", plan.stdout);
}

#[test]
fn all_placements_name_the_same_crates() {
    let crates = |deck: &str| {
        let path = format!("examples/calc/{deck}.amb");
        let tree = finish(&format!("dump {deck}"), ambc(AMBC, &["dump", "--stage", "tree", &path]));
        let mut found: Vec<_> = tree
            .stdout
            .lines()
            .filter(|l| l.contains("/services/"))
            .filter_map(|l| l.split('"').nth(1))
            .map(str::to_owned)
            .collect();
        found.sort();
        found.dedup();
        found
    };
    let first = crates("one_group");
    assert_eq!(first.len(), 2, "{first:?}");
    for deck in ["two_groups", "two_nodes", "three_hops", "board", "board_and_cloud", "board_over_the_air"] {
        assert_eq!(crates(deck), first, "{deck}");
    }
}
