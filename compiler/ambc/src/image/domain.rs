//! Instances of one isolation domain: their types, their dependencies, their pools.

use super::index::Index;
use super::lanes::{NodeLane, bulk, concurrency, sizes};
use super::naming::Naming;
use super::operation;
use super::origin::{OriginKind, Origins};
use super::rust_names::{Taken, slug};
use super::{
    CallerImage, CrateImage, DomainImage, End, InstanceImage, NeedImage, Served, ServerImage, Varying,
};
use crate::hir::{
    BindMode, BuiltinService, Deployment, InstanceId, InstanceKind, NodeId, Service, ServiceSource,
};
use crate::plan::{DomainPlan, Edge, NodePlan, Plan, Transport, edge_name};
use crate::render::OriginId;
use ambc_lidl::model::{InterfaceId, camel};
use std::collections::{BTreeMap, BTreeSet};

mod choice;
mod params;

/// What lowering a domain looks at.
pub(super) struct Context<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) hir: &'a Deployment,
    pub(super) plan: &'a Plan,
    pub(super) node: NodeId,
    pub(super) naming: &'a Naming,
    pub(super) lanes: &'a [NodeLane],
    /// The items of `logs` that have a route on this node, in order: their numbers here are the same for all members of a class.
    pub(super) log_routes: Vec<usize>,
}

/// The items of `logs` that have a route on a node.
pub(super) fn log_routes(hir: &Deployment, node: &NodePlan) -> Vec<usize> {
    let instances = node.domains.iter().flat_map(|d| &d.instances);
    let item = |i: &InstanceId| match hir.instances[*i].kind {
        InstanceKind::LogRoute { logs } => Some(logs),
        _ => None,
    };
    let mut items: Vec<_> = instances.filter_map(item).collect();
    items.sort_unstable();
    items
}

/// No call lasts longer than an hour, in microseconds.
const LONGEST_TIMEOUT: u64 = 3_600_000_000;

pub(super) fn domain(at: &Context<'_>, plan: &DomainPlan, end: End, origins: &mut Origins) -> DomainImage {
    let mut names = Names::new(at, plan, end);
    let callers: Vec<_> = at.lanes.iter().enumerate().filter(|(_, l)| l.image.caller == end).collect();
    let servers: Vec<_> = at.lanes.iter().enumerate().filter(|(_, l)| l.image.callee == end).collect();
    let mut instances = Vec::new();
    for &id in &plan.instances {
        instances.extend(instances_of(at, id, &mut names, &servers, origins));
    }
    let key = at.naming.domain(plan);
    DomainImage {
        name: plan.name.clone(),
        slug: slug(&key),
        package: super::package(&at.hir.name, &at.hir.nodes[at.node].name.to_string(), &key),
        key,
        varying: Varying::default(),
        callers: callers.iter().map(|(lane, l)| caller(at, *lane, l, &names)).collect(),
        servers: servers
            .iter()
            .map(|(lane, l)| ServerImage { lane: *lane, ident: names.server(&l.image.edge) })
            .collect(),
        restart: operation::restart(at.hir, &plan.domain),
        nice: operation::nice(at.hir, at.plan, at.node, &plan.domain),
        stack: super::target::stack(at.hir, plan),
        libraries: libraries(at.hir, &plan.instances).into_iter().collect(),
        recursion_limit: 128.max(8 * instances.len() as u32 + 64),
        instances,
    }
}

fn caller(at: &Context<'_>, lane: usize, l: &NodeLane, names: &Names) -> CallerImage {
    let timeout = match l.carries {
        super::lanes::Carries::Edge(e) => at.plan.edges[e].timeout,
        super::lanes::Carries::Export(_) => None,
    };
    let timeout_us = timeout.map(|ns| (ns / 1000).clamp(1, LONGEST_TIMEOUT) as u32);
    CallerImage { lane, ident: names.edge(&l.image.edge), timeout_us }
}

/// Identifiers of a domain: instances and edges, each unique.
struct Names {
    instances: BTreeMap<InstanceId, String>,
    /// Some offers know who calls, so that every edge to one has its own.
    own: BTreeMap<String, String>,
    edges: BTreeMap<String, String>,
    servers: BTreeMap<String, String>,
    taken: Taken,
}

impl Names {
    fn new(at: &Context<'_>, plan: &DomainPlan, end: End) -> Self {
        let mut out = Self {
            instances: BTreeMap::new(),
            own: BTreeMap::new(),
            edges: BTreeMap::new(),
            servers: BTreeMap::new(),
            taken: Taken::default(),
        };
        for &id in &plan.instances {
            let ident = out.taken.instance(&at.naming.instance(at.hir, id));
            out.instances.insert(id, ident);
        }
        for lane in at.lanes {
            if lane.image.caller == end {
                let ident = out.taken.value(&format!("edge_{}", lane.image.key));
                out.edges.insert(lane.image.edge.clone(), ident);
            }
            if lane.image.callee == end {
                let ident = out.taken.value(&format!("from_{}", lane.image.key));
                out.servers.insert(lane.image.edge.clone(), ident);
            }
        }
        for (edge, what) in edges_to_knowing(at, &plan.instances) {
            let name = edge_name(at.hir, edge);
            let ident = out.taken.value(&format!("{what}_of_{}", at.naming.edge(at.hir, edge)));
            out.own.insert(name, ident);
        }
        out
    }

    fn edge(&self, edge: &str) -> String {
        self.edges.get(edge).cloned().unwrap_or_default()
    }

    fn server(&self, edge: &str) -> String {
        self.servers.get(edge).cloned().unwrap_or_default()
    }
}

/// Edges that end at an offer among `instances` that knows who calls, by the name of who does; and what a caller's own one
/// is called.
fn edges_to_knowing<'a>(at: &Context<'a>, instances: &[InstanceId]) -> Vec<(&'a Edge, &'static str)> {
    let what = |i: InstanceId| knows_callers(at.hir.builtin(i)?);
    let knowing = instances.iter().filter_map(|i| Some((*i, what(*i)?)));
    let mut edges: Vec<_> =
        knowing.flat_map(|(i, what)| at.index.edges_to(i).map(move |(_, edge)| (edge, what))).collect();
    edges.sort_by_key(|(e, _)| (&at.hir.instances[e.from].name, e.need, e.element));
    edges
}

/// Offers that exist once for each edge, and what one of them is.
fn knows_callers(service: BuiltinService) -> Option<&'static str> {
    match service {
        BuiltinService::Logger => Some("log"),
        BuiltinService::Health => Some("health"),
        BuiltinService::Metrics => Some("metrics"),
        _ => None,
    }
}

/// Usually one; of an offer that knows its callers one per edge; of an offer of the runtime that nobody uses none.
fn instances_of(
    at: &Context<'_>,
    id: InstanceId,
    names: &mut Names,
    servers: &[(usize, &NodeLane)],
    origins: &mut Origins,
) -> Vec<InstanceImage> {
    let served: Vec<_> = servers.iter().enumerate().filter(|(_, (_, l))| l.callee == id).collect();
    match at.hir.builtin(id) {
        Some(service) if knows_callers(service).is_some() => {
            let edges = edges_to_knowing(at, &[id]).into_iter();
            edges.map(|(e, _)| of_caller(at, e, service, names, &served, origins)).collect()
        }
        Some(service) if service != BuiltinService::LogRoute && at.index.edges_to(id).next().is_none() => {
            vec![]
        }
        _ => vec![instance(at, id, names, &served, origins)],
    }
}

/// The one instance of an offer that serves this edge.
fn of_caller(
    at: &Context<'_>,
    edge: &Edge,
    service: BuiltinService,
    names: &mut Names,
    served: &[ServedLane<'_>],
    origins: &mut Origins,
) -> InstanceImage {
    let name = edge_name(at.hir, edge);
    let served: Vec<_> = served.iter().filter(|(_, (_, l))| l.image.edge == name).copied().collect();
    let mut image = instance(at, edge.to, names, &served, origins);
    image.ident = names.own.get(&name).cloned().unwrap_or_default();
    image.camel = names.taken.type_name(&camel(&image.ident), "Instance");
    image.params = vec![params::label(at.naming.shown(at.hir, edge.from), image.origin)];
    let caller = at.hir.instances[edge.from].name.to_string();
    image.label = Some((at.naming.instance(at.hir, edge.from), caller));
    match service {
        BuiltinService::Health => image.params.push(params::side(at, edge.from, image.origin)),
        BuiltinService::Logger => image.params.push(params::routes(at, edge.from, image.origin)),
        _ => {}
    }
    image
}

type ServedLane<'a> = (usize, &'a (usize, &'a NodeLane));

fn instance(
    at: &Context<'_>,
    id: InstanceId,
    names: &mut Names,
    served: &[ServedLane<'_>],
    origins: &mut Origins,
) -> InstanceImage {
    let hir = at.hir;
    let declared = &hir.instances[id];
    let service = &hir.services[declared.service.expect("checked: every instance has a service")];
    let (service_name, instance_name) = (service.name.to_string(), declared.name.to_string());
    let what = OriginKind::Instance { instance: instance_name.clone(), service: service_name.clone() };
    let origin = origins.add(declared.name_span, what);
    let crate_span = match &service.source {
        ServiceSource::Path { written, .. } => written.span,
        _ => service.name_span,
    };
    let crate_origin = origins.add(crate_span, OriginKind::Crate { service: service_name.clone() });
    let type_span = service.type_name.as_ref().map_or(crate_span, |t| t.span);
    let type_origin = origins.add(type_span, OriginKind::Crate { service: service_name.clone() });
    let (has_needs, has_params) = shape(service);
    let large = served.iter().map(|(_, (_, l))| sizes(hir, l.interface).0).max().unwrap_or(0);
    let ident = names.instances.get(&id).cloned().unwrap_or_default();
    let mut params = params::params(hir, declared, service, origins);
    if let InstanceKind::LogRoute { logs } = declared.kind {
        params.extend(params::of_route(at, id, logs, origin));
    }
    InstanceImage {
        camel: names.taken.type_name(&camel(&ident), "Instance"),
        ident,
        name: instance_name,
        key: at.naming.instance(hir, id),
        shown: at.naming.shown(hir, id),
        label: None,
        type_path: type_path(service),
        needs: needs(at, id, service, names, origins),
        params,
        has_needs,
        has_params,
        builtin: matches!(service.source, ServiceSource::Builtin(_)),
        run: service.run.is_some(),
        run_origin: origins
            .add(service.run.unwrap_or(service.name_span), OriginKind::Run { service: service_name.clone() }),
        pool: if served.is_empty() { 0 } else { concurrency(hir, id).min(64) },
        bulk: if large > 256 { bulk(hir, id) } else { 0 },
        bulk_bytes: if large > 256 { large } else { 0 },
        serves: served.iter().map(|(server, (_, l))| serves(hir, *server, l, service, origins)).collect(),
        origin,
        type_origin,
        crate_origin,
    }
}

fn serves(
    hir: &Deployment,
    server: usize,
    lane: &NodeLane,
    service: &Service,
    origins: &mut Origins,
) -> Served {
    let declared = service.interfaces.iter().find(|i| hir.lidl.is_a(i.value, lane.interface));
    let kind = OriginKind::Interface {
        service: service.name.to_string(),
        interface: hir.lidl.interface(lane.interface).path.join("::"),
    };
    let origin = origins.add(declared.map_or(service.name_span, |i| i.span), kind);
    Served { server, module: format!("::{}", hir.lidl.rust_module(lane.interface)), origin }
}

/// Whether the crate has `Needs` and `Params`. The runtime's own services have `Params` where they have parameters.
fn shape(service: &Service) -> (bool, bool) {
    match &service.source {
        ServiceSource::Path { facts: Ok(facts), .. } => {
            (!service.needs.is_empty() || facts.has_needs, !service.params.is_empty() || facts.has_params)
        }
        ServiceSource::Builtin(b) => {
            (!service.needs.is_empty(), knows_callers(*b).is_some() || !service.params.is_empty())
        }
        _ => (!service.needs.is_empty(), !service.params.is_empty()),
    }
}

fn type_path(service: &Service) -> String {
    match &service.source {
        ServiceSource::Builtin(b) => format!("services::{b:?}"),
        source => {
            let name = service.type_name.as_ref().map_or("Service", |t| t.value.as_str());
            format!("::{}::{name}", library_of(source).unwrap_or_default())
        }
    }
}

fn library_of(source: &ServiceSource) -> Option<String> {
    match source {
        ServiceSource::Path { facts: Ok(facts), .. } => Some(facts.library.clone()),
        _ => None,
    }
}

/// One type parameter and one field for each `needs`, in manifest order.
fn needs(
    at: &Context<'_>,
    id: InstanceId,
    service: &Service,
    names: &mut Names,
    origins: &mut Origins,
) -> Vec<NeedImage> {
    service
        .needs
        .iter()
        .enumerate()
        .map(|(i, need)| {
            let edges: Vec<_> = at.index.edges_from(id).map(|(_, e)| e).filter(|e| e.need == i).collect();
            let interface =
                need.interface.map(|i| at.hir.lidl.interface(i).path.join("::")).unwrap_or_default();
            let origin = origins.add(
                need.span,
                OriginKind::Need {
                    service: service.name.to_string(),
                    need: need.name.value.clone(),
                    interface,
                },
            );
            let mode = at.hir.instances[id].bindings[i].as_ref().map_or(BindMode::Plain, |b| b.mode);
            let several = need.list || mode != BindMode::Plain;
            let mut parts: Vec<_> = edges.iter().map(|e| dependency(at, e, names, several)).collect();
            if mode != BindMode::Plain && !parts.is_empty() {
                parts = vec![choice::choice(mode, &parts, &edges)];
            }
            let (ty, value) = match (need.list, need.optional, parts.as_slice()) {
                (true, _, parts) => choice::list(parts),
                (false, true, []) => ("Absent".into(), "None".into()),
                (false, true, [one, ..]) => (one.ty.clone(), format!("Some({})", one.value)),
                (false, false, [one, ..]) => (one.ty.clone(), one.value.clone()),
                (false, false, []) => ("Absent".into(), "absent()".into()),
            };
            let instance = names.instances.get(&id).map_or("", String::as_str);
            let alias = format!("{}{}", camel(instance), camel(&need.name.value));
            let alias = names.taken.type_name(&alias, "Need");
            NeedImage { name: ambc_lidl::model::escape(&need.name.value), alias, ty, value, origin }
        })
        .collect()
}

/// Type and value of one bound dependency.
#[derive(Clone, Debug)]
struct Dependency {
    ty: String,
    value: String,
}

fn dependency(at: &Context<'_>, edge: &Edge, names: &Names, of_several: bool) -> Dependency {
    let name = edge_name(at.hir, edge);
    if edge.transport == Transport::Direct {
        let ident =
            names.own.get(&name).or_else(|| names.instances.get(&edge.to)).cloned().unwrap_or_default();
        return Dependency { ty: format!("Handle<{ident}>"), value: ident };
    }
    let (client, ident) = (format!("::{}", at.hir.lidl.rust_client(edge.interface)), names.edge(&name));
    if of_several {
        // One type for all members that leave the domain.
        let ty = format!("{client}<&'static Caller<'static>>");
        return Dependency { ty, value: format!("{client}(Handle::get({ident}))") };
    }
    Dependency { ty: format!("{client}<Handle<{ident}>>"), value: format!("{client}({ident})") }
}

/// Libraries that the lines of a domain name: of services, of the interfaces they serve or need, of enums in parameters.
fn libraries(hir: &Deployment, instances: &[InstanceId]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for id in instances {
        let Some(service) = hir.instances[*id].service.map(|s| &hir.services[s]) else { continue };
        out.extend(library_of(&service.source));
        let needed = service.needs.iter().filter_map(|n| n.interface);
        for interface in service.interfaces.iter().map(|i| i.value).chain(needed) {
            out.extend(
                hir.lidl
                    .lineage(interface)
                    .into_iter()
                    .map(|i| library_of_file(hir, hir.lidl.interface(i).file)),
            );
        }
        for param in &service.params {
            if let Some(crate::hir::ParamType::Enum(id)) = &param.ty {
                out.insert(library_of_file(hir, hir.lidl.type_def(*id).owner));
            }
        }
    }
    out.remove("ambience");
    out
}

fn library_of_file(hir: &Deployment, file: ambc_diag::FileId) -> String {
    ambc_lidl::model::escape(&ambc_lidl::model::snake(hir.lidl.library(file)))
}

/// Crates of all services and interfaces of a node, sorted by library.
pub(super) fn crates(hir: &Deployment, node: &NodePlan, origins: &mut Origins) -> Vec<CrateImage> {
    let mut out = BTreeMap::new();
    for id in node.domains.iter().flat_map(|d| &d.instances) {
        let Some(service) = hir.instances[*id].service.map(|s| &hir.services[s]) else { continue };
        if let ServiceSource::Path { dir, written, facts: Ok(facts) } = &service.source {
            let origin = origins.add(written.span, OriginKind::Crate { service: service.name.to_string() });
            out.insert(facts.library.clone(), crate_image(&facts.library, &facts.package, dir, origin));
        }
        for i in
            service.interfaces.iter().map(|i| i.value).chain(service.needs.iter().filter_map(|n| n.interface))
        {
            let crates = interface_crates(hir, i, origins);
            out.extend(crates.into_iter().map(|c| (c.library.clone(), c)));
        }
    }
    out.into_values().collect()
}

/// The crates that hold an interface and what it inherits from.
pub(super) fn interface_crates(
    hir: &Deployment,
    interface: InterfaceId,
    origins: &mut Origins,
) -> Vec<CrateImage> {
    let mut out = Vec::new();
    for i in hir.lidl.lineage(interface) {
        let file = hir.lidl.interface(i).file;
        let found = hir.interface_crates.iter().find(|c| c.lidl == file);
        if let Some((at, Ok(p))) = found.map(|c| (c.used_at, &c.package)) {
            let origin = origins.add(at, OriginKind::Crate { service: p.package.clone() });
            out.push(crate_image(&p.library, &p.package, &p.dir, origin));
        }
    }
    out.dedup_by(|a, b| a.library == b.library);
    out
}

fn crate_image(library: &str, package: &str, dir: &std::path::Path, origin: OriginId) -> CrateImage {
    CrateImage { library: library.into(), package: package.into(), path: dir.to_owned(), origin }
}
