//! Starts nodes written by hand, listens to them, and ends them.
#![allow(unreachable_pub, reason = "a module of several tests")]
#![allow(dead_code, reason = "each test uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a loaded machine; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Folder of the statically linked programs of `node_by_hand`, built once per test run.
pub fn programs() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        // …/target/debug/deps/test-hash: programs go to …/target/TRIPLE/debug, apart from what the host build makes.
        let exe = std::env::current_exe().unwrap();
        let target = exe.ancestors().nth(3).unwrap().to_owned();
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "node-by-hand", "--bins", "--target", &triple])
            .args(["--config", &format!("target.{triple}.rustflags=['-Ctarget-feature=+crt-static']")])
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(status.success());
        target.join(triple).join("debug")
    })
}

/// A running node. Ends with the test.
pub struct Node {
    child: Child,
    control: UnixStream,
    lines: Receiver<String>,
    /// Everything it said so far.
    pub said: Vec<String>,
    taken: Vec<bool>,
    _folder: tempfile::TempDir,
}

impl Node {
    /// Starts program `kernel` with `identity`, in which `{bin}` is the folder of the programs and `{data}` one of its own.
    pub fn start(kernel: &str, identity: &str) -> Self {
        Self::start_with(kernel, identity, |_| {})
    }

    /// The same, with a say in how the process is started.
    pub fn start_with(kernel: &str, identity: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let bin = programs();
        let folder = tempfile::tempdir().unwrap();
        let text = identity
            .replace("{bin}", bin.to_str().unwrap())
            .replace("{data}", folder.path().to_str().unwrap());
        let file = folder.path().join("identity");
        std::fs::write(&file, text).unwrap();
        let (control, theirs) = UnixStream::pair().unwrap();
        let mut command = Command::new(bin.join(kernel));
        command
            .arg("--identity")
            .arg(&file)
            .args(["--control-fd", "0"])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().unwrap();
        drop(command); // and with it the other end of the control socket
        let (send, lines) = channel();
        listen(child.stdout.take().unwrap(), "", send.clone());
        listen(child.stderr.take().unwrap(), "stderr: ", send.clone());
        listen(control.try_clone().unwrap(), "! ", send);
        Self { child, control, lines, said: Vec::new(), taken: Vec::new(), _folder: folder }
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// Waits for a line (an event, if it begins with `! `) that contains all of `parts`; each line is returned once.
    /// Log and events come on two ways, so their order means nothing.
    pub fn expect(&mut self, parts: &[&str]) -> String {
        self.wait_for(&format!("{parts:?}"), |line| parts.iter().all(|part| line.contains(part)))
    }

    fn expect_any(&mut self, starts: &[&str]) -> String {
        self.wait_for(&format!("{starts:?}"), |line| starts.iter().any(|start| line.starts_with(start)))
    }

    fn wait_for(&mut self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.said.iter().zip(&self.taken).position(|(line, taken)| !taken && fits(line));
            if let Some(i) = found {
                self.taken[i] = true;
                return self.said[i].clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            let line =
                self.lines.recv_timeout(left).unwrap_or_else(|e| panic!("{what}: {e}; {:#?}", self.said));
            self.said.push(line);
            self.taken.push(false);
        }
    }

    pub fn say(&mut self, command: &str) {
        self.control.write_all(format!("{command}\n").as_bytes()).unwrap();
    }

    /// Polls until the node says that it is idle.
    pub fn expect_idle(&mut self) {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            self.say("poll");
            let line = self.expect_any(&["! idle", "! busy"]);
            if line.starts_with("! idle") {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("never idle: {:#?}", self.said);
    }

    /// Pid in the first event `group NAME pid PID` from here on.
    pub fn expect_group(&mut self, name: &str) -> i32 {
        let line = self.expect(&[&format!("! group {name} pid ")]);
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Asks it to stop and waits for its end; what it said until then is in `said`.
    pub fn stop(&mut self) -> ExitStatus {
        let _ = self.control.write_all(b"stop\n");
        self.wait()
    }

    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.said.push(line);
        }
        self.child.wait().unwrap()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn has_said(&self, parts: &[&str]) -> bool {
        self.said.iter().any(|line| parts.iter().all(|part| line.contains(part)))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(from: impl std::io::Read + Send + 'static, prefix: &'static str, to: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(format!("{prefix}{line}")).is_err() {
                return;
            }
        }
    });
}

/// Whether process `pid` exists and is no zombie.
pub fn alive(pid: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z'))
}

/// Waits until `done` says so.
pub fn eventually(what: &str, done: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
