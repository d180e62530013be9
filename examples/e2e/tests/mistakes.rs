//! Mistakes that show only in a build: told in terms of the manifest, with nothing half-written left.

use ambc_e2e::{Finished, ambc, finish, repo};
use std::fs;
use std::path::Path;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

const MANIFEST: &str = r#"service tester {
    crate ".";
    run;
    needs calculator: calc::arithmetic;
    needs log: ambience::logger from node;
    param limit: u32 = 7;
}
use "calc.lidl";
"#;

const LIB: &str = r#"#![no_std]
use ambience::prelude::*;
use calc::Arithmetic;
pub struct Needs<C, L> { pub calculator: C, pub log: L }
pub struct Params { pub limit: u32 }
pub struct Service<C, L> { needs: Needs<C, L>, params: Params }
impl<C: Arithmetic, L: Logger> Service<C, L> {
    pub fn new(needs: Needs<C, L>, params: Params) -> Self { Self { needs, params } }
}
impl<C: Arithmetic, L: Logger> Run for Service<C, L> {
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        let _ = self.needs.calculator.add(1, i64::from(self.params.limit)).await;
        self.needs.log.info("done").await
    }
}
"#;

const DECK: &str = r#"deployment mistaken;
use "service.amb";
use "services/calculator/service.amb";
node here : linux;
instance calculator = calculator;
instance tester = tester { calculator: calculator; }
deploy here { calculator; tester; }
"#;

/// Builds the deployment with a manifest and a library that may not fit.
fn build(what: &str, deck: &str, manifest: &str, library: &str) -> (Finished, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    let calc = repo().join("examples/calc");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    };
    write("deck.amb", deck);
    write("service.amb", manifest);
    write("src/lib.rs", library);
    let cargo = format!(
        "[package]\nname = \"tester\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         ambience = {{ path = \"{0}/runtime-kernel/ambience\" }}\n\
         calc = {{ package = \"calc-interfaces\", path = \"{0}/examples/calc/interfaces\" }}\n",
        repo().display()
    );
    write("Cargo.toml", &cargo);
    let deck = dir.path().join("deck.amb").display().to_string();
    let (a, b) = (calc.display().to_string(), calc.join("interfaces").display().to_string());
    let done = finish(what, ambc(AMBC, &["build", &deck, "-I", &a, "-I", &b, "--format", "short"]));
    (done, dir)
}

fn expect(what: &str, manifest: &str, library: &str, line: u32, code: &str) {
    let (done, dir) = build(what, DECK, manifest, library);
    assert_eq!(done.code(), Some(1), "{}", done.all());
    let place = format!("service.amb:{line}:");
    let said: Vec<_> = done.stdout.lines().filter(|l| l.contains("error[")).collect();
    assert!(
        said.iter().any(|l| l.contains(&place) && l.contains(&format!("error[{code}]"))),
        "{}",
        done.all()
    );
    for line in &said {
        assert!(!line.contains("__ambc") && !line.contains("main.rs"), "it is about the manifest: {line}");
    }
    assert!(
        !dir.path().join("target/ambc/mistaken/images").exists(),
        "no image of a node that does not build"
    );
}

#[test]
fn what_fits_builds() {
    let (done, _dir) = build("a crate that fits", DECK, MANIFEST, LIB);
    assert_eq!(done.code(), Some(0), "{}", done.all());
}

#[test]
fn a_crate_that_does_not_compile_is_told_at_its_manifest() {
    expect("a type error", MANIFEST, &LIB.replace("i64::from(self.params.limit)", "\"seven\""), 2, "E0501");
}

#[test]
fn a_need_that_the_crate_does_not_have_is_told_at_the_need() {
    let more = MANIFEST.replace("    param", "    needs timer: ambience::timer from node;\n    param");
    expect("a need too many", &more, LIB, 6, "E0502");
}

#[test]
fn a_need_that_the_manifest_does_not_have_is_told_at_the_crate() {
    let less = MANIFEST.replace("    needs log: ambience::logger from node;\n", "");
    expect("a need too few", &less, LIB, 2, "E0506");
}

#[test]
fn a_need_of_another_interface_is_told_at_the_need() {
    let other = MANIFEST.replace("ambience::logger", "ambience::timer");
    expect("a need of another interface", &other, LIB, 5, "E0502");
}

#[test]
fn a_param_of_another_type_is_told_at_the_param() {
    let other = MANIFEST.replace("limit: u32 = 7", "limit: string<8> = \"x\"");
    expect("a param of another type", &other, LIB, 6, "E0503");
}

#[test]
fn an_interface_that_is_not_implemented_is_told_at_the_interface() {
    let serves = MANIFEST.replace("service tester {", "service tester : calc::arithmetic {");
    assert!(serves.contains("tester : calc::arithmetic"));
    // Only who serves somebody must implement it, so another asker is bound to it.
    let manifest = format!("{serves}use \"services/ask/service.amb\";\n");
    let deck = DECK.replace(
        "deploy here { calculator; tester; }",
        "instance asks = ask { calculator: tester; }\ndeploy here { calculator; tester; asks; }",
    );
    let (done, _dir) = build("an interface that is not implemented", &deck, &manifest, LIB);
    assert_eq!(done.code(), Some(1), "{}", done.all());
    assert!(done.stdout.contains("service.amb:1:") && done.stdout.contains("error[E0504]"), "{}", done.all());
}

#[test]
fn an_active_service_that_cannot_run_is_told_at_run() {
    let library = LIB.split("impl<C: Arithmetic, L: Logger> Run").next().unwrap_or("").to_owned();
    expect("no Run", MANIFEST, &library, 3, "E0505");
}
