//! A node's tables with the names and ids of one member filled in. Made once at start and kept.

use super::{LaneLine, Member, MemberLines, known};
use crate::spec::{NodeGroup, NodeLane, NodeSpec, Side};
use ambc_kernel::net::{Iface, InEdge, Ingress, NetTable, OutEdge, Peer, Route};

/// `spec`, the tables of a class's image, as those of the member called `node`.
pub(crate) fn node_spec(
    spec: &'static NodeSpec,
    node: &str,
    member: &Member,
    lines: &MemberLines,
) -> Result<&'static NodeSpec, String> {
    let node: &'static str = node.to_owned().leak();
    let groups = spec.groups.iter().map(|group| NodeGroup {
        name: member.name(group.name),
        instances: keep(group.instances.iter().map(|i| member.name(i)).collect()),
        ..*group
    });
    let given = all("lane", spec.lanes.len(), &lines.lanes)?;
    let lanes = spec.lanes.iter().zip(&given).enumerate().map(|(i, (lane, line))| patched(i, lane, line));
    Ok(Box::leak(Box::new(NodeSpec {
        name: node,
        groups: keep(groups.collect()),
        lanes: keep(lanes.collect::<Result<_, _>>()?),
        net: net(&spec.net, node, &given, lines)?,
        ..*spec
    })))
}

fn patched(i: usize, lane: &NodeLane, line: &LaneLine) -> Result<NodeLane, String> {
    let side = |side: Side| match (side, &line.node) {
        (Side::Net(_), Some(node)) => Side::Net(node.clone().leak()),
        (side, _) => side,
    };
    let leaves = lane.caller.is_net() || lane.callee.is_net();
    if leaves != line.node.is_some() || leaves != line.id.is_some() {
        let has = if leaves {
            "leaves the node: an id and a node stand"
        } else {
            "does not leave the node: `-` stands"
        };
        return Err(format!("`lane {i}` {has} before its name"));
    }
    Ok(NodeLane {
        name: line.name.clone().leak(),
        caller: side(lane.caller),
        callee: side(lane.callee),
        ..*lane
    })
}

fn net(
    table: &NetTable<'static>,
    node: &'static str,
    lanes: &[&LaneLine],
    lines: &MemberLines,
) -> Result<NetTable<'static>, String> {
    let networks = all("network", table.ifaces.len(), &lines.networks)?;
    let neighbours = all("neighbour", table.peers.len(), &lines.neighbours)?;
    let routes = all("route", table.routes.len(), &lines.routes)?;
    let edge = |lane: u16| lanes.get(usize::from(lane)).and_then(|l| l.id).unwrap_or(0);
    let ifaces = table.ifaces.iter().zip(networks);
    Ok(NetTable {
        node: lines.id.ok_or("`id` is missing")?,
        name: node,
        ifaces: keep(ifaces.map(|(iface, name)| Iface { name: name.clone().leak(), ..*iface }).collect()),
        peers: keep(table.peers.iter().zip(neighbours).map(|(p, id)| Peer { node: *id, ..*p }).collect()),
        routes: keep(table.routes.iter().zip(routes).map(|(r, id)| Route { id: *id, ..*r }).collect()),
        outs: keep(table.outs.iter().map(|o| OutEdge { edge: edge(o.lane), ..*o }).collect()),
        ins: keep(table.ins.iter().map(|i| InEdge { edge: edge(i.lane), ..*i }).collect()),
        exports: keep(table.exports.iter().map(|e| Ingress { id: edge(e.lane), ..*e }).collect()),
    })
}

/// One for each index below `count`, in order.
fn all<'l, T>(key: &str, count: usize, found: &'l [(usize, T)]) -> Result<Vec<&'l T>, String> {
    for (i, _) in found {
        known(*i < count, format_args!("{key} {i}"))?;
    }
    let get = |i| {
        let line = found.iter().find(|(at, _)| *at == i).map(|(_, value)| value);
        line.ok_or_else(|| format!("`{key} {i}` is missing"))
    };
    (0..count).map(get).collect()
}

fn keep<T>(list: Vec<T>) -> &'static [T] {
    list.leak()
}

#[cfg(test)]
mod tests {
    use super::super::{ClassParam, ClassSpec, ParamKind};
    use super::*;
    use crate::spec::Policy;
    use ambc_abi::LaneSpec;
    use ambc_kernel::net::{Hop, LinkSize};

    static CLASS: ClassSpec = ClassSpec {
        name: "sensor",
        names: &["climate", "logger"],
        params: &[ClassParam::new("climate", "id", ParamKind::Unsigned(32))],
    };
    static SPEC: NodeSpec = NodeSpec {
        name: "sensor",
        groups: &[NodeGroup {
            name: "climate",
            instances: &["climate"],
            memory: 0,
            restart: Policy::DEFAULT,
            nice: 0,
        }],
        lanes: &[
            NodeLane::new("climate.log -> logger", LaneSpec::small(16, 216), Side::Group(0), Side::Kernel),
            NodeLane::new(
                "climate.out -> merge",
                LaneSpec::small(16, 16),
                Side::Group(0),
                Side::Net("outside"),
            ),
        ],
        timers: 1,
        watchdog: 0,
        net: NetTable {
            node: 0,
            name: "sensor",
            ifaces: &[Iface { name: "", mtu: 100, latency_us: 0 }],
            peers: &[Peer::new(0, 0, LinkSize::roomy(16))],
            routes: &[Route::new(0, 1, 0, Hop::Peer(0), Hop::Here)],
            outs: &[OutEdge::new(0, 0, 1, 16, 16)],
            ins: &[],
            exports: &[],
        },
    };
    const LINES: &str = "class sensor\nid 7\nname climate probe[3]\nname logger sensor[3].logger\nparam climate id 3\n\
        network 0 radio[0]\nneighbour 0 8\nroute 0 9\nlane 0 - - probe[3].log -> sensor[3].logger\n\
        lane 1 10 gateway[0] probe[3].out -> merge[0]";

    fn member(text: &str) -> Result<(Member, &'static NodeSpec), String> {
        let lines = MemberLines::parse(text.lines())?;
        let member = Member::of(&CLASS, &lines)?;
        let spec = node_spec(&SPEC, "sensor[3]", &member, &lines)?;
        Ok((member, spec))
    }

    #[test]
    fn names_and_ids_of_the_member_replace_those_of_the_class() {
        let (member, spec) = member(LINES).unwrap();
        assert_eq!((spec.name, spec.net.name, spec.net.node), ("sensor[3]", "sensor[3]", 7));
        assert_eq!((spec.groups[0].name, spec.groups[0].instances), ("probe[3]", &["probe[3]"][..]));
        assert_eq!(spec.lanes[0].name, "probe[3].log -> sensor[3].logger");
        assert_eq!((spec.lanes[1].caller, spec.lanes[1].callee), (Side::Group(0), Side::Net("gateway[0]")));
        let net = &spec.net;
        assert_eq!(
            (net.ifaces[0].name, net.peers[0].node, net.routes[0].id, net.outs[0].edge),
            ("radio[0]", 8, 9, 10)
        );
        assert_eq!(member.param::<u32>("climate", "id"), 3);
        assert_eq!(member.lines_of(&spec.groups[0]), ["name climate probe[3]", "param climate id 3"]);
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_said() {
        let without = |line: &str| LINES.replace(line, "");
        let cases = [
            (without("\nid 7"), "`id` is missing"),
            (without("\nname climate probe[3]"), "`name climate` is missing"),
            (without("\nparam climate id 3"), "`param climate id` is missing"),
            (without("\nroute 0 9"), "`route 0` is missing"),
            (LINES.replace("id 3", "id -3"), "`param climate id`: `-3` is not a u32"),
            (
                LINES.replace("lane 1 10 gateway[0]", "lane 1 - -"),
                "`lane 1` leaves the node: an id and a node stand before its name",
            ),
            (
                LINES.replace("lane 0 - -", "lane 0 1 x"),
                "`lane 0` does not leave the node: `-` stands before its name",
            ),
            (format!("{LINES}\nroute 1 3"), "`route 1`: the image has no such thing"),
            (format!("{LINES}\nname other x"), "`name other`: the image has no such thing"),
            (format!("{LINES}\nparam climate x 1"), "`param climate x`: the image has no such thing"),
        ];
        for (text, what) in cases {
            assert_eq!(member(&text).err().as_deref(), Some(what));
        }
    }
}
