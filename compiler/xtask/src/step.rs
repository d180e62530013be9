//! Steps of a chore: each is announced, timed and summed up; a skipped one is loud.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// What has been done so far.
#[derive(Debug)]
pub(crate) struct Steps {
    done: Vec<(String, Outcome, Duration)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { done: Vec::new() }
    }

    /// Runs a program; its output goes through.
    pub(crate) fn run(&mut self, name: &str, program: &str, args: &[&str]) {
        self.run_with(name, program, args, &[]);
    }

    pub(crate) fn run_with(&mut self, name: &str, program: &str, args: &[&str], env: &[(&str, &str)]) {
        let vars: String = env.iter().map(|(k, v)| format!("{k}={v:?} ")).collect();
        println!("\n==> {name}\n    {vars}{program} {}", args.join(" "));
        let start = Instant::now();
        let status = Command::new(program).args(args).envs(env.iter().copied()).status();
        let outcome = match status {
            Ok(s) if s.success() => Outcome::Passed,
            Ok(s) => Outcome::Failed(s.to_string()),
            Err(e) => Outcome::Failed(e.to_string()),
        };
        self.done.push((name.into(), outcome, start.elapsed()));
    }

    /// Runs a check of our own: what it finds is printed.
    pub(crate) fn check(&mut self, name: &str, check: impl FnOnce() -> Vec<String>) {
        println!("\n==> {name}");
        let start = Instant::now();
        let found = check();
        for line in &found {
            println!("{line}");
        }
        let outcome = if found.is_empty() {
            Outcome::Passed
        } else {
            Outcome::Failed(format!("{} found", found.len()))
        };
        self.done.push((name.into(), outcome, start.elapsed()));
    }

    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        println!("\n==> {name}\n!!! SKIPPED: {why}");
        self.done.push((name.into(), Outcome::Skipped(why.into()), Duration::ZERO));
    }

    /// One line a step; fails if one failed.
    pub(crate) fn summary(self) -> ExitCode {
        println!("\n==> summary");
        let mut failed = 0;
        for (name, outcome, time) in &self.done {
            let seconds = time.as_secs_f32();
            match outcome {
                Outcome::Passed => println!("    passed   {seconds:7.1} s  {name}"),
                Outcome::Failed(why) => {
                    failed += 1;
                    println!("    FAILED   {seconds:7.1} s  {name}: {why}");
                }
                Outcome::Skipped(why) => println!("!!! SKIPPED            {name}: {why}"),
            }
        }
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
