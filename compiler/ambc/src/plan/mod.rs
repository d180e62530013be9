//! Decides what `deploy` leaves open: the transport of every binding, the way of every call between nodes, wire ids.
//!
//! In: a checked deployment. Out: [`Plan`]. Passes, in order: [`edges::edges`] (transport of every binding, routes),
//! [`exports::exports`] (which node answers outsiders), [`fit::messages_fit`] (messages against the networks they
//! cross), [`domains::domains`] (what runs in which isolation domain, forwarders).

mod domains;
mod edges;
mod errors;
mod exports;
mod fit;
mod fold;
pub mod graph;
mod ids;
mod model;
pub mod report;
mod route;
#[cfg(test)]
mod route_tests;
mod unreachable;

pub use edges::{edge_name, need_name};
pub(crate) use errors::binding_span;
pub(crate) use fit::frame;
pub(crate) use ids::hash;
pub use model::{DomainPlan, Edge, ExportPlan, Hop, NodePlan, Plan, PlannedWay, Route, Transport};
pub use unreachable::Obstacle;

use crate::check::Checked;
use crate::hir::Deployment;
use ambc_diag::Diagnostics;

/// What could not be planned of a deployment that is wrong elsewhere, so that one run tells as much as it can. Silent
/// where nodes, links or networks were not understood: every way might lead over them.
pub fn problems(hir: &Deployment, diags: &mut Diagnostics) {
    let unclear_node = |n: &crate::hir::Node| n.broken || n.links.iter().any(|l| l.network.is_none());
    if hir.nodes.iter().any(|(_, n)| unclear_node(n)) || hir.networks.iter().any(|(_, n)| n.broken) {
        return;
    }
    let known = diags.error_places();
    let mut found = Diagnostics::default();
    let topology = route::Topology::new(hir);
    let (edges, routes) = edges::edges(hir, &topology, &mut found);
    fit::messages_fit(hir, &edges, &routes, &mut found);
    fit::messages_can_be_held(hir, &edges, &routes, &mut found);
    found.retain(|d| !known.overlaps(d.primary.span));
    diags.extend(found);
}

/// The plan of a deployment, or `None` when something cannot be planned; every reason has been reported.
pub fn plan(checked: &Checked<Deployment>, diags: &mut Diagnostics) -> Option<Plan> {
    let hir: &Deployment = checked;
    let mut found = Diagnostics::default();
    let topology = route::Topology::new(hir);
    let (edges, mut routes) = edges::edges(hir, &topology, &mut found);
    let mut ids = ids::Ids::default();
    let exports = exports::exports(hir, &topology, &mut routes, &mut ids, &mut found);
    fit::messages_fit(hir, &edges, &routes, &mut found);
    fit::messages_can_be_held(hir, &edges, &routes, &mut found);
    let nodes = domains::domains(hir, &edges, &routes, &mut ids::Ids::default());
    let failed = found.has_errors();
    diags.extend(found);
    (!failed).then_some(Plan { nodes, edges, routes, exports })
}
