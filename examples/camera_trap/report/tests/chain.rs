//! The whole camera trap without nodes: services call each other directly, everything around them is in memory.

use ambc_linux::services::journal::Journal;
use ambience::Run;
use camera_trap_report::{Question, report, runs};
use examples_tests::fake::{Disk, Folder, Jump, Lines, now};
use std::path::{Path, PathBuf};
use std::process::Command;
use vision::Record;

fn photos() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../photos")
}

fn folder(half: &str) -> Folder {
    let files = std::fs::read_dir(photos().join(half)).expect("photographs").map(|entry| {
        let entry = entry.expect("a photograph");
        let bytes = std::fs::read(entry.path()).expect("a photograph");
        (entry.file_name().into_string().expect("a plain name"), bytes)
    });
    Folder(files.collect())
}

/// One run from the first motion to the last.
fn run(half: &str, disk: &Disk, log: &Lines) {
    let photos = folder(half);
    let database = database::Service::new(database::Needs { disk, log });
    let recognition = recognition::Service::new(recognition::Needs { results: &database });
    let detection = detection::Service::new(detection::Needs { next: &recognition, results: &database });
    let camera = camera_manager::Service::new(camera_manager::Needs { photos: &photos, frames: &detection });
    let needs = motion_sensor::Needs { handler: &camera, timer: &Jump::default() };
    let sensor = motion_sensor::Service::new(needs, motion_sensor::Params { id: 1 });
    assert!(now(sensor.run()).is_ok());
}

/// The records as a journal on disk, as the node's storage writes it.
fn write(disk: &Disk, at: &Path) {
    let (mut journal, _) = Journal::open(at, u64::MAX).expect("a new journal");
    for record in disk.records.borrow().iter() {
        journal.append(record).expect("room");
    }
}

#[test]
fn every_motion_ends_as_one_verdict_and_the_report_judges_the_last_run() {
    let (disk, log) = (Disk::default(), Lines::default());
    run("test", &disk, &log);
    run("test", &disk, &log);
    let records: Vec<Record> =
        disk.records.borrow().iter().map(|bytes| database::stored::decode(bytes).unwrap()).collect();
    let runs = runs(&records);
    assert_eq!(runs.iter().map(|run| run.len()).collect::<Vec<_>>(), [84, 84]);
    assert_eq!(runs[0], runs[1]);
    assert_eq!(log.0.borrow().len(), 168);

    let storage = tempfile::tempdir().unwrap();
    write(&disk, storage.path());
    let question = Question { photos: photos(), half: "test".into(), database: storage.path().into() };
    let (text, good_enough) = report(&question).unwrap();
    assert!(good_enough, "{text}");
    assert!(text.starts_with("84 verdicts on `test`; earlier runs in the database: 1\n"), "{text}");

    let tune = report(&Question { half: "tune".into(), ..question.clone() }).unwrap();
    assert!(!tune.1, "the verdicts of one half are no good for the other:\n{}", tune.0);
}

fn program(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_camera-trap-report")).args(arguments).output().expect("it starts");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[test]
fn without_a_database_the_program_says_what_to_do() {
    let nowhere = tempfile::tempdir().unwrap().path().join("db");
    let example = photos().join("..");
    let (code, text) = program(&[example.to_str().unwrap(), "--database", nowhere.to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(text.contains("run the deployment first"), "{text}");
    assert!(!nowhere.exists());
}

#[test]
fn too_few_verdicts_are_not_good_enough() {
    let storage = tempfile::tempdir().unwrap();
    let disk = Disk::default();
    disk.records
        .borrow_mut()
        .push(database::stored::encode(Record { frame: 0, verdict: vision::Verdict::Animal }).to_vec());
    write(&disk, storage.path());
    let example = photos().join("..");
    let (code, text) = program(&[example.to_str().unwrap(), "--database", storage.path().to_str().unwrap()]);
    assert_eq!((code, text.as_str()), (Some(1), ""));
}

#[test]
fn wrong_arguments_are_answered_with_the_right_ones() {
    for arguments in [&[][..], &["a", "b"], &["a", "--half"], &["--all"]] {
        let (code, text) = program(arguments);
        assert_eq!(code, Some(2));
        assert!(text.starts_with("camera-trap-report EXAMPLE"), "{text}");
    }
}
