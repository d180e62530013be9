//! `ambc doctor`.

use super::args::{Common, Format};
use super::commands::front;
use super::output::{Beside, tell};
use super::shell::Shell;
use crate::build::{self, RuntimeChoice};
use crate::doctor::{Deployment, Finding, State, ThisMachine, Wants, examine};
use crate::driver::Exit;
use crate::hir::BuiltFor;
use crate::image::Target;
use ambc_diag::Diagnostics;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) fn doctor(shell: &Shell, common: &Common, file: Option<&Path>) -> Exit {
    let asked = match file.map(|file| asks(shell, common, file)).transpose() {
        Ok(asked) => asked,
        Err(exit) => return exit,
    };
    let targets: BTreeSet<_> = asked.iter().flat_map(|a| &a.targets).map(String::as_str).collect();
    let deployment = asked.as_ref().map(|a| Deployment {
        processes: a.processes,
        firmware: &targets,
        runtime: a.runtime.as_deref(),
    });
    let folder = file.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = examine(&ThisMachine, Wants { folder, deployment });
    let ready = found.iter().all(|f| f.state != State::Missing);
    shell.out(&match common.format {
        Format::Json => json(&found, ready),
        Format::Human | Format::Short | Format::Sarif => table(&found, ready, shell.out_color()),
    });
    if ready { Exit::Ok } else { Exit::Machine }
}

/// What a deployment asks of this machine.
struct Asked {
    processes: u64,
    /// What its nodes without an operating system are compiled for.
    targets: BTreeSet<String>,
    /// Its project's.
    runtime: Option<PathBuf>,
}

fn asks(shell: &Shell, common: &Common, file: &Path) -> Result<Asked, Exit> {
    let front = front(common, file);
    let exit = tell(shell, common, &common.levels(), &front.loaded.sources, front.diags, Beside::AResult);
    let (Exit::Ok, Some(checked), Some(plan)) = (exit, front.checked, front.plan) else {
        return Err(if exit == Exit::Ok { Exit::Usage } else { exit });
    };
    let (mut processes, mut targets) = (0, BTreeSet::new());
    for class in build::images(&checked, &plan, BuiltFor::Emulators) {
        // A node is a process, and so is each of its groups; but all of an emulated one is its emulator.
        let each = match class.image.target {
            Target::Linux => 1 + class.image.groups.len(),
            Target::CortexM { triple, .. } => {
                targets.insert(triple);
                1
            }
        };
        processes += (class.members.len() * each) as u64;
    }
    let runtime = match build::choose_runtime(&checked, &mut Diagnostics::default()) {
        RuntimeChoice::Project(root) => Some(root),
        RuntimeChoice::Tree(_) | RuntimeChoice::Embedded => None,
    };
    Ok(Asked { processes, targets, runtime })
}

fn table(found: &[Finding], ready: bool, color: bool) -> String {
    let width = |of: fn(&Finding) -> usize| found.iter().map(of).max().unwrap_or(0);
    let (names, values) = (width(|f| f.name.len()), width(|f| f.found.len().min(44)));
    let mut out = String::new();
    for f in found {
        let state = painted(f.state, color);
        out.push_str(&format!("{state}  {:names$}  {:values$}  {}\n", f.name, f.found, f.purpose));
        if let Some(command) = &f.command {
            out.push_str(&format!("         {command}\n"));
        }
    }
    let missing = found.iter().filter(|f| f.state == State::Missing).count();
    let end = match (ready, missing) {
        (true, _) => "\nThis machine can build and run deployments.\n".to_owned(),
        (false, 1) => "\n1 thing that is needed is missing.\n".to_owned(),
        (false, n) => format!("\n{n} things that are needed are missing.\n"),
    };
    out + &end
}

fn painted(state: State, color: bool) -> String {
    let word = format!("{:7}", state.word());
    let paint = match state {
        State::Ok => "32",
        State::Warning => "33",
        State::Missing => "31",
    };
    if color { format!("\u{1b}[{paint}m{word}\u{1b}[0m") } else { word }
}

fn json(found: &[Finding], ready: bool) -> String {
    let list: Vec<_> = found
        .iter()
        .map(|f| {
            serde_json::json!({
                "name": f.name, "state": f.state.word(), "found": f.found, "purpose": f.purpose, "command": f.command,
            })
        })
        .collect();
    serde_json::json!({ "schema": "ambc.doctor/1", "ready": ready, "findings": list }).to_string() + "\n"
}
