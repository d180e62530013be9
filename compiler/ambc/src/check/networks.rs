//! Networks: who is on them.

use super::context::Context;
use crate::hir::{Id, Link, Network, NetworkId, NetworkKind, NodeId};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};

/// A wire connects two nodes, no fewer and no more.
pub(super) fn a_uart_has_two_nodes(cx: &Context<'_>, diags: &mut Diagnostics) {
    let members = members(cx);
    let links_may_be_missing = cx.hir.nodes.iter().any(|(_, n)| n.broken);
    for (id, network) in cx.hir.networks.iter().filter(|(_, n)| n.kind == NetworkKind::Uart && !n.broken) {
        let links = &members[id.index()];
        let mistake = match links.as_slice() {
            [(only, _)] if !links_may_be_missing => Mistake::OneEnd { network, node: cx.node_name(*only) },
            [_, _, third, ..] => Mistake::ThirdEnd { network, node: cx.node_name(third.0), at: third.1.span },
            _ => continue,
        };
        diags.push(mistake.diagnostic());
    }
}

/// Smallest frame of the runtime: one that holds an acknowledgement.
const SMALLEST_FRAME: u32 = 80;

/// A frame has room for more than its header, and no more than the medium carries. Streams have no frames.
pub(super) fn an_mtu_has_room(cx: &Context<'_>, diags: &mut Diagnostics) {
    let own =
        cx.hir.networks.iter().filter(|(_, n)| !n.broken).map(|(_, n)| (n, n.mtu_span.map(|at| (n.mtu, at))));
    let links = cx.hir.nodes.iter().flat_map(|(_, n)| &n.links);
    let of_links =
        links.filter_map(|l| Some((&cx.hir.networks[l.network?], l.mtu.as_ref().map(|m| (m.value, m.span)))));
    for (network, mtu) in own.chain(of_links).filter(|(n, _)| !n.kind.is_stream()) {
        let Some((mtu, at)) = mtu else { continue };
        if mtu < SMALLEST_FRAME {
            diags.push(Mistake::NoRoom { network, mtu, at }.diagnostic());
        } else if network.kind == NetworkKind::Xbee && mtu > network.kind.largest_frame() {
            diags.push(Mistake::NoRadio { network, mtu, at }.diagnostic());
        }
    }
}

/// The hub of a star is on it.
pub(super) fn a_hub_is_on_its_network(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, network) in cx.hir.networks.iter().filter(|(_, n)| !n.broken) {
        let Some(hub) = &network.hub else { continue };
        let node = &cx.hir.nodes[hub.value];
        if !node.broken && !node.links.iter().any(|l| l.network == Some(id)) {
            let mistake = Mistake::HubElsewhere {
                network,
                node: node.name.to_string(),
                at: hub.span,
                node_at: node.name_span,
            };
            diags.push(mistake.diagnostic());
        }
    }
}

/// A network has a node on it.
pub(super) fn every_network_is_used(cx: &Context<'_>, diags: &mut Diagnostics) {
    if cx.hir.nodes.iter().any(|(_, n)| n.broken || n.links.iter().any(|l| l.network.is_none())) {
        return;
    }
    let mut used: Vec<bool> = members(cx).iter().map(|m| !m.is_empty()).collect();
    let outside = cx.hir.exports.iter().map(|e| e.network).chain(cx.hir.imports.iter().map(|i| i.network));
    for network in outside {
        used[network.index()] = true;
    }
    for (_, network) in cx.hir.networks.iter().filter(|(id, n)| !used[id.index()] && !n.broken) {
        diags.push(Mistake::Unused { network }.diagnostic());
    }
}

/// The links of each network, in file order.
fn members<'a>(cx: &Context<'a>) -> Vec<Vec<(NodeId, &'a Link)>> {
    let mut members: Vec<Vec<(NodeId, &Link)>> = vec![Vec::new(); cx.hir.networks.len()];
    for (id, node) in cx.hir.nodes.iter() {
        for link in &node.links {
            if let Some(list) = link.network.and_then(|n: NetworkId| members.get_mut(n.index())) {
                list.push((id, link));
            }
        }
    }
    for list in &mut members {
        list.sort_by_key(|(node, link)| (link.span, *node));
    }
    members
}

enum Mistake<'a> {
    OneEnd { network: &'a Network, node: String },
    ThirdEnd { network: &'a Network, node: String, at: Span },
    HubElsewhere { network: &'a Network, node: String, at: Span, node_at: Span },
    Unused { network: &'a Network },
    NoRoom { network: &'a Network, mtu: u32, at: Span },
    NoRadio { network: &'a Network, mtu: u32, at: Span },
}

impl Mistake<'_> {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::OneEnd { network, node } => Diagnostic::new(
                Code("E0363"),
                network.name_span,
                format!("`{}` is a `uart` and connects two nodes, but only `{node}` is on it", network.name),
            )
            .label("one end is missing")
            .help(format!("write `link {} on <device>;` in another node", network.name)),
            Self::ThirdEnd { network, node, at } => Diagnostic::new(
                Code("E0363"),
                at,
                format!("`{}` is a `uart` and connects two nodes; `{node}` is one too many", network.name),
            )
            .label("a third end")
            .also(network.name_span, "declared here")
            .help("declare a `uart` for each pair of nodes"),
            Self::HubElsewhere { network, node, at, node_at } => Diagnostic::new(
                Code("E0364"),
                at,
                format!("`{node}` is the hub of `{}`, but is not on it", network.name),
            )
            .label("has no link to this network")
            .also(node_at, "declared here")
            .help(format!("write `link {} at <address>;` in `{node}`", network.name)),
            Self::NoRoom { network, mtu, at } => Diagnostic::new(
                Code("E0367"),
                at,
                format!("frames of {mtu} B on `{}` have no room for a call", network.name),
            )
            .label("too small")
            .also(network.name_span, format!("a network of kind `{}`", network.kind.word()))
            .help(format!("write at least `mtu {SMALLEST_FRAME}B;`")),
            Self::NoRadio { network, mtu, at } => Diagnostic::new(
                Code("E0367"),
                at,
                format!("no radio of `{}` sends frames of {mtu} B", network.name),
            )
            .label("too large")
            .also(network.name_span, format!("a network of kind `{}`", network.kind.word()))
            .help(format!("write at most `mtu {}B;`", network.kind.largest_frame())),
            Self::Unused { network } => {
                Diagnostic::new(Code("W0302"), network.name_span, format!("no node is on `{}`", network.name))
                    .label("unused")
                    .help("link a node to it, or take it out")
            }
        }
    }
}
