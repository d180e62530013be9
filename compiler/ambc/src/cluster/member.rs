//! The lines of an identity by which an image that several nodes share becomes one of them; the runtime documents them.

use crate::image::{ClassImage, LaneImage, NodeImage};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Those of `member`.
pub(super) fn member_lines(class: &ClassImage, member: &NodeImage) -> String {
    let mut out = format!("class {}\nid {}\n", class.image.node, member.net.wire_id);
    for (key, name) in names(member) {
        let _ = writeln!(out, "name {key} {name}");
    }
    for (instance, name, value) in class.params(member) {
        let _ = writeln!(out, "param {instance} {name} {value}");
    }
    let net = &member.net;
    for (i, iface) in net.ifaces.iter().enumerate() {
        let _ = writeln!(out, "network {i} {}", iface.network);
    }
    for (i, peer) in net.peers.iter().enumerate() {
        let _ = writeln!(out, "neighbour {i} {}", peer.wire_id);
    }
    for (i, route) in net.routes.iter().enumerate() {
        let _ = writeln!(out, "route {i} {}", route.wire_id);
    }
    for (i, lane) in member.lanes.iter().enumerate() {
        let (id, node) = far_end(member, i, lane);
        let _ = writeln!(out, "lane {i} {id} {node} {} -> {}", lane.edge, lane.to);
    }
    out
}

/// What the image calls instances and groups, and their names here.
fn names(member: &NodeImage) -> BTreeMap<&str, &str> {
    let mut out: BTreeMap<&str, &str> =
        member.groups.iter().map(|g| (g.key.as_str(), g.name.as_str())).collect();
    for instance in std::iter::once(&member.kernel).chain(&member.groups).flat_map(|d| &d.instances) {
        out.insert(&instance.key, &instance.name);
        out.extend(instance.label.as_ref().map(|(key, name)| (key.as_str(), name.as_str())));
    }
    out
}

/// Id of the edge or export that a lane carries, and the node at its other end; `-` if it does not leave the node.
fn far_end(member: &NodeImage, at: usize, lane: &LaneImage) -> (String, String) {
    let net = &member.net;
    let out = net.outs.iter().find(|o| o.lane == at).map(|o| (o.edge, &lane.to_node));
    let came = || net.ins.iter().find(|i| i.lane == at).map(|i| (i.edge, &lane.from_node));
    if let Some((id, node)) = out.or_else(came) {
        return (id.to_string(), node.clone());
    }
    match net.exports.iter().find(|e| e.lane == at) {
        Some(export) => (export.id.to_string(), "outside".into()),
        None => ("-".into(), "-".into()),
    }
}
