//! Runs `ambc` on real deployments and reads what it prints.
#![expect(clippy::print_stdout, reason = "times of deployments are for whoever reads the test's output")]

pub mod counted;
pub mod page;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// The repository.
pub fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// Cargo's folder for all node workspaces of all tests: runtime crates are compiled once.
pub fn target_dir() -> PathBuf {
    repo().join("target/e2e")
}

/// What a finished command said.
#[derive(Debug)]
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Both outputs, for messages of failed assertions.
    pub fn all(&self) -> String {
        format!("--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// A command with the test's executable, target folder and no colours.
pub fn ambc(executable: &str, args: &[&str]) -> Command {
    let mut command = Command::new(executable);
    command.args(args).current_dir(repo()).env("AMBC_TARGET_DIR", target_dir()).env("NO_COLOR", "1");
    command
}

/// Runs a command to its end; prints how long it took.
pub fn finish(what: &str, mut command: Command) -> Finished {
    let start = Instant::now();
    let out = command.stdin(Stdio::null()).output().expect("the command starts");
    println!("    {:6.1} s  {what}", start.elapsed().as_secs_f32());
    Finished {
        status: out.status,
        stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// A cluster that is up. Killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    /// Everything read so far.
    pub seen: Vec<String>,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let (send, lines) = mpsc::channel();
        forward(child.stdout.take().expect("it is piped"), send.clone());
        forward(child.stderr.take().expect("it is piped"), send);
        Self { child, lines, seen: Vec::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line that holds `what`.
    ///
    /// # Panics
    /// If there is none within `patience`, with everything that was printed.
    pub fn line(&mut self, what: &str, patience: Duration) -> String {
        let until = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(what) {
                        return line;
                    }
                }
                Err(_) => panic!("no line with `{what}`; it said:\n{}", self.seen.join("\n")),
            }
        }
    }

    /// Waits for a line that fits a pattern (see [`page::fits`]), `from` a line on; the number of the next line.
    ///
    /// # Panics
    /// If there is none within `patience`.
    pub fn matching(&mut self, pattern: &str, from: usize, patience: Duration) -> usize {
        let until = Instant::now() + patience;
        let mut at = from;
        loop {
            while let Some(line) = self.seen.get(at) {
                at += 1;
                if page::fits(pattern, line) {
                    return at;
                }
            }
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(_) => panic!("no line fits `{pattern}`; it said:\n{}", self.seen.join("\n")),
            }
        }
    }

    /// Waits for the end; the exit status and every line.
    ///
    /// # Panics
    /// If it does not end within `patience`.
    pub fn end(mut self, patience: Duration) -> (ExitStatus, Vec<String>) {
        let until = Instant::now() + patience;
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.seen.push(line);
        }
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return (status, std::mem::take(&mut self.seen));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not end; it said:\n{}", self.seen.join("\n"));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                return;
            }
        }
    });
}

/// Sends a signal: `KILL`, `STOP`, `CONT`, `INT`.
///
/// # Panics
/// If there is no such process.
pub fn signal(pid: u32, name: &str) {
    let status =
        Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().expect("`kill` is there");
    assert!(status.success(), "process {pid} is not there");
}

/// Whether a process is there and no zombie.
pub fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| !s.contains(") Z "))
}
