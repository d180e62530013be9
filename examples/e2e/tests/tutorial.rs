//! The tutorial, as a reader follows it: in an empty folder, command by command, with the files that the page shows.
//!
//! What a block is for stands behind its language: `run` (each line is a command, `exit=N` says how the last one ends),
//! `start` (a command that goes on), `file=PATH` (a file to write; with `shown`, one that is there already), `line=PATH`
//! (a line that replaces the one that starts with the same words), `output` (lines that the last command prints, in this
//! order, `…` standing for anything), `ctrl-c` (ends what was started; lines as for `output`).

#![expect(clippy::print_stdout, reason = "times of commands are for whoever reads the test's output")]

use ambc_e2e::page::{Block, blocks, prints};
use ambc_e2e::{Running, repo, signal};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const PATIENCE: Duration = Duration::from_secs(1800);

/// Someone at a terminal.
struct Reader {
    folder: PathBuf,
    /// What the last commands printed.
    said: Vec<String>,
    running: Option<Running>,
    /// Up to which line of a running command the page has been followed.
    seen: usize,
    spent: Duration,
}

impl Reader {
    fn follow(&mut self, block: &Block) {
        match block.words.get(1).map(String::as_str) {
            Some("run") => self.run(block),
            Some("start") => self.start(block),
            Some("output") => self.look(block),
            Some("ctrl-c") => self.interrupt(block),
            _ => self.write(block),
        }
    }

    /// One command, without a shell: its words are separated by spaces.
    fn command(&self, line: &str) -> Command {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (program, args) = words.split_first().expect("a command");
        let mut command = Command::new(if *program == "ambc" { AMBC } else { program });
        command.args(args).current_dir(&self.folder).stdin(Stdio::null()).env("NO_COLOR", "1");
        // A reader's cargo was not called by another one.
        for (name, _) in std::env::vars() {
            if name.starts_with("CARGO_") && !matches!(name.as_str(), "CARGO_HOME" | "CARGO_BUILD_JOBS")
                || name == "CARGO"
            {
                command.env_remove(name);
            }
        }
        command.env_remove("AMBC_TARGET_DIR");
        command
    }

    fn run(&mut self, block: &Block) {
        let expected = block.value("exit").map_or(0, |code| code.parse().expect("a number"));
        let pid = block.value("pid").map(|group| self.pid_of(group));
        let lines: Vec<String> =
            block.text.lines().map(|l| l.replace("PID", &pid.unwrap_or(0).to_string())).collect();
        if self.running.is_none() {
            self.said.clear();
        }
        for (i, line) in lines.iter().enumerate() {
            if let Some(folder) = line.strip_prefix("cd ") {
                self.folder.push(folder);
                continue;
            }
            let start = Instant::now();
            let out = self.command(line).output().unwrap_or_else(|e| panic!("{line}: {e}"));
            self.spent += start.elapsed();
            let text = [out.stdout, out.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
            let wanted = if i + 1 == lines.len() { expected } else { 0 };
            assert_eq!(out.status.code(), Some(wanted), "page line {}: {line}\n{text}", block.line);
            println!("    {:6.1} s  {line}", start.elapsed().as_secs_f32());
            self.said.extend(text.lines().map(str::to_owned));
        }
    }

    fn start(&mut self, block: &Block) {
        self.running = Some(Running::start(self.command(block.text.trim())));
        self.seen = 0;
    }

    /// The process that a group is now.
    fn pid_of(&self, group: &str) -> u32 {
        let running = self.running.as_ref().expect("something was started");
        let word = format!("group {group} is process ");
        let line = running.seen.iter().rev().find_map(|l| l.split_once(&word).map(|(_, rest)| rest));
        let number = line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok());
        number.unwrap_or_else(|| panic!("no `{word}` in\n{}", running.seen.join("\n")))
    }

    fn look(&mut self, block: &Block) {
        let Some(running) = &mut self.running else {
            return assert_eq!(prints(&self.said, &block.text), Ok(()), "page line {}", block.line);
        };
        for pattern in block.text.lines() {
            self.seen = running.matching(pattern, self.seen, PATIENCE);
        }
    }

    fn interrupt(&mut self, block: &Block) {
        let running = self.running.take().expect("something was started");
        signal(running.pid(), "INT");
        let (status, lines) = running.end(PATIENCE);
        assert_eq!(status.code(), Some(0), "{}", lines.join("\n"));
        assert_eq!(prints(&lines, &block.text), Ok(()), "page line {}", block.line);
    }

    fn write(&mut self, block: &Block) {
        if let Some(file) = block.value("line") {
            return self.replace_line(Path::new(file), block.text.trim());
        }
        let Some(file) = block.value("file") else { return };
        let path = self.folder.join(file);
        if block.words.iter().any(|w| w == "shown") {
            let there = fs::read_to_string(&path).expect("it was made");
            return assert_eq!(there, block.text, "page line {}", block.line);
        }
        assert!(path.exists(), "page line {}: `{file}` is there before the reader changes it", block.line);
        fs::write(path, &block.text).expect("the folder is ours");
    }

    fn replace_line(&self, file: &Path, line: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).expect("it was made");
        let start: String = line.split_inclusive(' ').take(2).collect();
        assert_eq!(text.lines().filter(|l| l.starts_with(&start)).count(), 1, "one line starts with {start}");
        let lines = text.lines().map(|l| if l.starts_with(&start) { line } else { l });
        fs::write(path, lines.map(|l| format!("{l}\n")).collect::<String>()).expect("the folder is ours");
    }
}

#[test]
fn the_tutorial_works_as_it_is_written() {
    let page = fs::read_to_string(repo().join("docs/tutorial.md")).expect("the page is there");
    let blocks = blocks(&page);
    assert!(blocks.iter().filter(|b| b.words.iter().any(|w| w == "run")).count() > 10);
    let home = tempfile::tempdir().expect("there is room for a folder");
    let mut reader = Reader {
        folder: home.path().to_owned(),
        said: Vec::new(),
        running: None,
        seen: 0,
        spent: Duration::ZERO,
    };
    let mut two_nodes = None;
    for block in &blocks {
        reader.follow(block);
        if block.text.contains("answered by node home") {
            two_nodes = Some(reader.spent);
        }
    }
    // Everything that was generated is as a person would have formatted it.
    let fmt = reader.command("cargo fmt --all --check").output().expect("cargo starts");
    let said = [fmt.stdout, fmt.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
    assert!(fmt.status.success(), "{said}");
    let two_nodes = two_nodes.expect("the page gets to two nodes");
    println!("    {:6.1} s  of commands up to two running nodes", two_nodes.as_secs_f32());
    println!("    {:6.1} s  of commands in all", reader.spent.as_secs_f32());
}
