//! What carries a network when the whole deployment runs on one machine.

use super::{Deployment, NetworkId, NetworkKind};
use std::collections::BTreeSet;

/// The medium of a network in `ambc run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// UDP, TCP or socket files, as declared.
    Own,
    /// A pair of pseudo-terminals stands for the wire between two nodes.
    Pty,
    /// An emulated radio module for each node, behind a pseudo-terminal.
    Air,
    /// Datagrams over loopback UDP stand for frames on a wire of several nodes.
    Datagrams,
}

impl Deployment {
    /// What carries a network in `ambc run`.
    pub fn carrier(&self, network: NetworkId) -> Carrier {
        match self.networks[network].kind {
            NetworkKind::Udp | NetworkKind::Tcp | NetworkKind::Unix => Carrier::Own,
            NetworkKind::Uart | NetworkKind::Spi | NetworkKind::Usb if self.joins_two(network) => {
                Carrier::Pty
            }
            NetworkKind::Xbee => Carrier::Air,
            NetworkKind::Uart | NetworkKind::Spi | NetworkKind::Usb => Carrier::Datagrams,
        }
    }

    /// Its kind, and what stands for it in `ambc run`, in words; nothing if it is what it is.
    pub fn stand_in(&self, network: NetworkId) -> Option<String> {
        let of = &self.networks[network];
        let what = match self.carrier(network) {
            Carrier::Own => return None,
            Carrier::Pty => "a pair of pseudo-terminals",
            Carrier::Air => "the air between emulated radio modules",
            Carrier::Datagrams => "loopback UDP",
        };
        let device = |l: &super::Link| l.network == Some(network) && l.device.is_some();
        let devices = self.nodes.iter().any(|(_, n)| n.links.iter().any(device));
        let unopened = if devices { ", no device is opened" } else { "" };
        Some(format!("({}) is {what} in `run`{unopened}", of.kind.word()))
    }

    /// Exactly two nodes with one link each.
    fn joins_two(&self, network: NetworkId) -> bool {
        let links = self.nodes.iter().flat_map(|(id, n)| n.links.iter().map(move |l| (id, l)));
        let nodes: Vec<_> = links.filter(|(_, l)| l.network == Some(network)).map(|(id, _)| id).collect();
        nodes.len() == 2 && nodes.iter().collect::<BTreeSet<_>>().len() == 2
    }
}
