//! What one node is, as plain data. Everything is decided here; templates only lay it out.
//!
//! In: a checked deployment and its plan. Out: one [`ClassImage`] for all nodes that can share an image. Infallible: what
//! could fail has failed before. Passes of [`lower`], in order: [`index`] (what of the plan concerns which node), and for each
//! node [`lanes`] (which lanes it has and who holds their ends), [`domain`] (instances, their dependencies and pools), [`net`]
//! (links, peers, routes and edges as tables); then [`classes`].

mod classes;
mod client;
mod domain;
mod index;
mod lacks;
mod lanes;
mod naming;
mod net;
mod operation;
mod origin;
mod rust_names;
mod target;
#[cfg(test)]
mod tests;

pub use classes::{ClassImage, MemberImage, Varying, VaryingParam};
pub use client::{ClientImage, clients};
pub use origin::{Origin, OriginKind, Origins};
pub use target::{BoardMemory, Target};

use index::Index;
use naming::Naming;

use crate::check::Checked;
use crate::hir::{BuiltFor, Deployment, Id, NetworkId, NodeId};
use crate::plan::Plan;
use crate::render::OriginId;
use ambc_abi::ParamKind;
use ambc_diag::Span;
use serde::{Serialize, Serializer};
use std::fmt::Debug;
use std::path::PathBuf;

/// One node, ready to be laid out as a Cargo workspace.
#[derive(Clone, Debug, Serialize)]
pub struct NodeImage {
    pub deployment: String,
    /// As in the deployment: `sensor[3]`.
    pub node: String,
    /// It is of a class: `node` is the name of that, and each member's names and ids are in its identity.
    pub is_class: bool,
    /// Folder and package prefix: `sensor_3`.
    pub slug: String,
    /// What the user named.
    pub platform: String,
    /// What it is built for.
    pub target: Target,
    /// Why it is built for Linux though it is a microcontroller: what the runtime there has not.
    #[serde(skip)]
    pub lacks: Vec<String>,
    pub kernel: DomainImage,
    pub groups: Vec<DomainImage>,
    /// Numbers of the user groups in the order of their priority.
    pub order: Vec<usize>,
    pub lanes: Vec<LaneImage>,
    pub net: NetImage,
    /// How long the loop of a group may stand still, in nanoseconds; 0: for ever.
    pub watchdog_ns: u64,
    /// Every crate that a service or an interface of this node comes from, by library name.
    pub crates: Vec<CrateImage>,
    #[serde(skip)]
    pub origins: Origins,
    /// Where the node is declared.
    #[serde(skip)]
    pub span: Span,
}

/// A crate that the workspace depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CrateImage {
    /// Name in `use`: the library's name.
    pub library: String,
    pub package: String,
    pub path: PathBuf,
    #[serde(skip)]
    pub origin: OriginId,
}

/// One isolation domain: the kernel group or a user group.
#[derive(Clone, Debug, Serialize)]
pub struct DomainImage {
    /// As people read it.
    pub name: String,
    /// As the image calls it: the name, unless several nodes share the image.
    pub key: String,
    /// What the identity of each member says, where several nodes share the image.
    pub varying: Varying,
    /// Identifier for packages and folders.
    pub slug: String,
    /// `deployment-node-domain`: the package, and the executable.
    pub package: String,
    pub instances: Vec<InstanceImage>,
    /// Lanes this domain calls through, in order of their index here.
    pub callers: Vec<CallerImage>,
    /// Lanes this domain serves.
    pub servers: Vec<ServerImage>,
    /// When it is started again after a death; the kernel group never is by itself.
    pub restart: RestartImage,
    /// How much nicer its process is to others than that of the node.
    pub nice: u8,
    /// Bytes of its stack, on a microcontroller.
    pub stack: u64,
    /// Library names used here.
    pub libraries: Vec<String>,
    /// `#![recursion_limit]`, grown with the depth of direct calls.
    pub recursion_limit: u32,
}

/// The restart policy of a group, as far as it is not the usual one. Times in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RestartImage {
    /// First and longest wait.
    pub backoff: Option<(u64, u64)>,
    /// So many restarts in such a time, and whether the node reboots then; otherwise the group stays down.
    pub limit: Option<(u32, u64, bool)>,
}

/// One service instance.
#[derive(Clone, Debug, Serialize)]
pub struct InstanceImage {
    pub name: String,
    /// As the image calls it: the name, unless several nodes share the image.
    pub key: String,
    /// Rust expression of the name.
    pub shown: String,
    /// Of a logger: whose lines it writes, as the image calls it and by its name.
    pub label: Option<(String, String)>,
    /// Identifier: `probe_3`.
    pub ident: String,
    /// Upper camel, for type aliases.
    pub camel: String,
    /// `detection::Detection`.
    pub type_path: String,
    pub needs: Vec<NeedImage>,
    pub params: Vec<ParamImage>,
    pub has_needs: bool,
    pub has_params: bool,
    /// Part of the runtime.
    pub builtin: bool,
    /// An active service.
    pub run: bool,
    #[serde(skip)]
    pub run_origin: OriginId,
    /// Requests from other domains that it holds at once; 0: none can come.
    pub pool: u32,
    /// Private copies of large messages: how many, and of how many bytes. 0 bytes: no message is large.
    pub bulk: u32,
    pub bulk_bytes: u64,
    /// Lanes that bring requests: index into [`DomainImage::servers`], with the interface's module.
    pub serves: Vec<Served>,
    #[serde(skip)]
    pub origin: OriginId,
    #[serde(skip)]
    pub crate_origin: OriginId,
    /// The `type` of the manifest, or its `crate`.
    #[serde(skip)]
    pub type_origin: OriginId,
}

#[derive(Clone, Debug, Serialize)]
pub struct Served {
    pub server: usize,
    /// `vision::frame_handler`.
    pub module: String,
    #[serde(skip)]
    pub origin: OriginId,
}

/// One `needs` of an instance: a field of `Needs` and a type parameter.
#[derive(Clone, Debug, Serialize)]
pub struct NeedImage {
    pub name: String,
    /// Name of its type in the program.
    pub alias: String,
    /// Rust type of the dependency.
    pub ty: String,
    /// Rust expression of its value.
    pub value: String,
    #[serde(skip)]
    pub origin: OriginId,
}

#[derive(Clone, Debug, Serialize)]
pub struct ParamImage {
    pub name: String,
    /// Rust expression.
    pub value: String,
    /// Its type, if an identity can hold it.
    #[serde(serialize_with = "as_debugged")]
    pub kind: Option<ParamKind>,
    /// The value as an identity file writes it.
    pub text: String,
    #[serde(skip)]
    pub origin: OriginId,
}

/// For types of the runtime, which does not know `serde`.
fn as_debugged<S: Serializer>(value: &impl Debug, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{value:?}"))
}

/// A lane whose calling end is in this domain.
#[derive(Clone, Debug, Serialize)]
pub struct CallerImage {
    /// Index into [`NodeImage::lanes`].
    pub lane: usize,
    pub ident: String,
    /// What the binding says a call may take.
    pub timeout_us: Option<u32>,
}

/// A lane whose serving end is in this domain.
#[derive(Clone, Debug, Serialize)]
pub struct ServerImage {
    pub lane: usize,
    pub ident: String,
}

/// One direction of one edge that leaves its domain.
#[derive(Clone, Debug, Serialize)]
pub struct LaneImage {
    /// `detection.next`, as in logs.
    pub edge: String,
    /// As the image calls it: the same, unless several nodes share the image.
    pub key: String,
    pub caller: End,
    pub callee: End,
    /// Requests in flight: a power of two.
    pub slots: u32,
    /// Payload bytes of a slot, a multiple of 8.
    pub small: u32,
    pub bulk: u32,
    pub bulk_bytes: u64,
    /// The instance that answers, as in logs, and as the image calls it.
    pub to: String,
    pub to_key: String,
    /// Where the caller and the callee run; empty for a caller outside the deployment.
    pub from_node: String,
    pub to_node: String,
    #[serde(skip)]
    pub origin: OriginId,
}

/// Who holds an end of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", content = "index", rename_all = "lowercase")]
pub enum End {
    /// The network side of the node.
    Net,
    Kernel,
    /// Index into [`NodeImage::groups`].
    Group(usize),
}

/// The network side, as tables.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NetImage {
    pub wire_id: u32,
    pub ifaces: Vec<IfaceImage>,
    pub peers: Vec<PeerImage>,
    pub routes: Vec<RouteImage>,
    pub outs: Vec<OutImage>,
    pub ins: Vec<InImage>,
    pub exports: Vec<ExportImage>,
}

#[derive(Clone, Debug, Serialize)]
pub struct IfaceImage {
    pub network: String,
    pub mtu: u32,
    pub latency_us: u64,
    /// Where the line or the radio module of a microcontroller is.
    pub uart: Option<UartImage>,
    /// As declared: address and port, for identities.
    #[serde(skip)]
    pub node_link: usize,
    /// Of an `xbee` network, for identities.
    #[serde(skip)]
    pub radio: Option<RadioImage>,
}

/// What the radio module of a link is told. Nobody declares network and channel: they follow from names, so that all nodes of
/// a network agree and two networks in one place do not hear each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RadioImage {
    /// The declared one.
    pub address: u16,
    /// Personal area network.
    pub pan: u16,
    pub channel: u8,
}

/// A UART.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct UartImage {
    /// 1 for `uart1`.
    pub number: u8,
    /// Bits a second.
    pub baud: u32,
}

#[derive(Clone, Debug, Serialize)]
pub struct PeerImage {
    pub iface: usize,
    pub node: String,
    pub wire_id: u32,
    pub max_payload: u64,
    /// The neighbour and its link, for identities.
    #[serde(skip)]
    pub peer_link: Option<(NodeId, usize)>,
    /// The address of its radio module.
    #[serde(skip)]
    pub radio: Option<u16>,
}

#[derive(Clone, Debug, Serialize)]
pub struct RouteImage {
    pub wire_id: u32,
    pub hops: usize,
    pub latency_us: u64,
    /// Index into peers; `None`: here.
    pub toward: Option<usize>,
    pub back: Option<usize>,
    /// `motion > field > camera`.
    pub way: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct OutImage {
    pub edge: u32,
    pub name: String,
    pub route: usize,
    pub lane: usize,
    pub slots: u32,
    pub request: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct InImage {
    pub edge: u32,
    pub name: String,
    pub route: usize,
    pub lane: usize,
    pub slots: u32,
    pub reply: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct ExportImage {
    pub id: u32,
    /// `calc over internet`.
    pub name: String,
    /// Index into lanes, where the instance is on this node.
    pub lane: usize,
    pub port: u16,
    pub slots: u32,
    pub reply: u64,
    pub mtu: u32,
    pub max_payload: u64,
    /// For identities.
    #[serde(skip)]
    pub network: NetworkId,
}

/// The image of every class of nodes, in the order of their first members.
pub fn lower(checked: &Checked<Deployment>, plan: &Plan, built_for: BuiltFor) -> Vec<ClassImage> {
    let hir: &Deployment = checked;
    let index = Index::new(hir, plan, built_for);
    let shared = hir.nodes.ids().map(|n| (n, lower_node(&index, &Naming::shared(&index, n), n)));
    classes::classes(hir, shared, |n| lower_node(&index, &Naming::Own, n))
}

/// Name of a package, and of its executable.
fn package(deployment: &str, node: &str, domain: &str) -> String {
    [deployment, node, domain].map(rust_names::slug).join("-")
}

fn lower_node(index: &Index<'_>, naming: &Naming, node: NodeId) -> NodeImage {
    let (hir, plan) = (index.hir, index.plan);
    let node_plan = &plan.nodes[node.index()];
    let mut origins = Origins::default();
    let lanes = lanes::lanes(index, naming, node, &mut origins);
    let mut domains = node_plan.domains.iter();
    let log_routes = domain::log_routes(hir, node_plan);
    let at = domain::Context { index, hir, plan, node, naming, lanes: &lanes, log_routes };
    let kernel = domains.next().map(|d| domain::domain(&at, d, End::Kernel, &mut origins));
    let groups: Vec<_> =
        domains.enumerate().map(|(i, d)| domain::domain(&at, d, End::Group(i), &mut origins)).collect();
    let crates = domain::crates(hir, node_plan, &mut origins);
    let n = &hir.nodes[node];
    NodeImage {
        deployment: hir.name.clone(),
        node: n.name.to_string(),
        is_class: false,
        slug: rust_names::slug(&n.name.to_string()),
        platform: n.platform.map(|p| hir.platforms[p].name.to_string()).unwrap_or_default(),
        target: index.target(node),
        lacks: index.lacks(node).to_vec(),
        kernel: kernel.expect("plan gives every node a kernel group"),
        order: target::order(&groups),
        groups,
        net: net::net(index, naming, node, &lanes),
        watchdog_ns: n.watchdog.as_ref().map_or(0, |w| w.value),
        lanes: lanes.into_iter().map(|l| l.image).collect(),
        crates,
        origins,
        span: n.name_span,
    }
}
