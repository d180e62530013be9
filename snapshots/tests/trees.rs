//! Generated trees of the examples: every file of every node. And that they depend on nothing but what is said.

use ambc::build::{self, BuildOptions};
use ambc::driver;
use ambc::hir::BuiltFor;
use ambc::load::{Disk, MemFiles, Request};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository is there")
}

/// All files of all nodes, with the repository's path taken out.
fn tree(front: &driver::Front) -> String {
    let (checked, plan) =
        (front.checked.as_ref().expect("it checks"), front.plan.as_ref().expect("it plans"));
    let options = BuildOptions::to_look_at(checked);
    let images = build::images(checked, plan, BuiltFor::Platforms);
    let trees = build::trees(images.iter().map(|c| &c.image), &options);
    let mut out = String::new();
    for (class, tree) in images.iter().zip(&trees) {
        for (path, file) in &tree.files {
            let _ = write!(out, "//// {}/{path}\n{}\n", class.image.slug, file.text);
        }
    }
    out.replace(&repo().display().to_string(), "$REPO")
}

fn snapshot(name: &str, deck: &str) {
    let request = Request { root: repo().join(deck), ..Request::default() };
    let front = driver::front(&request, &Disk { here: repo() });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../expected/examples");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{name}.tree"), tree(&front)));
}

#[test]
fn calc_in_one_group() {
    snapshot("calc_one_group", "examples/calc/one_group.amb");
}

#[test]
fn calc_in_two_groups() {
    snapshot("calc_two_groups", "examples/calc/two_groups.amb");
}

#[test]
fn calc_over_three_hops() {
    snapshot("calc_three_hops", "examples/calc/three_hops.amb");
}

#[test]
fn calc_exported() {
    snapshot("calc_exported", "examples/calc/exported.amb");
}

#[test]
fn a_choice_over_every_distance() {
    snapshot("turns", "examples/e2e/decks/turns.amb");
}

#[test]
fn lines_that_go_to_an_instance() {
    snapshot("logs", "examples/e2e/decks/logs.amb");
}

#[test]
fn camera_trap() {
    snapshot("camera_trap", "examples/camera_trap/deployment.amb");
}

const LIDL: &str = "namespace api;\nservice echo { say(text: string<20>) -> u32; }\n";
const CARGO: &str = "[package]\nname = \"api-pkg\"\n[lib]\nname = \"api\"\n[package.metadata.ambience]\nlidl = [\"api.lidl\"]\n";
const LIB: &str = "#![no_std]\npub struct Needs;\n";

/// The same deployment, its items in another order and spread over other files.
#[test]
fn the_order_of_items_and_files_changes_no_byte() {
    let services = "service a : api::echo { crate \"api\"; }\nservice b { crate \"api\"; run; needs all: [api::echo]; needs log: ambience::logger from node; }\n";
    let nodes = [
        "network lan : udp { cost 1; }",
        "node x : linux { link lan at \"10.0.0.1\"; }",
        "node y : linux { link lan at \"10.0.0.2\"; }",
        "node z : linux;",
        "node twin[t in 2] : linux { link lan at \"10.0.1.{t}\"; }",
    ];
    let instances = [
        "instance one = a;",
        "instance two = a;",
        "instance ask[i in 3] = b { all: one, two; }",
        "instance again[t in 2] = b { all: one, two; }",
        "group pair { one, ask[0] }",
    ];
    let deploys =
        ["deploy x { pair; }", "deploy y { two; ask[1]; kernel ask[2]; }", "deploy twin[t] { again[t]; }"];
    let uses = "use \"api.lidl\";\n";
    let forward = [&nodes[..], &instances[..], &deploys[..]].concat();
    let mut backward = forward.clone();
    backward.reverse();
    let root = |first: &str, rest: &str| format!("deployment same;\nuse \"{first}\";\nuse \"{rest}\";\n");
    let one = MemFiles::new([
        ("deck.amb", &*root("s.amb", "d.amb")),
        ("s.amb", &format!("{uses}{services}")),
        ("d.amb", &forward.join("\n")),
        ("api.lidl", LIDL),
        ("Cargo.toml", CARGO),
        ("api/Cargo.toml", "[package]\nname = \"svc\"\n"),
        ("api/src/lib.rs", LIB),
        ("src/lib.rs", "#![no_std]\n"),
    ]);
    let (early, late) = backward.split_at(4);
    let two = MemFiles::new([
        ("deck.amb", &*format!("{}{}", root("d.amb", "s.amb"), early.join("\n"))),
        ("s.amb", &format!("{services}{uses}")),
        ("d.amb", &late.join("\n")),
        ("api.lidl", LIDL),
        ("Cargo.toml", CARGO),
        ("api/Cargo.toml", "[package]\nname = \"svc\"\n"),
        ("api/src/lib.rs", LIB),
        ("src/lib.rs", "#![no_std]\n"),
    ]);
    let request = Request { root: "deck.amb".into(), ..Request::default() };
    let (one, two) = (driver::front(&request, &one), driver::front(&request, &two));
    assert!(!one.diags.has_errors(), "{:?}", one.diags);
    let sections = |text: String| {
        let mut all: Vec<_> = text.split("//// ").map(str::to_owned).collect();
        all.sort();
        all
    };
    assert_eq!(sections(tree(&one)), sections(tree(&two)));
}
