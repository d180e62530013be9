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
pub(crate) use fit::mtu;
pub use model::{DomainPlan, Edge, ExportPlan, Hop, NodePlan, Plan, PlannedWay, Route, Transport};
pub use unreachable::Obstacle;

use crate::check::Checked;
use crate::hir::Deployment;
use ambc_diag::Diagnostics;

/// The plan of a deployment, or `None` when something cannot be planned; every reason has been reported.
pub fn plan(checked: &Checked<Deployment>, diags: &mut Diagnostics) -> Option<Plan> {
    let hir: &Deployment = checked;
    let mut found = Diagnostics::default();
    let topology = route::Topology::new(hir);
    let (edges, mut routes) = edges::edges(hir, &topology, &mut found);
    let mut ids = ids::Ids::default();
    let exports = exports::exports(hir, &topology, &mut routes, &mut ids, &mut found);
    fit::messages_fit(hir, &edges, &routes, &mut found);
    let nodes = domains::domains(hir, &edges, &routes, &mut ids::Ids::default());
    let failed = found.has_errors();
    diags.extend(found);
    (!failed).then_some(Plan { nodes, edges, routes, exports })
}
