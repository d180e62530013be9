//! What was decided: which domain runs what, which transport every binding takes, which way calls between nodes go.

use crate::hir::{Domain, InstanceId, NetworkId, NodeId};
use ambc_lidl::model::InterfaceId;

/// The whole plan. Vectors are in name order where order is visible, so that output never depends on a hash.
#[derive(Debug, Default)]
pub struct Plan {
    /// One entry for each node, in id order.
    pub nodes: Vec<NodePlan>,
    /// Every bound dependency: caller's instance order, then need, then position in a list.
    pub edges: Vec<Edge>,
    /// Every way between two nodes that some edge takes, each once; sorted by id.
    pub routes: Vec<Route>,
    pub exports: Vec<ExportPlan>,
}

#[derive(Debug)]
pub struct NodePlan {
    pub node: NodeId,
    /// A hash of the node's name, unique in the deployment.
    pub wire_id: u32,
    /// Kernel group first, then user groups by name. The kernel group is there even when it is empty.
    pub domains: Vec<DomainPlan>,
    /// Routes that this node relays: index into [`Plan::routes`].
    pub forwards: Vec<usize>,
}

#[derive(Debug)]
pub struct DomainPlan {
    pub domain: Domain,
    /// `kernel`, the group's name, or the name of the bare instance.
    pub name: String,
    /// Callees before callers where the order is free of cycles, else by name.
    pub instances: Vec<InstanceId>,
}

/// One bound dependency.
#[derive(Clone, Debug)]
pub struct Edge {
    pub from: InstanceId,
    /// Index into the needs of the caller's service.
    pub need: usize,
    /// Position in a list binding.
    pub element: Option<u32>,
    pub to: InstanceId,
    pub interface: InterfaceId,
    pub transport: Transport,
    /// A hash of `from.need[element]`, unique in the deployment.
    pub wire_id: u32,
    /// Nanoseconds; of the binding, if it says one.
    pub timeout: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A function call in one domain.
    Direct,
    /// A lane in one domain: cuts a cycle of one-way calls.
    OwnLane,
    /// A lane between two domains of one node.
    Lane,
    /// Over networks: index into [`Plan::routes`].
    Route(usize),
}

/// A way from one node to another.
#[derive(Clone, Debug)]
pub struct Route {
    /// A hash of the names along the way, unique in the deployment.
    pub wire_id: u32,
    /// From the caller's node to the callee's, both included.
    pub nodes: Vec<NodeId>,
    /// One fewer than nodes.
    pub networks: Vec<NetworkId>,
    pub hops: Vec<Hop>,
    pub weight: u64,
}

/// One network crossed: which link of the sender and of the receiver, as indices into `hir::Node::links`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    pub out_link: usize,
    pub in_link: usize,
}

#[derive(Clone, Debug)]
pub struct ExportPlan {
    /// Index into `hir::Deployment::exports`.
    pub export: usize,
    /// The node whose ingress answers.
    pub node: NodeId,
    /// The link on it that faces the network.
    pub link: usize,
    pub port: u16,
    pub interface: InterfaceId,
    /// How the ingress reaches the instance.
    pub transport: Transport,
    /// A hash of `export:instance/interface@network`, unique in the deployment.
    pub wire_id: u32,
}

/// A way before it has an id: what the search yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedWay {
    pub nodes: Vec<NodeId>,
    pub networks: Vec<NetworkId>,
    pub hops: Vec<Hop>,
    pub weight: u64,
}
