//! Repository chores. `cargo xtask` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is the product")]

mod camera_trap;
mod incremental;
mod setup;
mod step;
mod tidy;

use std::process::ExitCode;
use step::Steps;

const HELP: &str = "cargo xtask COMMAND

  test          everything CI runs: set-up, format, lints, tests, bare-metal checks, model checks, miri, clusters
  quick         format, lints and the tests of the workspace, without clusters, model checks and miri
  camera-trap   runs the camera trap on this machine and prints its confusion table
  incremental   measures what is rebuilt after an edit of the camera trap, and how long that takes
  bless         accepts the snapshots that the tests produce now
  tidy          rules of the repository that no compiler holds
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("test") => test(true),
        Some("quick") => test(false),
        Some("camera-trap") => camera_trap::run(&args[1..]),
        Some("incremental") => incremental::run(),
        Some("bless") => bless(),
        Some("tidy") => tidy::run(),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some(other) => {
            eprintln!("unknown command `{other}`\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

const RUNTIME: [&str; 6] = ["ambc-abi", "ambc-wire", "ambc-kernel", "ambc-node", "ambience", "ambc-mcu"];
const MCU: &str = "thumbv7em-none-eabihf";

fn test(whole: bool) -> ExitCode {
    let mut steps = Steps::new();
    steps.run("format", "cargo", &["fmt", "--all", "--check"]);
    steps.check("rules of the repository", tidy::check);
    steps.run("lints", "cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let tests = ["test", "--workspace", "--exclude", "ambc-e2e"];
    steps.run_with("tests of the workspace", "cargo", &tests, &[("INSTA_UPDATE", "no")]);
    if whole {
        bare_metal(&mut steps);
        // Tests that boot a board say themselves that they were skipped; here it is said why.
        if let Err(why) = setup::emulator() {
            steps.skip("boards in the emulator", &why);
        }
        // One long thread of work, beside clusters that often wait.
        let checks = std::thread::spawn(|| {
            let mut aside = Steps::aside();
            model_checks(&mut aside);
            miri(&mut aside);
            aside
        });
        let clusters = ["test", "-p", "ambc-e2e", "--", "--nocapture", "--test-threads=1"];
        steps.run("clusters, end to end", "cargo", &clusters);
        match checks.join() {
            Ok(aside) => steps.join(aside),
            Err(_) => steps.check("model checks and miri", || vec!["their thread panicked".into()]),
        }
    }
    steps.summary()
}

fn bare_metal(steps: &mut Steps) {
    if let Err(why) = setup::target(MCU) {
        return steps.skip("bare-metal check of the portable runtime", &why);
    }
    let mut args = vec!["check", "--target", MCU, "--features", "ambc-mcu/mps2_an386"];
    args.extend(RUNTIME.iter().flat_map(|c| ["-p", c]));
    steps.run("bare-metal check of the portable runtime", "cargo", &args);
}

/// The lanes under loom: every interleaving of bounded runs.
fn model_checks(steps: &mut Steps) {
    let args = ["test", "-p", "ambc-kernel", "--release", "--target-dir", "target/loom", "--test", "loom"];
    steps.run_with("lanes under the model checker", "cargo", &args, &[("RUSTFLAGS", "--cfg loom")]);
}

fn miri(steps: &mut Steps) {
    const WHAT: &str = "wire and lanes under miri";
    if let Err(why) = setup::miri() {
        return steps.skip(WHAT, &why);
    }
    let env = [("MIRIFLAGS", "-Zmiri-disable-isolation"), ("PROPTEST_CASES", "8")];
    let miri = ["+nightly", "miri", "test", "--target-dir", "target/miri"];
    let wire = ["-p", "ambc-wire", "--test", "format", "--test", "round_trip"];
    let lanes = [
        "-p",
        "ambc-kernel",
        "--test",
        "calls",
        "--test",
        "bulk",
        "--test",
        "sessions",
        "--test",
        "groups",
        "--test",
        "hostile",
    ];
    steps.run_with("the encoding under miri", "cargo", &[&miri[..], &wire].concat(), &env);
    steps.run_with("lanes and groups under miri", "cargo", &[&miri[..], &lanes].concat(), &env);
}

fn bless() -> ExitCode {
    let mut steps = Steps::new();
    let args = ["test", "-p", "ambc-snapshots", "-p", "ambc", "-p", "ambc-lidl"];
    steps.run_with("snapshots", "cargo", &args, &[("INSTA_UPDATE", "always")]);
    steps.summary()
}
