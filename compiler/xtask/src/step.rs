//! Steps of a chore: each is announced, timed and summed up; a skipped one is loud.

use std::io::{self, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What has been done so far.
#[derive(Debug)]
pub(crate) struct Steps {
    done: Vec<(String, Outcome, Duration)>,
    /// What is printed, if it is kept until [`Self::join`].
    kept: Option<Vec<u8>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { done: Vec::new(), kept: None }
    }

    /// Steps that run beside others: what they print is kept.
    pub(crate) fn aside() -> Self {
        Self { done: Vec::new(), kept: Some(Vec::new()) }
    }

    /// Adds steps that ran beside these, and prints what they printed.
    pub(crate) fn join(&mut self, aside: Self) {
        let _ = io::stdout().write_all(&aside.kept.unwrap_or_default());
        self.done.extend(aside.done);
    }

    /// Runs a program; its output goes through.
    pub(crate) fn run(&mut self, name: &str, program: &str, args: &[&str]) {
        self.run_with(name, program, args, &[]);
    }

    pub(crate) fn run_with(&mut self, name: &str, program: &str, args: &[&str], env: &[(&str, &str)]) {
        let vars: String = env.iter().map(|(k, v)| format!("{k}={v:?} ")).collect();
        self.say(&format!("\n==> {name}\n    {vars}{program} {}", args.join(" ")));
        let start = Instant::now();
        let status = self.status(Command::new(program).args(args).envs(env.iter().copied()));
        let outcome = match status {
            Ok(s) if s.success() => Outcome::Passed,
            Ok(s) => Outcome::Failed(s.to_string()),
            Err(e) => Outcome::Failed(e.to_string()),
        };
        self.done.push((name.into(), outcome, start.elapsed()));
    }

    fn say(&mut self, text: &str) {
        match &mut self.kept {
            Some(kept) => kept.extend(format!("{text}\n").bytes()),
            None => println!("{text}"),
        }
    }

    fn status(&mut self, command: &mut Command) -> io::Result<ExitStatus> {
        let Some(kept) = &mut self.kept else { return command.status() };
        let done = command.stdin(Stdio::null()).output()?;
        kept.extend(done.stdout);
        kept.extend(done.stderr);
        Ok(done.status)
    }

    /// Runs a check of our own: what it finds is printed.
    pub(crate) fn check(&mut self, name: &str, check: impl FnOnce() -> Vec<String>) {
        self.say(&format!("\n==> {name}"));
        let start = Instant::now();
        let found = check();
        found.iter().for_each(|line| self.say(line));
        let outcome = if found.is_empty() {
            Outcome::Passed
        } else {
            Outcome::Failed(format!("{} found", found.len()))
        };
        self.done.push((name.into(), outcome, start.elapsed()));
    }

    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        self.say(&format!("\n==> {name}\n!!! SKIPPED: {why}"));
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
