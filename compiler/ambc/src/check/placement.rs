//! `deploy` and `place`: every instance runs in exactly one place.

use super::context::Context;
use crate::hir::{Deploy, DeployTarget, GroupId, Instance, InstanceId, InstanceKind, NodeId};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A node has one `deploy`.
pub(super) fn a_node_is_deployed_once(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut first: BTreeMap<NodeId, &Deploy> = BTreeMap::new();
    for deploy in in_file_order(cx) {
        let Some(node) = deploy.node else { continue };
        match first.get(&node) {
            None => _ = first.insert(node, deploy),
            Some(before) => {
                let mistake = Mistake::NodeTwice {
                    node: cx.node_name(node),
                    at: deploy.node_span,
                    first: before.node_span,
                };
                diags.push(mistake.diagnostic());
            }
        }
    }
}

/// An instance or group is deployed to one node and named once; a second member of its group on the same node adds nothing.
pub(super) fn an_instance_is_deployed_once(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut first: BTreeMap<Unit, Named> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for (node, entry) in named_units(cx) {
        let Some(before) = first.get(&entry.unit) else {
            first.insert(entry.unit, Named { node, ..entry });
            continue;
        };
        let elsewhere = before.node != node;
        if (elsewhere || before.target == entry.target) && told.insert((entry.unit, entry.at)) {
            let what = unit_words(cx, entry.unit, entry.target);
            let nodes = [cx.node_name(before.node), cx.node_name(node)];
            diags.push(Mistake::DeployedTwice { what, nodes, at: entry.at, first: before.at }.diagnostic());
        }
    }
}

/// A group runs in the kernel or by itself, not both.
pub(super) fn a_group_runs_in_the_kernel_or_apart(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut first: BTreeMap<(Unit, NodeId), Named> = BTreeMap::new();
    for (node, entry) in named_units(cx) {
        match first.get(&(entry.unit, node)) {
            None => _ = first.insert((entry.unit, node), entry),
            Some(before) if before.kernel != entry.kernel && before.target != entry.target => {
                let what = unit_words(cx, entry.unit, entry.target);
                let mistake =
                    Mistake::KernelAndUser { what, at: entry.at, kernel: entry.kernel, first: before.at };
                diags.push(mistake.diagnostic());
            }
            Some(_) => {}
        }
    }
}

/// Every instance is deployed, or left to `place`.
pub(super) fn every_instance_runs_somewhere(cx: &Context<'_>, diags: &mut Diagnostics) {
    let deployed = deployed(cx);
    let (placed, all) = placed(cx);
    let unclear = named_for_unknown_nodes(cx);
    for (id, instance) in cx.hir.instances.iter().filter(|(_, i)| is_left_out(i)) {
        let named = deployed.contains_key(&id) || placed.contains_key(&id);
        if !all && !named && !unclear.contains(instance.name.text.as_str()) {
            let group = cx.group(id).map(|g| cx.hir.groups[g].name.to_string());
            let mistake = Mistake::Nowhere { instance: cx.name(id), at: instance.name_span, group };
            diags.push(mistake.diagnostic());
        }
    }
}

fn is_left_out(instance: &Instance) -> bool {
    matches!(instance.kind, InstanceKind::Declared) && instance.placement.is_none() && !instance.excused
}

/// Of a `deploy` whose node is unknown nobody knows how many elements it stands for, so whole arrays count as named.
fn named_for_unknown_nodes<'a>(cx: &Context<'a>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for entry in cx.hir.deploys.iter().filter(|d| d.node.is_none()).flat_map(|d| &d.entries) {
        if let DeployTarget::Instance(id) = entry.target {
            names.insert(cx.hir.instances[id].name.text.as_str());
        }
    }
    names
}

/// What is deployed is not left to `place` as well.
pub(super) fn a_deployed_instance_is_not_placed(cx: &Context<'_>, diags: &mut Diagnostics) {
    let deployed = deployed(cx);
    for (id, place) in placed(cx).0 {
        if let Some(deploy) = deployed.get(&id) {
            diags.push(
                Mistake::DeployedAndPlaced { instance: cx.name(id), place, deploy: *deploy }.diagnostic(),
            );
        }
    }
}

/// What a `deploy` puts somewhere as a whole: a declared group, or an instance in none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Group(GroupId),
    Bare(InstanceId),
}

/// A unit as one entry of a `deploy` names it.
#[derive(Clone, Copy)]
struct Named {
    unit: Unit,
    target: DeployTarget,
    node: NodeId,
    kernel: bool,
    at: Span,
}

fn in_file_order<'a>(cx: &Context<'a>) -> Vec<&'a Deploy> {
    let mut deploys: Vec<_> = cx.hir.deploys.iter().collect();
    deploys.sort_by_key(|d| d.span);
    deploys
}

fn named_units(cx: &Context<'_>) -> Vec<(NodeId, Named)> {
    let mut out = Vec::new();
    for (node, deploy) in in_file_order(cx).into_iter().filter_map(|d| Some((d.node?, d))) {
        for entry in &deploy.entries {
            let unit = match entry.target {
                DeployTarget::Group(g) => Unit::Group(g),
                DeployTarget::Instance(i) => cx.group(i).map_or(Unit::Bare(i), Unit::Group),
            };
            out.push((
                node,
                Named { unit, target: entry.target, node, kernel: entry.kernel, at: entry.span },
            ));
        }
    }
    out
}

fn unit_words(cx: &Context<'_>, unit: Unit, target: DeployTarget) -> String {
    match (unit, target) {
        (Unit::Group(g), DeployTarget::Instance(i)) => {
            format!("group `{}` of `{}`", cx.hir.groups[g].name, cx.name(i))
        }
        (Unit::Group(g), DeployTarget::Group(_)) => format!("group `{}`", cx.hir.groups[g].name),
        (Unit::Bare(i), _) => format!("`{}`", cx.name(i)),
    }
}

/// Each instance that some entry puts somewhere, with the first such entry.
fn deployed(cx: &Context<'_>) -> BTreeMap<InstanceId, Span> {
    let mut out = BTreeMap::new();
    for entry in in_file_order(cx).into_iter().flat_map(|d| &d.entries) {
        let unit = match entry.target {
            DeployTarget::Group(g) => Some(g),
            DeployTarget::Instance(i) => {
                out.entry(i).or_insert(entry.span);
                cx.group(i)
            }
        };
        for member in unit.iter().flat_map(|g| &cx.hir.groups[*g].members) {
            out.entry(member.value).or_insert(entry.span);
        }
    }
    out
}

/// What `place` names, and whether one names everything that is left.
fn placed(cx: &Context<'_>) -> (BTreeMap<InstanceId, Span>, bool) {
    let named = cx.hir.places.iter().flat_map(|p| &p.instances).map(|i| (i.value, i.span));
    (named.collect(), cx.hir.places.iter().any(|p| p.all))
}

enum Mistake {
    NodeTwice { node: String, at: Span, first: Span },
    DeployedTwice { what: String, nodes: [String; 2], at: Span, first: Span },
    KernelAndUser { what: String, at: Span, kernel: bool, first: Span },
    Nowhere { instance: String, at: Span, group: Option<String> },
    DeployedAndPlaced { instance: String, place: Span, deploy: Span },
}

impl Mistake {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::NodeTwice { node, at, first } => {
                Diagnostic::new(Code("E0314"), at, format!("node `{node}` is deployed twice"))
                    .label("again here")
                    .also(first, "first deployed here")
                    .help("put both lists into one `deploy`")
            }
            Self::DeployedTwice { what, nodes: [first_node, node], at, first } => {
                let places = if first_node == node {
                    format!("both times on `{node}`")
                } else {
                    format!("on `{first_node}` and on `{node}`")
                };
                Diagnostic::new(Code("E0311"), at, format!("{what} is deployed twice, {places}"))
                    .label("again here")
                    .also(first, "first deployed here")
                    .help("keep one; an instance runs in one place, further ones of the service are further instances")
            }
            Self::KernelAndUser { what, at, kernel, first } => {
                let (here, there) =
                    if kernel { ("in the kernel", "apart") } else { ("apart", "in the kernel") };
                Diagnostic::new(
                    Code("E0312"),
                    at,
                    format!("{what} is deployed both in the kernel and apart from it"),
                )
                .label(format!("{here} here"))
                .also(first, format!("{there} here"))
                .help("a group runs as a whole: write `kernel` before both, or before none")
            }
            Self::Nowhere { instance, at, group } => {
                let help = match group {
                    Some(group) => {
                        format!("its group is not deployed either: write `deploy <node> {{ {group}; }}`")
                    }
                    None => format!(
                        "write `deploy <node> {{ {instance}; }}`, or leave it to `place {instance} on <node>;`"
                    ),
                };
                Diagnostic::new(Code("E0310"), at, format!("`{instance}` is deployed nowhere"))
                    .label("no `deploy` and no `place` names it")
                    .help(help)
            }
            Self::DeployedAndPlaced { instance, place, deploy } => {
                let (at, other) = if place >= deploy { (place, deploy) } else { (deploy, place) };
                Diagnostic::new(
                    Code("E0313"),
                    at,
                    format!("`{instance}` is both deployed and left to `place`"),
                )
                .label("and here")
                .also(other, "decided here")
                .help("keep the `deploy` to fix where it runs, or the `place` to let the planner choose")
            }
        }
    }
}
