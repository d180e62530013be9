//! Fields of the tables of a domain: lanes, groups, the network, what an identity has to say, and their imports.

use super::{array, port_library};
use crate::image::{
    DomainImage, End, IfaceImage, LaneImage, NodeImage, RadioImage, RestartImage, UartImage, VaryingParam,
};
use crate::render::domains;
use serde::Serialize;
use std::collections::BTreeSet;

/// Address space of a group whose services declare no heap.
const DEFAULT_MEMORY: u64 = 0;

/// What an identity has to say: all of it in the kernel's table, in a group's what concerns the group.
#[derive(Serialize)]
pub(super) struct Class {
    /// A list.
    names: String,
    params: Vec<String>,
}

pub(super) fn class_view(image: &NodeImage, group: Option<usize>, domain: &DomainImage) -> Class {
    let of: Vec<_> = if group.is_none() { domains(image).map(|(_, d)| d).collect() } else { vec![domain] };
    let names: BTreeSet<_> = of.iter().flat_map(|d| &d.varying.names).collect();
    let names: Vec<_> = names.into_iter().map(|n| format!("{n:?}")).collect();
    let param = |p: &VaryingParam| {
        format!("ClassParam::new({:?}, {:?}, ParamKind::{:?})", p.instance, p.name, p.kind)
    };
    Class { names: array(&names, 4), params: of.iter().flat_map(|d| &d.varying.params).map(param).collect() }
}

#[derive(Serialize)]
pub(super) struct Lane {
    name: String,
    /// Rust expression of its size.
    spec: String,
    end: &'static str,
    peer: String,
    caller_side: String,
    callee_side: String,
}

pub(super) fn lane_view(image: &NodeImage, l: &LaneImage, group: Option<usize>) -> Lane {
    let here = group.map(End::Group);
    let (end, other) = if here == Some(l.caller) { ("Caller", l.callee) } else { ("Callee", l.caller) };
    let peer = match other {
        End::Net | End::Kernel => "Node".to_owned(),
        End::Group(g) if group == Some(g) => "Own".to_owned(),
        End::Group(g) => format!("Group({g})"),
    };
    Lane {
        name: format!("{} -> {}", l.edge, l.to),
        spec: if l.bulk > 0 {
            format!("LaneSpec::small({}, {}).with_bulk({}, {})", l.slots, l.small, l.bulk, l.bulk_bytes)
        } else {
            format!("LaneSpec::small({}, {})", l.slots, l.small)
        },
        end,
        peer,
        caller_side: side(image, l.caller, &l.from_node),
        callee_side: side(image, l.callee, &l.to_node),
    }
}

fn side(image: &NodeImage, end: End, node: &str) -> String {
    match end {
        End::Kernel => "Kernel".into(),
        End::Group(g) => format!("Group({g})"),
        End::Net if node.is_empty() || node == image.node => "Net(\"outside\")".into(),
        End::Net => format!("Net({node:?})"),
    }
}

#[derive(Serialize)]
pub(super) struct Group<'a> {
    name: &'a str,
    instance_names: String,
    memory: u64,
    restart: String,
    nice: u8,
}

pub(super) fn group_view(g: &DomainImage) -> Group<'_> {
    let names: Vec<_> = g.instances.iter().map(|i| format!("{:?}", i.name)).collect();
    Group {
        name: &g.name,
        instance_names: names.join(", "),
        memory: DEFAULT_MEMORY,
        restart: restart(&g.restart),
        nice: g.nice,
    }
}

/// A policy as an expression.
fn restart(policy: &RestartImage) -> String {
    let mut text = "Policy::DEFAULT".to_owned();
    if let Some((first, longest)) = policy.backoff {
        text.push_str(&format!(".backoff({first}, {longest})"));
    }
    if let Some((restarts, window, reboot)) = policy.limit {
        let then = if reboot { "Reboot" } else { "Stop" };
        text.push_str(&format!(".limit({restarts}, {window}, Then::{then})"));
    }
    text
}

/// The net tables with their hops as Rust.
pub(super) fn net_view(image: &NodeImage) -> tera::Value {
    #[derive(Serialize)]
    struct Route<'a> {
        wire_id: u32,
        hops: usize,
        latency_us: u64,
        toward_hop: String,
        back_hop: String,
        way: &'a str,
    }
    #[derive(Serialize)]
    struct Net<'a> {
        wire_id: u32,
        ifaces: &'a [IfaceImage],
        peers: &'a [crate::image::PeerImage],
        routes: Vec<Route<'a>>,
        outs: &'a [crate::image::OutImage],
        ins: &'a [crate::image::InImage],
        exports: &'a [crate::image::ExportImage],
    }
    let hop =
        |peer: Option<usize>| peer.map_or_else(|| "Hop::Here".to_owned(), |p| format!("Hop::Peer({p})"));
    let net = &image.net;
    let routes = net.routes.iter().map(|r| Route {
        wire_id: r.wire_id,
        hops: r.hops,
        latency_us: r.latency_us,
        toward_hop: hop(r.toward),
        back_hop: hop(r.back),
        way: &r.way,
    });
    tera::Value::from_serializable(&Net {
        wire_id: net.wire_id,
        ifaces: &net.ifaces,
        peers: &net.peers,
        routes: routes.collect(),
        outs: &net.outs,
        ins: &net.ins,
        exports: &net.exports,
    })
}

/// What is at each interface of a microcontroller, as expressions.
pub(super) fn links(image: &NodeImage) -> Vec<String> {
    let link = |(at, iface): (usize, &IfaceImage)| {
        let UartImage { number, baud } = iface.uart?;
        Some(match iface.radio {
            None => format!("Link::serial({number}, {baud})"),
            Some(radio) => format!("Link::xbee({number}, {baud}, {}, &{})", module(radio), radios(image, at)),
        })
    };
    image.net.ifaces.iter().enumerate().filter_map(link).collect()
}

fn module(radio: RadioImage) -> String {
    let RadioImage { address, pan, channel } = radio;
    format!("Config {{ address: {address:#06x}, pan: {pan:#06x}, channel: {channel:#04x} }}")
}

/// The neighbours over an interface with the addresses of their modules.
fn radios(image: &NodeImage, iface: usize) -> String {
    let peers = image.net.peers.iter().enumerate().filter(|(_, p)| p.iface == iface);
    let peers = peers.filter_map(|(i, p)| Some(format!("({i}, {:#06x})", p.radio?)));
    array(&peers.collect::<Vec<_>>(), 8)
}

/// Imports of the tables, without those that nothing here needs.
pub(super) fn uses(image: &NodeImage, group: Option<usize>, lanes: bool) -> String {
    let mut spec: BTreeSet<&str> = BTreeSet::new();
    let mut net: BTreeSet<&str> = BTreeSet::new();
    match group {
        Some(_) => {
            spec.insert("GroupSpec");
            if lanes {
                spec.extend(["End", "GroupLane", "Peer"]);
            }
        }
        None => {
            spec.insert("NodeSpec");
            net.insert("NetTable");
            let n = &image.net;
            let some = [
                (!n.ifaces.is_empty(), vec!["Iface"]),
                (!n.peers.is_empty(), vec!["Peer", "LinkSize"]),
                (!n.routes.is_empty(), vec!["Route", "Hop"]),
                (!n.outs.is_empty(), vec!["OutEdge"]),
                (!n.ins.is_empty(), vec!["InEdge"]),
                (!n.exports.is_empty(), vec!["Ingress", "LinkSize"]),
            ];
            net.extend(some.into_iter().filter(|(used, _)| *used).flat_map(|(_, names)| names));
            if !image.groups.is_empty() {
                spec.extend(["NodeGroup", "Policy"]);
            }
            spec.extend(image.groups.iter().any(|g| g.restart.limit.is_some()).then_some("Then"));
            if lanes {
                spec.extend(["NodeLane", "Side"]);
            }
            if !image.target.is_linux() && !image.net.ifaces.is_empty() {
                spec.insert("Link");
                spec.extend(image.net.ifaces.iter().any(|i| i.radio.is_some()).then_some("Config"));
            }
        }
    }
    if image.is_class {
        spec.insert("ClassSpec");
        let of = domains(image).filter(|(at, _)| group.is_none() || *at == group);
        if of.flat_map(|(_, d)| &d.varying.params).next().is_some() {
            spec.extend(["ClassParam", "ParamKind"]);
        }
    }
    let line = |path: &str, names: &BTreeSet<&str>| match names.len() {
        0 => String::new(),
        1 => format!("use {path}::{};\n", names.iter().copied().collect::<String>()),
        _ => format!("use {path}::{{{}}};\n", names.iter().copied().collect::<Vec<_>>().join(", ")),
    };
    let abi = if lanes { "use ambc_abi::LaneSpec;\n" } else { "" };
    let port = format!("{}::spec", port_library(&image.target));
    let text = format!("{abi}{}{}", line("ambc_kernel::net", &net), line(&port, &spec));
    text.trim_end().to_owned()
}
