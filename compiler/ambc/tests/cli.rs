//! The command line from outside: exit codes, where output goes, options behind the command.

use std::path::Path;
use std::process::Command;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn ambc(dir: &Path, args: &[&str]) -> Ran {
    let run = Command::new(env!("CARGO_BIN_EXE_ambc"))
        .args(args)
        .current_dir(dir)
        .env_remove("NO_COLOR")
        .output()
        .expect("ambc starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: run.status.code().expect("no signal"), out: text(run.stdout), err: text(run.stderr) }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    dir
}

const GOOD: &[u8] = b"deployment d;\nnetwork lan : udp;\nnode a : linux { link lan at \"10.0.0.1\"; }\nnode b : linux { link lan at \"10.0.0.2\"; }\n";

#[test]
fn a_good_deployment_is_silent() {
    let dir = folder(&[("d.amb", GOOD)]);
    let ran = ambc(dir.path(), &["check", "d.amb"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
}

#[test]
fn short_lines_go_to_standard_output_and_people_read_standard_error() {
    let dir = folder(&[("d.amb", b"nod a : linux;\n")]);
    let ran = ambc(dir.path(), &["check", "d.amb", "--format", "short"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "d.amb:1:1: error[E0111]: unknown item `nod`\n"));
    let ran = ambc(dir.path(), &["check", "d.amb"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("d.amb:1:1") && ran.err.contains("did you mean `node`?"));
    assert!(!ran.err.contains('\u{1b}'), "no colours into a pipe");
    let ran = ambc(dir.path(), &["--color", "always", "check", "d.amb"]);
    assert!(ran.err.contains('\u{1b}'));
}

#[test]
fn documents_are_one_json_value() {
    let dir = folder(&[("d.amb", b"nod a : linux;\n"), ("good.amb", GOOD)]);
    for (format, file, code) in [("json", "d.amb", 1), ("sarif", "d.amb", 1), ("json", "good.amb", 0)] {
        let ran = ambc(dir.path(), &["check", file, "--format", format]);
        assert_eq!(ran.code, code);
        serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON");
    }
    let ran = ambc(dir.path(), &["plan", "good.amb", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((ran.code, plan["schema"].as_str()), (0, Some("ambc.plan/1")));
    let ran = ambc(dir.path(), &["plan", "d.amb", "--format", "json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "no plan, nothing on standard output");
}

#[test]
fn files_that_cannot_be_read_are_what_the_files_say_wrong() {
    let dir = folder(&[
        ("d.amb", b"use \"gone.amb\";\nuse \"latin.amb\";\nuse \"sub\";\n"),
        ("latin.amb", b"\xE4"),
        ("sub/x", b""),
    ]);
    let ran = ambc(dir.path(), &["check", "d.amb", "--format=short"]);
    let codes: Vec<&str> = ran.out.lines().filter_map(|l| l.split(['[', ']']).nth(1)).collect();
    assert_eq!((ran.code, codes), (1, vec!["E0131", "E0132", "E0134"]));
    assert_eq!(ambc(dir.path(), &["check", "nowhere.amb"]).code, 1);
    assert_eq!(ambc(dir.path(), &["check", "latin.amb"]).code, 1);
}

#[test]
fn after_twenty_of_a_code_the_rest_is_counted() {
    let dir = folder(&[("d.amb", "banana x;\n".repeat(30).as_bytes())]);
    let ran = ambc(dir.path(), &["check", "d.amb", "--format", "short"]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 20));
    assert!(ran.err.contains("10 more of E0111"));
    let ran = ambc(dir.path(), &["check", "d.amb", "--format", "short", "--max-errors", "0"]);
    assert_eq!(ran.out.lines().count(), 30);
}

#[test]
fn wrong_usage_is_two() {
    let dir = folder(&[("d.amb", GOOD)]);
    for args in [
        &["check"][..],
        &["chek", "d.amb"],
        &["fmt", "d.amb"],
        &["check", "d.amb", "--set", "x"],
        &["check", "d.amb", "-D", "E9999"],
        &["explain", "E9999"],
        &["check", "d.amb", "--format", "xml"],
    ] {
        let ran = ambc(dir.path(), args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.starts_with("error: "), "{args:?}");
    }
    assert_eq!(ambc(dir.path(), &["--version"]).code, 0);
    assert_eq!(ambc(dir.path(), &["help"]).code, 0);
}

#[test]
fn pages_and_completions_are_printed() {
    let dir = folder(&[]);
    let ran = ambc(dir.path(), &["explain", "e0101"]);
    assert!(ran.code == 0 && ran.out.starts_with("# E0101: "));
    let ran = ambc(dir.path(), &["completions", "bash"]);
    assert!(ran.code == 0 && ran.out.contains("_ambc"));
}

#[test]
fn an_interface_file_needs_no_deployment() {
    let dir =
        folder(&[("v.lidl", b"namespace v;\nstruct f { a: u8; }\n"), ("w.lidl", b"struct f { a: nope; }\n")]);
    assert_eq!(ambc(dir.path(), &["check", "v.lidl"]).code, 0);
    assert_eq!(ambc(dir.path(), &["check", "w.lidl"]).code, 1);
}

#[test]
fn nodes_are_named_one_by_one_as_an_array_or_as_a_range() {
    let dir = folder(&[("d.amb", b"deployment d;\nnode hub : linux;\nnode box[3] : linux_aarch64;\n")]);
    let trees = |node: &str| ambc(dir.path(), &["dump", "--stage", "tree", "d.amb", "--node", node]);
    for node in ["box", "box[2]", "box[0..2]"] {
        let ran = trees(node);
        assert_eq!(ran.code, 0, "{node}: {}", ran.err);
        assert!(
            ran.out.contains("//// box/Cargo.toml") && !ran.out.contains("//// hub/"),
            "{node}: {}",
            ran.out
        );
    }
    for (node, hint) in
        [("box[3]", "box[0]"), ("box[0..4]", ""), ("box[2..1]", ""), ("bax", "box"), ("hub[0..1]", "")]
    {
        let ran = trees(node);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{node}");
        assert!(
            ran.err.contains(&format!("there is no node `{node}`")) && ran.err.contains(hint),
            "{}",
            ran.err
        );
    }
}

/// The calculator's services on these nodes.
fn calculator_on(nodes: &str) -> (tempfile::TempDir, String) {
    let text = format!("deployment d;\nuse \"calc.amb\";\n{nodes}\n");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/calc");
    (folder(&[("d.amb", text.as_bytes())]), examples.display().to_string())
}

#[test]
fn what_a_board_takes_is_missing_before_anything_is_built() {
    let (dir, examples) = calculator_on("node board : nrf52840;\ndeploy board { ask; calculator; }");
    let run = Command::new(env!("CARGO_BIN_EXE_ambc"))
        .args(["run", "d.amb", "-I", &examples, "--format", "short"])
        .current_dir(dir.path())
        .env("PATH", dir.path())
        .output()
        .expect("ambc starts");
    let out = String::from_utf8(run.stdout).expect("UTF-8");
    assert_eq!(run.status.code(), Some(1), "{out}");
    for what in ["thumbv7em-none-eabihf", "qemu-system-arm"] {
        assert!(out.contains(&format!("error[E0513]: there is no `{what}` here")), "{out}");
    }
    assert!(!dir.path().join("target").exists(), "nothing was built");
    let note = String::from_utf8(run.stderr).expect("UTF-8");
    assert!(note.contains("node `board` (`nrf52840`) runs as an emulated `mps2_an386`"), "{note}");
}

#[test]
fn a_link_that_no_emulator_has_is_told_and_hosted_is_the_way_without() {
    let (dir, examples) = calculator_on(
        "network wire : uart;\nnode a : mps2_an386 { link wire on uart3; }\nnode b : linux { link wire on \"/dev/ttyS0\"; }\n\
         deploy a { ask; }\ndeploy b { calculator; }",
    );
    let run = |options: &[&str]| {
        let args = [&["run", "d.amb", "-I", &examples, "--target-dir", "/dev/null"], options].concat();
        ambc(dir.path(), &args)
    };
    let refused = run(&[]);
    assert_eq!(refused.code, 1);
    for what in ["E0512", "a network of kind `uart`", "`uart0`, `uart1`, `uart2`", "`--hosted`"] {
        assert!(refused.err.contains(what), "{what}\n{}", refused.err);
    }
    let hosted = run(&["--hosted"]);
    assert!(!hosted.err.contains("E0512"), "{}", hosted.err);
    assert!(hosted.err.contains("node `a` (`mps2_an386`) is built for this machine"), "{}", hosted.err);
}

#[test]
fn a_board_that_takes_what_its_runtime_has_not_is_built_for_linux_and_that_is_said() {
    let (dir, examples) = calculator_on(
        "network lan : udp;\nnode a : mps2_an386 { link lan at \"10.0.0.1\"; }\nnode b : linux { link lan at \"10.0.0.2\"; }\n\
         deploy a { ask; }\ndeploy b { calculator; }",
    );
    let run = ambc(dir.path(), &["run", "d.amb", "-I", &examples, "--target-dir", "/dev/null"]);
    let why = "is built for Linux: microcontrollers do not have yet: `udp` links but at a UART";
    assert!(run.err.contains(&format!("node `a` (`mps2_an386`) {why}")), "{}", run.err);
}
