//! Generated code is part of the product: formatted, without warnings, the same every time.

use ambc_e2e::{ambc, finish, repo, target_dir};
use std::process::Command;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

const DECKS: [&str; 9] = [
    "examples/camera_trap/deployment.amb",
    "examples/calc/three_hops.amb",
    "examples/calc/exported.amb",
    "examples/e2e/decks/hammer.amb",
    "examples/e2e/decks/logs.amb",
    "examples/e2e/decks/operation.amb",
    "examples/greenhouse/greenhouse.amb",
    "examples/e2e/decks/shapes.amb",
    "examples/e2e/decks/turns.amb",
];

#[test]
fn workspaces_pass_rustfmt_and_clippy() {
    for deck in DECKS {
        let done = finish(&format!("build {deck}"), ambc(AMBC, &["build", deck]));
        assert_eq!(done.code(), Some(0), "{}", done.all());
        let name = finish("plan", ambc(AMBC, &["plan", deck, "--format", "json"]));
        let name = name
            .stdout
            .split("\"deployment\":\"")
            .nth(1)
            .and_then(|r| r.split('"').next())
            .unwrap_or("")
            .to_owned();
        let folder = repo().join(deck).with_file_name("target/ambc").join(name).join("nodes");
        for node in std::fs::read_dir(&folder).expect("the nodes are there").filter_map(Result::ok) {
            // `cargo fmt --all` would look at the crates that the workspace depends on, too.
            for main in programs(&node.path()) {
                let mut format = Command::new("rustfmt");
                format.args(["--edition", "2024", "--check"]).arg(&main).current_dir(node.path());
                let done = finish(&format!("rustfmt {}", node.file_name().display()), format);
                assert_eq!(done.code(), Some(0), "{}", done.all());
            }
            let mut lint = Command::new("cargo");
            lint.args([
                "clippy",
                "--workspace",
                "--target",
                "x86_64-unknown-linux-gnu",
                "--offline",
                "--",
                "-D",
                "warnings",
            ]);
            lint.current_dir(node.path()).env("CARGO_TARGET_DIR", target_dir());
            let done = finish(&format!("cargo clippy {}", node.file_name().display()), lint);
            assert_eq!(done.code(), Some(0), "{}", done.all());
        }
    }
}

/// The `main.rs` of every isolation domain.
fn programs(node: &std::path::Path) -> Vec<std::path::PathBuf> {
    let groups =
        std::fs::read_dir(node.join("groups")).into_iter().flatten().filter_map(Result::ok).map(|g| g.path());
    std::iter::once(node.join("kernel")).chain(groups).map(|d| d.join("src/main.rs")).collect()
}

#[test]
fn trees_are_the_same_on_repeat() {
    for deck in DECKS {
        let dump = || finish(&format!("dump {deck}"), ambc(AMBC, &["dump", "--stage", "tree", deck])).stdout;
        assert_eq!(dump(), dump());
    }
}
