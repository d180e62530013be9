//! Measures builds after an edit: time, processes and written files, as a table for `docs/incremental.md`.

use crate::step::Steps;
use std::process::ExitCode;

pub(crate) fn run() -> ExitCode {
    let mut steps = Steps::new();
    steps.run("the command under test", "cargo", &["build", "-p", "ambc-e2e", "--bins"]);
    let measure = ["run", "--quiet", "-p", "ambc-e2e", "--bin", "measure-edits"];
    steps.run("builds of the camera trap, in a copy of the repository", "cargo", &measure);
    steps.summary()
}
