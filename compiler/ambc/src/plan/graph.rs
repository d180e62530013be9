//! The plan as a picture: DOT for Graphviz. Nodes and groups are clusters, networks ellipses; a call between nodes runs
//! through the networks and relays that it crosses.

use super::{DomainPlan, Edge, NodePlan, Plan, Transport, need_name, report};
use crate::hir::{Deployment, Domain, InstanceId, NodeId};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The whole plan as DOT.
pub fn dot(hir: &Deployment, plan: &Plan) -> String {
    let mut out = format!("digraph {} {{\n", quote(&hir.name));
    out.push_str("    rankdir=LR; compound=true; fontname=\"sans-serif\";\n");
    out.push_str("    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    out.push_str("    edge [fontname=\"sans-serif\", fontsize=10];\n");
    let shown = report::shown(hir, plan).collect();
    for node in &plan.nodes {
        cluster(&mut out, hir, node, &shown);
    }
    networks(&mut out, hir, plan);
    for edge in &plan.edges {
        binding(&mut out, hir, plan, edge);
    }
    for export in &plan.exports {
        let declared = &hir.exports[export.export];
        let (net, to) = (&hir.networks[declared.network].name, &hir.instances[declared.instance].name);
        let label = quote(&format!("export :{}", export.port));
        let _ = writeln!(
            out,
            "    {} -> {} [style=dashed, label={label}];",
            quote(&format!("net {net}")),
            quote(&to.to_string())
        );
    }
    out.push_str("}\n");
    out
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn cluster(out: &mut String, hir: &Deployment, node: &NodePlan, shown: &BTreeSet<InstanceId>) {
    let n = &hir.nodes[node.node];
    let platform = n.platform.map(|p| hir.platforms[p].name.to_string()).unwrap_or_default();
    let _ = writeln!(out, "    subgraph {} {{", quote(&format!("cluster node {}", n.name)));
    let _ = writeln!(
        out,
        "        label={}; style=filled; fillcolor=\"#f4f4f4\";",
        quote(&format!("{} : {platform}", n.name))
    );
    let seen = |d: &&DomainPlan| d.instances.iter().any(|i| shown.contains(i));
    for d in node.domains.iter().filter(seen) {
        let fill = if d.domain == Domain::Kernel { "#e8e0d0" } else { "#dce8f4" };
        let _ =
            writeln!(out, "        subgraph {} {{", quote(&format!("cluster group {}/{}", n.name, d.name)));
        let _ =
            writeln!(out, "            label={}; style=filled; fillcolor={};", quote(&d.name), quote(fill));
        for i in d.instances.iter().filter(|i| shown.contains(i)) {
            let _ = writeln!(out, "            {};", quote(&hir.instances[*i].name.to_string()));
        }
        out.push_str("        }\n");
    }
    if !node.forwards.is_empty() {
        let _ = writeln!(out, "        {} [shape=diamond, label=\"relay\"];", relay(hir, node.node));
    }
    // Graphviz draws no cluster that holds nothing.
    if !node.domains.iter().any(|d| seen(&d)) && node.forwards.is_empty() {
        let _ = writeln!(out, "        {} [shape=point, style=invis];", quote(&format!("empty {}", n.name)));
    }
    out.push_str("    }\n");
}

fn relay(hir: &Deployment, node: NodeId) -> String {
    quote(&format!("relay {}", hir.nodes[node].name))
}

fn networks(out: &mut String, hir: &Deployment, plan: &Plan) {
    let used: BTreeSet<_> = plan.routes.iter().flat_map(|r| r.networks.iter().copied()).collect();
    let exported = plan.exports.iter().map(|e| hir.exports[e.export].network);
    for n in used.into_iter().chain(exported).collect::<BTreeSet<_>>() {
        let name = &hir.networks[n].name;
        let _ = writeln!(
            out,
            "    {} [shape=ellipse, label={}];",
            quote(&format!("net {name}")),
            quote(&name.to_string())
        );
    }
}

fn binding(out: &mut String, hir: &Deployment, plan: &Plan, edge: &Edge) {
    let (from, to) =
        (quote(&hir.instances[edge.from].name.to_string()), quote(&hir.instances[edge.to].name.to_string()));
    let label = quote(&need_name(hir, edge));
    match edge.transport {
        Transport::Direct => {
            let _ = writeln!(out, "    {from} -> {to} [label={label}];");
        }
        Transport::OwnLane | Transport::Lane => {
            let _ = writeln!(out, "    {from} -> {to} [label={label}, style=bold];");
        }
        Transport::Route(r) => {
            let Some(route) = plan.routes.get(r) else { return };
            let mut at = from;
            for (i, net) in route.networks.iter().enumerate() {
                let net = quote(&format!("net {}", hir.networks[*net].name));
                let last = i + 1 == route.networks.len();
                let next = if last { to.clone() } else { relay(hir, route.nodes[i + 1]) };
                let _ = writeln!(out, "    {at} -> {net} [label={label}, arrowhead=none];");
                let _ = writeln!(out, "    {net} -> {next} [label={label}];");
                at = next;
            }
        }
    }
}
