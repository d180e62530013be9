//! A program outside the deployment calls an export through the generated client crate.

use ambc_e2e::{Finished, Running, ambc, finish, repo, signal, target_dir};
use std::fs;
use std::process::Command;
use std::time::Duration;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

const BOTH: &str = r#"
use doors_client_calculator_over_box::calc::Arithmetic;
use doors_client_calculator_over_box::{block_on, connect as through_a_file};
use doors_client_calculator_over_office::connect as over_tcp;

fn main() -> std::io::Result<()> {
    let mut places = std::env::args().skip(1);
    let address = places.next().and_then(|a| a.parse().ok()).expect("an address");
    println!("{:?}", block_on(over_tcp(address)?.mul(6, 7)));
    println!("{:?}", block_on(through_a_file(places.next().expect("a path").into())?.mul(7, 6)));
    Ok(())
}
"#;

const CALLER: &str = r#"
use calc_exported_client_calculator_over_internet::{block_on, calc::Arithmetic, connect};

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).and_then(|a| a.parse().ok()).expect("an address");
    let client = connect(address)?;
    println!("{:?}", block_on(client.mul(6, 7)));
    println!("{:?}", block_on(client.div(1, 0)));
    Ok(())
}
"#;

#[test]
fn a_program_outside_calls_through_the_generated_client() {
    let deck = "examples/calc/exported.amb";
    let mut run = Running::start(ambc(AMBC, &["run", deck]));
    let line = run.line("server: export calculator over internet at ", Duration::from_secs(900));
    let address = line.rsplit(' ').next().unwrap_or("").to_owned();
    run.line("ambc: ready", Duration::from_secs(60));

    let client = "examples/calc/target/ambc/calc_exported/clients/calculator_over_internet";
    let crates = [("calc_exported-client-calculator_over_internet", client)];
    let done = outside(CALLER, &crates, &[&address]);
    assert_eq!(done.stdout, "Ok(42)\nErr(Error(DivisionByZero))\n", "{}", done.all());

    signal(run.pid(), "INT");
    let (status, _) = run.end(Duration::from_secs(30));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn exports_answer_over_tcp_and_through_socket_files() {
    let mut run = Running::start(ambc(AMBC, &["run", "examples/e2e/decks/doors.amb"]));
    run.line("ambc: ready", Duration::from_secs(900));
    let place = |network| {
        let start = format!("server: export calculator over {network} at ");
        let found = run.seen.iter().find_map(|l| l.strip_prefix(&start));
        found.unwrap_or_else(|| panic!("{:?}", run.seen)).to_owned()
    };
    let places = [place("office"), place("box")];
    let folder = "examples/e2e/decks/target/ambc/doors/clients";
    let crates = ["office", "box"]
        .map(|n| (format!("doors-client-calculator_over_{n}"), format!("{folder}/calculator_over_{n}")));
    let crates = crates.each_ref().map(|(name, path)| (name.as_str(), path.as_str()));
    let done = outside(BOTH, &crates, &places.each_ref().map(String::as_str));
    assert_eq!(done.stdout, "Ok(42)\nOk(42)\n", "{}", done.all());

    signal(run.pid(), "INT");
    let (status, _) = run.end(Duration::from_secs(30));
    assert_eq!(status.code(), Some(0));
}

/// Runs a program of its own that depends on client crates, by name and folder in the repository.
fn outside(main: &str, crates: &[(&str, &str)], arguments: &[&str]) -> Finished {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    fs::create_dir(dir.path().join("src")).expect("the folder is ours");
    fs::write(dir.path().join("src/main.rs"), main).expect("the folder is ours");
    let mut manifest = "[package]\nname = \"caller\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n".to_owned();
    for (name, path) in crates {
        manifest += &format!("{name} = {{ path = \"{}\" }}\n", repo().join(path).display());
    }
    fs::write(dir.path().join("Cargo.toml"), manifest).expect("the folder is ours");
    fs::copy(repo().join("Cargo.lock"), dir.path().join("Cargo.lock")).expect("the folder is ours");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--quiet", "--"])
        .args(arguments)
        .current_dir(dir.path())
        .env("CARGO_TARGET_DIR", target_dir());
    finish("a program outside", cargo)
}
