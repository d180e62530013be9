//! What `ambc new` writes compiles, passes its own tests, is as rustfmt and clippy want it, and runs.

use ambc_e2e::{ambc, finish, target_dir};
use std::fs;
use std::path::Path;
use std::process::Command;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

/// An interface with values of every shape.
const SHAPES: &str = "namespace shapes;
error no { odd; number: u8; text: string<16>; }
enum way : u8 { up = 3, down = 7 }
struct spot { x: u32; y: f32; way: way; }
struct note { at: spot; text: string<32>; tags: vector<u16, 4>; }
union any { nothing: unit; number: i64; note: note; }
struct<T> page { items: vector<T, 8>; next: optional<u64>; }
service base { @oneway hint(level: u8); ping(); }
service all : base {
    spots(at: spot, notes: vector<note, 3>) -> array<spot, 2> or no;
    notes(note: note, way: way) -> note;
    pages(of: any, table: map<u8, u32, 5>) -> page<spot> or no;
    unions(large: vector<u8, 4000>, small: vector<u8, 40>) -> any;
    maps(type: bool, text: string_view<9>, maybe: optional<way>) -> map<u8, string<4>, 5>;
    many(a_rather_long_name_of_a_parameter: u64, another_rather_long_name: i8) -> (sum: u64, way: way) or no;
}
";

fn cargo(root: &Path, line: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(line.split_whitespace()).current_dir(root).env("CARGO_TARGET_DIR", target_dir().join("new"));
    cargo
}

#[test]
fn what_is_written_compiles_is_clean_and_runs() {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    let new = |folder: &Path, line: &str| {
        let mut command = ambc(AMBC, &line.split_whitespace().collect::<Vec<_>>());
        command.current_dir(folder);
        let done = finish(line, command);
        assert_eq!(done.code(), Some(0), "{line}: {}", done.all());
        done
    };
    new(dir.path(), "new farm");
    let root = dir.path().join("farm");
    new(&root, "new interface shapes::all");
    fs::write(root.join("interfaces/shapes/shapes.lidl"), SHAPES).expect("the folder is ours");
    new(&root, "new service passive --interface shapes::all");
    new(
        &root,
        "new service both --interface shapes::all --active --needs next:shapes::all --needs shy:shapes::base --needs random:ambience::random",
    );
    new(&root, "new service hidden --interface shapes::base --needs next:shapes::all");
    fs::write(
        root.join("farm.amb"),
        "use \"services/hello/service.amb\";\nuse \"services/passive/service.amb\";\nuse \"services/both/service.amb\";\n\
         use \"services/hidden/service.amb\";\nnode home : linux;\ninstance hello = hello;\ninstance passive = passive;\n\
         instance both = both { next: passive; shy: hidden; }\ninstance hidden = hidden { next: passive; }\n\
         deploy home { hello; passive; both; hidden; }\n",
    )
    .expect("the folder is ours");
    new(&root, "check farm.amb --deny W0301");
    // As in a fresh clone: the folder is not in git.
    fs::remove_dir_all(root.join(".ambc")).expect("the folder is ours");
    let ran = new(&root, "run farm.amb --until-idle");
    assert!(
        ran.stdout.contains("both: hello from both") && ran.stdout.contains("hello: hello from hello"),
        "{}",
        ran.all()
    );
    for line in ["fmt --all --check", "clippy --workspace --all-targets -- -D warnings", "test --workspace"] {
        let done = finish(line, cargo(&root, line));
        assert_eq!(done.code(), Some(0), "{line}: {}", done.all());
    }
}
