//! What a node refuses to start with, and how it says so. Nothing runs afterwards.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod common;

use common::programs;
use std::process::{Command, Output, Stdio};

fn start(identity: Option<&str>) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(programs().join("alpha_kernel"));
    if let Some(text) = identity {
        let file = dir.path().join("identity");
        std::fs::write(&file, text.replace("{bin}", programs().to_str().unwrap())).unwrap();
        command.arg("--identity").arg(file);
    }
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn refusals_say_what_and_why() {
    let group = "group ask {bin}/alpha_ask\n";
    let dynamic = format!("node alpha\n{group}group keep {}\n", std::env::current_exe().unwrap().display());
    let cases = [
        (None, 2, "`--identity FILE` is missing"),
        (Some("node beta\n".to_owned()), 1, "is the identity of node beta"),
        (Some("node alpha\ncolour red\n".to_owned()), 1, "line 2: unknown key `colour`"),
        (Some(format!("node alpha\n{group}")), 1, "no executable for group keep"),
        (Some(format!("node alpha\n{group}group keep /nowhere/at/all\n")), 1, "group keep (/nowhere/at/all)"),
        (Some(dynamic), 1, "-C target-feature=+crt-static"),
    ];
    for (identity, code, what) in cases {
        let out = start(identity.as_deref());
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{said}");
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn a_group_program_alone_says_that_it_needs_its_node() {
    let out = Command::new(programs().join("alpha_ask")).stdin(Stdio::null()).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("must be started by its node"));
}

#[test]
fn the_wrong_program_of_a_group_is_noticed() {
    let mut node = common::Node::start(
        "alpha_kernel",
        "node alpha\ngroup ask {bin}/alpha_keep\ngroup keep {bin}/alpha_keep\n",
    );
    node.expect(&["group ask: group keep must be started by its node: the node took it for `ask`"]);
    node.expect(&["! died ask", "exit 1"]);
    assert!(node.stop().success());
}
