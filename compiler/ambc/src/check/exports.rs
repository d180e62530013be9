//! Exports: what outsiders reach, and where.

use super::context::{Context, listed};
use super::deferred::EXPORT_NOT_PUBLIC;
use super::links::Socket;
use crate::hir::{Export, Id, Link, NetworkKind, Node, NodeId};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use std::collections::BTreeMap;

/// Some node serves the network of an export; the node after `via` does.
pub(super) fn an_export_has_a_node_that_serves_it(cx: &Context<'_>, diags: &mut Diagnostics) {
    let servers = servers(cx);
    let links_may_be_missing = cx.hir.nodes.iter().any(|(_, n)| n.broken);
    for export in &cx.hir.exports {
        let serving = &servers[export.network.index()];
        match &export.via {
            Some(via) if cx.hir.nodes[via.value].broken => {}
            Some(via) if !serving.contains(&via.value) => {
                let serving = serving.iter().map(|n| cx.node_name(*n)).collect();
                diags.push(Mistake::ViaDoesNotServe { export, via, serving }.diagnostic(cx));
            }
            None if serving.is_empty() && !links_may_be_missing => {
                diags.push(Mistake::NobodyServes { export }.diagnostic(cx));
            }
            _ => {}
        }
    }
}

/// The instance serves what is exported of it; without `as` it serves one interface.
pub(super) fn an_export_names_an_interface_of_its_instance(cx: &Context<'_>, diags: &mut Diagnostics) {
    for export in cx.hir.exports.iter().filter(|e| !cx.interfaces_unknown(e.instance)) {
        match &export.interface {
            Some(wanted) if !cx.serves(export.instance, wanted.value) => {
                let interface = cx.path(wanted.value);
                diags.push(Mistake::NotServed { export, interface, at: wanted.span }.diagnostic(cx));
            }
            None if cx.interfaces(export.instance).len() != 1 => {
                diags.push(Mistake::WhichInterface { export }.diagnostic(cx));
            }
            _ => {}
        }
    }
}

/// No two exports, and no export and link, listen at the same port of a node. Where the route decides which node answers,
/// the planner looks again.
pub(super) fn no_export_shares_a_port(cx: &Context<'_>, diags: &mut Diagnostics) {
    let servers = servers(cx);
    let mut taken: BTreeMap<NodeId, Vec<(Socket, Span, bool)>> = BTreeMap::new();
    for export in in_file_order(cx) {
        let (Some(port), Some(node)) = (&export.port, ingress(cx, export, &servers)) else { continue };
        let Some(socket) = socket(cx, export, node, port.value) else { continue };
        let rest = export.rest.is_some();
        let of_node = taken.entry(node).or_insert_with(|| link_sockets(cx, node));
        match of_node.iter().find(|(other, _, other_rest)| other.collides(&socket) && !(rest && *other_rest))
        {
            Some((_, first, _)) => {
                let mistake = Mistake::PortTwice { node: cx.node_name(node), port, first: *first };
                diags.push(mistake.diagnostic(cx));
            }
            None => of_node.push((socket, port.span, rest)),
        }
    }
}

/// Two exports as REST on one port of a node differ in path.
pub(super) fn no_two_rest_exports_share_a_path(cx: &Context<'_>, diags: &mut Diagnostics) {
    let servers = servers(cx);
    let mut first: BTreeMap<(NodeId, Option<u16>, &str), Span> = BTreeMap::new();
    for export in in_file_order(cx) {
        let (Some(path), Some(node)) = (&export.rest, ingress(cx, export, &servers)) else { continue };
        let port = export.port.map(|p| p.value);
        let key = (node, port, path.value.trim_end_matches('/'));
        match first.get(&key) {
            None => _ = first.insert(key, path.span),
            Some(before) => {
                diags.push(
                    Mistake::PathTwice { node: cx.node_name(node), path, first: *before }.diagnostic(cx),
                );
            }
        }
    }
}

/// An export says `public;` or has a token; else it answers only the owner's token, which is not carried out yet.
pub(super) fn an_export_says_who_may_call(cx: &Context<'_>, diags: &mut Diagnostics) {
    for export in cx.hir.exports.iter().filter(|e| e.public.is_none() && e.tokens.is_empty()) {
        diags.push(Mistake::NotPublic { export }.diagnostic(cx));
    }
}

/// The nodes that may serve each network, in order.
fn servers(cx: &Context<'_>) -> Vec<Vec<NodeId>> {
    let mut servers: Vec<Vec<NodeId>> = vec![Vec::new(); cx.hir.networks.len()];
    for (id, node) in cx.hir.nodes.iter() {
        for network in node.links.iter().filter(|l| l.export).filter_map(|l| l.network) {
            let list = &mut servers[network.index()];
            if list.last() != Some(&id) {
                list.push(id);
            }
        }
    }
    servers
}

/// The node that answers, where no route needs to be known: the one after `via`, the instance's own, or the only one.
fn ingress(cx: &Context<'_>, export: &Export, servers: &[Vec<NodeId>]) -> Option<NodeId> {
    let serving = &servers[export.network.index()];
    let own = cx.hir.instances[export.instance].placement.as_ref().map(|p| p.node);
    match (&export.via, own, serving.as_slice()) {
        (Some(via), ..) => Some(via.value),
        (None, Some(own), _) if serving.contains(&own) => Some(own),
        (None, _, [only]) => Some(*only),
        _ => None,
    }
}

fn socket(cx: &Context<'_>, export: &Export, node: NodeId, port: u16) -> Option<Socket> {
    let node: &Node = &cx.hir.nodes[node];
    let link = node.links.iter().find(|l| l.network == Some(export.network) && l.export)?;
    let kind = if export.rest.is_some() { NetworkKind::Tcp } else { cx.hir.networks[export.network].kind };
    Socket::new(kind, link, port)
}

fn link_sockets(cx: &Context<'_>, node: NodeId) -> Vec<(Socket, Span, bool)> {
    let links = cx.hir.nodes[node].links.iter();
    let socket = |link: &Link| Socket::new(cx.hir.networks[link.network?].kind, link, link.port);
    links.filter_map(|l| Some((socket(l)?, l.port_span.unwrap_or(l.span), false))).collect()
}

fn in_file_order<'a>(cx: &Context<'a>) -> Vec<&'a Export> {
    let mut exports: Vec<_> = cx.hir.exports.iter().collect();
    exports.sort_by_key(|e| e.span);
    exports
}

enum Mistake<'a> {
    NobodyServes { export: &'a Export },
    ViaDoesNotServe { export: &'a Export, via: &'a Spanned<NodeId>, serving: Vec<String> },
    NotServed { export: &'a Export, interface: String, at: Span },
    WhichInterface { export: &'a Export },
    PortTwice { node: String, port: &'a Spanned<u16>, first: Span },
    PathTwice { node: String, path: &'a Spanned<String>, first: Span },
    NotPublic { export: &'a Export },
}

impl Mistake<'_> {
    fn diagnostic(self, cx: &Context<'_>) -> Diagnostic {
        match self {
            Self::NobodyServes { export } => {
                let network = &cx.hir.networks[export.network];
                Diagnostic::new(
                    Code("E0330"),
                    export.network_span,
                    format!("no node serves `{}`, so nobody can answer this export", network.name),
                )
                .label("no link to it may `export`")
                .also(network.name_span, "the network")
                .help(format!("write `link {} at <address>;` in the node that shall answer", network.name))
            }
            Self::ViaDoesNotServe { export, via, serving } => {
                let (node, network) = (&cx.hir.nodes[via.value], &cx.hir.networks[export.network]);
                let help = if serving.is_empty() {
                    format!("write `link {} at <address>;` in `{}`", network.name, node.name)
                } else {
                    format!("{} could answer; or link `{}` to it", listed(serving), node.name)
                };
                Diagnostic::new(
                    Code("E0331"),
                    via.span,
                    format!("`{}` does not serve `{}`", node.name, network.name),
                )
                .label("has no link to it that may `export`")
                .also(export.network_span, "exported over this network")
                .help(help)
            }
            Self::NotServed { export, interface, at } => {
                let served = cx.interfaces(export.instance);
                let (name, served) = (cx.name(export.instance), listed(served.iter().map(|i| cx.path(*i))));
                Diagnostic::new(Code("E0335"), at, format!("`{name}` does not serve `{interface}`"))
                    .label("not one of its interfaces")
                    .also(cx.hir.instances[export.instance].name_span, format!("serves {served}"))
                    .help("export an interface that its service implements")
            }
            Self::WhichInterface { export } => which_interface(cx, export),
            Self::PortTwice { node, port, first } => {
                Diagnostic::new(Code("E0332"), port.span, format!("port {} of `{node}` is taken", port.value))
                    .label("again here")
                    .also(first, "first here")
                    .help("give the export another `port`")
            }
            Self::PathTwice { node, path, first } => Diagnostic::new(
                Code("E0333"),
                path.span,
                format!("two exports of `{node}` answer at the path {:?}", path.value),
            )
            .label("again here")
            .also(first, "first here")
            .help("change one path, or one `port`"),
            Self::NotPublic { export } => {
                let name = cx.name(export.instance);
                let mut d = Diagnostic::new(
                    EXPORT_NOT_PUBLIC,
                    export.span,
                    format!("the export of `{name}` answers only the owner's token, and tokens are not carried out yet"),
                )
                .label("neither `public;` nor a token")
                .help("write `{ public; }` if everybody on the network may call it; `build` and `run` refuse it as it stands");
                d.severity = ambc_diag::Severity::Warning;
                d
            }
        }
    }
}

fn which_interface(cx: &Context<'_>, export: &Export) -> Diagnostic {
    let name = cx.name(export.instance);
    let served: Vec<_> = cx.interfaces(export.instance).iter().map(|i| cx.path(*i)).collect();
    let declared = cx.hir.instances[export.instance].name_span;
    let Some(first) = served.first() else {
        return Diagnostic::new(
            Code("E0334"),
            export.target_span,
            format!("`{name}` serves no interface to export"),
        )
        .label("nothing to call")
        .also(declared, "declared here")
        .help("give its service an interface: `service NAME : INTERFACE`");
    };
    Diagnostic::new(
        Code("E0334"),
        export.target_span,
        format!("`{name}` serves several interfaces; which is exported?"),
    )
    .label(format!("serves {}", listed(&served)))
    .also(declared, "declared here")
    .help(format!("write `export {name} as {first} over …`"))
}
