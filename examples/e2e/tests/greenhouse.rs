//! A fleet of 500 nodes: three images, and ten of the nodes as a cluster.

use ambc_e2e::counted::Counter;
use ambc_e2e::{Finished, ambc, finish, repo};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const DECK: &str = "examples/greenhouse/greenhouse.amb";
const KINDS: [&str; 3] = ["house", "hub", "sensor"];
/// Of two zones, and one that is not there.
const TEN: [&str; 4] = ["sensor[0..4]", "sensor[30..33]", "hub[0..2]", "house[0]"];
const PROBES: [u32; 7] = [0, 1, 2, 3, 30, 31, 32];
const READINGS: u32 = 5;

fn out() -> PathBuf {
    repo().join("examples/greenhouse/target/ambc/greenhouse")
}

fn run(nodes: &[&str]) -> Finished {
    let mut args = vec!["run", DECK, "--hosted", "--until-idle", "--fresh"];
    nodes.iter().for_each(|n| args.extend(["--node", n]));
    finish(&format!("run {}", nodes.join(" ")), ambc(AMBC, &args))
}

#[test]
fn five_hundred_nodes_check_and_plan() {
    let done = finish("check 500 nodes", ambc(AMBC, &["check", DECK]));
    assert_eq!((done.code(), done.all().contains("error")), (Some(0), false), "{}", done.all());
    let json = finish("plan", ambc(AMBC, &["plan", DECK, "--format", "json"]));
    assert_eq!(json.stdout.matches("\"built_for\"").count(), 500);
    assert_eq!(json.stdout.matches("\"networks\":[\"radio[").count(), 480, "one route for each probe");
    let text = finish("plan for people", ambc(AMBC, &["plan", DECK]));
    assert!(text.stdout.lines().count() < 60, "{}", text.stdout);
    assert!(text.stdout.contains("node sensor[*] : nrf52840"), "{}", text.stdout);
}

#[test]
fn each_kind_of_node_is_one_small_image_and_one_call_of_cargo() {
    let _ = fs::remove_dir_all(out());
    let counter = Counter::new();
    let counted = |what: &str, args: &[&str]| {
        let mut command = ambc(AMBC, args);
        counter.watch(&mut command);
        (finish(what, command), counter.take().cargo)
    };
    let (done, calls) = counted("build 500 nodes", &["build", DECK]);
    assert_eq!((done.code(), calls), (Some(0), KINDS.len()), "{}", done.all());
    for line in ["sensor (480 nodes): built", "hub (16 nodes): built", "house (4 nodes): built"] {
        assert!(done.stdout.contains(line), "{line}\n{}", done.all());
    }
    assert_eq!(folders(&out().join("nodes")), KINDS);
    assert_eq!(folders(&out().join("images")), KINDS);
    let size: usize = KINDS.iter().map(|kind| lines_of(&out().join("nodes").join(kind))).sum();
    println!("    {size} generated lines");
    assert!(size < 1_200, "{size} generated lines");

    let (again, calls) = counted("nothing changed", &["build", DECK]);
    assert_eq!((again.code(), calls), (Some(0), 0), "{}", again.all());
    let (one, _) = counted("one element", &["build", DECK, "--node", "sensor[7]"]);
    assert_eq!(one.stdout, "sensor (480 nodes): up to date\n");
    let none = finish("no such element", ambc(AMBC, &["build", DECK, "--node", "sensor[480]"]));
    assert_eq!((none.code(), none.stderr.contains("there is no node `sensor[480]`")), (Some(2), true));
}

fn folders(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("the folder is there").filter_map(Result::ok);
    let mut names: Vec<_> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Of every generated file.
fn lines_of(node: &Path) -> usize {
    let listing = fs::read_to_string(node.join(".ambc-files")).expect("it says what it generated");
    listing.lines().map(|f| fs::read_to_string(node.join(f)).expect("a text").lines().count()).sum()
}

#[test]
fn ten_nodes_run_each_under_its_own_name_and_add_up() {
    let done = run(&TEN);
    assert_eq!(done.code(), Some(0), "{}", done.all());
    let log = done.stdout.as_str();
    assert_eq!(log.matches("ambc: ready").count(), 10, "{log}");
    for id in PROBES {
        let zone = id / 30;
        let said = format!("probe[{id}]: probe {id}: {READINGS} readings sent as {id}");
        let line = log.lines().find(|l| l.contains(&said)).unwrap_or_else(|| panic!("{said}\n{log}"));
        assert!(line.contains(&format!(" sensor[{id}]")), "{line}");
        // One more than its readings: it says when it is done.
        let edge = format!("edge probe[{id}].out -> zone[{zone}]: {} calls, 0 errors", READINGS + 1);
        assert!(log.contains(&edge), "{edge}\n{log}");
    }
    for group in ["group zone[0] is process", "group zone[1] is process", "group ledger[0] is process"] {
        assert!(log.contains(group), "{group}\n{log}");
    }
    let last = log.lines().rfind(|l| l.contains(" info  ledger[0]: ")).unwrap_or_else(|| panic!("{log}"));
    assert!(last.ends_with(&expected()), "{last}\n{}", expected());
    assert!(!log.contains("sensor[4]") && !log.contains("house[1]"), "the others are off\n{log}");
}

/// The whole of exactly the probes that ran.
fn expected() -> String {
    let readings: Vec<_> =
        PROBES.iter().flat_map(|id| (0..READINGS).map(|n| i64::from(probe::temperature(*id, n)))).collect();
    let degrees = |v: i64| format!("{}.{:02}", v / 100, v % 100);
    let (lowest, highest) = (readings.iter().min().expect("some"), readings.iter().max().expect("some"));
    let mean = readings.iter().sum::<i64>() / readings.len() as i64;
    format!(
        "ledger[0]: {} probes in 2 zones, {} readings: {} to {}, mean {}",
        PROBES.len(),
        readings.len(),
        degrees(*lowest),
        degrees(*highest),
        degrees(mean)
    )
}

#[test]
fn a_probe_whose_hub_is_off_says_so() {
    let done = run(&["sensor[0]", "house[0]"]);
    assert_eq!(done.code(), Some(1), "{}", done.all());
    assert!(
        done.stderr.contains("`probe[0]` on node `sensor[0]` ended with an error: nobody takes its readings"),
        "{}",
        done.all()
    );
}

#[test]
fn an_image_of_a_class_starts_only_as_one_of_its_members() {
    run(&["sensor[3]", "hub[0]", "house[0]"]);
    let (image, cluster) = (out().join("images/sensor/kernel"), out().with_file_name("run/greenhouse"));
    let identity = fs::read_to_string(cluster.join("sensor_3/identity")).expect("`run` wrote it");
    let dir = tempfile::tempdir().expect("there is room for a folder");
    let start = |text: &str| {
        let path = dir.path().join("identity");
        fs::write(&path, text).expect("the folder is ours");
        let mut node = Command::new(&image);
        node.arg("--identity").arg(path);
        let done = finish("start a node", node);
        (done.code(), done.stderr)
    };
    let line = |key: &str| {
        identity.lines().find(|l| l.starts_with(key)).unwrap_or_else(|| panic!("{key}\n{identity}"))
    };
    let cases = [
        (identity.replace(line("param probe id"), ""), "`param probe id` is missing"),
        (identity.replace(line("param probe id"), "param probe id -1"), "`-1` is not a u32"),
        (identity.replace(line("route 0"), ""), "`route 0` is missing"),
        (identity.replace(line("class "), "class hub"), "is not the identity of a node of class sensor"),
        (format!("{identity}param zone id 1\n"), "`param zone id`: the image has no such thing"),
    ];
    for (text, what) in cases {
        let (code, said) = start(&text);
        assert!(code == Some(1) && said.contains(what), "{what}\n{said}");
    }
}

/// Services of members in user groups, and exports: `decks/sites.amb` is three equal pairs of nodes.
#[test]
fn groups_and_exports_of_members_have_their_own_names_and_ids() {
    const SITES: &str = "examples/e2e/decks/sites.amb";
    let done = finish(
        "run three equal sites",
        ambc(AMBC, &["run", SITES, "--until-idle", "--node", "box", "--node", "field"]),
    );
    assert_eq!(done.code(), Some(0), "{}", done.all());
    let json = finish("plan", ambc(AMBC, &["plan", SITES, "--format", "json"])).stdout;
    let plan: serde_json::Value = serde_json::from_str(&json).expect("one JSON value");
    for site in 0..3 {
        let last = format!("field[{site}] info  asker[{site}]: -9223372036854775808 / -1: overflow");
        let edge = format!("edge asker[{site}].log -> field[{site}].logger: 8 calls, 0 errors");
        let group = format!("group asker[{site}] is process");
        for line in [last, edge, group] {
            assert!(done.stdout.contains(&line), "{line}\n{}", done.all());
        }
        let sums = format!("sums[{site}]");
        let exports = plan["exports"].as_array().expect("a list");
        let id = exports
            .iter()
            .find(|e| e["instance"] == sums.as_str())
            .map(|e| &e["id"])
            .expect("it is exported");
        let identity = repo().join(format!("examples/e2e/decks/target/ambc/run/sites/box_{site}/identity"));
        let identity = fs::read_to_string(identity).expect("`run` wrote it");
        let line = format!("lane 1 {id} outside export {sums} over lan[{site}] -> {sums}");
        assert!(identity.contains(&line), "{line}\n{identity}");
    }
}
