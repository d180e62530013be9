//! What can go wrong in planning. Every variant carries the data; the text is made here.

use super::Edge;
use super::edges::{edge_name, need_name};
use super::ids::Collision;
use super::unreachable::{Obstacle, obstacles};
use crate::hir::{Deployment, NodeId};
use ambc_diag::{Code, Diagnostic, Span};

const UNREACHABLE: Code = Code("E0401");
const ID_COLLISION: Code = Code("E0402");
const NOBODY_SERVES: Code = Code("E0403");
const EXPORT_WITHOUT_PORT: Code = Code("E0404");
const TOO_MANY_FRAGMENTS: Code = Code("E0405");
const MESSAGE_ABOVE_MEMORY: Code = Code("E0406");
/// Of `check`, which tells it where no route has to be known. Not an answer of planning: the files are wrong.
const PORT_TAKEN: Code = Code("E0332");

/// A reason why there is no plan.
#[derive(Debug)]
pub(crate) enum PlanError {
    /// No way from the caller's node to the callee's; `None`: no chain of networks at all.
    Unreachable {
        edge: Edge,
        from: NodeId,
        to: NodeId,
        obstacles: Option<Vec<Obstacle>>,
    },
    IdCollision {
        at: Span,
        collision: Collision,
    },
    NobodyServes {
        export: usize,
    },
    ExportWithoutPort {
        at: Span,
    },
    /// The node that the route decides for listens there already.
    PortTaken {
        node: NodeId,
        at: Span,
        port: u16,
        first: Span,
    },
    /// A node on the way has less RAM than one message takes.
    MessageAboveMemory {
        edge: Edge,
        node: NodeId,
        message: u64,
        ram: u64,
    },
    TooManyFragments {
        edge: Edge,
        network: crate::hir::NetworkId,
        message: u64,
        largest: u64,
    },
}

impl PlanError {
    pub(crate) fn unreachable(hir: &Deployment, edge: &Edge, from: NodeId, to: NodeId) -> Self {
        Self::Unreachable { edge: edge.clone(), from, to, obstacles: obstacles(hir, from, to) }
    }

    pub(crate) fn diagnostic(&self, hir: &Deployment) -> Diagnostic {
        match self {
            Self::Unreachable { edge, from, to, obstacles } => {
                unreachable(hir, edge, *from, *to, obstacles.as_deref())
            }
            Self::IdCollision { at, collision } => Diagnostic::new(
                ID_COLLISION,
                *at,
                format!("`{}` and `{}` have the same wire id", collision.first, collision.second),
            )
            .label("one of the two names must change")
            .note("wire ids are hashes of names, so that adding a node renumbers nothing on the others")
            .help(format!("rename what makes up `{}`", collision.second)),
            Self::NobodyServes { export } => nobody_serves(hir, *export),
            Self::ExportWithoutPort { at } => {
                Diagnostic::new(EXPORT_WITHOUT_PORT, *at, "this export has no port")
                    .label("a native export needs one")
                    .help("write `port 4898` behind the network")
            }
            Self::PortTaken { node, at, port, first } => {
                let node = &hir.nodes[*node].name;
                Diagnostic::new(PORT_TAKEN, *at, format!("port {port} of `{node}` is taken"))
                    .label(format!("`{node}` answers this export"))
                    .also(*first, "first here")
                    .help("give the export another `port`, or say which node answers: `via NODE`")
            }
            Self::MessageAboveMemory { edge, node, message, ram } => {
                let (node, name) = (&hir.nodes[*node], edge_name(hir, edge));
                Diagnostic::new(
                    MESSAGE_ABOVE_MEMORY,
                    binding_span(hir, edge),
                    format!("`{}` cannot hold a message of `{name}`: it has {ram} B of RAM, the message {message} B", node.name),
                )
                .label(format!("its way leads to or over `{}`", node.name))
                .also(node.name_span, "a message is put together here")
                .help("make the bound in the interface smaller, or lead the call around this node")
            }
            Self::TooManyFragments { edge, network, message, largest } => {
                let (net, name) = (&hir.networks[*network], edge_name(hir, edge));
                Diagnostic::new(
                    TOO_MANY_FRAGMENTS,
                    binding_span(hir, edge),
                    format!("a message of `{name}` of {message} B does not fit network `{}`", net.name),
                )
                .label(format!("crosses `{}`, which carries at most {largest} B in 255 fragments", net.name))
                .also(net.name_span, if net.kind.is_stream() {
                    format!("`{}` carries large messages in pieces of {} B", net.kind.word(), net.kind.frame(net.mtu))
                } else {
                    format!("`mtu` is {} B here", net.mtu)
                })
                .help(if net.kind.is_stream() {
                    "make the bound in the interface smaller"
                } else {
                    "make the bound in the interface smaller, raise the `mtu`, or place caller and callee so that the \
                     call does not cross this network"
                })
            }
        }
    }
}

/// Where an edge is bound.
pub(crate) fn binding_span(hir: &Deployment, edge: &Edge) -> Span {
    let instance = &hir.instances[edge.from];
    let binding = instance.bindings.get(edge.need).and_then(Option::as_ref);
    match binding {
        Some(b) if b.by_default => instance.name_span,
        Some(b) => edge.element.and_then(|e| b.targets.get(e as usize)).map_or(b.span, |t| t.span),
        None => instance.name_span,
    }
}

fn unreachable(
    hir: &Deployment,
    edge: &Edge,
    from: NodeId,
    to: NodeId,
    missing: Option<&[Obstacle]>,
) -> Diagnostic {
    let (a, b) = (&hir.nodes[from], &hir.nodes[to]);
    let (caller, callee) = (&hir.instances[edge.from].name, &hir.instances[edge.to].name);
    let mut d = Diagnostic::new(
        UNREACHABLE,
        binding_span(hir, edge),
        format!("`{callee}` on node `{}` is unreachable from `{caller}` on node `{}`", b.name, a.name),
    )
    .label(format!("`{}` needs a way from `{}` to `{}`", need_name(hir, edge), a.name, b.name))
    .also(a.name_span, "the caller's node")
    .also(b.name_span, "the callee's node");
    match missing {
        None => {
            d = d
                .note(format!(
                    "networks of `{}`: {}; of `{}`: {}",
                    a.name,
                    networks(hir, from),
                    b.name,
                    networks(hir, to)
                ))
                .help(format!(
                    "link both to one network, or link a node that relays between them: no chain of networks \
                               leads from `{}` to `{}`",
                    a.name, b.name
                ));
        }
        Some(obstacles) => {
            for o in obstacles {
                let (text, span) = describe(hir, o);
                d = d.also(span, text);
            }
            let repairs: Vec<_> = obstacles.iter().map(|o| repair(hir, o)).collect();
            d = d.help(repairs.join("; "));
        }
    }
    d
}

fn networks(hir: &Deployment, node: NodeId) -> String {
    let names: Vec<_> = hir.nodes[node]
        .links
        .iter()
        .filter_map(|l| l.network)
        .map(|n| format!("`{}`", hir.networks[n].name))
        .collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

fn describe(hir: &Deployment, obstacle: &Obstacle) -> (String, Span) {
    let link_span = |node: NodeId, link: usize| {
        hir.nodes[node].links.get(link).map_or(hir.nodes[node].name_span, |l| l.span)
    };
    match obstacle {
        Obstacle::MayNotSend { node, network, link } => (
            format!(
                "`{}` may not send requests into `{}`",
                hir.nodes[*node].name, hir.networks[*network].name
            ),
            link_span(*node, *link),
        ),
        Obstacle::MayNotServe { node, network, link } => (
            format!(
                "`{}` may not serve requests from `{}`",
                hir.nodes[*node].name, hir.networks[*network].name
            ),
            link_span(*node, *link),
        ),
        Obstacle::DoesNotRelay { node } => {
            (format!("`{}` does not relay", hir.nodes[*node].name), hir.nodes[*node].name_span)
        }
        Obstacle::LeavesOfStar { from, to, network } => (
            format!(
                "`{}` and `{}` are leaves of this star and reach only its hub",
                hir.nodes[*from].name, hir.nodes[*to].name
            ),
            hir.networks[*network].hub.map_or(hir.networks[*network].name_span, |h| h.span),
        ),
    }
}

fn repair(hir: &Deployment, obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::MayNotSend { node, network, .. } => {
            format!(
                "let `{}` send: add `import;` to its link to `{}`",
                hir.nodes[*node].name, hir.networks[*network].name
            )
        }
        Obstacle::MayNotServe { node, network, .. } => {
            format!(
                "let `{}` serve: add `export;` to its link to `{}`",
                hir.nodes[*node].name, hir.networks[*network].name
            )
        }
        Obstacle::DoesNotRelay { node } => {
            format!("let `{}` relay: take `relay off;` away", hir.nodes[*node].name)
        }
        Obstacle::LeavesOfStar { network, .. } => {
            format!("let the hub of `{}` relay, or take `hub` away", hir.networks[*network].name)
        }
    }
}

fn nobody_serves(hir: &Deployment, export: usize) -> Diagnostic {
    let export = &hir.exports[export];
    let network = &hir.networks[export.network].name;
    let instance = &hir.instances[export.instance].name;
    let message = match export.via {
        Some(via) => {
            format!("node `{}` cannot serve `{instance}` on network `{network}`", hir.nodes[via.value].name)
        }
        None => format!("no node can serve `{instance}` on network `{network}`"),
    };
    Diagnostic::new(NOBODY_SERVES, export.network_span, message).label("exported here").help(format!(
        "a node with a link to `{network}` that may `export`, and a way from it to `{instance}`, is needed"
    ))
}
