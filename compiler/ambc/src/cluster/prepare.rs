//! Identities of a run: loopback addresses for every link, folders below `target/ambc/run`.

use super::links::{Links, Place, medium};
use super::member::member_lines;
use super::{Loopback, NodeStart, Runs};
use crate::emit::{EmitError, write_if_changed};
use crate::hir::{BuiltinService, Deployment, NodeId, ServiceSource, Value};
use crate::image::{ClassImage, MemberImage};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a run keeps things, and what it does to datagrams.
#[derive(Clone, Debug)]
pub struct RunPlace {
    /// `target/ambc/run/<deployment>`; each node has a folder below it.
    pub data: PathBuf,
    /// The folder of the deployment's root file: read-only folders lie beside it.
    pub beside: PathBuf,
    /// Faults to inject at every link that is no stream.
    pub impair: Option<String>,
    /// Seed of what networks lose; without one, networks lose nothing and take no time.
    pub media: Option<u64>,
}

/// One line of the mapping that `run` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedAddress {
    pub node: String,
    /// Network, or `export …`.
    pub what: String,
    pub place: Place,
}

/// A node of the deployment, and its executables if it is to be started.
#[derive(Clone, Copy, Debug)]
pub struct ClusterNode<'a> {
    pub class: &'a ClassImage,
    pub member: &'a MemberImage,
    /// By the name of their isolation domain; the kernel group first.
    pub executables: Option<&'a [(String, PathBuf)]>,
}

/// Writes the identity of every node to start; what to start, and which place stands for what. The others have places where
/// nobody listens.
pub fn prepare(
    hir: &Deployment,
    mut nodes: Vec<ClusterNode<'_>>,
    place: &RunPlace,
    links: &mut Links,
    loopback: &mut Loopback,
) -> Result<(Vec<NodeStart>, Vec<MappedAddress>), EmitError> {
    nodes.sort_by_key(|n| n.member.node);
    for member in nodes.iter().map(|n| n.member) {
        links.add(hir, member.node, &member.image.net, loopback)?;
    }
    let mut mapped = Vec::new();
    let mut starts = Vec::new();
    for at in &nodes {
        let Some(executables) = at.executables else { continue };
        let (node, image) = (at.member.node, &at.member.image);
        let data = place.data.join(&image.slug);
        let mut text = format!("# Node {} in a run on this machine. Written by ambc.\n", image.node);
        let _ = writeln!(text, "node {}\ndata {}", image.node, data.display());
        for (group, (_, exe)) in image.groups.iter().zip(executables.iter().skip(1)) {
            let _ = writeln!(text, "group {} {}", group.name, exe.display());
        }
        for (i, iface) in image.net.ifaces.iter().enumerate() {
            let at = links.of((node, iface.node_link)).clone();
            let _ = writeln!(text, "bind {i} {}", at.written());
            let link = &hir.nodes[node].links[iface.node_link];
            if let Some(medium) = place.media.and_then(|seed| medium(hir, link, seed)) {
                let _ = writeln!(text, "medium {i} {medium}");
            }
            mapped.push(MappedAddress { node: image.node.clone(), what: iface.network.clone(), place: at });
        }
        for (i, peer) in image.net.peers.iter().enumerate() {
            if let Some(at) = peer.peer_link.map(|l| links.of(l)).filter(|at| !at.is_line()) {
                let _ = writeln!(text, "peer {i} {}", at.written());
            }
        }
        for (i, export) in image.net.exports.iter().enumerate() {
            let at = links.export(&hir.networks[export.network], export.port, loopback)?;
            let _ = writeln!(text, "export {i} {}", at.written());
            mapped.push(MappedAddress { node: image.node.clone(), what: export.name.clone(), place: at });
        }
        for (written, folder) in folders(hir, node, place, &data) {
            let _ = writeln!(text, "folder {written} {}", folder.display());
        }
        if let Some(impair) = &place.impair {
            let _ = writeln!(text, "impair {impair}");
        }
        if at.class.is_shared() {
            text.push_str(&member_lines(at.class, image));
        }
        let identity = data.join("identity");
        write_if_changed(&identity, text.as_bytes())?;
        let executable = executables.first().map(|(_, exe)| exe.clone()).unwrap_or_default();
        let watchdog = (image.watchdog_ns > 0).then(|| Duration::from_nanos(image.watchdog_ns));
        let runs = Runs::Process { executable, identity };
        starts.push(NodeStart { name: image.node.clone(), runs, watchdog });
    }
    Ok((starts, mapped))
}

/// Removes what nodes stored in earlier runs.
pub fn forget(place: &RunPlace) -> Result<(), EmitError> {
    match std::fs::remove_dir_all(&place.data) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(crate::emit::at("remove", &place.data)(e)),
        _ => Ok(()),
    }
}

/// Folders of a node's offers, by path as written: below its data, or, if only read, beside the deployment.
fn folders(hir: &Deployment, node: NodeId, place: &RunPlace, data: &Path) -> BTreeMap<String, PathBuf> {
    let mut out = BTreeMap::new();
    for instance in hir.nodes[node].offers.iter().map(|i| &hir.instances[*i]) {
        let Some(service) = instance.service.map(|s| &hir.services[s]) else { continue };
        let ServiceSource::Builtin(BuiltinService::Files | BuiltinService::Storage) = service.source else {
            continue;
        };
        let param = |name: &str| {
            let i = service.params.iter().position(|p| p.name.value == name)?;
            let own = instance.params.get(i).and_then(Option::as_ref);
            own.or(service.params[i].default.as_ref()).map(|v| &v.value)
        };
        let Some(Value::Str(path)) = param("path") else { continue };
        let read_only = param("read_only") == Some(&Value::Bool(true));
        let root = if read_only { &place.beside } else { data };
        out.insert(path.clone(), root.join(path));
    }
    out
}
