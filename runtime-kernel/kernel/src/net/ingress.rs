//! Callers from outside the deployment: any address may become a client of an export, a bounded number of them at once.
//!
//! A client begins with a probe for the export's session and is told one of its own. When its entry is given to another
//! client, a later frame of it is refused as `Restarted`, so that none of its calls can run twice.
use super::fragment::{self, DATA_HEADER, Type};
use super::frame::{Header, Kind, NO_SLOT};
use super::link::Stray;
use super::serve::Phase;
use super::{Ingress, Net, PeerAddr};
use ambc_abi::CallError;

/// A client that was silent for this long and has nothing running may be forgotten for another one.
const IDLE: u64 = 1_000_000_000;

impl Net<'_> {
    /// The link whose datagrams come from `from`.
    pub(super) fn link_of(&self, iface: u16, from: PeerAddr) -> Option<u16> {
        let range = match self.export_of(iface) {
            Some((_, clients)) => clients,
            None => 0..self.table.peers.len(),
        };
        let first = range.start;
        let mut links = self.links.links[range].iter();
        let at = links.position(|l| l.iface == iface && l.addr == from && from != PeerAddr::NONE)?;
        Some((first + at) as u16)
    }

    /// The export of a socket and the links of its clients.
    fn export_of(&self, iface: u16) -> Option<(Ingress, core::ops::Range<usize>)> {
        let index = (iface as usize).checked_sub(self.table.ifaces.len())?;
        let export = *self.table.exports.get(index)?;
        let before: usize = self.table.exports[..index].iter().map(|e| e.clients as usize).sum();
        let first = self.table.peers.len() + before;
        Some((export, first..first + export.clients as usize))
    }

    /// A datagram from an address that is nobody's: a new client, or none.
    pub(super) fn on_stranger(&mut self, now: u64, iface: u16, from: PeerAddr, datagram: &[u8]) {
        self.links.stats.strangers += 1;
        let Some((export, clients)) = self.export_of(iface) else { return };
        let key = fragment::key(export.id, export.id);
        let Some(header) = first_header(datagram, key).filter(|h| h.edge == export.id) else { return };
        let opening = header.kind == Kind::Probe && header.slot == NO_SLOT;
        let error = match (opening, self.vacancy(now, clients)) {
            (false, _) => CallError::Restarted,
            (true, None) => CallError::Overloaded,
            (true, Some(link)) => {
                self.admit_client(link, from);
                return self.links.receive(now, link, datagram);
            }
        };
        let answer = header.answer(Kind::Nack, error.code(), 0, 1);
        self.links.stray(Stray { iface, to: from, key, header: answer });
    }

    /// An unused entry, or the one longest idle.
    fn vacancy(&self, now: u64, clients: core::ops::Range<usize>) -> Option<u16> {
        let quiet = |link: &usize| {
            let l = &self.links.links[*link];
            let g = &self.groups[l.group as usize];
            let records = g.first as usize..g.first as usize + g.slots as usize;
            let free = l.addr == PeerAddr::NONE;
            (free || now.saturating_sub(l.heard_at) >= IDLE)
                && !self.records[records].iter().any(|r| r.phase == Phase::Running)
        };
        let age = |link: &usize| {
            let l = &self.links.links[*link];
            (l.addr != PeerAddr::NONE, l.heard_at)
        };
        clients.filter(quiet).min_by_key(age).map(|l| l as u16)
    }

    fn admit_client(&mut self, link: u16, addr: PeerAddr) {
        let known = self.links.links[link as usize].addr != PeerAddr::NONE;
        self.links.stats.evicted += u32::from(known);
        self.links.reset(link, addr);
        self.next_client += 1;
        let group = self.links.links[link as usize].group;
        let g = &mut self.groups[group as usize];
        (g.mine, g.theirs) = (self.next_client, 0);
        self.forget_replies(group);
    }
}

/// The frame header that a datagram begins with, if it carries one.
fn first_header(datagram: &[u8], key: u32) -> Option<Header> {
    let at = match fragment::open(datagram, key)?.0 {
        Type::Control => fragment::HEAD,
        Type::Data if datagram.get(2) == Some(&0) => DATA_HEADER,
        Type::Data | Type::Ack => return None,
    };
    Header::decode(datagram.get(at..)?).filter(|h| h.kind.forward())
}
