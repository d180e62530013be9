//! Groups that die, networks that lose, nodes that are gone for a while.

use ambc_e2e::{Running, alive, ambc, signal};
use std::time::Duration;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const BUILD: Duration = Duration::from_secs(900);
const RUN: Duration = Duration::from_secs(120);

/// `name=7` in a line.
fn number(line: &str, name: &str) -> u32 {
    let value = line.split_whitespace().find_map(|w| w.strip_prefix(&format!("{name}=")));
    value.and_then(|v| v.parse().ok()).unwrap_or_else(|| panic!("no `{name}=` in {line}"))
}

fn pid_of(line: &str) -> u32 {
    let word = line.split(" is process ").nth(1).and_then(|rest| rest.split(' ').next());
    word.and_then(|p| p.parse().ok()).unwrap_or_else(|| panic!("no pid in {line}"))
}

fn hammered<'a>(lines: &'a [String], who: &str) -> &'a str {
    let found = lines.iter().find(|l| l.contains(&format!("{who}: hammered")));
    found.unwrap_or_else(|| panic!("{who} never ended:\n{}", lines.join("\n")))
}

#[test]
fn a_killed_group_is_restarted_and_only_its_callers_notice() {
    const DEATHS: u32 = 3;
    let (deck, deaths) = ("examples/e2e/decks/hammer.amb", format!("deaths={DEATHS}"));
    let mut run = Running::start(ambc(AMBC, &["run", "--until-idle", deck, "--set", &deaths]));
    let mut pid = pid_of(&run.line("ambc: group counter is process", BUILD));
    for before in 0..DEATHS {
        // Of each caller, with calls of the usual kind beside: so every caller has a call that was accepted.
        for _ in 0..4 {
            run.line(&format!(": a call stays after {before} deaths"), RUN);
        }
        signal(pid, "KILL");
        run.line(&format!("pid {pid} died"), RUN);
        pid = pid_of(&run.line("ambc: group counter is process", RUN));
    }
    let (status, lines) = run.end(RUN);
    assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
    let mut restarted = 0;
    for i in 0..4 {
        let line = hammered(&lines, &format!("caller[{i}]"));
        assert_eq!(number(line, "held"), DEATHS, "who was in the callee is told: {line}");
        assert_eq!(
            number(line, "timeout") + number(line, "other") + number(line, "unreachable"),
            0,
            "{line}"
        );
        assert!(number(line, "ok_since") >= 4_000, "calls succeed again: {line}");
        restarted += number(line, "restarted");
    }
    let calm = hammered(&lines, "calm");
    assert_eq!(number(calm, "ok"), 4_000, "others keep serving: {calm}");
    let starts =
        |group: &str| lines.iter().filter(|l| l.contains(&format!("group {group} is process"))).count();
    assert_eq!((starts("counter"), starts("bystander"), starts("calm")), (1 + DEATHS as usize, 1, 1));
    println!("    {restarted} more calls ended as Restarted in {DEATHS} deaths");
}

#[test]
fn over_a_bad_network_no_call_is_lost_or_run_twice() {
    let deck = "examples/e2e/decks/lossy.amb";
    let faults = ["run", "--until-idle", deck, "--impair", "loss=0.05 dup=0.05 reorder=0.05", "--seed", "7"];
    let mut run = Running::start(ambc(AMBC, &faults));
    run.line("ambc: ready", BUILD);
    let (status, lines) = run.end(Duration::from_secs(240));
    assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
    for i in 0..3 {
        let line = hammered(&lines, &format!("caller[{i}]"));
        assert_eq!(number(line, "ok"), 400, "{line}");
        assert_eq!((number(line, "ran"), number(line, "repeated")), (400, 0), "{line}");
    }
}

#[test]
fn an_unplugged_relay_means_typed_errors_and_then_recovery() {
    let deck = "examples/e2e/decks/hops.amb";
    let mut run = Running::start(ambc(AMBC, &["run", "--until-idle", deck]));
    run.line("caller: now 0 answers", BUILD);
    let relay = process_of(run.pid(), "n2");
    signal(relay, "STOP");
    let said = run.line("caller: now calls end as", RUN);
    assert!(said.ends_with("Timeout") || said.ends_with("Unreachable"), "{said}");
    signal(relay, "CONT");
    run.line("caller: now 0 answers", RUN);
    let (status, lines) = run.end(RUN);
    assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
    let line = hammered(&lines, "caller");
    assert_eq!((number(line, "restarted"), number(line, "other")), (0, 0), "{line}");
    assert_eq!(number(line, "repeated"), 0, "{line}");
}

#[test]
fn while_the_first_replica_is_away_the_next_one_answers() {
    let mut run = Running::start(ambc(AMBC, &["run", "examples/e2e/decks/replicas.amb"]));
    let group = pid_of(&run.line("group preferred is process", BUILD));
    let node = process_of(run.pid(), "n2");
    run.line("caller: 1 goes on answering", RUN);
    signal(group, "KILL");
    run.line("group preferred is process", RUN);
    // The first may be one of the old process, which comes late.
    for _ in 0..2 {
        run.line("caller: 1 goes on answering", RUN);
    }
    signal(node, "STOP");
    for _ in 0..2 {
        run.line("caller: 2 goes on answering", RUN);
    }
    signal(node, "CONT");
    run.line("caller: now 1 answers", RUN);
    for _ in 0..2 {
        run.line("caller: 1 goes on answering", RUN);
    }
    signal(run.pid(), "INT");
    let (status, lines) = run.end(RUN);
    assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
    assert!(!lines.iter().any(|l| l.contains("caller: now calls end as")), "{}", lines.join("\n"));
    let (preferred, spare) =
        (calls_of(&lines, "n1", "caller.counter[0]"), calls_of(&lines, "n1", "caller.counter[1]"));
    assert!(preferred.1 >= 1 && spare.0 >= 100, "the other one was asked: {preferred:?} {spare:?}");
    assert!(preferred.1 < spare.0, "not every call waits for who is away: {preferred:?} {spare:?}");
    assert_eq!(spare.1, 0, "{spare:?}");
}

#[test]
fn any_takes_exact_turns_over_every_distance() {
    let run = Running::start(ambc(AMBC, &["run", "--until-idle", "examples/e2e/decks/turns.amb"]));
    let (status, lines) = run.end(BUILD);
    assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
    let line = hammered(&lines, "caller");
    // The question how many calls ran is the 31st call, which is the turn of the replica in the caller's own group.
    assert_eq!((number(line, "ok"), number(line, "ran")), (30, 10), "{line}");
    for edge in ["caller.counter[1]", "caller.counter[2]"] {
        assert_eq!(calls_of(&lines, "here", edge), (10, 0), "{edge}");
    }
}

#[test]
fn ctrl_c_ends_everything() {
    let deck = "examples/e2e/decks/hammer.amb";
    let mut run = Running::start(ambc(AMBC, &["run", deck, "--set", "calls=4_000_000"]));
    run.line("ambc: ready", BUILD);
    let pids: Vec<u32> = run
        .seen
        .iter()
        .filter(|l| l.contains("ambc: group") && l.contains(" is process "))
        .map(|l| pid_of(l))
        .collect();
    let node = process_of(run.pid(), "here");
    assert!(pids.len() >= 6 && alive(node), "{pids:?}");
    signal(run.pid(), "INT");
    let (status, lines) = run.end(RUN);
    assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
    assert!(lines.iter().any(|l| l.contains("edge caller[0].counter")), "counters are printed at the end");
    for pid in pids.into_iter().chain([node]) {
        assert!(!alive(pid), "process {pid} is still there");
    }
}

/// Calls and errors of an edge, as the caller's node counted them.
fn calls_of(lines: &[String], node: &str, edge: &str) -> (u32, u32) {
    let of_node = lines.iter().filter(|l| l.split_whitespace().nth(1) == Some(node));
    let line = of_node.into_iter().find(|l| l.contains(&format!("edge {edge} ->")));
    let line = line.unwrap_or_else(|| panic!("no edge {edge}:\n{}", lines.join("\n")));
    let words: Vec<_> = line.split_whitespace().collect();
    // One of them is `1 call`.
    let count = |what: &str| {
        let is_it = |w: &&str| w.trim_end_matches(',').trim_end_matches('s') == what;
        let before = words.iter().position(is_it).and_then(|i| words[i - 1].parse().ok());
        before.unwrap_or_else(|| panic!("no {what} in {line}"))
    };
    (count("call"), count("error"))
}

/// The process of a node, among the children of `ambc run`.
fn process_of(ambc: u32, node: &str) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{ambc}/task/{ambc}/children")).expect("ambc runs");
    let is_it = |pid: &&str| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.contains(&format!("/{node}/identity"))
    };
    let found = children.split_whitespace().find(is_it);
    found
        .and_then(|p| p.parse().ok())
        .unwrap_or_else(|| panic!("no process of node {node} below {ambc}: {children}"))
}
