//! The camera trap on the half of the photographs that its classifier has not seen.

use ambc_e2e::{ambc, finish, repo};
use std::process::Command;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const DECK: &str = "examples/camera_trap/deployment.amb";

fn report() -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "-p", "camera-trap-report", "--", "examples/camera_trap"])
        .current_dir(repo());
    command
}

#[test]
fn every_frame_is_classified_and_the_database_survives_a_restart() {
    let done = finish("run the camera trap", ambc(AMBC, &["run", "--until-idle", "--fresh", DECK]));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    // It ends with 1 below 90 % right, or 80 % within a class.
    let first = finish("report", report());
    assert_eq!(first.code(), Some(0), "{}", first.all());
    println!("{}", first.stdout);
    assert!(
        first.stdout.contains("84 verdicts on `test`; earlier runs in the database: 0"),
        "{}",
        first.all()
    );

    let again = finish("run it once more", ambc(AMBC, &["run", "--until-idle", DECK]));
    assert_eq!(again.code(), Some(0), "{}", again.all());
    let second = finish("report", report());
    assert!(second.stdout.contains("earlier runs in the database: 1"), "{}", second.all());
}

/// The counting rule of the language: statements over every file reached, blank lines and comments left out.
#[test]
fn the_manifest_is_short() {
    let folder = repo().join("examples/camera_trap");
    let mut lines = 0;
    let mut todo = vec![folder.join("deployment.amb")];
    while let Some(path) = todo.pop() {
        let text = std::fs::read_to_string(&path).expect("the file is there");
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//")) {
            lines += 1;
            assert!(
                line.matches(';').count() <= 4 && line.chars().count() <= 100,
                "more than one line: {line}"
            );
            if let Some(used) =
                line.strip_prefix("use \"").and_then(|l| l.split('"').next()).filter(|u| u.ends_with(".amb"))
            {
                todo.push(path.parent().expect("a file is in a folder").join(used));
            }
        }
    }
    println!("    {lines} lines of manifest");
    assert!(lines <= 53, "{lines} lines");
}
