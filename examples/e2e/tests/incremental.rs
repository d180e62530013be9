//! What a build does when nothing, or one line, changed. Calls of cargo and written files are counted.

use ambc_e2e::{CountedCargo, Finished, ambc, repo};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

const DECK: &str = r#"deployment edited;
use "calc.amb";
network lan : udp { cost 1; }
node left   : linux { link lan at "10.0.0.1"; }
node right  : linux { link lan at "10.0.0.2"; }
node third  : linux { link lan at "10.0.0.3"; }
instance spare = calculator;
instance again = ask { calculator: calculator; }
deploy left  { ask; }
deploy right { calculator; }
deploy third { spare; again; }
"#;

/// A deployment in a folder of its own, and a cargo that counts its calls.
struct Bench {
    cargo: CountedCargo,
}

impl Bench {
    fn write(&self, deck: &str) {
        fs::write(self.cargo.dir().join("edited.amb"), deck).expect("the folder is ours");
    }

    fn build(&self, what: &str) -> Finished {
        let deck = self.cargo.dir().join("edited.amb");
        let include = repo().join("examples/calc");
        let command =
            ambc(AMBC, &["build", &deck.display().to_string(), "-I", &include.display().to_string()]);
        let done = self.cargo.finish(what, command);
        assert_eq!(done.code(), Some(0), "{}", done.all());
        done
    }

    /// Every file below the output folder with its time of modification.
    fn files(&self) -> BTreeMap<PathBuf, SystemTime> {
        let mut out = BTreeMap::new();
        collect(&self.cargo.dir().join("target/ambc"), &mut out);
        out
    }
}

fn collect(dir: &Path, out: &mut BTreeMap<PathBuf, SystemTime>) {
    for entry in fs::read_dir(dir).expect("the folder is there").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, out);
        } else {
            out.insert(
                path.clone(),
                fs::metadata(&path).and_then(|m| m.modified()).expect("a file has a time"),
            );
        }
    }
}

#[test]
fn an_unchanged_deployment_runs_no_cargo_and_writes_nothing_and_an_edit_rebuilds_what_it_affects() {
    let bench = Bench { cargo: CountedCargo::new() };
    bench.write(DECK);
    bench.build("first build of three nodes");
    assert_eq!(bench.cargo.calls(), 3);

    let before = bench.files();
    let done = bench.build("nothing changed");
    assert_eq!(bench.cargo.calls(), 0, "{}", done.all());
    assert_eq!(bench.files(), before, "nothing is written");

    // `spare` moves into the kernel group of its node: only that node is another.
    bench.write(&DECK.replace("deploy third { spare; again; }", "deploy third { kernel spare; again; }"));
    let done = bench.build("one placement line");
    assert_eq!(bench.cargo.calls(), 1, "{}", done.all());
    let changed: Vec<_> =
        bench.files().into_iter().filter(|(p, t)| before.get(p) != Some(t)).map(|(p, _)| p).collect();
    assert!(!changed.is_empty());
    for path in &changed {
        assert!(
            path.components().any(|c| c.as_os_str() == "third"),
            "{} has nothing to do with it",
            path.display()
        );
    }
    assert!(
        done.stdout.contains("left: up to date") && done.stdout.contains("third: built"),
        "{}",
        done.all()
    );
}
