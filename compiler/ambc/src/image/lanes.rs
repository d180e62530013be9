//! The lanes of a node: one for each edge that leaves its isolation domain, each held by exactly two ends.

use super::index::Index;
use super::naming::Naming;
use super::origin::{OriginKind, Origins};
use super::{End, LaneImage};
use crate::hir::{Deployment, Domain, Id, InstanceId, NodeId, PlatformKind};
use crate::plan::{Edge, ExportPlan, Plan, Transport, edge_name};
use ambc_lidl::model::InterfaceId;

/// A lane, and the edge or export it carries.
#[derive(Clone, Debug)]
pub(super) struct NodeLane {
    pub(super) image: LaneImage,
    pub(super) carries: Carries,
    pub(super) interface: InterfaceId,
    /// The instance that answers, if it is on this node.
    pub(super) callee: InstanceId,
    /// Largest arguments and largest result in bytes.
    pub(super) request: u64,
    pub(super) reply: u64,
}

/// Index into the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    Edge(usize),
    Export(usize),
}

/// A message without a bound may have this many bytes: only platforms with a heap allow it.
pub(super) const UNBOUNDED: u64 = 1 << 20;
/// Messages up to this size travel in a slot.
const SLOT: u64 = 256;

/// Sorted by name, so that the order does not depend on that of files; in an image for several nodes by what all have in
/// common before what each is called, so that it does not depend on indices either.
pub(super) fn lanes(
    index: &Index<'_>,
    naming: &Naming,
    node: NodeId,
    origins: &mut Origins,
) -> Vec<NodeLane> {
    let (hir, plan) = (index.hir, index.plan);
    let small = !index.target(node).is_linux();
    let at = Ends { hir, plan, node, naming, small };
    let mut out = Vec::new();
    for (i, edge) in index.edges_at(node) {
        if let Some((caller, callee)) = at.of_edge(edge) {
            let name = edge_name(hir, edge);
            let span = crate::plan::binding_span(hir, edge);
            let origin = origins.add(span, OriginKind::Edge { edge: name.clone() });
            let names = (name, naming.edge(hir, edge));
            out.push(lane(&at, Carries::Edge(i), names, (caller, callee), edge.interface, edge.to, origin));
        }
    }
    for &i in index.exports_at(node) {
        let export = &plan.exports[i];
        let declared = &hir.exports[export.export];
        if let Some(callee) = at.of_instance(declared.instance) {
            let instance = &hir.instances[declared.instance].name;
            let name = format!("export {instance} over {}", hir.networks[declared.network].name);
            let origin = origins.add(declared.span, OriginKind::Edge { edge: name.clone() });
            let ends = (End::Net, callee);
            let key = match naming {
                Naming::Own => name.clone(),
                Naming::Shared(_) => format!("export {}", naming.instance(hir, declared.instance)),
            };
            let names = (name, key);
            out.push(lane(&at, Carries::Export(i), names, ends, export.interface, declared.instance, origin));
        }
    }
    out.sort_by_cached_key(|lane| {
        let (of, ends) = match lane.carries {
            Carries::Edge(e) => (plan.edges[e].from, Some((plan.edges[e].need, plan.edges[e].element))),
            Carries::Export(_) => (lane.callee, None),
        };
        let (kind, name) = naming.order(hir, of).unzip();
        (kind.map(|k| (k, ends, lane.image.caller, lane.image.callee, name)), lane.image.edge.clone())
    });
    out
}

struct Ends<'a> {
    hir: &'a Deployment,
    plan: &'a Plan,
    node: NodeId,
    naming: &'a Naming,
    /// The image is a microcontroller's.
    small: bool,
}

impl Ends<'_> {
    /// Who holds the two ends on this node; `None` if the edge has none here.
    fn of_edge(&self, edge: &Edge) -> Option<(End, End)> {
        match edge.transport {
            Transport::Direct => None,
            Transport::OwnLane | Transport::Lane => {
                Some((self.of_instance(edge.from)?, self.of_instance(edge.to)?))
            }
            Transport::Route(_) => match (self.of_instance(edge.from), self.of_instance(edge.to)) {
                (Some(caller), _) => Some((caller, End::Net)),
                (None, Some(callee)) => Some((End::Net, callee)),
                (None, None) => None,
            },
        }
    }

    fn of_instance(&self, instance: InstanceId) -> Option<End> {
        end_of(self.hir, self.plan, self.node, instance)
    }
}

/// The domain of an instance on `node`, if it runs there.
pub(super) fn end_of(hir: &Deployment, plan: &Plan, node: NodeId, instance: InstanceId) -> Option<End> {
    let placement = hir.instances[instance].placement.as_ref().filter(|p| p.node == node)?;
    if placement.domain == Domain::Kernel {
        return Some(End::Kernel);
    }
    let groups = plan.nodes[node.index()].domains.iter().filter(|d| d.domain != Domain::Kernel);
    groups.enumerate().find(|(_, d)| d.domain == placement.domain).map(|(i, _)| End::Group(i))
}

fn lane(
    at: &Ends<'_>,
    carries: Carries,
    (edge, key): (String, String),
    (caller, callee): (End, End),
    interface: InterfaceId,
    to: InstanceId,
    origin: crate::render::OriginId,
) -> NodeLane {
    let (request, reply) = sizes(at.hir, interface);
    let largest = request.max(reply);
    let large = largest > SLOT;
    let image = LaneImage {
        edge,
        key,
        caller,
        callee,
        slots: slots(at, callee, to),
        small: largest.clamp(8, SLOT).next_multiple_of(8) as u32,
        bulk: if large { buffers(at, callee, to) } else { 0 },
        bulk_bytes: if large { largest } else { 0 },
        to: at.hir.instances[to].name.to_string(),
        to_key: at.naming.instance(at.hir, to),
        from_node: match carries {
            Carries::Edge(e) => node_name(at.hir, at.plan.edges[e].from),
            Carries::Export(_) => String::new(),
        },
        to_node: node_name(at.hir, to),
        origin,
    };
    NodeLane { image, carries, interface, callee: to, request, reply }
}

/// Requests in flight: as many as the callee holds, but what a microcontroller keeps for calls to other nodes is little.
fn slots(at: &Ends<'_>, callee: End, to: InstanceId) -> u32 {
    let most = match (at.small, callee) {
        (true, End::Net) => 4,
        (true, End::Kernel | End::Group(_)) => 32,
        (false, _) => 64,
    };
    concurrency(at.hir, to).min(most).next_power_of_two()
}

/// Buffers for large messages, likewise.
fn buffers(at: &Ends<'_>, callee: End, to: InstanceId) -> u32 {
    if at.small && callee == End::Net { 1 } else { bulk(at.hir, to) }
}

fn node_name(hir: &Deployment, instance: InstanceId) -> String {
    hir.instances[instance].placement.as_ref().map(|p| hir.nodes[p.node].name.to_string()).unwrap_or_default()
}

/// Largest arguments and largest result of an interface, in bytes.
pub(super) fn sizes(hir: &Deployment, interface: InterfaceId) -> (u64, u64) {
    hir.lidl.procedures(interface).fold((0, 0), |(request, reply), p| {
        (request.max(p.max_request.unwrap_or(UNBOUNDED)), reply.max(p.max_reply.unwrap_or(UNBOUNDED)))
    })
}

/// Requests that an instance holds at once.
pub(super) fn concurrency(hir: &Deployment, instance: InstanceId) -> u32 {
    let declared = hir.instances[instance].service.and_then(|s| hir.services[s].concurrency);
    declared.map_or_else(|| if small_platform(hir, instance) { 4 } else { 16 }, |c| c.value).max(1)
}

/// Messages above a slot's size that an instance holds at once.
pub(super) fn bulk(hir: &Deployment, instance: InstanceId) -> u32 {
    let declared = hir.instances[instance].service.and_then(|s| hir.services[s].bulk);
    let default = || if small_platform(hir, instance) { 1 } else { concurrency(hir, instance) };
    declared.map_or_else(default, |b| b.value).clamp(1, 32)
}

fn small_platform(hir: &Deployment, instance: InstanceId) -> bool {
    let node = hir.instances[instance].placement.as_ref().map(|p| p.node);
    let platform = node.and_then(|n| hir.nodes[n].platform);
    platform.is_some_and(|p| hir.platforms[p].kind == PlatformKind::CortexM)
}

/// The export of a lane.
pub(super) fn export_of<'p>(plan: &'p Plan, lane: &NodeLane) -> Option<&'p ExportPlan> {
    match lane.carries {
        Carries::Export(i) => plan.exports.get(i),
        Carries::Edge(_) => None,
    }
}
