//! Fields of the program of a domain: what `main.rs` makes, in which order.

use super::array;
use super::instance::{Instance, instance_view};
use crate::image::{DomainImage, InstanceImage, NodeImage};
use crate::render::tree::mark;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Domain<'a> {
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
    /// Expression of the bytes that they take on a microcontroller.
    scratch_room: String,
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

pub(super) fn domain_view<'a>(
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
        scratch_room: scratch_room(domain),
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

fn scratch_room(domain: &DomainImage) -> String {
    let room = |s: Scratch| format!("ambc_mcu::room::scratch_room({}, {}, {})", s.count, s.bytes, s.waiting);
    let rooms: Vec<_> = domain.instances.iter().filter_map(scratch).map(room).collect();
    if rooms.is_empty() { "0".to_owned() } else { rooms.join(" + ") }
}

fn scratch_of(domain: &DomainImage, server: usize) -> Option<Scratch> {
    scratch(domain.instances.iter().find(|i| i.serves.iter().any(|s| s.server == server))?)
}
