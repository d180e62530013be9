//! `ambc build`, and the first half of `ambc run`.

use super::args::{BuildOptions as Options, Common};
use super::commands::front;
use super::output::{Beside, tell};
use super::shell::Shell;
use crate::build::{self, BuildError, BuildOptions, NodeBuild, NodeOutcome, Places, Progress};
use crate::check::Checked;
use crate::driver::{self, Exit};
use crate::hir::{Deployment, NodeId};
use crate::image::{NodeImage, clients};
use crate::plan::Plan;
use ambc_diag::{Code, Diagnostic, Diagnostics, Sources};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const UNSEALED: Code = Code("W0501");

/// A deployment whose nodes have been built.
pub(super) struct Built {
    pub(super) checked: Checked<Deployment>,
    pub(super) images: Vec<(NodeId, NodeImage)>,
    pub(super) nodes: Vec<NodeBuild>,
    /// Crates for callers outside.
    pub(super) clients: Vec<PathBuf>,
    pub(super) places: Places,
}

pub(super) fn build(shell: &Shell, common: &Common, file: &Path, only: &[String], options: &Options) -> Exit {
    let start = Instant::now();
    match prepare_and_build(shell, common, file, only, options) {
        Ok(built) => {
            summary(shell, &built.nodes, start.elapsed());
            for client in &built.clients {
                shell.out(&format!("client crate: {}\n", client.display()));
            }
            Exit::Ok
        }
        Err(exit) => exit,
    }
}

/// Checks, plans and builds; everything that is wrong has been told when this fails.
pub(super) fn prepare_and_build(
    shell: &Shell,
    common: &Common,
    file: &Path,
    only: &[String],
    options: &Options,
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
    say_what_stands_in(shell, &checked, &plan);
    let machine = |e: &dyn std::fmt::Display| {
        shell.err(&format!("error: {e}\n"));
        Exit::Machine
    };
    let places = Places::new(file, &checked.name).map_err(|e| machine(&e))?;
    let images = wanted(shell, &checked, &plan, only.iter().map(String::as_str))?;
    let mut build_options =
        BuildOptions::new(&places, build::runtime_dir(&runtime, &places).map_err(|e| machine(&e))?);
    build_options.release = options.release;
    (build_options.locked, build_options.offline) = (common.locked, common.offline);
    if let Some(dir) = &options.target_dir {
        build_options.target_dir = std::path::absolute(dir).map_err(|e| machine(&e))?;
    }
    let clients = build::write_clients(&clients(&checked, &plan), &build_options).map_err(|e| machine(&e))?;
    let mut diags = Diagnostics::default();
    let mut bar = Bar::new(shell, images.len());
    let nodes = build::build(&images, &build_options, &mut bar, &mut diags);
    bar.finish();
    let nodes = nodes.map_err(|e| cannot_build(shell, &e))?;
    match told(shell, common, &levels, &front.loaded.sources, diags) {
        Exit::Ok => Ok(Built { checked, images, nodes, clients, places }),
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
pub(super) fn wanted<'n>(
    shell: &Shell,
    checked: &Checked<Deployment>,
    plan: &Plan,
    only: impl IntoIterator<Item = &'n str>,
) -> Result<Vec<(NodeId, NodeImage)>, Exit> {
    let all = build::images(checked, plan);
    let only: Vec<&str> = only.into_iter().collect();
    for name in &only {
        if !all.iter().any(|(_, i)| i.node == *name) {
            let known: Vec<_> = all.iter().map(|(_, i)| i.node.as_str()).collect();
            let hint = super::commands::did_you_mean(name, known);
            shell.err(&format!("error: there is no node `{name}`{hint}\n"));
            return Err(Exit::Usage);
        }
    }
    Ok(all.into_iter().filter(|(_, i)| only.is_empty() || only.contains(&i.node.as_str())).collect())
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

/// Every node is built for Linux and every network carried over loopback UDP: said for each.
fn say_what_stands_in(shell: &Shell, checked: &Checked<Deployment>, plan: &Plan) {
    for (_, node) in checked.nodes.iter() {
        if let Some(platform) = node.platform.map(|p| &checked.platforms[p])
            && platform.kind != crate::hir::PlatformKind::Linux
        {
            let (node, platform) = (&node.name, &platform.name);
            shell.err(&format!("note: node `{node}` (`{platform}`) is built for Linux in this version\n"));
        }
    }
    let used: std::collections::BTreeSet<_> = plan.routes.iter().flat_map(|r| &r.networks).collect();
    for network in used {
        let network = &checked.networks[*network];
        let (name, kind) = (&network.name, network.kind.word());
        shell.err(&format!(
            "note: network `{name}` ({kind}) is carried over loopback UDP by `run` in this version\n"
        ));
    }
}

fn summary(shell: &Shell, nodes: &[NodeBuild], time: Duration) {
    for n in nodes {
        let what = match n.outcome {
            NodeOutcome::UpToDate => "up to date".to_owned(),
            NodeOutcome::Built => format!("built, {} generated files written", n.written.written.len()),
            NodeOutcome::Failed => "failed".to_owned(),
        };
        shell.out(&format!("{}: {what}\n", n.node));
        for (domain, path) in n.executables.iter().filter(|_| n.outcome == NodeOutcome::Built) {
            shell.out(&format!("    {domain}: {}\n", path.display()));
        }
    }
    let nodes = if nodes.len() == 1 { "1 node".to_owned() } else { format!("{} nodes", nodes.len()) };
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
            shell.err(&format!("built node {}\n", build.node));
        }
    }
}
