//! What a group process can and cannot do, tried by a real static program behind the real walls.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use ambc_linux::os::memory::Region;
use ambc_linux::os::spawn::{Image, Limits};
use rustix::process::{WaitId, WaitIdOptions};
use std::collections::BTreeMap;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};
use std::process::Command;

const EPERM: &str = "1";
const EFAULT: &str = "14";

fn compile(dir: &Path) -> PathBuf {
    let out = dir.join("attempts");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/attempts.rs");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .args(["--edition", "2024", "-C", "target-feature=+crt-static", "-A", "warnings", "-o"])
        .args([&out, &source])
        .status()
        .unwrap();
    assert!(status.success());
    out
}

/// Runs the program as a group with one lane and returns `attempt → outcome` and its exit status.
fn run(program: &Path, memory: u64) -> (BTreeMap<String, String>, i32) {
    let lane = Region::create("lane", 4096).unwrap();
    let nothing = std::fs::File::open("/dev/null").unwrap();
    let (read, write) = rustix::pipe::pipe().unwrap();
    let bell = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).unwrap();
    // Something that must not be inherited: without CLOEXEC, at a low number.
    let leaked = rustix::io::dup(&nothing).unwrap();
    let raw = |fd: &dyn AsFd| fd.as_fd().as_raw_fd();
    let fds = [raw(&nothing), raw(&write), raw(&write), raw(&lane.fd().unwrap()), raw(&bell)];
    let (me, count) = (std::process::id().to_string(), fds.len().to_string());
    let image = Image::prepare(
        program,
        &["hostile", &me, &count],
        &fds,
        bell.as_raw_fd(),
        Limits { memory, nice: 0 },
    )
    .unwrap();
    let child = image.start().unwrap();
    drop((write, leaked));
    let mut text = String::new();
    std::fs::File::from(read).read_to_string(&mut text).unwrap();
    let status =
        rustix::process::waitid(WaitId::PidFd(child.pidfd.as_fd()), WaitIdOptions::EXITED).unwrap().unwrap();
    let outcomes = text.lines().filter_map(|l| l.split_once(' ')).map(|(a, b)| (a.to_owned(), b.to_owned()));
    (outcomes.collect(), status.exit_status().unwrap_or(-1))
}

#[test]
#[cfg(target_arch = "x86_64")]
fn nothing_gets_out() {
    let dir = tempfile::tempdir().unwrap();
    let (outcomes, status) = run(&compile(dir.path()), 1 << 30);
    assert_eq!(status, 0, "{outcomes:?}");
    assert_eq!(outcomes["done"], "ok");
    assert_eq!(outcomes["own-memory"], "ok");
    let mut denied = 0;
    for (attempt, outcome) in &outcomes {
        match attempt.as_str() {
            "done" | "own-memory" => {}
            // Allowed calls on memory that is not there.
            "futex-unmapped" | "execveat-old-page" => assert_eq!(outcome, EFAULT, "{attempt}"),
            _ => {
                assert_eq!(outcome, EPERM, "{attempt}");
                denied += 1;
            }
        }
    }
    assert_eq!(denied, 52, "an attempt is missing: {outcomes:?}");
}

#[test]
fn set_up_failure_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (outcomes, status) = run(&compile(dir.path()), 4096);
    // 4 KiB of address space cannot even hold the page for the exec path, or the exec itself.
    assert!(status != 0, "{outcomes:?}");
}
