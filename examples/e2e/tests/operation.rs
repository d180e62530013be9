//! What a node does about groups that fail, and what `run` does about nodes that hang.

use ambc_e2e::{Running, ambc, finish, signal};
use std::time::Duration;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const BUILD: Duration = Duration::from_secs(900);
const RUN: Duration = Duration::from_secs(120);

fn pid_of(line: &str) -> u32 {
    let word = line.split(" is process ").nth(1).and_then(|rest| rest.split(' ').next());
    word.and_then(|p| p.parse().ok()).unwrap_or_else(|| panic!("no pid in {line}"))
}

/// The niceness of a process.
fn nice(pid: u32) -> i32 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let after_name = stat.rsplit(") ").next().expect("a state follows the name");
    after_name.split(' ').nth(16).and_then(|n| n.parse().ok()).expect("the 19th field is the niceness")
}

/// Ends a run that does not end by itself; its exit status and all its lines.
fn interrupt(run: Running) -> (Option<i32>, String) {
    signal(run.pid(), "INT");
    let (status, lines) = run.end(RUN);
    (status.code(), lines.join("\n"))
}

#[test]
fn an_instance_that_falls_silent_is_restarted_and_no_other() {
    let mut run = Running::start(ambc(AMBC, &["run", "examples/e2e/decks/vitals.amb"]));
    run.line("ambc: ready", BUILD);
    for _ in 0..2 {
        run.line("silent: has not said within 100 ms that it is alive", RUN);
        run.line("died (signal 9)", RUN);
        run.line("ambc: group silent is process", RUN);
        run.line("warn  silent: health degraded: tired", RUN);
    }
    let (code, all) = interrupt(run);
    assert_eq!(code, Some(0), "{all}");
    for other in ["sound", "inside", "unheard"] {
        assert!(all.contains(&format!("{other}: health good: up")), "{all}");
        assert!(!all.contains(&format!("{other}: has not said")), "{all}");
    }
    assert!(!all.contains("group sound pid"), "{all}");
}

#[test]
fn a_group_is_given_up_at_its_limit_and_its_callers_are_told_at_once() {
    let mut run = Running::start(ambc(AMBC, &["run", "examples/e2e/decks/operation.amb"]));
    run.line("restarts within 3600000 ms: it stays down", BUILD);
    // With a deadline of 5 s for each call that waits they would take minutes.
    for _ in 0..2 {
        run.line("ended: the callee cannot be reached", RUN);
    }
    for _ in 0..2 {
        run.line("group frozen is process", RUN);
        run.line("stood still for 500 ms: it is killed", RUN);
    }
    let node = |name: &str| {
        let started = run.seen.iter().find(|l| l.contains(&format!("group {name} is process")));
        pid_of(started.unwrap_or_else(|| panic!("{}", run.seen.join("\n"))))
    };
    let (own, calm, near) = (nice(run.pid()), nice(node("calm")), nice(node("near")));
    assert_eq!((calm, near), (own, (own + 5).min(19)), "the highest priority is as nice as the node");
    let (code, all) = interrupt(run);
    assert_eq!(code, Some(1), "a run with a group that was given up is no success: {all}");
    assert_eq!(all.matches("it stays down").count(), 1, "{all}");
    assert_eq!(all.matches("group weak pid").count(), 2, "two restarts, and no more: {all}");
    assert!(!all.contains("group calm pid"), "who sleeps is not stuck: {all}");
    for who in ["near", "far"] {
        assert!(all.contains(&format!("`{who}` on node")), "{who} learned of it: {all}");
    }
}

#[test]
fn a_node_reboots_as_its_group_says_and_one_that_hangs_is_started_again() {
    let mut run = Running::start(ambc(AMBC, &["run", "examples/e2e/decks/reboot.amb"]));
    for _ in 0..2 {
        run.line("ambc: the node reboots: group weak failed after 1 restarts", BUILD);
        run.line("fragile info  ambc: ready", RUN);
    }
    for _ in 0..2 {
        run.line("the node did not answer for 1000 ms; it is killed and started again", RUN);
        run.line("hung    info  ambc: ready", RUN);
    }
    let (code, all) = interrupt(run);
    assert_eq!(code, Some(0), "{all}");
    let number_of = |what: &str| all.matches(what).count();
    assert!(number_of("group beside is process") >= 3, "{all}");
    assert!(number_of("fragile info  ambc: group sleepy is process") >= 3, "{all}");
}

/// What an instance that is called `who` on `node` logs and a collector gets: text and level, as `decks/logs.amb` makes them.
fn lines_of(node: &str, who: &str, lines: u32, levels: &[&str]) -> Vec<String> {
    let each = (0..lines).flat_map(|n| levels.iter().map(move |level| (level, n)));
    let mut all: Vec<_> = each.map(|(level, n)| format!("took {level} {node} {who}: line {n}")).collect();
    // 200 bytes of two each; the prefix and the sign that a text goes on leave room for some of them.
    let prefix = format!("{node} {who}: ");
    let first = (200 - prefix.len()) / 2;
    all.push(format!("took Error {} bytes with {first} umlauts", prefix.len() + 2 * first));
    all.push(format!("took Error {prefix}…{}", "ä".repeat(100 - first)));
    all
}

#[test]
fn a_collector_gets_every_line_of_its_level_once_and_none_of_its_own() {
    let deck = "examples/e2e/decks/logs.amb";
    let done = finish("run logs", ambc(AMBC, &["run", "--until-idle", deck]));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    let taken = |by: &str| -> Vec<String> {
        let by = format!("{by}: took ");
        let of = |line: &str| line.split_once(&by).map(|(_, text)| format!("took {text}"));
        done.stdout.lines().filter_map(of).collect()
    };
    let (loud, all) = (["Warn", "Error"], ["Trace", "Debug", "Info", "Warn", "Error"]);
    let mut expected = lines_of("pumps", "pump[0]", 3, &loud);
    expected.extend(lines_of("pumps", "pump[1]", 3, &loud));
    expected.extend(lines_of("office", "desk", 3, &loud));
    expected.extend(lines_of("gate", "mute", 3, &["Error"]));
    expected.extend(lines_of("gate", "door", 20, &all));
    let mut alarms = lines_of("pumps", "pump[0]", 3, &["Error"]);
    alarms.extend(lines_of("office", "desk", 3, &["Error"]));
    alarms.sort();
    expected.sort();
    for (by, expected) in [("file", &expected), ("backup", &expected), ("alarm", &alarms)] {
        let mut got = taken(by);
        got.sort();
        assert_eq!(&got, expected, "{by}: {}", done.all());
    }
    let of_door: Vec<_> = taken("file").into_iter().filter(|t| t.contains("gate door: line")).collect();
    assert_eq!(of_door, lines_of("gate", "door", 20, &all)[..100], "in order");
    assert!(!done.stdout.contains("were lost"), "{}", done.all());
}

#[test]
fn lines_for_a_collector_that_is_not_there_are_counted_and_keep_no_run_from_ending() {
    let deck = "examples/e2e/decks/logs.amb";
    let done = finish("run pumps", ambc(AMBC, &["run", "--until-idle", "--node", "pumps", deck]));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    // Three of each level and a long one: of both pumps from `warn` on, of one at `error`.
    for lost in ["pumps.log_to_file: 14 lines were lost", "pumps.log_to_alarm: 4 lines were lost"] {
        assert_eq!(done.stdout.matches(lost).count(), 1, "{}", done.all());
    }
}
