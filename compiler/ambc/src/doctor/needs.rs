//! What is looked at, one function for each thing.

use super::advice::{self, Wanted};
use super::{Finding, Machine, State, Wants};
use crate::cargo::HOST_TRIPLE;
use crate::hir::EMULATOR;
use std::collections::BTreeSet;

/// The oldest Rust that compiles the runtime: `rust-version` of this repository.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");
/// A debug build of a small cluster takes about this much.
const ROOM: u64 = 1 << 30;
/// Less than this holds no build at all.
const LEAST_ROOM: u64 = 200 << 20;
/// What images of nodes without an operating system are compiled for.
const TARGETS: [&str; 1] = ["thumbv7em-none-eabihf"];
/// A node opens a few files for each of its groups.
const FILES: u64 = 256;

/// Everything that is wanted, in the order in which it is needed.
pub fn examine(machine: &dyn Machine, wants: Wants<'_>) -> Vec<Finding> {
    let look = Look { machine, rustup: machine.output("rustup", &["--version"]).is_some() };
    let mut out = vec![
        look.rust("rustc", "compiles services and nodes"),
        look.rust("cargo", "builds the workspace of each node"),
        look.target(HOST_TRIPLE, State::Missing, "the standard library that nodes are linked with"),
        look.linker(),
        look.static_c(),
        look.offline(),
        look.seccomp(),
        look.landlock(),
        look.waitv(),
        look.memfd(),
        look.loopback(),
        look.files(),
        look.space(wants),
    ];
    match wants.deployment {
        Some(deployment) => {
            out.push(look.processes(deployment.processes));
            out.extend(deployment.runtime.map(|runtime| look.runtime(runtime)));
            let emulated = !deployment.firmware.is_empty();
            out.extend(look.firmware(deployment.firmware, emulated, State::Missing));
        }
        None => {
            out.push(look.program(
                "dot",
                &["-V"],
                Wanted::Graphviz,
                "makes pictures of what `ambc graph` prints",
            ));
            out.extend(look.firmware(&TARGETS.into(), true, State::Warning));
        }
    }
    out
}

/// What nodes without an operating system take, compiled for these targets, and with `emulated`, run here. `without` is how bad
/// it is that something is not there.
pub fn firmware(
    machine: &dyn Machine,
    targets: &BTreeSet<&str>,
    emulated: bool,
    without: State,
) -> Vec<Finding> {
    let look = Look { machine, rustup: machine.output("rustup", &["--version"]).is_some() };
    look.firmware(targets, emulated, without)
}

struct Look<'m> {
    machine: &'m dyn Machine,
    rustup: bool,
}

fn ok(name: &'static str, found: impl Into<String>, purpose: &'static str) -> Finding {
    Finding { name, state: State::Ok, found: found.into(), purpose, command: None }
}

impl Look<'_> {
    fn rust(&self, program: &'static str, purpose: &'static str) -> Finding {
        let said = self.machine.output(program, &["--version"]);
        let version = said.as_deref().and_then(|s| s.split_whitespace().nth(1)).unwrap_or("");
        let found = match &said {
            Some(_) if is_at_least(version, RUST) => return ok(program, version, purpose),
            Some(_) => format!("{version}, older than {RUST}"),
            None => "not found".to_owned(),
        };
        let command = Some(advice::rust(self.rustup));
        Finding { name: program, state: State::Missing, found, purpose, command }
    }

    fn target(&self, triple: &'static str, without: State, purpose: &'static str) -> Finding {
        if self.machine.has_target(triple) {
            return ok(triple, "found", purpose);
        }
        let command = Some(advice::target(self.rustup, triple));
        Finding { name: triple, state: without, found: "not found".to_owned(), purpose, command }
    }

    fn firmware(&self, targets: &BTreeSet<&str>, emulated: bool, without: State) -> Vec<Finding> {
        let compiles = "compiles nodes without an operating system";
        let known = TARGETS.into_iter().filter(|t| targets.contains(t));
        let mut out: Vec<_> = known.map(|triple| self.target(triple, without, compiles)).collect();
        if emulated {
            let runs = "runs nodes without an operating system in `ambc run`";
            let mut emulator = self.program(EMULATOR, &["--version"], Wanted::QemuArm, runs);
            if emulator.state != State::Ok {
                emulator.state = without;
            }
            out.push(emulator);
        }
        out
    }

    fn install(&self, wanted: Wanted) -> Option<String> {
        Some(advice::install(self.machine.packages(), wanted))
    }

    fn linker(&self) -> Finding {
        let (name, purpose) = ("C linker", "links every program");
        match self.machine.output("cc", &["--version"]) {
            Some(said) => ok(name, said.lines().next().unwrap_or("found"), purpose),
            None => Finding {
                name,
                state: State::Missing,
                found: "no `cc`".to_owned(),
                purpose,
                command: self.install(Wanted::Linker),
            },
        }
    }

    fn static_c(&self) -> Finding {
        let (name, purpose) =
            ("static C library", "groups are static programs, so that their sandbox needs no files");
        match self.machine.links_statically() {
            Ok(()) => ok(name, "found", purpose),
            Err(found) => Finding {
                name,
                state: State::Missing,
                found,
                purpose,
                command: self.install(Wanted::StaticC),
            },
        }
    }

    fn offline(&self) -> Finding {
        let (name, purpose) = ("crates of the runtime", "what nodes are built from; cargo fetches them once");
        match self.machine.builds_offline() {
            Ok(()) => ok(name, "in cargo's cache", purpose),
            Err(found) => Finding {
                name,
                state: State::Warning,
                found,
                purpose,
                command: Some("ambc build FILE, once with a network".to_owned()),
            },
        }
    }

    fn seccomp(&self) -> Finding {
        let found = if self.machine.kernel().seccomp { Some("found") } else { None };
        let command = "use a kernel with CONFIG_SECCOMP_FILTER, or a container that may call seccomp";
        kernel("seccomp", found, State::Missing, "isolates groups: a node does not start without", command)
    }

    fn landlock(&self) -> Finding {
        let version = self.machine.kernel().landlock;
        let found = format!("version {version}");
        let found = (version > 0).then_some(found.as_str());
        let command = "use a kernel from 5.13 on, with landlock among its security modules";
        kernel("landlock", found, State::Warning, "a second wall around groups", command)
    }

    fn waitv(&self) -> Finding {
        let found = self.machine.kernel().waitv.then_some("found");
        let command = "use a kernel from 5.16 on";
        kernel("futex_waitv", found, State::Warning, "wakes a group without delay", command)
    }

    fn memfd(&self) -> Finding {
        let found = self.machine.has_memfd().then_some("found");
        let command = "use a kernel from 3.17 on, or a container that may call memfd_create";
        kernel("memfd_create", found, State::Missing, "memory that exactly two processes share", command)
    }

    fn loopback(&self) -> Finding {
        let (name, purpose) = ("loopback 127.0.0.0/8", "addresses of the nodes that `ambc run` starts");
        match self.machine.has_loopback() {
            Ok(()) => ok(name, "found", purpose),
            Err(found) => {
                let command = Some("sudo ip link set lo up".to_owned());
                Finding { name, state: State::Missing, found, purpose, command }
            }
        }
    }

    fn files(&self) -> Finding {
        let (name, purpose) = ("open files", "sockets, memory and pipes of a node");
        match self.machine.limits().0 {
            Some(most) if most < FILES => Finding {
                name,
                state: State::Warning,
                found: format!("at most {most}"),
                purpose,
                command: Some("ulimit -n 4096".to_owned()),
            },
            most => ok(name, most.map_or("no limit".to_owned(), |n| format!("at most {n}")), purpose),
        }
    }

    fn processes(&self, wanted: u64) -> Finding {
        let (name, purpose) = ("processes", "one for each node and each group");
        match self.machine.limits().1 {
            Some(most) if most < wanted + 32 => Finding {
                name,
                state: State::Warning,
                found: format!("{wanted} wanted, at most {most}"),
                purpose,
                command: Some(format!("ulimit -u {}", wanted + 1024)),
            },
            _ => ok(name, format!("{wanted} wanted"), purpose),
        }
    }

    fn space(&self, wants: Wants<'_>) -> Finding {
        let (name, purpose) = ("free space", "a first build writes about 1 GB to `target/`");
        let Some(free) = self.machine.free_space(wants.folder) else {
            let found = "cannot be told".to_owned();
            return Finding {
                name,
                state: State::Warning,
                found,
                purpose,
                command: Some("df -h .".to_owned()),
            };
        };
        let found = format!("{:.1} GB", free as f64 / 1e9);
        let state = match free {
            ROOM.. => return ok(name, found, purpose),
            LEAST_ROOM.. => State::Warning,
            _ => State::Missing,
        };
        Finding {
            name,
            state,
            found,
            purpose,
            command: Some("cargo clean, where there are old builds".to_owned()),
        }
    }

    fn runtime(&self, folder: &std::path::Path) -> Finding {
        let (name, purpose) =
            ("runtime of the project", "what its crates depend on; `ambc build` keeps it current");
        if self.machine.exists(folder) {
            return ok(name, "found", purpose);
        }
        let found = "not unpacked yet".to_owned();
        Finding { name, state: State::Warning, found, purpose, command: Some("ambc build FILE".to_owned()) }
    }

    fn program(&self, name: &'static str, args: &[&str], wanted: Wanted, purpose: &'static str) -> Finding {
        match self.machine.output(name, args) {
            Some(said) => ok(name, said.lines().next().unwrap_or("found"), purpose),
            None => Finding {
                name,
                state: State::Warning,
                found: "not found".to_owned(),
                purpose,
                command: self.install(wanted),
            },
        }
    }
}

fn kernel(
    name: &'static str,
    found: Option<&str>,
    without: State,
    purpose: &'static str,
    command: &str,
) -> Finding {
    match found {
        Some(found) => ok(name, found, purpose),
        None => {
            let found = "not allowed here".to_owned();
            Finding { name, state: without, found, purpose, command: Some(command.to_owned()) }
        }
    }
}

/// Compares `1.95.0-nightly` with `1.95`.
fn is_at_least(version: &str, least: &str) -> bool {
    let numbers = |v: &str| {
        let plain = v.split(['-', '+']).next().unwrap_or("").to_owned();
        plain.split('.').map(|n| n.parse::<u32>().unwrap_or(0)).chain([0; 3]).take(3).collect::<Vec<_>>()
    };
    numbers(version) >= numbers(least)
}
