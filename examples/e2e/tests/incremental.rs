//! What a build does when nothing, or one line, changed. Calls of cargo and rustc and written files are counted.

use ambc_e2e::counted::{Counter, Files, Started};
use ambc_e2e::{Finished, ambc, finish, repo};
use std::fs;
use std::path::Path;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

const DECK: &str = r#"deployment edited;
use "calc.amb";
network lan : udp { cost 1; }
node left   : linux { link lan at "10.0.0.1"; }
node right  : linux { link lan at "10.0.0.2"; }
node third  : linux { link lan at "10.0.0.3"; }
service own : calc::arithmetic { crate "own"; type Calculator; }
instance spare = own;
instance again = ask { calculator: calculator; }
deploy left  { ask; }
deploy right { calculator; }
deploy third { spare; again; }
"#;

/// A deployment and a service crate in a folder of their own.
struct Bench {
    dir: tempfile::TempDir,
    counter: Counter,
}

/// What one build did.
struct Build {
    done: Finished,
    started: Started,
    /// `nodes/third/…` and the like: what was written or removed below the deployment's folder.
    touched: Vec<String>,
}

impl Build {
    /// The crates that rustc compiled, in no order: it compiles several at once.
    fn compiled(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.started.rustc.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Cargo ran once for each of these nodes, and nothing of another one was written.
    fn only(&self, nodes: &[&str]) {
        for node in ["left", "right", "third"] {
            let up_to_date = self.done.stdout.contains(&format!("{node}: up to date"));
            assert_ne!(up_to_date, nodes.contains(&node), "{node}: {}", self.done.all());
        }
        assert_eq!(self.started.cargo, nodes.len(), "{}", self.done.all());
        assert_eq!(self.touched.is_empty(), nodes.is_empty(), "{:?}", self.touched);
        for path in &self.touched {
            let node = path.split('/').nth(1).unwrap_or_default();
            assert!(nodes.contains(&node), "{path} has nothing to do with it");
        }
    }
}

impl Bench {
    fn new() -> Self {
        let bench =
            Self { dir: tempfile::tempdir().expect("there is room for a folder"), counter: Counter::new() };
        let calculator = repo().join("examples/calc/services/calculator/src/lib.rs");
        let library = fs::read_to_string(calculator).expect("the example is there");
        let manifest = format!(
            "[package]\nname = \"own\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
             ambience = {{ path = \"{0}/runtime-kernel/ambience\" }}\n\
             calc = {{ package = \"calc-interfaces\", path = \"{0}/examples/calc/interfaces\" }}\n",
            repo().display()
        );
        bench.write("own/Cargo.toml", &manifest);
        bench.write("own/src/lib.rs", &library);
        bench
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("the folder is ours");
        fs::write(path, text).expect("the folder is ours");
    }

    /// Replaces one piece of a file.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.dir.path().join(name)).expect("the file is ours");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {name}");
        self.write(name, &text.replace(from, to));
    }

    fn build(&self, what: &str) -> Build {
        let deck = self.dir.path().join("edited.amb");
        let include = repo().join("examples/calc");
        let mut command =
            ambc(AMBC, &["build", &deck.display().to_string(), "-I", &include.display().to_string()]);
        self.counter.watch(&mut command);
        let out = self.dir.path().join("target/ambc/edited");
        fs::create_dir_all(&out).expect("the folder is ours");
        let before = Files::below(&out);
        let done = finish(what, command);
        assert_eq!(done.code(), Some(0), "{}", done.all());
        let after = Files::below(&out);
        let touched = [after.written_since(&before), after.removed_since(&before)].concat();
        let short = |path: &&Path| path.strip_prefix(&out).unwrap_or(path).display().to_string();
        Build { done, started: self.counter.take(), touched: touched.iter().map(short).collect() }
    }
}

#[test]
fn an_edit_rebuilds_what_it_affects_and_nothing_else() {
    let bench = Bench::new();
    bench.write("edited.amb", DECK);
    let first = bench.build("first build of three nodes");
    first.only(&["left", "right", "third"]);
    assert!(first.compiled().contains(&"edited_left_kernel"), "{:?}", first.compiled());
    // Runtime, interface and service crates are compiled for one node, and there for the others.
    let shared = |name: &&str| name.starts_with("ambc_") || ["ambience", "calc", "ask", "own"].contains(name);
    let mut once: Vec<_> = first.compiled().into_iter().filter(shared).collect();
    let all = once.len();
    once.dedup();
    assert_eq!(once.len(), all, "{:?}", first.compiled());

    bench.build("nothing changed").only(&[]);

    bench.edit("edited.amb", "network lan", "// Between the three.\nnetwork lan");
    bench.build("a comment").only(&[]);

    bench.edit("own/src/lib.rs", "left.checked_add(right)", "right.checked_add(left)");
    let body = bench.build("one service body");
    body.only(&["third"]);
    assert_eq!(body.compiled(), ["edited_third_spare", "own"]);

    bench.edit("edited.amb", "{ calculator: calculator; }", "{ calculator: calculator { timeout 2s; } }");
    let binding = bench.build("one binding");
    binding.only(&["third"]);
    assert_eq!(binding.compiled(), ["edited_third_again"]);

    bench.edit("edited.amb", "{ spare; again; }", "{ kernel spare; again; }");
    let placement = bench.build("one placement");
    placement.only(&["third"]);
    assert_eq!(placement.compiled(), ["edited_third_kernel"]);

    // Another node for it: the old one, the new one, and no third.
    bench.edit("edited.amb", "{ kernel spare; again; }", "{ again; }");
    bench.edit("edited.amb", "deploy left  { ask; }", "deploy left { ask; spare; }");
    let moved = bench.build("moved to another node");
    moved.only(&["left", "third"]);
    assert_eq!(moved.compiled(), ["edited_left_kernel", "edited_left_spare", "edited_third_kernel"]);
}
