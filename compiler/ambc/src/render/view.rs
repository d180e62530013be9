//! The plain fields that templates read, made from an image.

use super::tree::mark;
use super::{BuildPlace, OriginId, domains, folder};
use crate::image::{
    ClientImage, CrateImage, DomainImage, End, InstanceImage, LaneImage, NodeImage, ParamKind, RestartImage,
    VaryingParam,
};
use serde::Serialize;
use std::collections::BTreeSet;
use tera::Context;

/// Arrays up to this width stay on one line, as the generated `rustfmt.toml` says.
const ARRAY_WIDTH: usize = 180;
/// Address space of a group whose services declare no heap.
const DEFAULT_MEMORY: u64 = 0;

#[derive(Serialize)]
struct Folder {
    folder: String,
}

#[derive(Serialize)]
struct Crate<'a> {
    key: &'a str,
    path: String,
    package: &'a str,
    mark: String,
}

/// Fields of the workspace's own files.
pub(super) fn workspace(image: &NodeImage, place: BuildPlace<'_>) -> Context {
    let mut cx = common(image);
    let folders: Vec<_> = domains(image).map(|(at, d)| Folder { folder: folder(at, d) }).collect();
    let crates = crates_view(&image.crates);
    cx.insert("domains", &folders);
    cx.insert("crates", &crates);
    cx.insert("runtime", &toml_path(place.runtime));
    cx.insert("triple", place.triple);
    cx
}

fn crates_view(crates: &[CrateImage]) -> Vec<Crate<'_>> {
    crates
        .iter()
        .map(|c| Crate {
            key: &c.library,
            path: toml_path(&c.path),
            package: &c.package,
            mark: mark(c.origin),
        })
        .collect()
}

/// Fields of a client's crate.
pub(super) fn client(image: &ClientImage, place: BuildPlace<'_>) -> Context {
    let mut cx = Context::new();
    cx.insert("client", image);
    cx.insert("crates", &crates_view(&image.crates));
    cx.insert("runtime", &toml_path(place.runtime));
    cx
}

fn toml_path(path: &std::path::Path) -> String {
    path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"")
}

fn common(image: &NodeImage) -> Context {
    let mut cx = Context::new();
    cx.insert("deployment", &image.deployment);
    cx.insert("node", &image.node);
    let kind = if image.is_class { "class" } else { "node" };
    cx.insert("kind", kind);
    cx.insert("is_class", &image.is_class);
    cx
}

#[derive(Serialize)]
struct Domain<'a> {
    name: &'a str,
    /// `run`, or `run_member` where several nodes share the image; and what it is given.
    run: &'static str,
    run_args: &'static str,
    package: &'a str,
    libraries: &'a [String],
    recursion_limit: u32,
    timers: u32,
    /// Something in it is served or run.
    works: bool,
    callers: Vec<Caller<'a>>,
    servers: Vec<Server<'a>>,
    scratches: Vec<Scratch>,
    /// `node` or `group`: where the runtime's side is.
    module: &'static str,
    instances: Vec<Instance<'a>>,
    stops: Vec<&'a str>,
    caller_list: String,
    server_list: String,
    work_list: String,
}

#[derive(Serialize)]
struct Caller<'a> {
    ident: &'a str,
    index: usize,
    /// `.with_timeout(2000000)`, or nothing.
    limit: String,
    mark: String,
}

#[derive(Serialize)]
struct Server<'a> {
    ident: &'a str,
    index: usize,
    scratch: String,
    mark: String,
}

#[derive(Serialize)]
struct Scratch {
    ident: String,
    count: u32,
    bytes: u64,
    waiting: u32,
}

#[derive(Serialize)]
struct Instance<'a> {
    name: &'a str,
    ident: &'a str,
    camel: &'a str,
    shout: String,
    full_type: String,
    needs: Vec<Need<'a>>,
    pool: u32,
    run: bool,
    run_mark: String,
    /// What is done with the result of `run`.
    ran: String,
    /// `.attending()` for what the runtime runs for others.
    attending: &'static str,
    serves: Vec<Serve<'a>>,
    lanes: String,
    setup: Vec<Line>,
    mark: String,
}

#[derive(Serialize)]
struct Need<'a> {
    alias: &'a str,
    ty: &'a str,
    mark: String,
}

#[derive(Serialize)]
struct Serve<'a> {
    /// `0 | 2`: positions among the lanes of the pool.
    positions: String,
    module: &'a str,
    mark: String,
}

#[derive(Serialize)]
struct Line {
    text: String,
    mark: String,
}

/// Fields of the files of one domain.
pub(super) fn domain(image: &NodeImage, group: Option<usize>, domain: &DomainImage) -> Context {
    let mut cx = common(image);
    let own = own_lanes(image, group);
    cx.insert("domain", &domain_view(image, group, domain, &own));
    let lanes: Vec<_> = match group {
        None => image.lanes.iter().map(|l| lane_view(image, l, None)).collect(),
        Some(g) => own.iter().map(|l| lane_view(image, &image.lanes[*l], Some(g))).collect(),
    };
    cx.insert("uses", &uses(image, group, !lanes.is_empty()));
    cx.insert("lanes", &lanes);
    cx.insert("class", &class_view(image, group, domain));
    if group.is_none() {
        cx.insert("groups", &image.groups.iter().map(group_view).collect::<Vec<_>>());
        cx.insert("net", &net_view(image));
        cx.insert("watchdog", &image.watchdog_ns);
    }
    cx
}

/// Lanes of the node's table that this domain numbers: all in the kernel, the own ones in a group.
fn own_lanes(image: &NodeImage, group: Option<usize>) -> Vec<usize> {
    let mine = |l: &LaneImage| group.is_none_or(|g| l.caller == End::Group(g) || l.callee == End::Group(g));
    image.lanes.iter().enumerate().filter(|(_, l)| mine(l)).map(|(i, _)| i).collect()
}

fn domain_view<'a>(
    image: &'a NodeImage,
    group: Option<usize>,
    domain: &'a DomainImage,
    own: &[usize],
) -> Domain<'a> {
    let module = if group.is_some() { "group" } else { "node" };
    let index =
        |lane: usize| own.iter().position(|l| *l == lane).expect("a domain's lanes have an end in it");
    let get = |ident: &String| format!("Handle::get({ident})");
    let callers: Vec<_> = domain.callers.iter().map(|c| get(&c.ident)).collect();
    let servers: Vec<_> = domain.servers.iter().map(|s| get(&s.ident)).collect();
    let mut work = Vec::new();
    for i in &domain.instances {
        work.extend((i.pool > 0).then(|| format!("&mut pool_{}", i.ident)));
        work.extend(i.run.then(|| format!("&mut task_{}", i.ident)));
    }
    let (run, run_args) = if image.is_class {
        ("run_member", "&tables::SPEC, &tables::CLASS, build")
    } else {
        ("run", "&tables::SPEC, build")
    };
    Domain {
        name: &domain.name,
        run,
        run_args,
        package: &domain.package,
        libraries: &domain.libraries,
        recursion_limit: domain.recursion_limit,
        timers: domain.instances.iter().map(|i| i.pool + u32::from(i.run)).sum(),
        works: !work.is_empty(),
        callers: domain
            .callers
            .iter()
            .map(|c| Caller {
                ident: &c.ident,
                index: index(c.lane),
                limit: c.timeout_us.map(|us| format!(".with_timeout({us})")).unwrap_or_default(),
                mark: mark(image.lanes[c.lane].origin),
            })
            .collect(),
        servers: domain
            .servers
            .iter()
            .enumerate()
            .map(|(at, s)| Server {
                ident: &s.ident,
                index: index(s.lane),
                scratch: scratch_of(domain, at)
                    .map_or_else(|| "None".into(), |s| format!("Some({})", s.ident)),
                mark: mark(image.lanes[s.lane].origin),
            })
            .collect(),
        scratches: domain.instances.iter().filter_map(scratch).collect(),
        module,
        instances: domain.instances.iter().map(|i| instance_view(image, module, domain, i)).collect(),
        stops: domain.instances.iter().filter(|i| !i.builtin).map(|i| i.ident.as_str()).collect(),
        caller_list: array(&callers, 4),
        server_list: array(&servers, 4),
        work_list: array(&work, 4),
    }
}

/// The private buffers of an instance that takes large messages.
fn scratch(instance: &InstanceImage) -> Option<Scratch> {
    let ident = format!("scratch_{}", instance.ident.trim_start_matches("r#"));
    let (count, bytes, waiting) = (instance.bulk, instance.bulk_bytes, instance.pool);
    (count > 0).then_some(Scratch { ident, count, bytes, waiting })
}

fn scratch_of(domain: &DomainImage, server: usize) -> Option<Scratch> {
    scratch(domain.instances.iter().find(|i| i.serves.iter().any(|s| s.server == server))?)
}

fn instance_view<'a>(
    image: &NodeImage,
    module: &str,
    domain: &'a DomainImage,
    i: &'a InstanceImage,
) -> Instance<'a> {
    let needs: Vec<_> =
        i.needs.iter().map(|n| Need { alias: &n.alias, ty: &n.ty, mark: mark(n.origin) }).collect();
    let aliases: Vec<_> = needs.iter().map(|n| n.alias).collect();
    let generics = if aliases.is_empty() { String::new() } else { format!("<{}>", aliases.join(", ")) };
    let lanes: Vec<_> =
        i.serves.iter().map(|s| format!("Handle::get({})", domain.servers[s.server].ident)).collect();
    Instance {
        name: &i.name,
        ident: &i.ident,
        camel: &i.camel,
        shout: i.ident.trim_start_matches("r#").to_uppercase(),
        full_type: format!("{}{generics}", i.type_path),
        needs,
        pool: i.pool,
        run: i.run,
        run_mark: mark(i.run_origin),
        ran: if image.is_class {
            format!("host.ran({:?})", i.key)
        } else {
            format!("|result| ambc_linux::{module}::ran({}, result)", i.shown)
        },
        attending: if i.builtin { ".attending()" } else { "" },
        serves: serves(i),
        lanes: array(&lanes, 4),
        setup: setup(i),
        mark: mark(i.type_origin),
    }
}

/// One arm for each interface that an instance serves.
fn serves(i: &InstanceImage) -> Vec<Serve<'_>> {
    let mut out: Vec<Serve<'_>> = Vec::new();
    for (position, s) in i.serves.iter().enumerate() {
        match out.iter_mut().find(|o| o.module == s.module) {
            Some(arm) => arm.positions.push_str(&format!(" | {position}")),
            None => {
                out.push(Serve { positions: position.to_string(), module: &s.module, mark: mark(s.origin) })
            }
        }
    }
    out
}

/// Statements that make the value `instance`.
fn setup(i: &InstanceImage) -> Vec<Line> {
    let line = |text: String, origin: OriginId| Line { text, mark: mark(origin) };
    let library = i.type_path.rsplit_once("::").map_or("", |(library, _)| library);
    let (mut out, mut args) = (Vec::new(), Vec::new());
    let types = if i.builtin { i.type_path.clone() } else { format!("{library}::") };
    if i.has_needs {
        let fields: Vec<_> = i.needs.iter().map(|n| (n.name.as_str(), n.value.as_str(), n.origin)).collect();
        literal(&mut out, "needs", &format!("{types}Needs"), &fields, i.crate_origin);
        args.push("needs");
    }
    if i.has_params {
        let fields: Vec<_> = i.params.iter().map(|p| (p.name.as_str(), p.value.as_str(), p.origin)).collect();
        literal(&mut out, "params", &format!("{types}Params"), &fields, i.crate_origin);
        args.push("params");
    }
    if i.builtin {
        args.insert(0, "&host");
    }
    let call = format!("made!({}::new({}))", i.type_path, args.join(", "));
    out.push(line(
        format!("let instance = {call}.map_err(|e| Refused::new({}, e))?;", i.shown),
        i.crate_origin,
    ));
    out
}

fn literal(out: &mut Vec<Line>, name: &str, ty: &str, fields: &[(&str, &str, OriginId)], origin: OriginId) {
    if fields.is_empty() {
        out.push(Line { text: format!("let {name} = {ty} {{}};"), mark: mark(origin) });
        return;
    }
    out.push(Line { text: format!("let {name} = {ty} {{"), mark: mark(origin) });
    for (field, value, origin) in fields {
        let text = if field == value { format!("    {field},") } else { format!("    {field}: {value},") };
        out.push(Line { text, mark: mark(*origin) });
    }
    out.push(Line { text: "};".into(), mark: mark(origin) });
}

/// On one line if it is short enough, else one element a line; `indent` is that of the line it stands in.
pub(crate) fn array(items: &[String], indent: usize) -> String {
    let line = items.join(", ");
    if line.len() <= ARRAY_WIDTH {
        return format!("[{line}]");
    }
    let lines: String = items.iter().map(|i| format!("{:1$}{i},\n", "", indent + 4)).collect();
    format!("[\n{lines}{:indent$}]", "")
}

/// What an identity has to say: all of it in the kernel's table, in a group's what concerns the group.
#[derive(Serialize)]
struct Class {
    /// A list.
    names: String,
    params: Vec<String>,
}

fn class_view(image: &NodeImage, group: Option<usize>, domain: &DomainImage) -> Class {
    let of: Vec<_> = if group.is_none() { domains(image).map(|(_, d)| d).collect() } else { vec![domain] };
    let names: BTreeSet<_> = of.iter().flat_map(|d| &d.varying.names).collect();
    let names: Vec<_> = names.into_iter().map(|n| format!("{n:?}")).collect();
    let param = |p: &VaryingParam| {
        let kind = match p.kind {
            ParamKind::Unsigned(bits) => format!("Unsigned({bits})"),
            ParamKind::Signed(bits) => format!("Signed({bits})"),
            ParamKind::Text(most) => format!("Text({most})"),
            ParamKind::Bool | ParamKind::F32 | ParamKind::F64 | ParamKind::Duration => {
                format!("{:?}", p.kind)
            }
        };
        format!("ClassParam::new({:?}, {:?}, ParamType::{kind})", p.instance, p.name)
    };
    Class { names: array(&names, 4), params: of.iter().flat_map(|d| &d.varying.params).map(param).collect() }
}

#[derive(Serialize)]
struct Lane {
    name: String,
    /// Rust expression of its size.
    spec: String,
    end: &'static str,
    peer: String,
    caller_side: String,
    callee_side: String,
}

fn lane_view(image: &NodeImage, l: &LaneImage, group: Option<usize>) -> Lane {
    let here = group.map(End::Group);
    let (end, other) = if here == Some(l.caller) { ("Caller", l.callee) } else { ("Callee", l.caller) };
    let peer = match other {
        End::Net | End::Kernel => "Node".to_owned(),
        End::Group(g) if group == Some(g) => "Own".to_owned(),
        End::Group(g) => format!("Group({g})"),
    };
    Lane {
        name: format!("{} -> {}", l.edge, l.to),
        spec: if l.bulk > 0 {
            format!("LaneSpec::small({}, {}).with_bulk({}, {})", l.slots, l.small, l.bulk, l.bulk_bytes)
        } else {
            format!("LaneSpec::small({}, {})", l.slots, l.small)
        },
        end,
        peer,
        caller_side: side(image, l.caller, &l.from_node),
        callee_side: side(image, l.callee, &l.to_node),
    }
}

fn side(image: &NodeImage, end: End, node: &str) -> String {
    match end {
        End::Kernel => "Kernel".into(),
        End::Group(g) => format!("Group({g})"),
        End::Net if node.is_empty() || node == image.node => "Net(\"outside\")".into(),
        End::Net => format!("Net({node:?})"),
    }
}

#[derive(Serialize)]
struct Group<'a> {
    name: &'a str,
    instance_names: String,
    memory: u64,
    restart: String,
    nice: u8,
}

fn group_view(g: &DomainImage) -> Group<'_> {
    let names: Vec<_> = g.instances.iter().map(|i| format!("{:?}", i.name)).collect();
    Group {
        name: &g.name,
        instance_names: names.join(", "),
        memory: DEFAULT_MEMORY,
        restart: restart(&g.restart),
        nice: g.nice,
    }
}

/// A policy as an expression.
fn restart(policy: &RestartImage) -> String {
    let mut text = "Policy::DEFAULT".to_owned();
    if let Some((first, longest)) = policy.backoff {
        text.push_str(&format!(".backoff({first}, {longest})"));
    }
    if let Some((restarts, window, reboot)) = policy.limit {
        let then = if reboot { "Reboot" } else { "Stop" };
        text.push_str(&format!(".limit({restarts}, {window}, Then::{then})"));
    }
    text
}

/// The net tables with their hops as Rust.
fn net_view(image: &NodeImage) -> tera::Value {
    #[derive(Serialize)]
    struct Route<'a> {
        wire_id: u32,
        hops: usize,
        latency_us: u64,
        toward_hop: String,
        back_hop: String,
        way: &'a str,
    }
    #[derive(Serialize)]
    struct Net<'a> {
        wire_id: u32,
        ifaces: &'a [crate::image::IfaceImage],
        peers: &'a [crate::image::PeerImage],
        routes: Vec<Route<'a>>,
        outs: &'a [crate::image::OutImage],
        ins: &'a [crate::image::InImage],
        exports: &'a [crate::image::ExportImage],
    }
    let hop =
        |peer: Option<usize>| peer.map_or_else(|| "Hop::Here".to_owned(), |p| format!("Hop::Peer({p})"));
    let net = &image.net;
    let routes = net.routes.iter().map(|r| Route {
        wire_id: r.wire_id,
        hops: r.hops,
        latency_us: r.latency_us,
        toward_hop: hop(r.toward),
        back_hop: hop(r.back),
        way: &r.way,
    });
    tera::Value::from_serializable(&Net {
        wire_id: net.wire_id,
        ifaces: &net.ifaces,
        peers: &net.peers,
        routes: routes.collect(),
        outs: &net.outs,
        ins: &net.ins,
        exports: &net.exports,
    })
}

/// Imports of the tables, without those that nothing here needs.
fn uses(image: &NodeImage, group: Option<usize>, lanes: bool) -> String {
    let mut spec: BTreeSet<&str> = BTreeSet::new();
    let mut net: BTreeSet<&str> = BTreeSet::new();
    match group {
        Some(_) => {
            spec.insert("GroupSpec");
            if lanes {
                spec.extend(["End", "GroupLane", "Peer"]);
            }
        }
        None => {
            spec.insert("NodeSpec");
            net.insert("NetTable");
            let n = &image.net;
            let some = [
                (!n.ifaces.is_empty(), vec!["Iface"]),
                (!n.peers.is_empty(), vec!["Peer", "LinkSize"]),
                (!n.routes.is_empty(), vec!["Route", "Hop"]),
                (!n.outs.is_empty(), vec!["OutEdge"]),
                (!n.ins.is_empty(), vec!["InEdge"]),
                (!n.exports.is_empty(), vec!["Ingress", "LinkSize"]),
            ];
            net.extend(some.into_iter().filter(|(used, _)| *used).flat_map(|(_, names)| names));
            if !image.groups.is_empty() {
                spec.extend(["NodeGroup", "Policy"]);
            }
            spec.extend(image.groups.iter().any(|g| g.restart.limit.is_some()).then_some("Then"));
            if lanes {
                spec.extend(["NodeLane", "Side"]);
            }
        }
    }
    if image.is_class {
        spec.insert("ClassSpec");
        let of = domains(image).filter(|(at, _)| group.is_none() || *at == group);
        if of.flat_map(|(_, d)| &d.varying.params).next().is_some() {
            spec.extend(["ClassParam", "ParamType"]);
        }
    }
    let line = |path: &str, names: &BTreeSet<&str>| match names.len() {
        0 => String::new(),
        1 => format!("use {path}::{};\n", names.iter().copied().collect::<String>()),
        _ => format!("use {path}::{{{}}};\n", names.iter().copied().collect::<Vec<_>>().join(", ")),
    };
    let abi = if lanes { "use ambc_abi::LaneSpec;\n" } else { "" };
    let text = format!("{abi}{}{}", line("ambc_kernel::net", &net), line("ambc_linux::spec", &spec));
    text.trim_end().to_owned()
}
