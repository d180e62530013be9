//! `ambc top`: what a running cluster does, as a table that is drawn anew every second, as one table, or as JSON.

use super::args::{Common, Format};
use super::commands;
use super::output::{Beside, tell};
use super::shell::Shell;
use super::terminal::Terminal;
use super::top_table::{self, Sort};
use crate::build::Places;
use crate::cluster::{TopClient, TopEdge, TopReport};
use crate::driver::{self, Deployment, Exit, Plan};
use crate::plan::report;
use std::collections::BTreeMap;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const REFRESH: Duration = Duration::from_secs(1);

pub(super) fn top(shell: &Shell, common: &Common, file: Option<&Path>, once: bool) -> Exit {
    let found = match file {
        Some(file) => of_file(shell, common, file),
        None => of_this_folder(shell),
    };
    let (folder, mut client) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    match client.report() {
        Ok(report) if common.format == Format::Json => {
            shell.out(&(serde_json::to_string(&report).expect("a report is plain data") + "\n"));
            Exit::Ok
        }
        Ok(report) => {
            let alone = once || !std::io::stdout().is_terminal();
            match (!alone).then(|| Terminal::take(shell)).flatten() {
                Some(terminal) => watch(shell, terminal, client, report),
                None => {
                    shell.out(&(top_table::lines(&report, None, Sort::default()).join("\n") + "\n"));
                    Exit::Ok
                }
            }
        }
        Err(e) => lost(shell, &folder.display().to_string(), &e),
    }
}

/// The run of the deployment that `file` declares, whatever else is wrong with it by now.
fn of_file(shell: &Shell, common: &Common, file: &Path) -> Result<(PathBuf, TopClient), Exit> {
    let (request, files) = commands::request(common, file);
    let (loaded, hir, diags) = driver::resolved(&request, &files);
    if loaded.amb.is_empty() {
        let exit = tell(shell, common, &common.levels(), &loaded.sources, diags, Beside::AResult);
        if exit == Exit::Ok {
            shell.err("error: an interface file does not run; name a `.amb` file\n");
            return Err(Exit::Usage);
        }
        return Err(exit);
    }
    let nothing = |why: &str| {
        shell.err(&format!("error: `{}` does not run here{why}\n", hir.name));
        shell.err(&format!("  help: start it with `ambc run {}`\n", file.display()));
        Exit::Machine
    };
    let places = Places::new(file, &hir.name).map_err(|e| nothing(&format!(": {e}")))?;
    match TopClient::connect(&places.run) {
        Ok(client) => Ok((places.run, client)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Err(nothing("")),
        Err(e) => Err(nothing(&format!(": {e}"))),
    }
}

/// The one deployment that runs from this folder.
fn of_this_folder(shell: &Shell) -> Result<(PathBuf, TopClient), Exit> {
    let folders = std::fs::read_dir("target/ambc/run").into_iter().flatten().flatten().map(|e| e.path());
    let mut running: Vec<_> = folders.filter_map(|f| TopClient::connect(&f).ok().map(|c| (f, c))).collect();
    running.sort_by(|a, b| a.0.cmp(&b.0));
    if running.len() > 1 {
        let names: Vec<_> =
            running.iter().map(|(f, _)| f.file_name().unwrap_or_default().display()).collect();
        let names = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        shell.err(&format!("error: {names} run from this folder; name the file of one: `ambc top FILE`\n"));
        return Err(Exit::Usage);
    }
    running.pop().ok_or_else(|| {
        shell.err("error: nothing runs from this folder\n");
        shell.err("  help: name the file of the deployment that runs: `ambc top FILE`\n");
        Exit::Machine
    })
}

/// Draws until `q`, or until the run ends.
fn watch(shell: &Shell, terminal: Terminal<'_>, mut client: TopClient, first: TopReport) -> Exit {
    let (mut sort, mut before, mut now) = (Sort::default(), None, first);
    loop {
        let drawn = Instant::now();
        terminal.draw(&top_table::lines(&now, before.as_ref(), sort));
        while let Some(left) = REFRESH.checked_sub(drawn.elapsed()).filter(|d| !d.is_zero()) {
            match terminal.key(left) {
                Some('q') => return Exit::Ok,
                Some(key) => {
                    sort = Sort::of_key(key).unwrap_or(sort);
                    terminal.draw(&top_table::lines(&now, before.as_ref(), sort));
                }
                None => break,
            }
        }
        match client.report() {
            Ok(report) => before = Some(std::mem::replace(&mut now, report)),
            Err(e) => {
                drop(terminal);
                return lost(shell, &now.deployment, &e);
            }
        }
    }
}

fn lost(shell: &Shell, what: &str, e: &std::io::Error) -> Exit {
    match e.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            shell.err(&format!("error: the run of `{what}` has ended\n"));
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            shell.err(&format!("error: not every node of `{what}` answers\n"));
        }
        _ => shell.err(&format!("error: {what}: {e}\n")),
    }
    Exit::Machine
}

/// What the plan says about every edge and export.
pub(super) fn edges(hir: &Deployment, plan: &Plan) -> Vec<TopEdge> {
    let report = report::report(hir, plan);
    let mut nodes = BTreeMap::new();
    for node in &report.nodes {
        for instance in node.groups.iter().flat_map(|g| &g.instances) {
            nodes.insert(instance.as_str(), node.name.as_str());
        }
    }
    let node = |instance: &str| nodes.get(instance).copied().unwrap_or_default().to_owned();
    let bindings = report.edges.iter().map(|e| {
        let route = report.routes.iter().find(|r| r.from == e.from && r.need == e.need);
        TopEdge {
            node: node(&e.from),
            from: e.from.clone(),
            need: e.need.clone(),
            to: e.to.clone(),
            to_node: node(&e.to),
            transport: e.transport.to_owned(),
            networks: route.map(|r| r.networks.clone()).unwrap_or_default(),
            counts: None,
        }
    });
    let exports = report.exports.iter().map(|e| TopEdge {
        node: node(&e.instance),
        from: "outside".to_owned(),
        need: e.network.clone(),
        to: e.instance.clone(),
        to_node: node(&e.instance),
        transport: "export".to_owned(),
        networks: vec![e.network.clone()],
        counts: None,
    });
    bindings.chain(exports).collect()
}
