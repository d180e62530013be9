//! Lays a table out in its storage.
use super::call::{Call, OutState};
use super::fragment;
use super::link::Links;
use super::send::CWND_START;
use super::serve::{Group, Record};
use super::storage::{Arrival, Flight, Link, NONE, Part, Queue, Receiving, Sending, Set, Storage, Unit};
use super::table::{LinkSize, message};
use super::{Hop, Net, NetTable, PeerAddr, Stats, TableError};

pub(super) fn net<'m>(
    table: &'m NetTable<'m>,
    storage: Storage<'m>,
    session: u64,
) -> Result<Net<'m>, TableError> {
    table.check()?;
    let s = table.sizes();
    let mut words = storage.words;
    let mut take = |n| Set::take(&mut words, n).ok_or(TableError::Storage);
    let (active_calls, active_records, busy) = (take(s.calls)?, take(s.records)?, take(s.links)?);
    let bytes = cut(storage.bytes, s.bytes)?;
    let (scratch, bytes) = bytes.split_at_mut(scratch(table));
    let mut net = Net {
        table,
        session,
        links: Links {
            links: cut(storage.links, s.links)?,
            flights: cut(storage.flights, s.flights)?,
            units: cut(storage.units, s.units)?,
            arrivals: cut(storage.arrivals, s.arrivals)?,
            controls: cut(storage.controls, s.controls)?,
            bytes,
            scratch,
            busy,
            epoch: (session >> 20) as u32,
            first_arrival: (s.calls + s.records) as u16,
            ended: Queue::default(),
            ready: Queue::default(),
            inbox: Links::new_inbox(),
            strays: Links::no_strays(),
            turn: 0,
            stats: Stats::default(),
        },
        outs: cut(storage.outs, s.outs)?,
        calls: cut(storage.calls, s.calls)?,
        active_calls,
        groups: cut(storage.groups, s.groups)?,
        records: cut(storage.records, s.records)?,
        active_records,
        reopening: 4_000_000_000,
        next_client: session,
    };
    net.links.flights.fill(Flight { unit: NONE, ..Flight::default() });
    net.links.arrivals.fill(Arrival::default());
    let mut place = Place::default();
    net.place_calls(&mut place);
    net.place_records(&mut place);
    net.place_links(&mut place);
    Ok(net)
}

fn cut<T>(slice: &mut [T], n: usize) -> Result<&mut [T], TableError> {
    slice.get_mut(..n).ok_or(TableError::Storage)
}

fn scratch(table: &NetTable<'_>) -> usize {
    let peers = table.peers.iter().map(|p| table.mtu(p.iface));
    peers.chain(table.exports.iter().map(|e| e.mtu as usize)).max().unwrap_or(0)
}

/// How much of the storage is given out.
#[derive(Default)]
struct Place {
    unit: usize,
    byte: usize,
    record: usize,
    link: usize,
    flight: usize,
    arrival: usize,
}

impl Place {
    fn unit(&mut self, units: &mut [Unit], cap: usize) {
        units[self.unit] = Unit { at: self.byte as u32, cap: cap as u32, next: NONE, ..Unit::default() };
        self.unit += 1;
        self.byte += cap;
    }
}

impl Net<'_> {
    fn place_calls(&mut self, place: &mut Place) {
        let mut first = 0;
        for (i, edge) in self.table.outs.iter().enumerate() {
            self.outs[i] = OutState::new(first as u16);
            for _ in 0..edge.slots {
                self.calls[first] = Call::new(i as u16);
                place.unit(self.links.units, message(edge.request));
                first += 1;
            }
        }
    }

    fn place_records(&mut self, place: &mut Place) {
        let table = self.table;
        for (i, edge) in table.ins.iter().enumerate() {
            let route = &table.routes[edge.route as usize];
            let link = match route.back {
                Hop::Peer(p) => p,
                Hop::Here => 0,
            };
            self.groups[i] = Group {
                edge: edge.edge,
                route: route.id,
                hops: route.hops,
                link,
                lane: edge.lane,
                mine: self.session,
                slots: edge.slots,
                ..Group::default()
            };
            self.place_group(place, i, edge.reply);
        }
        let (mut group, mut link) = (table.ins.len(), table.peers.len());
        for export in table.exports {
            for _ in 0..export.clients {
                self.groups[group] = Group {
                    edge: export.id,
                    route: export.id,
                    hops: 1,
                    link: link as u16,
                    lane: export.lane,
                    slots: export.slots,
                    ..Group::default()
                };
                self.place_group(place, group, export.reply);
                (group, link) = (group + 1, link + 1);
            }
        }
    }

    fn place_group(&mut self, place: &mut Place, group: usize, reply: u32) {
        self.groups[group].first = place.record as u16;
        for _ in 0..self.groups[group].slots {
            self.records[place.record] = Record::new(group as u16);
            place.unit(self.links.units, message(reply));
            place.record += 1;
        }
    }

    fn place_links(&mut self, place: &mut Place) {
        let table = self.table;
        for peer in table.peers {
            let (keys, mtu) = ((table.node, peer.node), table.mtu(peer.iface));
            self.place_link(place, peer.iface, keys, mtu, peer.link);
            self.links.links[place.link - 1].latency_us = table.latency_us(peer.iface);
        }
        let mut group = table.ins.len();
        for (i, export) in table.exports.iter().enumerate() {
            for _ in 0..export.clients {
                let iface = table.export_iface(i);
                self.place_link(place, iface, (export.id, export.id), export.mtu as usize, export.link);
                self.links.links[place.link - 1].group = group as u16;
                group += 1;
            }
        }
    }

    fn place_link(&mut self, place: &mut Place, iface: u16, keys: (u32, u32), mtu: usize, size: LinkSize) {
        let arrivals =
            Part { start: place.arrival as u16, len: u16::from(size.small) + u16::from(size.large) };
        let flights = Part { start: place.flight as u16, len: u16::from(size.window) };
        self.links.links[place.link] = Link {
            addr: PeerAddr::NONE,
            iface,
            mtu: mtu as u16,
            key_out: fragment::key(keys.0, keys.1),
            key_in: fragment::key(keys.1, keys.0),
            group: NONE,
            mine: self.links.epoch,
            rx: Receiving { arrivals, small: u16::from(size.small), ..Receiving::default() },
            tx: Sending { flights, cwnd: CWND_START, ..Sending::default() },
            ..Link::default()
        };
        (0..size.small).for_each(|_| place.unit(self.links.units, fragment::room(mtu)));
        (0..size.large).for_each(|_| place.unit(self.links.units, message(size.max_payload)));
        place.link += 1;
        place.arrival += arrivals.len as usize;
        place.flight += flights.len as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrival, Call, Flight, Link, LinkSize, Record, Unit};
    use crate::net::{Iface, NetTable, Peer};

    #[test]
    fn memory_is_what_the_documentation_says() {
        assert!(size_of::<Link>() <= 152 && size_of::<Flight>() <= 152);
        assert!(size_of::<Unit>() + size_of::<Arrival>() <= 96);
        assert!(size_of::<Unit>() + size_of::<Call>().max(size_of::<Record>()) <= 80);
        let table = NetTable {
            ifaces: &[Iface { name: "radio", mtu: 256, latency_us: 0 }],
            peers: &[Peer { iface: 0, node: 1, link: LinkSize::tight(256) }],
            ..NetTable::EMPTY
        };
        let s = table.sizes();
        let bytes = s.links * size_of::<Link>()
            + s.flights * size_of::<Flight>()
            + s.units * size_of::<Unit>()
            + s.arrivals * size_of::<Arrival>()
            + s.controls * 40
            + s.words * 4
            + s.bytes;
        assert!(bytes <= 2800, "{bytes}");
    }
}
