//! Networks of every kind, and what is declared of them.

use ambc_e2e::{Finished, ambc, finish};

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

fn run(deck: &str, more: &[&str]) -> Finished {
    let path = format!("examples/e2e/decks/{deck}.amb");
    let mut args = vec!["run", "--until-idle", "--fresh", &path];
    args.extend(more);
    finish(&format!("run {deck} {}", more.join(" ")), ambc(AMBC, &args))
}

/// `name=7` in what `who` says at its end.
fn hammered(done: &Finished, who: &str, name: &str) -> u32 {
    let line = done.stdout.lines().find(|l| l.contains(&format!("{who}: hammered")));
    let line = line.unwrap_or_else(|| panic!("{who} never ended:\n{}", done.all()));
    let value = line.split_whitespace().find_map(|w| w.strip_prefix(&format!("{name}=")));
    value.and_then(|v| v.parse().ok()).unwrap_or_else(|| panic!("no `{name}=` in {line}"))
}

/// `p50 under 134217.728 us` of an edge on the caller's node, in microseconds.
fn median(done: &Finished, edge: &str) -> f64 {
    let line = done.stdout.lines().find(|l| l.contains(edge) && l.contains("answered by node"));
    let line = line.unwrap_or_else(|| panic!("no edge {edge}:\n{}", done.all()));
    let time = line.split("p50 under ").nth(1).and_then(|rest| rest.split(' ').next());
    time.and_then(|t| t.parse().ok()).unwrap_or_else(|| panic!("no median in {line}"))
}

#[test]
fn tcp_socket_files_and_wires_carry_calls() {
    let done = run("kinds", &["--impair", "loss=0.02"]);
    assert_eq!(done.code(), Some(0), "{}", done.all());
    for i in 0..3 {
        let count = |name| hammered(&done, &format!("caller[{i}]"), name);
        assert_eq!((count("ok"), count("ran"), count("repeated")), (60, 60, 0), "{}", done.all());
    }
    for place in ["by_tcp: stream at 127.", "by_file: file at /", "by_wire: wire at /dev/pts/"] {
        assert!(done.stdout.contains(place), "{place}\n{}", done.all());
    }
    // What is carried as declared needs no word; what is not, and what `--impair` cannot do, does.
    let notes: Vec<_> = done.stderr.lines().filter(|l| l.starts_with("note: ")).collect();
    assert_eq!(
        notes,
        [
            "note: network `wire` (uart) is a pair of pseudo-terminals in `run`, no device is opened",
            "note: `--impair` leaves network `stream` alone: tcp loses and repeats nothing",
            "note: `--impair` leaves network `file` alone: unix loses and repeats nothing",
        ],
        "{}",
        done.all()
    );
    let folder = done.stdout.lines().find_map(|l| l.strip_prefix("by_file: file at "));
    let folder = folder.and_then(|f| std::path::Path::new(f).parent()).expect("the line is there");
    assert!(!folder.exists(), "socket files go with the run");
}

#[test]
fn every_kind_in_a_row_with_losses_and_delays() {
    let done = run("all_kinds", &["--seed", "3"]);
    assert_eq!(done.code(), Some(0), "{}", done.all());
    for answer in ["2 + 3 = 5", "6 * 7 = 42", "1 / 0: division by zero"] {
        assert!(done.stdout.contains(&format!("ask: {answer}")), "{answer}\n{}", done.all());
    }
    // Both ways: 1 ms + 5 ms + 2 ms. What a median is under is above what it is.
    assert!(median(&done, "ask.calculator") >= 16_000.0, "{}", done.all());
}

#[test]
fn declared_latency_is_what_calls_take() {
    let far = run("media", &[]);
    assert_eq!((far.code(), hammered(&far, "caller", "ok")), (Some(0), 20), "{}", far.all());
    assert!(median(&far, "caller.counter") >= 68_000.0, "twice 34 ms\n{}", far.all());
    let ideal = run("media", &["--ideal", "--set", "loss=1.0"]);
    assert_eq!((ideal.code(), hammered(&ideal, "caller", "ok")), (Some(0), 20), "{}", ideal.all());
}

#[test]
fn declared_loss_is_what_calls_lose() {
    let none = run("media", &["--set", "loss=1.0", "--set", "calls=2"]);
    // Also its last call, for the tally: so it ends with that error.
    assert_eq!(none.code(), Some(1), "{}", none.all());
    assert!(none.stderr.contains("`caller` on node `here` ended with an error: "), "{}", none.all());
    assert!(none.stdout.contains("edge caller.counter -> counter: 3 calls, 3 errors"), "{}", none.all());
    assert!(none.stdout.contains("ambc: network far: frames lost "), "what was lost is said\n{}", none.all());
    let some = run("media", &["--set", "loss=0.1", "--set", "patience=30s"]);
    assert_eq!((some.code(), hammered(&some, "caller", "ran")), (Some(0), 20), "{}", some.all());
    assert_eq!(hammered(&some, "caller", "repeated"), 0, "{}", some.all());
}
