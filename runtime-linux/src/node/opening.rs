//! From tables and identity to open links: the table says who the neighbours are, the identity where.

use crate::identity::{Identity, numbered};
use crate::link::{Link, Neighbour, Place, Setup, over};
use crate::spec::NodeSpec;
use ambc_kernel::net::{Hop, Net};

/// The links of interfaces, then those of exports; `net` learns where neighbours are.
pub(super) fn open(spec: &NodeSpec, identity: &Identity, net: &mut Net<'_>) -> Result<Vec<Link>, String> {
    let mut links = Vec::new();
    for index in 0..spec.net.ifaces.len() {
        links.push(interface(spec, identity, net, index)?);
    }
    for (index, export) in spec.net.exports.iter().enumerate() {
        let at = numbered(&identity.exports, "", index);
        let at = at.ok_or_else(|| format!("the identity file has no `export {index}`"))?;
        let link = Link::for_export(at, export.id, identity.impair, salt(spec, links.len()));
        links.push(link.map_err(|e| cannot(at, &e))?);
    }
    Ok(links)
}

fn interface(spec: &NodeSpec, identity: &Identity, net: &mut Net<'_>, index: usize) -> Result<Link, String> {
    let iface = &spec.net.ifaces[index];
    let at = numbered(&identity.binds, iface.name, index);
    let at = at.ok_or_else(|| format!("the identity file has no `bind {}`", iface.name))?;
    let figures = numbered(&identity.media, iface.name, index).copied().unwrap_or_default();
    let mut neighbours = Vec::new();
    for (number, _) in spec.net.peers.iter().enumerate().filter(|(_, p)| usize::from(p.iface) == index) {
        let neighbour = neighbour(spec, identity, at, number)?;
        net.set_peer(number, neighbour.address());
        neighbours.push(neighbour);
    }
    let pace_us = over(figures, at).time_of(iface.mtu as usize) / 1000;
    net.set_pace(index as u16, u32::try_from(pace_us).unwrap_or(u32::MAX));
    let (node, neighbours, impair) = (spec.net.node, neighbours.as_slice(), identity.impair);
    let setup = Setup { node, at, neighbours, figures, impair, salt: salt(spec, index) };
    Link::open(&setup).map_err(|e| cannot(at, &e))
}

/// Neighbour `number`, over an interface at `own`.
fn neighbour(spec: &NodeSpec, identity: &Identity, own: &Place, number: usize) -> Result<Neighbour, String> {
    let node = spec.net.peers[number].node;
    let asked = spec.net.routes.iter().any(|r| r.toward == Hop::Peer(number as u16));
    let at = identity.peer(number).cloned();
    match (own, &at) {
        (Place::Serial { .. }, None) => {}
        (_, Some(there)) if there.transport() == own.transport() => {}
        (Place::Serial { .. }, Some(_)) => {
            return Err(format!("neighbour {number} is on the serial line {own} and needs no `peer`"));
        }
        (_, None) => return Err(format!("no address for neighbour {number}")),
        (_, Some(there)) => {
            return Err(format!("neighbour {number} at {there} cannot be reached from {own}"));
        }
    }
    Ok(Neighbour { node, at, asked })
}

fn salt(spec: &NodeSpec, link: usize) -> u64 {
    (link as u64).wrapping_add(u64::from(spec.net.node) << 8)
}

fn cannot(at: &Place, why: &std::io::Error) -> String {
    format!("cannot open {at}: {why}")
}
