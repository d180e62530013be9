//! The deployment with every name resolved, every array expanded and every expression evaluated.
//!
//! Written by `resolve`, read by everything after it. What could not be resolved is marked `broken` and has been
//! reported; rules skip it and nothing else. Order is source order (files in load order), so output never depends on a hash.

mod access;
mod carrier;
mod emulated;
mod ids;
mod lines;
mod name;
mod outside;
mod require;
mod uart;
mod value;

pub use access::{AccessRule, CompareOp, Edge, Operand, Predicate};
pub use carrier::Carrier;
pub use emulated::{BuiltFor, EMULATOR, EmulatedBoard, emulated};
pub use ids::{GroupId, Id, IndexVec, InstanceId, NetworkId, NodeId, PlatformId, ServiceId};
pub use lines::{LogLevel, Logs};
pub use name::{Name, families};
pub use outside::{Import, Objective, Place, Restart, RestartThen, TlsFile, Token};
pub use require::{Condition, MemoryLimit, Requirement};
pub use value::{Dimension, Quantity, Value};

use ambc_diag::{Span, Spanned};
use ambc_lidl::model::{InterfaceId, Model};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Deployment {
    pub name: String,
    /// Where the deployment is declared, or the start of the root file.
    pub span: Span,
    /// All interfaces and types, built-in ones included.
    pub lidl: Model,
    pub services: IndexVec<ServiceId, Service>,
    pub networks: IndexVec<NetworkId, Network>,
    pub platforms: IndexVec<PlatformId, Platform>,
    pub nodes: IndexVec<NodeId, Node>,
    pub instances: IndexVec<InstanceId, Instance>,
    pub groups: IndexVec<GroupId, Group>,
    pub deploys: Vec<Deploy>,
    pub exports: Vec<Export>,
    pub imports: Vec<Import>,
    pub access: Vec<AccessRule>,
    pub requirements: Vec<Requirement>,
    pub places: Vec<Place>,
    pub logs: Vec<Logs>,
    pub overrides: Vec<Override>,
    /// Constructs that are checked but not carried out yet, for the rule at the end of the language's commands.
    pub deferred: Vec<Deferred>,
    /// Interface packages found on disk, by lidl file.
    pub interface_crates: Vec<InterfaceCrate>,
    /// Every `use`, in load order.
    pub uses: Vec<Use>,
}

// --- services --------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Service {
    pub name: Name,
    pub name_span: Span,
    pub span: Span,
    pub doc: Option<String>,
    pub interfaces: Vec<Spanned<InterfaceId>>,
    pub source: ServiceSource,
    /// The exported type. `None`: the default, `Service`.
    pub type_name: Option<Spanned<String>>,
    pub needs: Vec<Need>,
    pub params: Vec<ServiceParam>,
    /// Bytes.
    pub stack: Option<Spanned<u64>>,
    /// Bytes.
    pub heap: Option<Spanned<u64>>,
    pub concurrency: Option<Spanned<u32>>,
    pub bulk: Option<Spanned<u32>>,
    pub work: Vec<Work>,
    /// Absent: everywhere if the crate is `no_std`, else Linux.
    pub runs_on: Option<Vec<Spanned<PlatformKind>>>,
    pub requires: Vec<Spanned<String>>,
    /// An active service.
    pub run: Option<Span>,
    pub blocking: Option<Span>,
    pub calls: Vec<Calls>,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub enum ServiceSource {
    /// A crate in a folder. `facts` is absent when it could not be read; that has been reported by `check`'s rule.
    Path {
        dir: PathBuf,
        written: Spanned<String>,
        facts: Result<CrateFacts, String>,
    },
    Registry {
        name: Spanned<String>,
        version: Spanned<String>,
    },
    /// Part of the runtime: `ambience::logger` of the node and so on.
    Builtin(BuiltinService),
    /// The manifest names no crate; reported.
    Missing,
}

/// What `check` may read of a service crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrateFacts {
    pub package: String,
    /// As an identifier.
    pub library: String,
    pub no_std: bool,
    /// `pub struct Needs` and `pub struct Params` are written in the library root.
    pub has_needs: bool,
    pub has_params: bool,
    /// The folder of the `ambience` crate if the package names one by path.
    pub ambience: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuiltinService {
    Logger,
    Timer,
    Clock,
    Random,
    Files,
    Storage,
    Metrics,
    Health,
    Block,
    GpioIn,
    GpioOut,
    Uart,
    /// Carries lines of a node's loggers to an instance, as `logs` says. No node offers it.
    LogRoute,
}

#[derive(Clone, Debug)]
pub struct Need {
    pub name: Spanned<String>,
    pub interface: Option<InterfaceId>,
    pub interface_span: Span,
    pub optional: bool,
    pub list: bool,
    pub from_node: Option<Span>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct ServiceParam {
    pub name: Spanned<String>,
    /// `None`: the type is wrong and has been reported.
    pub ty: Option<ParamType>,
    pub ty_span: Span,
    pub default: Option<Spanned<Value>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParamType {
    Bool,
    /// Bits and signedness.
    Int {
        bits: u8,
        signed: bool,
    },
    F32,
    F64,
    /// Longest text in bytes.
    Str(u32),
    Enum(ambc_lidl::model::TypeId),
    Array(Box<ParamType>, u32),
    Quantity(Dimension),
    Secret,
}

/// `work handle 54_000 cycles;`
#[derive(Clone, Debug)]
pub struct Work {
    pub procedure: Spanned<String>,
    pub amount: Quantity,
    pub platform: Option<PlatformId>,
    pub span: Span,
}

/// `handle calls next.recognize;`: indices into `needs`, and the procedure's name.
#[derive(Clone, Debug)]
pub struct Calls {
    pub procedure: Spanned<String>,
    pub targets: Vec<(usize, Spanned<String>)>,
}

// --- networks, platforms, nodes ----------------------------------------------------------------------------------------

/// The runtime's largest frame, and what of it UDP carries.
const LARGEST_PIECE: u32 = 65_535;
const LARGEST_DATAGRAM: u32 = 65_507;
/// What a radio module of 802.15.4 sends at once.
const LARGEST_IN_THE_AIR: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkKind {
    Udp,
    Tcp,
    Unix,
    Xbee,
    Uart,
    Spi,
    Usb,
}

impl NetworkKind {
    /// Whether it carries messages in one piece, loses nothing and keeps the order.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Tcp | Self::Unix)
    }

    /// Largest frame in bytes where the declared one is `mtu`. A stream has no frames; the runtime gives it large pieces.
    pub fn frame(self, mtu: u32) -> u32 {
        if self.is_stream() { LARGEST_PIECE } else { mtu.min(self.largest_frame()) }
    }

    /// What a frame holds at most, whatever is declared.
    pub fn largest_frame(self) -> u32 {
        if self == Self::Xbee { LARGEST_IN_THE_AIR } else { LARGEST_DATAGRAM }
    }

    /// As a deployment writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Unix => "unix",
            Self::Xbee => "xbee",
            Self::Uart => "uart",
            Self::Spi => "spi",
            Self::Usb => "usb",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Network {
    pub name: Name,
    pub name_span: Span,
    pub span: Span,
    pub kind: NetworkKind,
    pub cost: u64,
    /// Nanoseconds.
    pub latency: Option<u64>,
    /// Bits per second.
    pub bandwidth: Option<u64>,
    /// Bytes; the kind's default if none was written.
    pub mtu: u32,
    pub mtu_span: Option<Span>,
    /// Share of frames lost, 0 to 1.
    pub loss: Option<f64>,
    /// Joule per byte.
    pub energy: Option<f64>,
    pub encrypted: bool,
    pub trusted: bool,
    pub hub: Option<Spanned<NodeId>>,
    pub broken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlatformKind {
    Linux,
    CortexM,
    X86_64,
}

#[derive(Clone, Debug)]
pub struct Platform {
    pub name: Name,
    /// Absent for built-in ones.
    pub span: Option<Span>,
    pub kind: PlatformKind,
    /// The built-in microcontroller that it is, or is derived from.
    pub board: Option<String>,
    pub target: String,
    /// Bytes.
    pub flash: Option<u64>,
    /// Bytes.
    pub ram: Option<u64>,
    pub clock_hz: Option<u64>,
    pub mpu_regions: Option<u32>,
    pub features: Vec<String>,
    /// Devices that a link may use; on Linux a path stands for one.
    pub devices: Vec<String>,
    /// Has an allocator for groups.
    pub heap: bool,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub name: Name,
    pub name_span: Span,
    pub span: Span,
    pub platform: Option<PlatformId>,
    pub links: Vec<Link>,
    /// The instances this node offers, in order: own ones after the platform's.
    pub offers: Vec<InstanceId>,
    /// Carries other nodes' traffic.
    pub relay: bool,
    /// Battery in joule.
    pub battery: Option<f64>,
    /// Nanoseconds.
    pub watchdog: Option<Spanned<u64>>,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub struct Link {
    /// `None`: unknown network, reported.
    pub network: Option<NetworkId>,
    pub network_span: Span,
    pub address: Option<Spanned<Address>>,
    pub device: Option<Spanned<String>>,
    /// May send requests into the network.
    pub import: bool,
    /// May serve requests from it.
    pub export: bool,
    pub cost: u64,
    pub port: u16,
    pub port_span: Option<Span>,
    pub bind: Option<Spanned<String>>,
    pub gateway: Option<Spanned<String>>,
    pub baud: Option<Spanned<u64>>,
    pub mtu: Option<Spanned<u32>>,
    pub span: Span,
    /// Its address or device is written and could not be told; reported.
    pub broken: bool,
}

/// As written; whether it fits the network is a rule of `check`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    Text(String),
    Number(u64),
}

// --- instances and where they run ----------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Instance {
    pub name: Name,
    pub name_span: Span,
    pub span: Span,
    /// `None`: unknown service, reported.
    pub service: Option<ServiceId>,
    pub kind: InstanceKind,
    /// One entry per need of the service, in manifest order; `None`: unbound.
    pub bindings: Vec<Option<Binding>>,
    /// One entry per parameter of the service; `None`: the default.
    pub params: Vec<Option<Spanned<Value>>>,
    /// Where it runs. `None`: nowhere (or placed by a `place`).
    pub placement: Option<Placement>,
    /// Something broken may have named it: it is not reported as unused or as deployed nowhere.
    pub excused: bool,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub enum InstanceKind {
    Declared,
    /// `offers NAME: INTERFACE` of this node; the interface it is offered as.
    Offer {
        node: NodeId,
        offer: String,
        interface: Option<InterfaceId>,
    },
    /// `import NAME: INTERFACE over …`
    Import {
        interface: Option<InterfaceId>,
    },
    /// Made for an item of [`Deployment::logs`], by its index, on a node whose loggers take some of its lines.
    LogRoute {
        logs: usize,
    },
}

#[derive(Clone, Debug)]
pub struct Binding {
    pub mode: BindMode,
    pub targets: Vec<Target>,
    /// Where the binding is written; the `needs` of the manifest when it comes from its default.
    pub span: Span,
    pub by_default: bool,
    /// A target could not be resolved; reported. It still counts as a binding.
    pub broken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindMode {
    Plain,
    First,
    Any,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub instance: InstanceId,
    pub span: Span,
    /// Nanoseconds.
    pub timeout: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub node: NodeId,
    pub domain: Domain,
    /// The entry of `deploy` that put it there; for an offer that nobody deployed, the offer.
    pub span: Span,
}

/// An isolation domain of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// The node's kernel group.
    Kernel,
    /// A declared group, as a user group.
    Group(GroupId),
    /// The group of its own that a bare instance gets; named as the instance.
    Own(InstanceId),
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: Name,
    pub name_span: Span,
    pub span: Span,
    pub members: Vec<Spanned<InstanceId>>,
    pub priority: Option<Spanned<u32>>,
    pub restart: Option<Restart>,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub struct Deploy {
    /// `None`: unknown node, reported.
    pub node: Option<NodeId>,
    pub node_span: Span,
    pub span: Span,
    pub entries: Vec<DeployEntry>,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub struct DeployEntry {
    pub target: DeployTarget,
    pub kernel: bool,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeployTarget {
    Instance(InstanceId),
    Group(GroupId),
}

// --- the outside -----------------------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Export {
    pub instance: InstanceId,
    pub target_span: Span,
    pub interface: Option<Spanned<InterfaceId>>,
    pub network: NetworkId,
    pub network_span: Span,
    pub port: Option<Spanned<u16>>,
    pub public: Option<Span>,
    pub tokens: Vec<Token>,
    pub tls: Option<TlsFile>,
    /// `as rest at PATH`.
    pub rest: Option<Spanned<String>>,
    pub via: Option<Spanned<NodeId>>,
    pub span: Span,
}

/// One applied `override`, for `plan`.
#[derive(Clone, Debug)]
pub struct Override {
    /// `instance recognition`.
    pub what: String,
    pub span: Span,
    pub replaced: Span,
}

/// Something that is checked but not carried out yet.
#[derive(Clone, Debug)]
pub struct Deferred {
    pub construct: DeferredConstruct,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeferredConstruct {
    Place,
    Access,
    Token,
    Require,
    Rest,
    Import,
    Blocking,
    Secret,
    Env,
    Registry,
    Tls,
    /// A built-in service that this runtime does not have yet: `metrics`, `health`, `gpio_in` …
    BuiltinOffer,
}

/// One `use`, for the rule about unused imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The file that writes it.
    pub from: ambc_diag::FileId,
    pub to: ambc_diag::FileId,
    pub path: Spanned<String>,
    /// The file it brings in holds items that count by being there: anything but services, platforms, interfaces and
    /// further `use`s.
    pub declares: bool,
    /// A `param` of the file it brings in is read, or one of its items is overridden, from another file.
    pub read: bool,
}

/// The package that owns a lidl file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceCrate {
    pub lidl: ambc_diag::FileId,
    /// The `use` that brought the file in.
    pub used_at: Span,
    /// `Err`: why there is none.
    pub package: Result<InterfacePackage, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfacePackage {
    pub dir: PathBuf,
    pub package: String,
    pub library: String,
    pub ambience: Option<PathBuf>,
}

impl Deployment {
    /// A deployment with nothing in it.
    pub fn empty(name: impl Into<String>, span: Span) -> Self {
        Self {
            name: name.into(),
            span,
            lidl: Model::default(),
            services: IndexVec::default(),
            networks: IndexVec::default(),
            platforms: IndexVec::default(),
            nodes: IndexVec::default(),
            instances: IndexVec::default(),
            groups: IndexVec::default(),
            deploys: Vec::new(),
            exports: Vec::new(),
            imports: Vec::new(),
            access: Vec::new(),
            requirements: Vec::new(),
            places: Vec::new(),
            logs: Vec::new(),
            overrides: Vec::new(),
            deferred: Vec::new(),
            interface_crates: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// Instances by where they run: node, then domain, in order. What runs nowhere is left out.
    pub fn domains(&self) -> BTreeMap<(NodeId, Domain), Vec<InstanceId>> {
        let mut out: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, instance) in self.instances.iter() {
            if let Some(p) = &instance.placement {
                out.entry((p.node, p.domain.clone())).or_default().push(id);
            }
        }
        out
    }
}
