//! The camera trap on the half of the photographs that its classifier has not seen, in every deployment there is of it.

use ambc_e2e::{Finished, ambc, finish, repo};
use examples_tests::variants::VARIANTS;
use serde_json::Value;
use std::io::Write as _;
use std::process::Command;
use std::sync::LazyLock;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const FOLDER: &str = "examples/camera_trap";

/// The deployment that the others are compared with, from an empty database; it runs once for all tests.
static BASE: LazyLock<Ran> = LazyLock::new(|| run("deployment", "cloud/db", "test"));

/// A run from an empty database, and the report on it.
struct Ran {
    log: Finished,
    report: Finished,
}

impl Ran {
    /// The table of truth against verdict and the frames that are wrong, without the counts before it.
    fn table(&self) -> &str {
        self.report.stdout.split_once("\n\n").map_or("", |(_, table)| table)
    }

    /// How often the database took a verdict.
    fn verdicts(&self, verdict: &str) -> usize {
        let end = format!(": {verdict}");
        self.log.stdout.lines().filter(|l| l.contains("database: frame ") && l.ends_with(&end)).count()
    }

    /// How many calls went over an edge, as whoever passes them to `to` counts them.
    fn calls(&self, edge: &str, to: &str) -> u32 {
        let (edge, to) = (format!("edge {edge}: "), format!("answered by {to}"));
        let line = self.log.stdout.lines().find(|l| l.contains(&edge) && l.contains(&to));
        let line = line.unwrap_or_else(|| panic!("no {edge}{to}:\n{}", self.log.all()));
        let count = line.split_once(&edge).and_then(|(_, told)| told.split(' ').next()?.parse().ok());
        count.expect("a number of calls")
    }
}

fn run(file: &str, database: &str, half: &str) -> Ran {
    let deck = format!("{FOLDER}/{file}.amb");
    let log =
        finish(&format!("run {file}"), ambc(AMBC, &["run", "--hosted", "--until-idle", "--fresh", &deck]));
    assert_eq!(log.code(), Some(0), "{}", log.all());
    Ran { log, report: report(&plan(&deck, &[]), database, half) }
}

/// It ends with 1 below 90 % right, or 80 % within a class.
fn report(plan: &Value, database: &str, half: &str) -> Finished {
    let name = plan["deployment"].as_str().expect("a plan has a name");
    let database = format!("{FOLDER}/target/ambc/run/{name}/{database}");
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "-p", "camera-trap-report", "--", FOLDER])
        .args(["--half", half, "--database", &database])
        .current_dir(repo());
    finish("report", command)
}

fn plan(deck: &str, options: &[&str]) -> Value {
    let done = finish("plan", ambc(AMBC, &[&["plan", "--format", "json", deck], options].concat()));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    serde_json::from_str(&done.stdout).expect("it is JSON")
}

/// The nodes between caller and callee of a binding, both included.
fn way(file: &str, from: &str, need: &str) -> Vec<String> {
    let plan = plan(&format!("{FOLDER}/{file}.amb"), &[]);
    let routes = plan["routes"].as_array().expect("a plan has routes");
    let route = routes.iter().find(|r| r["from"] == from && r["need"] == need).expect("it leaves its node");
    let nodes = route["nodes"].as_array().expect("a route has nodes");
    nodes.iter().map(|n| n.as_str().expect("a name").to_owned()).collect()
}

/// The motion sensor behind the memory protection unit of an emulated board, its triggers over the air to the camera: the same
/// verdicts. Skipped loudly where the machine has no emulator.
#[test]
fn with_the_motion_sensor_on_an_emulated_board_every_frame_is_classified_too() {
    let deck = format!("{FOLDER}/deployment.amb");
    let lacks = finish("doctor", ambc(AMBC, &["doctor", &deck]));
    if lacks.code() != Some(0) {
        let _ = writeln!(std::io::stderr(), "!!! SKIPPED: {}", lacks.all());
        return;
    }
    // After the other run of this deployment: they share a folder.
    assert_eq!(BASE.report.code(), Some(0), "{}", BASE.report.all());
    let log = finish("run with an emulated board", ambc(AMBC, &["run", "--until-idle", "--fresh", &deck]));
    assert_eq!(log.code(), Some(0), "{}", log.all());
    assert!(log.stderr.contains("node `motion` (`motion_board`) runs as an emulated"), "{}", log.all());
    let report = report(&plan(&deck, &[]), "cloud/db", "test");
    assert!(
        report.stdout.contains("84 verdicts on `test`; earlier runs in the database: 0"),
        "{}",
        report.all()
    );
}

#[test]
fn every_frame_is_classified_and_the_database_survives_a_restart() {
    assert_eq!(BASE.report.code(), Some(0), "{}", BASE.report.all());
    println!("{}", BASE.report.stdout);
    let first = &BASE.report.stdout;
    assert!(first.contains("84 verdicts on `test`; earlier runs in the database: 0"), "{first}");

    let deck = format!("{FOLDER}/deployment.amb");
    let again = finish("run it once more", ambc(AMBC, &["run", "--hosted", "--until-idle", &deck]));
    assert_eq!(again.code(), Some(0), "{}", again.all());
    let second = report(&plan(&deck, &[]), "cloud/db", "test");
    assert!(second.stdout.contains("earlier runs in the database: 1"), "{}", second.all());
}

#[test]
fn a_second_sensor_triggers_the_same_camera() {
    let ran = run("second_sensor", "cloud/db", "test");
    assert_eq!(ran.table(), BASE.table());
    let calls = |sensor| ran.calls(&format!("{sensor}.handler -> camera_mgr"), "group trap");
    let (one, two) = (calls("motion1"), calls("motion2"));
    // Each is told once that the film is used up; how many photographs either of them triggered is up to their clocks.
    assert!(one >= 1 && two >= 1, "both reach the camera: {one}, {two}");
    assert_eq!(one + two, 84 + 2);
}

#[test]
fn detection_sees_every_frame_at_the_edge_as_well() {
    let ran = run("detection_at_edge", "cloud/db", "test");
    assert_eq!(ran.table(), BASE.table());
    assert_eq!(way("detection_at_edge", "camera_mgr", "frames"), ["camera", "edge"]);
    assert_eq!(ran.calls("camera_mgr.frames -> detection", "node edge"), 84);
}

#[test]
fn in_one_group_every_call_of_the_application_is_direct() {
    let ran = run("one_group", "home/db", "test");
    assert_eq!(ran.table(), BASE.table());
    let plan = plan(&format!("{FOLDER}/one_group.amb"), &[]);
    assert_eq!(plan["routes"].as_array().map(Vec::len), Some(0));
    let edges = plan["edges"].as_array().expect("a plan has edges");
    let application = edges.iter().filter(|e| !e["to"].as_str().expect("a name").contains('.'));
    assert_eq!(application.map(|e| &e["transport"]).collect::<Vec<_>>(), ["direct"; 5]);
}

#[test]
fn recognition_behind_two_forwarders_sees_the_same_pixels() {
    let ran = run("far_recognition", "cloud/db", "test");
    assert_eq!(ran.table(), BASE.table());
    assert_eq!(way("far_recognition", "detection", "next"), ["camera", "edge", "gateway", "lab"]);
    assert_eq!(way("far_recognition", "recognition", "results"), ["lab", "gateway", "edge", "cloud"]);
    let passed_on = BASE.calls("detection.next -> recognition", "node edge");
    assert_eq!(ran.calls("detection.next -> recognition", "node lab"), passed_on);
}

#[test]
fn a_double_stands_in_for_recognition() {
    let ran = run("fake_recognizer", "cloud/db", "test");
    let (real, double) = (&*BASE, &ran);
    assert!(real.verdicts("object") > 0, "{}", real.log.all());
    let seen = real.verdicts("object") + real.verdicts("animal");
    // What detection passes on is the same; the double calls all of it an animal.
    assert_eq!((double.verdicts("object"), double.verdicts("animal")), (0, seen));
    assert_eq!(double.verdicts("empty"), real.verdicts("empty"));
    assert_eq!(double.report.code(), Some(1), "{}", double.report.all());
}

#[test]
fn one_application_runs_at_two_sites() {
    let north = run("site_north", "site_base/db", "test");
    assert_eq!(north.table(), BASE.table());
    let south = run("site_south", "site_house/db", "tune");
    assert_eq!(south.report.code(), Some(0), "{}", south.report.all());
    assert!(south.report.stdout.contains("152 verdicts on `tune`"), "{}", south.report.all());
    assert_eq!(way("site_north", "motion1", "handler"), ["site::motion", "site::camera"]);
    assert_eq!(way("site_south", "detection", "next"), ["site::trap", "site::house"]);
}

/// A file with overrides and an edit of the deployment mean the same: nodes, groups, routes, edges and their ids.
#[test]
fn a_variant_file_and_an_edit_of_the_deployment_have_one_plan() {
    let text = std::fs::read_to_string(repo().join(FOLDER).join("deployment.amb")).expect("it is there");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for variant in VARIANTS {
        let edited = folder.path().join("edited.amb");
        std::fs::write(&edited, variant.edited(&text)).expect("the folder is ours");
        let edited = plan(&edited.display().to_string(), &["-I", FOLDER]);
        let file = plan(&format!("{FOLDER}/{}.amb", variant.file), &[]);
        assert_ne!(file["overrides"].as_array().map(Vec::len), Some(0));
        for part in ["nodes", "routes", "edges"] {
            assert_eq!(edited[part], file[part], "{part} of {}", variant.file);
        }
    }
}
