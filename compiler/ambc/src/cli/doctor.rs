//! `ambc doctor`.

use super::args::{Common, Format};
use super::commands::front;
use super::output::{Beside, tell};
use super::shell::Shell;
use crate::build::{self, RuntimeChoice};
use crate::doctor::{Deployment, Finding, State, ThisMachine, Wants, examine};
use crate::driver::Exit;
use ambc_diag::Diagnostics;
use std::path::{Path, PathBuf};

pub(super) fn doctor(shell: &Shell, common: &Common, file: Option<&Path>) -> Exit {
    let (processes, runtime) = match file.map(|file| asks(shell, common, file)) {
        None => (None, None),
        Some(Ok((processes, runtime))) => (Some(processes), runtime),
        Some(Err(exit)) => return exit,
    };
    let deployment = processes.map(|processes| Deployment { processes, runtime: runtime.as_deref() });
    let folder = file.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = examine(&ThisMachine, Wants { folder, deployment });
    let ready = found.iter().all(|f| f.state != State::Missing);
    shell.out(&match common.format {
        Format::Json => json(&found, ready),
        Format::Human | Format::Short | Format::Sarif => table(&found, ready, shell.out_color()),
    });
    if ready { Exit::Ok } else { Exit::Machine }
}

/// How many processes a deployment has, and where its project's runtime is.
fn asks(shell: &Shell, common: &Common, file: &Path) -> Result<(u64, Option<PathBuf>), Exit> {
    let front = front(common, file);
    let exit = tell(shell, common, &common.levels(), &front.loaded.sources, front.diags, Beside::AResult);
    let (Exit::Ok, Some(checked), Some(plan)) = (exit, front.checked, front.plan) else {
        return Err(if exit == Exit::Ok { Exit::Usage } else { exit });
    };
    // A node is a process, and so is each of its groups.
    let processes = build::images(&checked, &plan, false)
        .iter()
        .map(|class| (class.members.len() * (1 + class.image.groups.len())) as u64)
        .sum();
    let runtime = match build::choose_runtime(&checked, &mut Diagnostics::default()) {
        RuntimeChoice::Project(root) => Some(root),
        RuntimeChoice::Tree(_) | RuntimeChoice::Embedded => None,
    };
    Ok((processes, runtime))
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
