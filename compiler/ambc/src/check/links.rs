//! Links: address, port and device of a node on a network.

use super::address;
use super::context::{Context, listed};
use crate::hir::{Address, Link, Network, NetworkId, NetworkKind, Node, NodeId, PlatformKind};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// An address is one that its kind of network can have.
pub(super) fn an_address_fits_its_network(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, node, link, network) in links(cx) {
        match &link.address {
            None if !address::optional(network.kind) && !link.broken && !node.broken => {
                diags.push(Mistake::NoAddress { link, network }.diagnostic())
            }
            Some(given) => {
                if let Err(why) = address::check(network.kind, &given.value) {
                    diags.push(Mistake::BadAddress { network, at: given.span, why }.diagnostic());
                }
            }
            None => {}
        }
    }
}

/// Two links of a network differ in address or port.
pub(super) fn no_two_links_share_an_address(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut first: BTreeMap<(NetworkId, Address, u16), (NodeId, Span)> = BTreeMap::new();
    for (node, _, link, network) in in_file_order(cx) {
        let (Some(id), Some(Spanned { value, span })) = (link.network, &link.address) else { continue };
        if address::check(network.kind, value).is_err() {
            continue;
        }
        let key = (id, address::canonical(network.kind, value), link.port);
        let Some((other, before)) = first.get(&key) else {
            first.insert(key, (node, *span));
            continue;
        };
        if *other != node && cx.hir.nodes[*other].name == cx.hir.nodes[node].name {
            // Two nodes of one name: that has been reported, and the second may be a copy.
            continue;
        }
        let nodes = [cx.node_name(*other), cx.node_name(node)];
        let mistake = Mistake::AddressTwice { network, nodes, port: link.port, at: *span, first: *before };
        diags.push(mistake.diagnostic());
    }
}

/// The links of a node to different networks do not listen at the same address and port.
pub(super) fn no_two_links_of_a_node_share_a_port(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, node) in cx.hir.nodes.iter() {
        let mut first: Vec<(Socket, NetworkId, &Link)> = Vec::new();
        for link in &node.links {
            let Some((id, socket)) = link.network.and_then(|n| Some((n, socket(cx, link)?))) else {
                continue;
            };
            match first.iter().find(|(other, network, _)| *network != id && other.collides(&socket)) {
                Some((_, _, other)) => {
                    let (first, again) =
                        if other.span <= link.span { (*other, link) } else { (link, *other) };
                    diags.push(Mistake::PortTwice { node, port: link.port, first, again }.diagnostic());
                }
                None => first.push((socket, id, link)),
            }
        }
    }
}

/// A link's device is one that the platform has.
pub(super) fn a_device_exists_on_the_platform(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, node, link, _) in links(cx) {
        let (Some(device), Some(platform)) = (&link.device, cx.platform(id)) else { continue };
        let path = platform.kind == PlatformKind::Linux && device.value.contains('/');
        if !path && !platform.devices.contains(&device.value) {
            let mistake = Mistake::NoDevice {
                node,
                platform: platform.name.to_string(),
                linux: platform.kind == PlatformKind::Linux,
                device,
                known: platform.devices.clone(),
            };
            diags.push(mistake.diagnostic());
        }
    }
}

/// A device serves one link.
pub(super) fn a_device_serves_one_link(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, node) in cx.hir.nodes.iter() {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for device in node.links.iter().filter_map(|l| l.device.as_ref()) {
            match first.get(device.value.as_str()) {
                None => _ = first.insert(&device.value, device.span),
                Some(before) => {
                    diags.push(Mistake::DeviceTwice { node, device, first: *before }.diagnostic())
                }
            }
        }
    }
}

/// Links whose network is known, with their node.
fn links<'a>(cx: &Context<'a>) -> impl Iterator<Item = (NodeId, &'a Node, &'a Link, &'a Network)> {
    let hir = cx.hir;
    hir.nodes
        .iter()
        .flat_map(move |(id, node)| {
            node.links.iter().filter_map(move |link| Some((id, node, link, &hir.networks[link.network?])))
        })
        // Of a broken network the kind is not known.
        .filter(|(_, _, _, network)| !network.broken)
}

fn in_file_order<'a>(cx: &Context<'a>) -> Vec<(NodeId, &'a Node, &'a Link, &'a Network)> {
    let mut all: Vec<_> = links(cx).collect();
    all.sort_by_key(|(node, _, link, _)| (link.span, *node));
    all
}

/// Where a link listens on its node.
pub(super) struct Socket {
    kind: NetworkKind,
    /// `None`: every address of the node.
    host: Option<Address>,
    port: u16,
}

impl Socket {
    pub(super) fn new(kind: NetworkKind, link: &Link, port: u16) -> Option<Self> {
        if !matches!(kind, NetworkKind::Udp | NetworkKind::Tcp) {
            return None;
        }
        let host = match &link.bind {
            Some(bind) => Address::Text(bind.value.clone()),
            None => link.address.as_ref()?.value.clone(),
        };
        let host = address::canonical(kind, &host);
        let every =
            matches!(&host, Address::Text(t) if t.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified()));
        Some(Self { kind, host: (!every).then_some(host), port })
    }

    pub(super) fn collides(&self, other: &Self) -> bool {
        let hosts = self.host.is_none() || other.host.is_none() || self.host == other.host;
        self.kind == other.kind && self.port == other.port && hosts
    }
}

fn socket(cx: &Context<'_>, link: &Link) -> Option<Socket> {
    Socket::new(cx.hir.networks[link.network?].kind, link, link.port)
}

enum Mistake<'a> {
    NoAddress {
        link: &'a Link,
        network: &'a Network,
    },
    BadAddress {
        network: &'a Network,
        at: Span,
        why: String,
    },
    AddressTwice {
        network: &'a Network,
        nodes: [String; 2],
        port: u16,
        at: Span,
        first: Span,
    },
    PortTwice {
        node: &'a Node,
        port: u16,
        first: &'a Link,
        again: &'a Link,
    },
    NoDevice {
        node: &'a Node,
        platform: String,
        linux: bool,
        device: &'a Spanned<String>,
        known: Vec<String>,
    },
    DeviceTwice {
        node: &'a Node,
        device: &'a Spanned<String>,
        first: Span,
    },
}

impl Mistake<'_> {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::NoAddress { link, network } => Diagnostic::new(
                Code("E0361"),
                link.span,
                format!("a link to `{}` needs an address", network.name),
            )
            .label("no `at …`")
            .also(network.name_span, format!("a network of kind `{}`", network.kind.word()))
            .help(format!("write {}", address::expected(network.kind))),
            Self::BadAddress { network, at, why } => Diagnostic::new(
                Code("E0361"),
                at,
                format!("`{}` cannot have this address: {why}", network.name),
            )
            .label(format!("not an address of a `{}` network", network.kind.word()))
            .also(network.name_span, "the network")
            .help(format!("write {}", address::expected(network.kind))),
            Self::AddressTwice { network, nodes: [one, two], port, at, first } => {
                let message = if one == two {
                    format!("`{one}` has two links with one address on `{}`", network.name)
                } else {
                    format!("`{one}` and `{two}` have the same address on `{}`", network.name)
                };
                let ports = matches!(network.kind, NetworkKind::Udp | NetworkKind::Tcp);
                Diagnostic::new(Code("E0360"), at, message)
                    .label(if ports {
                        format!("again here, port {port} both times")
                    } else {
                        "again here".to_string()
                    })
                    .also(first, "first here")
                    .help(if ports { "change one address, or one `port`" } else { "change one address" })
            }
            Self::PortTwice { node, port, first, again } => Diagnostic::new(
                Code("E0362"),
                again.port_span.unwrap_or(again.span),
                format!("two links of `{}` listen at the same address and port {port}", node.name),
            )
            .label("again here")
            .also(first.port_span.unwrap_or(first.span), "first here")
            .help("give one of them another `port`"),
            Self::NoDevice { node, platform, linux, device, known } => {
                let help = match (linux, known.is_empty()) {
                    (true, _) => "write its path in quotes, such as `\"/dev/ttyUSB0\"`".to_string(),
                    (false, true) => format!("`{platform}` has no devices that a link can use"),
                    (false, false) => format!("`{platform}` has {}", listed(known)),
                };
                Diagnostic::new(
                    Code("E0365"),
                    device.span,
                    format!("`{}` has no device `{}`", node.name, device.value),
                )
                .label(format!("not on `{platform}`"))
                .help(help)
            }
            Self::DeviceTwice { node, device, first } => Diagnostic::new(
                Code("E0366"),
                device.span,
                format!("two links of `{}` use the device `{}`", node.name, device.value),
            )
            .label("again here")
            .also(first, "first used here")
            .help("a device serves one link"),
        }
    }
}
