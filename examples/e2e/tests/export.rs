//! A program outside the deployment calls an export through the generated client crate.

use ambc_e2e::{Running, ambc, finish, repo, signal, target_dir};
use std::fs;
use std::process::Command;
use std::time::Duration;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

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

    let dir = tempfile::tempdir().expect("there is room for a folder");
    fs::create_dir(dir.path().join("src")).expect("the folder is ours");
    fs::write(dir.path().join("src/main.rs"), CALLER).expect("the folder is ours");
    let client = repo().join("examples/calc/target/ambc/calc_exported/clients/calculator_over_internet");
    let manifest = format!(
        "[package]\nname = \"caller\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         calc_exported-client-calculator_over_internet = {{ path = \"{}\" }}\n",
        client.display()
    );
    fs::write(dir.path().join("Cargo.toml"), manifest).expect("the folder is ours");
    fs::copy(repo().join("Cargo.lock"), dir.path().join("Cargo.lock")).expect("the folder is ours");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--quiet", "--", &address])
        .current_dir(dir.path())
        .env("CARGO_TARGET_DIR", target_dir());
    let done = finish("a program outside", cargo);
    assert_eq!(done.stdout, "Ok(42)\nErr(Error(DivisionByZero))\n", "{}", done.all());

    signal(run.pid(), "INT");
    let (status, _) = run.end(Duration::from_secs(30));
    assert_eq!(status.code(), Some(0));
}
