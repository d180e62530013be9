//! Places of links in a run, and the media that nodes or the air impose there.

use super::Loopback;
use super::line::Line;
use super::pty::Pty;
use super::radio::{BANDWIDTH, Radios};
use crate::emit::{EmitError, at};
use crate::hir::{Carrier, Deployment, Link, Network, NetworkId, NetworkKind, NodeId};
use crate::image::{IfaceImage, NetImage, RadioImage};
use ambc_linux::link::medium::Figures;
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
    Serial {
        device: PathBuf,
        baud: u64,
    },
    /// A radio module, here an emulated one.
    Xbee {
        device: PathBuf,
        baud: u64,
        radio: RadioImage,
    },
    /// The radio of a node that is not started.
    Radio(RadioImage),
}

/// The places of all links. Socket files, wires and radios are there while it is.
#[derive(Debug, Default)]
pub struct Links {
    places: BTreeMap<(NodeId, usize), Place>,
    sockets: Option<TempDir>,
    count: usize,
    wires: BTreeMap<NetworkId, Vec<PathBuf>>,
    lines: Vec<Line>,
    /// Our ends of the lines to the modules of each network, until its air is opened.
    modules: BTreeMap<NetworkId, (RadioImage, Vec<Pty>)>,
    radios: Vec<(NetworkId, Radios)>,
}

impl Place {
    /// As an identity has it.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Udp(addr) => format!("udp:{addr}"),
            Self::Tcp(addr) => format!("tcp:{addr}"),
            Self::Unix(path) => format!("unix:{}", path.display()),
            Self::Serial { device, baud } => format!("serial:{},{baud}", device.display()),
            Self::Xbee { device, baud, radio: RadioImage { address, pan, channel } } => {
                format!("xbee:{},{baud},{address:#06x},{pan:#06x},{channel:#04x}", device.display())
            }
            Self::Radio(radio) => format!("xbee:{:#06x}", radio.address),
        }
    }

    /// As the identity of a neighbour has it; nothing for the end of a line.
    pub(super) fn to_neighbours(&self) -> Option<String> {
        match self {
            Self::Serial { .. } => None,
            Self::Xbee { radio, .. } => Some(Self::Radio(*radio).written()),
            _ => Some(self.written()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(addr) | Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) | Self::Serial { device: path, .. } | Self::Xbee { device: path, .. } => {
                path.display().fmt(f)
            }
            Self::Radio(radio) => write!(f, "{:#06x}", radio.address),
        }
    }
}

impl Links {
    /// A place for each link of a node that it uses. A radio module is there only if the node is `started`.
    pub(super) fn add(
        &mut self,
        hir: &Deployment,
        node: NodeId,
        (net, started): (&NetImage, bool),
        loopback: &mut Loopback,
    ) -> Result<(), EmitError> {
        for iface in &net.ifaces {
            let link = &hir.nodes[node].links[iface.node_link];
            let place = match iface.radio {
                Some(radio) if started => self.module(link, radio)?,
                Some(radio) => Place::Radio(radio),
                None => self.place(hir, link, loopback)?,
            };
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

    /// Switches the radios on. `seed`: of what is lost; without one, the air loses nothing and takes no time.
    pub(super) fn open_air(&mut self, hir: &Deployment, seed: Option<u64>) -> Result<(), EmitError> {
        for (network, (radio, lines)) in std::mem::take(&mut self.modules) {
            let figures = seed.map(|seed| air(&hir.networks[network], radio, seed)).unwrap_or_default();
            self.radios.push((network, Radios::start(figures, lines)?));
        }
        Ok(())
    }

    /// Switches the radios off; what the air of each network kept, if anything.
    pub fn close_air(&mut self) -> Vec<(NetworkId, String)> {
        self.radios.drain(..).filter_map(|(network, radios)| Some((network, radios.end()?))).collect()
    }

    fn module(&mut self, link: &Link, radio: RadioImage) -> Result<Place, EmitError> {
        let network = link.network.expect("a link that is used leads to a network");
        let (line, device) = Pty::open()?;
        self.modules.entry(network).or_insert_with(|| (radio, Vec::new())).1.push(line);
        Ok(Place::Xbee { device, baud: link.baud(), radio })
    }

    fn place(&mut self, hir: &Deployment, link: &Link, loopback: &mut Loopback) -> Result<Place, EmitError> {
        let network = link.network.expect("a link that is used leads to a network");
        if hir.carrier(network) == Carrier::Pty {
            return Ok(Place::Serial { device: self.end_of_wire(network)?, baud: link.baud() });
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

/// What the air of a network is like. Two networks with the same addresses do not lose the same frames.
fn air(network: &Network, radio: RadioImage, seed: u64) -> Figures {
    Figures {
        loss: network.loss.unwrap_or(0.0),
        latency_us: network.latency.unwrap_or(0) / 1000,
        bandwidth_bps: network.bandwidth.unwrap_or(BANDWIDTH),
        mtu: network.mtu,
        seed: seed ^ u64::from(radio.pan) << 48,
    }
}

/// What a node imposes on a link: the declared figures of its network. Nothing where none matters. Radio is imposed by the air;
/// a node only has to know how long a frame takes.
pub(super) fn medium(hir: &Deployment, iface: &IfaceImage, link: &Link, seed: u64) -> Option<String> {
    let network = &hir.networks[link.network?];
    if iface.radio.is_some() {
        return Some(format!("bandwidth_bps={}", network.bandwidth.unwrap_or(BANDWIDTH)));
    }
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
