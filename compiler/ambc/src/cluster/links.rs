//! Places of links in a run, and the media that nodes impose there.

use super::Loopback;
use super::line::Line;
use crate::emit::{EmitError, at};
use crate::hir::{Carrier, Deployment, Link, Network, NetworkId, NetworkKind, NodeId};
use crate::image::NetImage;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddrV4;
use std::path::PathBuf;
use tempfile::TempDir;

/// Where a link or an export is in a run. Identities have it as [`Place::written`], people as its `Display`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Udp(SocketAddrV4),
    Tcp(SocketAddrV4),
    Unix(PathBuf),
    Serial { device: PathBuf, baud: u64 },
}

/// The places of all links. Socket files and wires are there while it is.
#[derive(Debug, Default)]
pub struct Links {
    places: BTreeMap<(NodeId, usize), Place>,
    sockets: Option<TempDir>,
    count: usize,
    wires: BTreeMap<NetworkId, Vec<PathBuf>>,
    lines: Vec<Line>,
}

/// Of a serial line without `baud`.
const USUAL_BAUD: u64 = 115_200;

impl Place {
    /// As an identity has it.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Udp(addr) => format!("udp:{addr}"),
            Self::Tcp(addr) => format!("tcp:{addr}"),
            Self::Unix(path) => format!("unix:{}", path.display()),
            Self::Serial { device, baud } => format!("serial:{},{baud}", device.display()),
        }
    }

    /// Whether the end of a line needs no address.
    pub(super) fn is_line(&self) -> bool {
        matches!(self, Self::Serial { .. })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(addr) | Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) | Self::Serial { device: path, .. } => path.display().fmt(f),
        }
    }
}

impl Links {
    /// A place for each link of a node that it uses.
    pub(super) fn add(
        &mut self,
        hir: &Deployment,
        node: NodeId,
        net: &NetImage,
        loopback: &mut Loopback,
    ) -> Result<(), EmitError> {
        for iface in &net.ifaces {
            let link = &hir.nodes[node].links[iface.node_link];
            let place = self.place(hir, link, loopback)?;
            self.places.insert((node, iface.node_link), place);
        }
        Ok(())
    }

    /// Where a link is.
    pub(super) fn of(&self, link: (NodeId, usize)) -> &Place {
        &self.places[&link]
    }

    /// A place for an export over `network`.
    pub(super) fn export(
        &mut self,
        network: &Network,
        port: u16,
        loopback: &mut Loopback,
    ) -> Result<Place, EmitError> {
        Ok(match network.kind {
            NetworkKind::Tcp => Place::Tcp(loopback.next(port)),
            NetworkKind::Unix => Place::Unix(self.socket()?),
            _ => Place::Udp(loopback.next(port)),
        })
    }

    fn place(&mut self, hir: &Deployment, link: &Link, loopback: &mut Loopback) -> Result<Place, EmitError> {
        let network = link.network.expect("a link that is used leads to a network");
        if hir.carrier(network) == Carrier::Pty {
            let baud = link.baud.as_ref().map_or(USUAL_BAUD, |b| b.value);
            return Ok(Place::Serial { device: self.end_of_wire(network)?, baud });
        }
        self.export(&hir.networks[network], link.port, loopback)
    }

    /// A path that is short enough for a socket, in a folder that goes with the run.
    fn socket(&mut self) -> Result<PathBuf, EmitError> {
        let dir = match self.sockets.take() {
            Some(dir) => dir,
            None => tempfile::Builder::new()
                .prefix("ambc-")
                .tempdir()
                .map_err(at("make a folder for sockets in", &std::env::temp_dir()))?,
        };
        self.count += 1;
        let path = dir.path().join(self.count.to_string());
        self.sockets = Some(dir);
        Ok(path)
    }

    fn end_of_wire(&mut self, network: NetworkId) -> Result<PathBuf, EmitError> {
        if let Some(end) = self.wires.get_mut(&network).and_then(Vec::pop) {
            return Ok(end);
        }
        let (line, [here, there]) = Line::open()?;
        self.lines.push(line);
        self.wires.insert(network, vec![there]);
        Ok(here)
    }
}

/// What a node imposes on a link: the declared figures of its network. Nothing where none matters.
pub(super) fn medium(hir: &Deployment, link: &Link, seed: u64) -> Option<String> {
    let network = &hir.networks[link.network?];
    let stream = network.kind.is_stream();
    let mtu = (!stream).then(|| link.mtu.as_ref().map_or(network.mtu, |m| m.value.min(network.mtu)));
    let figures = [
        network.loss.filter(|l| *l > 0.0).map(|l| format!("loss={l}")),
        network.latency.map(|ns| format!("latency_us={}", ns / 1000)),
        network.bandwidth.map(|bps| format!("bandwidth_bps={bps}")),
        mtu.map(|mtu| format!("mtu={mtu}")),
    ];
    let figures: Vec<String> = figures.into_iter().flatten().collect();
    (!figures.is_empty()).then(|| format!("{} seed={seed}", figures.join(" ")))
}
