//! `ambc new` and `ambc doctor` from outside. Whether what is made compiles is held by the tests of whole clusters.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn ambc(dir: &Path, line: &str) -> Ran {
    let run = Command::new(env!("CARGO_BIN_EXE_ambc"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .output()
        .expect("ambc starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: run.status.code().expect("no signal"), out: text(run.stdout), err: text(run.stderr) }
}

/// Runs what has to work.
fn works(dir: &Path, line: &str) -> String {
    let ran = ambc(dir, line);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
    ran.out
}

/// Everything below a folder but the runtime.
fn tree(dir: &Path) -> BTreeMap<String, String> {
    let files = walkdir::WalkDir::new(dir).into_iter().filter_entry(|e| e.file_name() != ".ambc");
    let files = files.map(|e| e.expect("readable")).filter(|e| e.file_type().is_file());
    let name = |p: &Path| p.strip_prefix(dir).expect("below").display().to_string();
    files.map(|e| (name(e.path()), std::fs::read_to_string(e.path()).expect("text"))).collect()
}

fn project() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    works(dir.path(), "new farm");
    let root = dir.path().join("farm");
    (dir, root)
}

#[test]
fn a_new_project_checks_and_says_what_to_do_next() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = works(dir.path(), "new farm");
    assert!(out.ends_with("Next:\n    cd farm\n    ambc run farm.amb\n"), "{out}");
    let root = dir.path().join("farm");
    assert_eq!(works(&root, "check farm.amb"), "");
    let names: Vec<_> = tree(&root).into_keys().collect();
    let service =
        ["Cargo.toml", "service.amb", "src/lib.rs", "tests/hello.rs"].map(|f| format!("services/hello/{f}"));
    let mut wanted = vec![".gitignore", "Cargo.lock", "Cargo.toml", "farm.amb"];
    wanted.extend(service.iter().map(String::as_str));
    assert_eq!(names, wanted);
    assert!(root.join(".ambc/runtime/runtime-kernel/ambience/Cargo.toml").exists());
    assert_eq!(std::fs::read_to_string(root.join(".ambc/.gitignore")).expect("written"), "*\n");
}

#[test]
fn interfaces_and_services_join_the_project_that_is_there() {
    let (_dir, root) = project();
    works(&root, "new interface calc::arithmetic");
    let lidl = "namespace calc;\nerror no { odd: u8; }\nservice arithmetic { add(left: i64, right: i64) -> i64 or no; }\n";
    std::fs::write(root.join("interfaces/calc/calc.lidl"), lidl).expect("written");
    // From a folder below the root, too.
    works(&root.join("services"), "new service tally --interface calc::arithmetic");
    let out =
        works(&root, "new service ask --needs calculator:calc::arithmetic --needs timer:ambience::timer");
    assert!(
        out.contains("Write into farm.amb:") && out.contains("instance ask = ask { calculator: INSTANCE; }"),
        "{out}"
    );
    let tree = tree(&root);
    assert!(
        tree["services/tally/src/lib.rs"]
            .contains("    async fn add(&self, _left: i64, _right: i64) -> Result<i64, Failure<No>> {\n")
    );
    let members = "members = [\n    \"interfaces/calc\",\n    \"services/ask\",\n    \"services/hello\",\n    \"services/tally\",\n]";
    assert!(tree["Cargo.toml"].contains(members), "{}", tree["Cargo.toml"]);
    let deck = "use \"services/tally/service.amb\";\nuse \"services/ask/service.amb\";\nnode home : linux;\n\
        instance tally = tally;\ninstance ask = ask { calculator: tally; }\ndeploy home { tally; ask; }\n";
    std::fs::write(root.join("deck.amb"), deck).expect("written");
    assert_eq!(works(&root, "check deck.amb"), "");
    works(&root, "new deployment other");
    assert_eq!(works(&root, "check other.amb"), "");
}

#[test]
fn what_cannot_be_made_changes_nothing() {
    let (_dir, root) = project();
    works(&root, "new interface calc");
    std::fs::create_dir(root.join("services/taken")).expect("made");
    let before = tree(&root);
    for (line, code, said) in [
        ("new farm", 1, "there is a `farm.amb` already"),
        ("new service hello", 1, "`services/hello` is a crate called `hello` already"),
        ("new service calc", 1, "`interfaces/calc` is a crate called `calc` already"),
        ("new service taken", 1, "there is a `services/taken` already"),
        ("new service fn", 2, "`fn` is a keyword of Rust"),
        ("new service node", 2, "`node` is a keyword of deployments"),
        ("new service front-door", 2, "`front-door` cannot be a name"),
        ("new service std", 2, "there is a crate `std` already"),
        ("new service x --interface calc::kalc", 1, "there is no interface `calc::kalc` below this folder"),
        ("new service x --needs log:calc::calc", 2, "two needs are called `log`"),
        ("new service x --needs calc", 2, "expected NAME:PATH"),
    ] {
        let ran = ambc(&root, line);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{line}: {}", ran.err);
        assert!(ran.err.contains(said), "{line}: {}", ran.err);
    }
    std::fs::write(
        root.join("interfaces/calc/calc.lidl"),
        "namespace calc;\nservice calc { a() -> nope; }\n",
    )
    .expect("written");
    let ran = ambc(&root, "new service x --interface calc::calc --format short");
    assert_eq!((ran.code, ran.out.contains("calc.lidl:2:")), (1, true), "{}{}", ran.out, ran.err);
    std::fs::write(root.join("interfaces/calc/calc.lidl"), &before["interfaces/calc/calc.lidl"])
        .expect("written");
    assert_eq!(tree(&root), before);
}

#[test]
fn a_workspace_of_another_kind_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("Cargo.toml"), "[package]\nname = \"other\"\n").expect("written");
    let ran = ambc(dir.path(), "new service tally");
    assert!(ran.code == 1 && ran.err.contains("belongs to no project of ambc"), "{}", ran.err);
    assert_eq!(tree(dir.path()).len(), 1);
    // A folder of its own may lie in it.
    works(dir.path(), "new farm");
    assert_eq!(works(&dir.path().join("farm"), "check farm.amb"), "");
}

#[test]
fn a_service_makes_an_empty_folder_a_project() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join(".gitignore"), "mine\n").expect("written");
    works(dir.path(), "new service tally");
    assert_eq!(tree(dir.path())[".gitignore"], "mine\n");
    assert_eq!(works(dir.path(), "check services/tally/service.amb"), "");
}

#[test]
fn doctor_tells_each_thing_and_whether_all_is_there() {
    let (_dir, root) = project();
    let ran = ambc(&root, "doctor farm.amb --format json");
    let said: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let list = said["findings"].as_array().expect("a list");
    let of = |name: &str| list.iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("{name}: {said}"));
    assert_eq!(of("rustc")["state"], "ok", "it compiled this test");
    assert_eq!(of("runtime of the project")["state"], "ok");
    assert!(list.iter().all(|f| f["name"] != "dot"), "only what the deployment takes");
    let missing = list.iter().any(|f| f["state"] == "missing");
    assert_eq!((ran.code, said["ready"].as_bool()), (if missing { 4 } else { 0 }, Some(!missing)));
    let table = ambc(&root, "doctor --color never").out;
    assert!(table.lines().any(|l| l.starts_with("ok       rustc ")), "{table}");
    assert!(!table.contains('\u{1b}'));
    assert_eq!(ambc(&root, "doctor gone.amb").code, 1);
}
