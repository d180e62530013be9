//! Measures what `ambc build` does after an edit of the camera trap; prints a table. `cargo xtask incremental` runs it.
//!
//! The repository's tracked files are copied, so that the cache is empty and every edit stays in the copy. A row is the
//! median of three rounds, each from a build of the unedited files; processes and files are those of the first round.
#![expect(clippy::print_stdout, reason = "what this program is for")]

use ambc_e2e::counted::{Counter, Files, Started};
use ambc_e2e::repo;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 3;
const TRAP: &str = "examples/camera_trap";

/// A file of the camera trap, a piece of it, and what stands there in each round: a text that no round had before.
type Edit = (&'static str, &'static str, fn(usize) -> String);

/// What is edited between two builds.
const EDITS: [(&str, &[Edit]); 6] = [
    ("nothing", &[]),
    (
        "a comment in the deployment",
        &[("deployment.amb", "deployment camera_trap;", |n| {
            format!("// Round {n}.\ndeployment camera_trap;")
        })],
    ),
    (
        "one service body (`recognition`)",
        &[("services/recognition/src/lib.rs", "animal(&picture) > 0.0", |n| {
            format!("animal(&picture) > 0.00{}", n + 1)
        })],
    ),
    (
        "one binding (a time limit on `motion1.handler`)",
        &[("application.amb", "{ handler: camera_mgr; }", |n| {
            format!("{{ handler: camera_mgr {{ timeout {}s; }} }}", n + 2)
        })],
    ),
    (
        "one placement (`database` into the kernel group)",
        &[("deployment.amb", "{ database; }", |_| "{ kernel database; }".into())],
    ),
    (
        "one placement (`detection` to another node, two lines)",
        &[
            ("deployment.amb", "{ camera_mgr, detection }", |_| "{ camera_mgr }".into()),
            ("deployment.amb", "{ recognition; }", |_| "{ recognition; detection; }".into()),
        ],
    ),
];

fn main() {
    let bench = Bench::new();
    calibrate();
    println!("\n| edit | nodes built | cargo | rustc | files written | s | s of CPU |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let (first, variant) = (bench.build("deployment"), bench.build("second_sensor"));
    row("first build, nothing compiled before", &[first]);
    row("another deployment beside it (`second_sensor.amb`)", &[variant]);
    for (name, edits) in EDITS {
        row(name, &(0..ROUNDS).map(|round| bench.edited(edits, round)).collect::<Vec<_>>());
    }
}

/// How fast this machine is just now, for comparison with other runs.
fn calibrate() {
    let process = median((0..21).map(|_| {
        let start = Instant::now();
        Command::new("true").status().expect("`true` is there");
        start.elapsed().as_secs_f64()
    }));
    let fixed = median((0..5).map(|_| {
        let start = Instant::now();
        let sum = (0..20_000_000_u64).fold(1_u64, |x, n| black_box(x.rotate_left(5) ^ n));
        black_box(sum);
        start.elapsed().as_secs_f64()
    }));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    println!(
        "{cores} cores, load {load}; `true` as a process {:.1} ms; fixed loop {:.0} ms",
        process * 1e3,
        fixed * 1e3
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One build.
struct Built {
    nodes: usize,
    started: Started,
    written: usize,
    seconds: f64,
    cpu: f64,
}

fn row(name: &str, rounds: &[Built]) {
    let first = &rounds[0];
    let (seconds, cpu) = (median(rounds.iter().map(|b| b.seconds)), median(rounds.iter().map(|b| b.cpu)));
    let (cargo, rustc) = (first.started.cargo, first.started.rustc.len());
    println!(
        "| {name} | {} | {cargo} | {rustc} | {} | {seconds:.2} | {cpu:.2} |",
        first.nodes, first.written
    );
}

/// A copy of the repository, and the command under test.
struct Bench {
    dir: tempfile::TempDir,
    ambc: PathBuf,
    counter: Counter,
}

impl Bench {
    fn new() -> Self {
        let own = std::env::current_exe().expect("a program knows where it is");
        let bench = Self {
            dir: tempfile::tempdir().expect("there is room for a folder"),
            ambc: own.with_file_name("ambc-under-test"),
            counter: Counter::new(),
        };
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(repo()).output();
        let listed = listed.expect("git is there").stdout;
        for path in String::from_utf8_lossy(&listed).split('\0').filter(|p| !p.is_empty()) {
            copy(&repo().join(path), &bench.dir.path().join(path));
        }
        bench
    }

    fn trap(&self) -> PathBuf {
        self.dir.path().join(TRAP)
    }

    /// Builds the unedited files, then measures a build of the edited ones, and puts them back.
    fn edited(&self, edits: &[Edit], round: usize) -> Built {
        self.build("deployment");
        for (file, from, to) in edits {
            let path = self.trap().join(file);
            let text = fs::read_to_string(&path).expect("the file is there");
            assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
            fs::write(&path, text.replace(from, &to(round))).expect("the folder is ours");
        }
        let built = self.build("deployment");
        for (file, _, _) in edits {
            copy(&repo().join(TRAP).join(file), &self.trap().join(file));
        }
        built
    }

    fn build(&self, deployment: &str) -> Built {
        let mut command = Command::new(&self.ambc);
        command.arg("build").arg(self.trap().join(format!("{deployment}.amb"))).stdin(Stdio::null());
        command.env_remove("AMBC_TARGET_DIR");
        self.counter.watch(&mut command);
        let out = self.trap().join("target/ambc");
        fs::create_dir_all(&out).expect("the folder is ours");
        let (before, cpu, start) = (Files::below(&out), cpu_of_children(), Instant::now());
        let done = command.output().expect("the command starts");
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_of_children() - cpu);
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
        Built {
            nodes: said.lines().filter(|l| l.contains(": built, ")).count(),
            started: self.counter.take(),
            written: Files::below(&out).written_since(&before).len(),
            seconds,
            cpu,
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a file is in a folder")).expect("the folder is ours");
    let bytes = fs::read(from).expect("the file is there");
    fs::write(to, bytes).expect("the folder is ours");
}

/// Seconds that all processes took that were started here and have ended: it depends less on what else runs than time does.
fn cpu_of_children() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may hold spaces; times of children are the 16th and 17th field.
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after.split_whitespace().skip(13).take(2).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / TICKS
}
