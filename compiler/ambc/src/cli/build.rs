//! `ambc build`, and the first half of `ambc run`.

use super::args::{BuildOptions as Options, Common};
use super::commands::front;
use super::machines::{refuse_what_cannot_run, say_what_stands_in};
use super::output::{Beside, tell};
use super::shell::Shell;
use crate::build::{self, BuildError, BuildOptions, NodeBuild, NodeOutcome, Places, Progress};
use crate::check::Checked;
use crate::doctor::ThisMachine;
use crate::driver::{self, Exit};
use crate::hir::{BuiltFor, Deployment, NodeId};
use crate::image::{ClassImage, clients};
use crate::plan::Plan;
use ambc_diag::{Code, Diagnostic, Diagnostics, Sources};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const UNSEALED: Code = Code("W0501");

/// A deployment whose nodes have been built.
pub(super) struct Built {
    pub(super) checked: Checked<Deployment>,
    pub(super) plan: Plan,
    /// Every class of the deployment, and what became of those that were asked for.
    pub(super) classes: Vec<(ClassImage, Option<NodeBuild>)>,
    /// The nodes that were asked for.
    pub(super) nodes: BTreeSet<NodeId>,
    /// Crates for callers outside.
    pub(super) clients: Vec<PathBuf>,
    pub(super) places: Places,
}

pub(super) fn build(shell: &Shell, common: &Common, file: &Path, only: &[String], options: &Options) -> Exit {
    let start = Instant::now();
    match prepare_and_build(shell, common, file, only, options, BuiltFor::Platforms) {
        Ok(built) => {
            summary(shell, &built, start.elapsed());
            for client in &built.clients {
                shell.out(&format!("client crate: {}\n", client.display()));
            }
            Exit::Ok
        }
        Err(exit) => exit,
    }
}

/// Checks, plans and builds, without `--hosted` for what `otherwise` says; everything that is wrong has been told when this
/// fails.
pub(super) fn prepare_and_build(
    shell: &Shell,
    common: &Common,
    file: &Path,
    only: &[String],
    options: &Options,
    otherwise: BuiltFor,
) -> Result<Built, Exit> {
    let mut front = front(common, file);
    let mut levels = common.levels();
    driver::refuse_what_is_not_carried_out(&mut levels);
    if let (Some(checked), Some(plan)) = (&front.checked, &front.plan) {
        front.diags.extend(links_are_unsealed(checked, plan));
    }
    let runtime = front.checked.as_ref().map(|c| build::choose_runtime(c, &mut front.diags));
    let exit = tell(shell, common, &levels, &front.loaded.sources, front.diags, Beside::AResult);
    let (Exit::Ok, Some(checked), Some(plan), Some(runtime)) = (exit, front.checked, front.plan, runtime)
    else {
        if exit == Exit::Ok {
            shell.err("error: an interface file has no nodes; name a `.amb` file\n");
            return Err(Exit::Usage);
        }
        return Err(exit);
    };
    let machine = |e: &dyn std::fmt::Display| {
        shell.err(&format!("error: {e}\n"));
        Exit::Machine
    };
    let places = Places::new(file, &checked.name).map_err(|e| machine(&e))?;
    let nodes = wanted(shell, &checked, only)?;
    let built_for = if options.hosted { BuiltFor::ThisMachine } else { otherwise };
    let images = build::images(&checked, &plan, built_for);
    say_what_stands_in(shell, &checked, &plan, &images, built_for);
    let refused = refuse_what_cannot_run(&ThisMachine, &checked, &images, &nodes, built_for);
    match told(shell, common, &levels, &front.loaded.sources, refused) {
        Exit::Ok => {}
        exit => return Err(exit),
    }
    let asked: Vec<_> = images.iter().filter(|c| is_asked(c, &nodes)).collect();
    let mut build_options =
        BuildOptions::new(&places, build::runtime_dir(&runtime, &places).map_err(|e| machine(&e))?);
    build_options.release = options.release;
    (build_options.locked, build_options.offline) = (common.locked, common.offline);
    if let Some(dir) = &options.target_dir {
        build_options.target_dir = std::path::absolute(dir).map_err(|e| machine(&e))?;
    }
    let clients = build::write_clients(&clients(&checked, &plan), &build_options).map_err(|e| machine(&e))?;
    let mut diags = Diagnostics::default();
    let mut bar = Bar::new(shell, asked.len());
    let builds = build::build(&asked, &build_options, &mut bar, &mut diags);
    bar.finish();
    let mut builds = builds.map_err(|e| cannot_build(shell, &e))?.into_iter();
    match told(shell, common, &levels, &front.loaded.sources, diags) {
        Exit::Ok => {
            let build = |c: ClassImage| {
                let build = if is_asked(&c, &nodes) { builds.next() } else { None };
                (c, build)
            };
            let classes = images.into_iter().map(build).collect();
            Ok(Built { checked, plan, classes, nodes, clients, places })
        }
        exit => Err(exit),
    }
}

fn told(
    shell: &Shell,
    common: &Common,
    levels: &crate::diag::Levels,
    sources: &Sources,
    diags: Diagnostics,
) -> Exit {
    if diags.is_empty() { Exit::Ok } else { tell(shell, common, levels, sources, diags, Beside::AResult) }
}

fn cannot_build(shell: &Shell, e: &BuildError) -> Exit {
    shell.err(&format!("error: {e}\n"));
    if matches!(e, BuildError::Cargo(_)) {
        shell.err("  help: images are built by cargo: install Rust with rustup, and see that `cargo` is on the path\n");
    }
    Exit::Machine
}

/// The nodes asked for by name; all without one.
pub(super) fn wanted(
    shell: &Shell,
    checked: &Checked<Deployment>,
    only: &[String],
) -> Result<BTreeSet<NodeId>, Exit> {
    build::select(checked, only).map_err(|name| {
        let names = checked.nodes.iter().map(|(_, n)| &n.name);
        let known: Vec<_> = names.flat_map(|n| [n.to_string(), n.text.clone()]).collect();
        let hint = super::commands::did_you_mean(&name, known.iter().map(String::as_str));
        shell.err(&format!("error: there is no node `{name}`{hint}\n"));
        Exit::Usage
    })
}

/// Some node of the class is among `nodes`.
pub(super) fn is_asked(class: &ClassImage, nodes: &BTreeSet<NodeId>) -> bool {
    class.members.iter().any(|m| nodes.contains(&m.node))
}

/// One warning for the whole deployment, where anything crosses a network.
fn links_are_unsealed(checked: &Checked<Deployment>, plan: &Plan) -> Diagnostics {
    let mut diags = Diagnostics::default();
    if !plan.routes.is_empty() || !plan.exports.is_empty() {
        diags.push(
            Diagnostic::new(UNSEALED, checked.span, "calls between nodes are not sealed in this version")
                .label("whoever can send on a network of this deployment can read and forge its calls")
                .note("frames have room for seals; keys and tokens come in a later version"),
        );
    }
    diags
}

fn summary(shell: &Shell, built: &Built, time: Duration) {
    for n in built.classes.iter().filter_map(|(_, build)| build.as_ref()) {
        let what = match n.outcome {
            NodeOutcome::UpToDate => "up to date".to_owned(),
            NodeOutcome::Built => format!("built, {} generated files written", n.written.written.len()),
            NodeOutcome::Failed => "failed".to_owned(),
        };
        shell.out(&format!("{}: {what}\n", n.label));
        for (domain, path) in n.executables.iter().filter(|_| n.outcome == NodeOutcome::Built) {
            shell.out(&format!("    {domain}: {}\n", path.display()));
        }
    }
    let nodes = match built.nodes.len() {
        1 => "1 node".to_owned(),
        n => format!("{n} nodes"),
    };
    shell.err(&format!("{nodes} in {:.1} s\n", time.as_secs_f32()));
}

/// A bar on a terminal, a line for each node elsewhere.
struct Bar {
    bar: ProgressBar,
    plain: Option<Shell>,
}

impl Bar {
    fn new(shell: &Shell, nodes: usize) -> Self {
        let bar = ProgressBar::new(nodes as u64);
        let style = ProgressStyle::with_template("{spinner} [{pos}/{len}] {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { plain: bar.is_hidden().then_some(*shell), bar }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn node(&mut self, node: &str) {
        self.bar.set_message(node.to_owned());
    }

    fn package(&mut self, node: &str, package: &str) {
        self.bar.set_message(format!("{node}: {package}"));
    }

    fn done(&mut self, build: &NodeBuild) {
        self.bar.inc(1);
        if let Some(shell) = self.plain.filter(|_| build.outcome == NodeOutcome::Built) {
            shell.err(&format!("built node {}\n", build.label));
        }
    }
}
