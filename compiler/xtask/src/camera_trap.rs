//! Runs the camera trap on this machine and prints its confusion table.

use crate::step::Steps;
use std::process::ExitCode;

/// Further arguments go to `ambc run`.
pub(crate) fn run(args: &[String]) -> ExitCode {
    let mut steps = Steps::new();
    let mut call = vec![
        "run",
        "--release",
        "-p",
        "ambc",
        "--",
        "run",
        "examples/camera_trap/deployment.amb",
        "--until-idle",
        "--hosted",
    ];
    call.extend(args.iter().map(String::as_str));
    steps.run("the camera trap: four nodes, three networks", "cargo", &call);
    let report = ["run", "--quiet", "-p", "camera-trap-report", "--", "examples/camera_trap"];
    steps.run("what the database holds, against the truth", "cargo", &report);
    steps.summary()
}
