//! The plan for people and for tools.

use super::fold::fold;
use super::{Edge, NodePlan, Plan, Route, Transport, edge_name, need_name};
use crate::hir::{BindMode, Deployment, Domain, InstanceId, InstanceKind, NodeId, PlatformKind, families};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// `ambc.plan/1`: what `plan --format json` prints. Fields are added, never changed.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    pub schema: &'static str,
    pub deployment: String,
    /// One entry for each binding that leaves its node.
    pub routes: Vec<RouteReport>,
    pub nodes: Vec<NodeReport>,
    pub edges: Vec<EdgeReport>,
    pub exports: Vec<ExportReport>,
    pub overrides: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct RouteReport {
    pub from: String,
    pub need: String,
    pub to: String,
    /// From the caller's node to the callee's, both included.
    pub nodes: Vec<String>,
    pub networks: Vec<String>,
    pub weight: u64,
    pub id: u32,
}

#[derive(Debug, Serialize)]
pub struct NodeReport {
    pub name: String,
    pub platform: String,
    /// What it is built for in this version.
    pub built_for: &'static str,
    #[serde(skip)]
    is_linux: bool,
    pub groups: Vec<GroupReport>,
    /// Nodes whose calls it carries: `from > … > to`.
    pub forwards: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct GroupReport {
    pub name: String,
    pub kernel: bool,
    pub instances: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct EdgeReport {
    pub from: String,
    pub need: String,
    pub to: String,
    /// `direct`, `lane` or `route`.
    pub transport: &'static str,
    pub id: u32,
}

#[derive(Debug, Serialize)]
pub struct ExportReport {
    pub instance: String,
    pub network: String,
    pub node: String,
    /// As seen from outside.
    pub address: String,
    pub id: u32,
}

/// Everything a plan says.
pub fn report(hir: &Deployment, plan: &Plan) -> PlanReport {
    PlanReport {
        schema: "ambc.plan/1",
        deployment: hir.name.clone(),
        routes: plan.edges.iter().filter_map(|e| route(hir, plan, e)).collect(),
        nodes: plan.nodes.iter().map(|n| node(hir, plan, n)).collect(),
        edges: plan.edges.iter().map(|e| edge(hir, e)).collect(),
        exports: plan.exports.iter().map(|e| export(hir, e)).collect(),
        overrides: hir.overrides.iter().map(|o| o.what.clone()).collect(),
    }
}

fn route(hir: &Deployment, plan: &Plan, edge: &Edge) -> Option<RouteReport> {
    let Transport::Route(r) = edge.transport else { return None };
    let route = plan.routes.get(r)?;
    Some(RouteReport {
        from: hir.instances[edge.from].name.to_string(),
        need: need_name(hir, edge),
        to: hir.instances[edge.to].name.to_string(),
        nodes: route.nodes.iter().map(|n| node_name(hir, *n)).collect(),
        networks: route.networks.iter().map(|n| hir.networks[*n].name.to_string()).collect(),
        weight: route.weight,
        id: route.wire_id,
    })
}

fn node(hir: &Deployment, plan: &Plan, node: &NodePlan) -> NodeReport {
    let n = &hir.nodes[node.node];
    NodeReport {
        name: n.name.to_string(),
        platform: n.platform.map(|p| hir.platforms[p].name.to_string()).unwrap_or_default(),
        built_for: "linux",
        is_linux: n.platform.is_none_or(|p| hir.platforms[p].kind == PlatformKind::Linux),
        groups: node
            .domains
            .iter()
            .map(|d| GroupReport {
                name: d.name.clone(),
                kernel: d.domain == Domain::Kernel,
                instances: d.instances.iter().map(|i| hir.instances[*i].name.to_string()).collect(),
            })
            .collect(),
        forwards: node.forwards.iter().filter_map(|r| plan.routes.get(*r)).map(|r| way(hir, r)).collect(),
    }
}

fn edge(hir: &Deployment, edge: &Edge) -> EdgeReport {
    EdgeReport {
        from: hir.instances[edge.from].name.to_string(),
        need: need_name(hir, edge),
        to: hir.instances[edge.to].name.to_string(),
        transport: match edge.transport {
            Transport::Direct => "direct",
            Transport::OwnLane | Transport::Lane => "lane",
            Transport::Route(_) => "route",
        },
        id: edge.wire_id,
    }
}

/// One export, with its address as declared.
pub(crate) fn export(hir: &Deployment, plan: &super::ExportPlan) -> ExportReport {
    let declared = &hir.exports[plan.export];
    let link = hir.nodes[plan.node].links.get(plan.link);
    let host = link.and_then(|l| l.address.as_ref()).map_or_else(String::new, |a| match &a.value {
        crate::hir::Address::Text(t) => t.split('/').next().unwrap_or(t).to_owned(),
        crate::hir::Address::Number(n) => n.to_string(),
    });
    ExportReport {
        instance: hir.instances[declared.instance].name.to_string(),
        network: hir.networks[declared.network].name.to_string(),
        node: node_name(hir, plan.node),
        address: format!("{host}:{}", plan.port),
        id: plan.wire_id,
    }
}

fn node_name(hir: &Deployment, node: NodeId) -> String {
    hir.nodes[node].name.to_string()
}

/// `motion > field > camera`.
pub(crate) fn way(hir: &Deployment, route: &Route) -> String {
    let mut out = route.nodes.first().map(|n| node_name(hir, *n)).unwrap_or_default();
    for (net, node) in route.networks.iter().zip(route.nodes.iter().skip(1)) {
        let _ = write!(out, " > {} > {}", hir.networks[*net].name, node_name(hir, *node));
    }
    out
}

/// What people want to see: instances, and offers that somebody uses. The others are there, too.
pub(crate) fn shown(hir: &Deployment, plan: &Plan) -> impl Iterator<Item = InstanceId> {
    let used: BTreeSet<_> = plan.edges.iter().map(|e| e.to).collect();
    let offer = |i: InstanceId| matches!(hir.instances[i].kind, InstanceKind::Offer { .. });
    hir.instances.ids().filter(move |i| !offer(*i) || used.contains(i))
}

/// What stands for networks in `run`: a sentence for each, and one for an array.
pub fn stand_ins(hir: &Deployment, plan: &Plan) -> Vec<String> {
    let mut alike: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for network in plan.routes.iter().flat_map(|r| &r.networks).collect::<BTreeSet<_>>() {
        if let Some(what) = hir.stand_in(*network) {
            alike.entry(what).or_default().push(&hir.networks[*network].name);
        }
    }
    let sentence = |(what, names)| families(names).into_iter().map(move |n| format!("network `{n}` {what}"));
    alike.into_iter().flat_map(sentence).collect()
}

/// The plan as text: what runs where, how calls travel, what the outside sees.
pub fn human(hir: &Deployment, plan: &Plan) -> String {
    let mut out = format!("deployment {}\n", hir.name);
    let report = report(hir, plan);
    let shown: BTreeSet<_> = shown(hir, plan).map(|i| hir.instances[i].name.to_string()).collect();
    for block in fold(report.nodes.iter().map(|n| node_text(n, &shown)).collect()) {
        let (head, rest) = block.text.split_once('\n').unwrap_or((&block.text, ""));
        let _ = write!(out, "\n{head}{}\n{rest}", block.alike());
    }
    if !plan.edges.is_empty() {
        out.push_str("\ncalls\n");
    }
    let calls = fold(plan.edges.iter().map(|e| call_text(hir, plan, e)).collect());
    let name = |text: &str| text.split(" -> ").next().map_or(0, str::len);
    let width = calls.iter().map(|c| name(&c.text)).max().unwrap_or(0);
    for call in &calls {
        let (from, rest) = call.text.split_at(name(&call.text));
        let _ = writeln!(out, "  {from:width$}{rest}{}", call.alike());
    }
    for e in &report.exports {
        let _ = writeln!(
            out,
            "\nexport {} over {} by {} at {} (id {:#010x})",
            e.instance, e.network, e.node, e.address, e.id
        );
    }
    for stand_in in stand_ins(hir, plan) {
        let _ = writeln!(out, "\n{stand_in}");
    }
    for o in &report.overrides {
        let _ = writeln!(out, "\noverridden: {o}");
    }
    out
}

/// What runs on a node, as lines.
fn node_text(n: &NodeReport, shown: &BTreeSet<String>) -> String {
    let stands_in = if n.is_linux { "" } else { " (built for Linux in this version)" };
    let mut out = format!("node {} : {}{stands_in}\n", n.name, n.platform);
    for g in &n.groups {
        let instances: Vec<_> =
            g.instances.iter().filter(|name| shown.contains(*name)).map(String::as_str).collect();
        if instances.is_empty() {
            continue;
        }
        let kind = if g.kernel { "kernel group" } else { "group" };
        let name = if g.kernel { String::new() } else { format!(" {}", g.name) };
        let _ = writeln!(out, "  {kind}{name}: {}", instances.join(", "));
    }
    for f in fold(n.forwards.clone()) {
        let _ = writeln!(out, "  forwards {}{}", f.text, f.alike());
    }
    out
}

/// `caller.need -> callee: how`; a member of a choice is `caller.need[0] (first)`.
fn call_text(hir: &Deployment, plan: &Plan, e: &Edge) -> String {
    let how = match e.transport {
        Transport::Direct => "direct call".to_owned(),
        Transport::OwnLane => "lane within the group".to_owned(),
        Transport::Lane => "lane".to_owned(),
        Transport::Route(r) => {
            plan.routes.get(r).map(|r| format!("{} (weight {})", way(hir, r), r.weight)).unwrap_or_default()
        }
    };
    format!("{}{} -> {}: {how}", edge_name(hir, e), chosen(hir, e), hir.instances[e.to].name)
}

/// How calls choose among the members of a binding.
fn chosen(hir: &Deployment, e: &Edge) -> &'static str {
    match hir.instances[e.from].bindings.get(e.need).and_then(Option::as_ref).map(|b| b.mode) {
        Some(BindMode::First) => " (first)",
        Some(BindMode::Any) => " (any)",
        Some(BindMode::Plain) | None => "",
    }
}
