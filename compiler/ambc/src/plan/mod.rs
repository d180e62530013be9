//! Decides what `deploy` leaves open: the transport of every binding, the way of every call between nodes, wire ids.
//!
//! In: a checked deployment. Out: [`Plan`]. Passes, in order: [`domains::domains`] (what runs in which isolation domain),
//! [`edges::edges`] (transport of every binding, routes), [`exports::exports`] (which node answers outsiders),
//! [`ids::assign`] (wire ids from names), [`fit::fit`] (messages and memory against the networks they cross).

mod model;
mod route;
mod unreachable;

pub use model::{DomainPlan, Edge, ExportPlan, Hop, NodePlan, Plan, PlannedWay, Route, Transport};
pub use unreachable::Obstacle;
