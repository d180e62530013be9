//! A real emulator with a small machine in it, run as a node. Skipped loudly where there is no emulator, or no Rust for it.

use ambc::cluster::{
    Event, Machine, NodeEvent, NodeStart, RunEnd, RunOptions, Runs, Top, TopClient, TopReport, Wire, run,
};
use ambc::hir::{EMULATOR, emulated};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

const TARGET: &str = "thumbv7em-none-eabihf";

/// The image, compiled once for all tests; why it cannot be had.
fn image() -> Result<&'static Path, String> {
    static IMAGE: OnceLock<Result<(TempDir, PathBuf), String>> = OnceLock::new();
    IMAGE.get_or_init(compile).as_ref().map(|(_, image)| image.as_path()).map_err(Clone::clone)
}

fn compile() -> Result<(TempDir, PathBuf), String> {
    let there = Command::new(EMULATOR).arg("--version").stdout(Stdio::null()).status();
    if !there.is_ok_and(|s| s.success()) {
        return Err(format!("there is no {EMULATOR} here"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulated/firmware.rs");
    let image = folder.path().join("image.elf");
    let script = format!("link-arg=-T{}", source.with_extension("ld").display());
    let out = Command::new("rustc")
        .args(["--edition", "2024", "--target", TARGET, "-O", "-C", "panic=abort", "-C", &script, "-o"])
        .args([&image, &source])
        .output()
        .expect("a compiler compiled this");
    let said = String::from_utf8_lossy(&out.stderr);
    match out.status.success() {
        true => Ok((folder, image)),
        false if said.contains("can't find crate for `core`") => Err(format!("there is no {TARGET} here")),
        false => panic!("{said}"),
    }
}

/// What was heard of a run, and how it ended.
struct Heard {
    events: Vec<Event>,
    end: RunEnd,
    report: Option<TopReport>,
    folder: TempDir,
}

/// One machine; `orders` are what its lives find on their line.
struct Trial {
    orders: &'static str,
    until_idle: bool,
    watchdog: Option<Duration>,
    /// Somebody looks at it, which ends the run.
    seen: bool,
}

const USUAL: Trial = Trial { orders: "-", until_idle: true, watchdog: None, seen: false };

impl Trial {
    /// None if there is no emulator.
    fn run(self) -> Option<Heard> {
        let image = match image() {
            Ok(image) => image,
            Err(why) => {
                // Not by the macro, whose lines are hidden where a test passes.
                let _ = writeln!(std::io::stderr(), "!!! SKIPPED: {why}");
                return None;
            }
        };
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("line");
        let line = UnixListener::bind(&socket).expect("a socket");
        let answers = std::thread::spawn(move || give(&line, self.orders));
        let machine = Machine {
            board: emulated("mps2_an386").expect("it is emulated"),
            image: image.to_owned(),
            uarts: vec![Some(Wire::Socket(socket))],
            identity: folder.path().join("identity.bin"),
            identity_at: 0x3f_f000,
        };
        let node = NodeStart { name: "m".into(), runs: Runs::Machine(machine), watchdog: self.watchdog };
        let (stop, mut events) = (Arc::new(AtomicBool::new(false)), Vec::new());
        let options = RunOptions { until_idle: self.until_idle };
        let mut top = Top::new("d", vec![]);
        top.open(folder.path()).expect("a place");
        let report = self.seen.then(|| look(folder.path(), &stop));
        let end = run(&[node], options, &stop, &top, |event| events.push(event));
        let report = report.map(|looking| looking.join().expect("no panic"));
        assert_eq!(answers.join().expect("no panic"), "!".repeat(self.orders.len()), "each life answered");
        Some(Heard { events, end: end.expect("it starts"), report, folder })
    }
}

/// What `ambc top` gets to see, once the machine answers; then the run ends.
fn look(folder: &Path, stop: &Arc<AtomicBool>) -> JoinHandle<TopReport> {
    let (folder, stop) = (folder.to_owned(), Arc::clone(stop));
    std::thread::spawn(move || {
        let report = loop {
            match TopClient::connect(&folder).and_then(|mut top| top.report()) {
                Err(e) if e.kind() == ErrorKind::TimedOut => {}
                report => break report,
            }
        };
        stop.store(true, Ordering::Relaxed);
        report.expect("it answers")
    })
}

/// What the lives answer to their orders.
fn give(line: &UnixListener, orders: &str) -> String {
    let answer = |order: char| {
        let (mut machine, _) = line.accept().expect("the machine connects");
        machine.write_all(&[order as u8]).expect("it listens");
        let mut answer = [0];
        machine.read_exact(&mut answer).expect("it answers");
        // Open until the machine is gone.
        let _ = machine.read(&mut [0]);
        char::from(answer[0])
    };
    orders.chars().map(answer).collect()
}

impl Heard {
    fn lines(&self) -> Vec<String> {
        let line = |e: &Event| match e {
            Event::Log { node, line } => {
                Some(format!("{node} {} {}: {}", line.level, line.source, line.text))
            }
            _ => None,
        };
        self.events.iter().filter_map(line).collect()
    }

    fn has(&self, event: &NodeEvent) -> bool {
        self.events.iter().any(|e| matches!(e, Event::Node { event: e, .. } if e == event))
    }

    /// No process has the machine's identity on its command line.
    fn nothing_runs_on(&self) -> bool {
        let identity = self.folder.path().join("identity.bin").display().to_string();
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        let mut lines = processes.filter_map(|p| std::fs::read(p.path().join("cmdline")).ok());
        !lines.any(|line| String::from_utf8_lossy(&line).contains(&identity))
    }
}

#[test]
fn a_machine_is_a_node_and_ends_in_order() {
    let Some(heard) = USUAL.run() else { return };
    assert_eq!(heard.end, RunEnd::Ended { failed: vec![] });
    assert_eq!(heard.lines(), ["m info probe: hello, first life", "m info probe: bye"]);
    assert!(heard.has(&NodeEvent::Ready) && heard.has(&NodeEvent::Stopped));
    assert!(heard.nothing_runs_on());
}

#[test]
fn top_sees_what_a_machine_reports_and_stop_ends_it() {
    let Some(heard) = (Trial { until_idle: false, seen: true, ..USUAL }).run() else { return };
    assert_eq!(heard.end, RunEnd::Ended { failed: vec![] });
    let nodes = heard.report.as_ref().map(|r| r.nodes.as_slice()).unwrap_or_default();
    let [node] = nodes else { panic!("{nodes:?}") };
    assert_eq!((node.name.as_str(), node.groups[0].state.as_str()), ("m", "serving"));
    assert!(heard.has(&NodeEvent::Stopped) && heard.nothing_runs_on());
}

#[test]
fn the_death_of_a_machine_ends_the_run() {
    let Some(heard) = (Trial { orders: "x", until_idle: false, ..USUAL }).run() else { return };
    let RunEnd::NodeLost { node, emulated, status } = &heard.end else { panic!("{:?}", heard.end) };
    assert_eq!((node.as_str(), *emulated), ("m", true));
    assert!(status.contains("signal: 6"), "{status}");
    let why = heard.lines().into_iter().find(|l| l.contains("Lockup")).expect("the emulator says why");
    assert!(why.starts_with("m note qemu-system-arm: "), "{why}");
    assert!(heard.nothing_runs_on());
}

#[test]
fn a_machine_that_hangs_is_started_again() {
    let watchdog = Some(Duration::from_millis(100));
    let Some(heard) = (Trial { orders: "d-", watchdog, ..USUAL }).run() else { return };
    assert_eq!(heard.end, RunEnd::Ended { failed: vec![] });
    assert!(heard.events.iter().any(|e| matches!(e, Event::Hung { .. })));
    assert!(heard.lines().contains(&"m info probe: hello, later life".to_owned()), "{:?}", heard.lines());
    assert!(heard.nothing_runs_on());
}

#[test]
fn a_machine_that_resets_itself_starts_with_another_identity() {
    let Some(heard) = (Trial { orders: "r-", ..USUAL }).run() else { return };
    assert_eq!(heard.end, RunEnd::Ended { failed: vec![] });
    assert!(heard.has(&NodeEvent::Reboot("for a reason".into())));
    let lines = ["hello, first life", "hello, later life", "bye"].map(|l| format!("m info probe: {l}"));
    assert_eq!(heard.lines(), lines);
}
