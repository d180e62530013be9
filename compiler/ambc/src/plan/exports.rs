//! Which node answers outsiders for each export.

use super::errors::PlanError;
use super::ids::Ids;
use super::route::Topology;
use super::{ExportPlan, Route, Transport};
use crate::hir::{Deployment, Export, NodeId};
use ambc_diag::{Diagnostics, Span};
use ambc_lidl::model::InterfaceId;
use std::collections::BTreeMap;

/// The ingress of each export: the node that serves the network and reaches the instance with the least weight.
pub(crate) fn exports(
    hir: &Deployment,
    topology: &Topology<'_>,
    routes: &mut Vec<Route>,
    ids: &mut Ids,
    diags: &mut Diagnostics,
) -> Vec<ExportPlan> {
    let mut out = Vec::new();
    let mut taken: BTreeMap<(NodeId, usize, u16), Span> = BTreeMap::new();
    for (i, export) in hir.exports.iter().enumerate() {
        // REST is checked, and carried out in a later step.
        if export.rest.is_some() {
            continue;
        }
        let (Some(placement), Some(interface)) =
            (&hir.instances[export.instance].placement, interface_of(hir, export))
        else {
            continue;
        };
        let Some(port) = export.port else {
            diags.push(PlanError::ExportWithoutPort { at: export.span }.diagnostic(hir));
            continue;
        };
        let Some((node, link, way)) = ingress(hir, topology, export, placement.node) else {
            diags.push(PlanError::NobodyServes { export: i }.diagnostic(hir));
            continue;
        };
        // `check` has looked where no route had to be known.
        let of_link = &hir.nodes[node].links[link];
        let own = (of_link.port == port.value).then_some(of_link.port_span.unwrap_or(of_link.span));
        if let Some(first) = own.or_else(|| taken.insert((node, link, port.value), port.span)) {
            diags.push(PlanError::PortTaken { node, at: port.span, port: port.value, first }.diagnostic(hir));
            continue;
        }
        let name = format!(
            "export:{}/{}@{}",
            hir.instances[export.instance].name,
            hir.lidl.interface(interface).name(),
            hir.networks[export.network].name
        );
        let wire_id = match ids.get(name) {
            Ok(id) => id,
            Err(collision) => {
                diags.push(PlanError::IdCollision { at: export.span, collision }.diagnostic(hir));
                continue;
            }
        };
        let transport = match way {
            None => Transport::Lane,
            Some(way) => Transport::Route(add_route(routes, way, wire_id)),
        };
        out.push(ExportPlan { export: i, node, link, port: port.value, interface, transport, wire_id });
    }
    out
}

/// The interface exported: the one named, or the only one of the service.
pub(crate) fn interface_of(hir: &Deployment, export: &Export) -> Option<InterfaceId> {
    export.interface.map(|i| i.value).or_else(|| {
        let service = hir.instances[export.instance].service?;
        let [only] = hir.services[service].interfaces.as_slice() else { return None };
        Some(only.value)
    })
}

type Ingress = (NodeId, usize, Option<super::PlannedWay>);

fn ingress(hir: &Deployment, topology: &Topology<'_>, export: &Export, home: NodeId) -> Option<Ingress> {
    let distances = topology.towards(home);
    hir.nodes
        .iter()
        .filter(|(node, _)| export.via.is_none_or(|v| v.value == *node))
        .filter_map(|(node, n)| {
            let link = n.links.iter().position(|l| l.network == Some(export.network) && l.export)?;
            let way = if node == home { None } else { Some(distances.way_from(node)?) };
            Some((node, link, way))
        })
        .min_by_key(|(node, _, way)| {
            let (weight, length) = way.as_ref().map_or((0, 0), |w| (w.weight, w.networks.len()));
            (weight, length, &hir.nodes[*node].name)
        })
}

fn add_route(routes: &mut Vec<Route>, way: super::PlannedWay, wire_id: u32) -> usize {
    if let Some(i) = routes.iter().position(|r| r.nodes == way.nodes && r.networks == way.networks) {
        return i;
    }
    let super::PlannedWay { nodes, networks, hops, weight } = way;
    routes.push(Route { wire_id, nodes, networks, hops, weight });
    routes.len() - 1
}
