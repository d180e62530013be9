//! Identities of a run: loopback addresses for every link, folders below `target/ambc/run`.

use super::links::{Links, Place, medium};
use super::member::member_lines;
use super::{Loopback, Machine, NodeStart, Runs, Wire};
use crate::emit::{EmitError, write_if_changed};
use crate::hir::{BuiltinService, Deployment, EmulatedBoard, NodeId, ServiceSource, Value, emulated};
use crate::image::{BoardMemory, ClassImage, IfaceImage, MemberImage, NodeImage, Target};
use crate::layout::IDENTITY;
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
    for at in &nodes {
        links.add(hir, at.member.node, (&at.member.image.net, at.executables.is_some()), loopback)?;
    }
    links.open_air(hir, place.media)?;
    let mut setup = Setup { hir, place, links, loopback, mapped: Vec::new() };
    let mut starts = Vec::new();
    for at in &nodes {
        let Some(executables) = at.executables else { continue };
        let image = &at.member.image;
        let runs = match &at.class.image.target {
            Target::Linux => setup.process(at, executables)?,
            Target::CortexM { board, memory, .. } => {
                let board = emulated(board).expect("`run` builds for boards that are emulated");
                setup.machine(at, board, memory, executables)
            }
        };
        let watchdog = (image.watchdog_ns > 0).then(|| Duration::from_nanos(image.watchdog_ns));
        starts.push(NodeStart { name: image.node.clone(), runs, watchdog });
    }
    Ok((starts, setup.mapped))
}

/// What the nodes of a run find here.
struct Setup<'a> {
    hir: &'a Deployment,
    place: &'a RunPlace,
    links: &'a mut Links,
    loopback: &'a mut Loopback,
    mapped: Vec<MappedAddress>,
}

impl Setup<'_> {
    /// A node that is a process: its identity is a file of lines.
    fn process(
        &mut self,
        at: &ClusterNode<'_>,
        executables: &[(String, PathBuf)],
    ) -> Result<Runs, EmitError> {
        let image = &at.member.image;
        let data = self.place.data.join(&image.slug);
        let mut text = format!("# Node {} in a run on this machine. Written by ambc.\n", image.node);
        let _ = writeln!(text, "node {}\ndata {}", image.node, data.display());
        for (group, (_, exe)) in image.groups.iter().zip(executables.iter().skip(1)) {
            let _ = writeln!(text, "group {} {}", group.name, exe.display());
        }
        self.places(at, &mut text)?;
        for (written, folder) in folders(self.hir, at.member.node, self.place, &data) {
            let _ = writeln!(text, "folder {written} {}", folder.display());
        }
        if let Some(impair) = &self.place.impair {
            let _ = writeln!(text, "impair {impair}");
        }
        if at.class.is_shared() {
            text.push_str(&member_lines(at.class, image));
        }
        let identity = data.join("identity");
        write_if_changed(&identity, text.as_bytes())?;
        let executable = executables.first().map(|(_, exe)| exe.clone()).unwrap_or_default();
        Ok(Runs::Process { executable, identity })
    }

    /// Where its links, its neighbours and its exports are.
    fn places(&mut self, at: &ClusterNode<'_>, text: &mut String) -> Result<(), EmitError> {
        let (node, image) = (at.member.node, &at.member.image);
        for (i, iface) in image.net.ifaces.iter().enumerate() {
            let at = self.map(image, node, iface);
            let _ = writeln!(text, "bind {i} {}", at.written());
            let link = &self.hir.nodes[node].links[iface.node_link];
            if let Some(medium) = self.place.media.and_then(|seed| medium(self.hir, iface, link, seed)) {
                let _ = writeln!(text, "medium {i} {medium}");
            }
        }
        for (i, peer) in image.net.peers.iter().enumerate() {
            if let Some(at) = peer.peer_link.and_then(|l| self.links.of(l).to_neighbours()) {
                let _ = writeln!(text, "peer {i} {at}");
            }
        }
        for (i, export) in image.net.exports.iter().enumerate() {
            let place = self.links.export(&self.hir.networks[export.network], export.port, self.loopback)?;
            let _ = writeln!(text, "export {i} {}", place.written());
            self.mapped.push(MappedAddress { node: image.node.clone(), what: export.name.clone(), place });
        }
        Ok(())
    }

    /// A node that is an emulated machine: its links are UARTs.
    fn machine(
        &mut self,
        at: &ClusterNode<'_>,
        board: &'static EmulatedBoard,
        memory: &BoardMemory,
        executables: &[(String, PathBuf)],
    ) -> Runs {
        let (node, image) = (at.member.node, &at.member.image);
        let mut uarts = vec![None; board.uarts];
        for iface in &image.net.ifaces {
            let uart = board.uart(&self.hir.nodes[node].links[iface.node_link]);
            if let (Some(uart), Place::Serial { device, .. } | Place::Xbee { device, .. }) =
                (uart, self.map(image, node, iface))
            {
                uarts[uart] = Some(Wire::Device(device));
            }
        }
        Runs::Machine(Machine {
            board,
            image: executables.first().map(|(_, image)| image.clone()).unwrap_or_default(),
            uarts,
            identity: self.place.data.join(&image.slug).join("identity.bin"),
            identity_at: memory.flash_start + memory.flash_bytes - IDENTITY,
        })
    }

    /// Where a link is; people are told.
    fn map(&mut self, image: &NodeImage, node: NodeId, iface: &IfaceImage) -> Place {
        let place = self.links.of((node, iface.node_link)).clone();
        let (node, what) = (image.node.clone(), iface.network.clone());
        self.mapped.push(MappedAddress { node, what, place: place.clone() });
        place
    }
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
