//! The plain fields that templates read, made from an image: of a workspace, of a client, and of the files of a domain.

mod domain;
mod instance;
mod tables;

use super::tree::mark;
use super::{BuildPlace, domains, folder};
use crate::image::{ClientImage, CrateImage, DomainImage, End, LaneImage, NodeImage, Target};
use domain::domain_view;
use serde::Serialize;
use tables::{class_view, group_view, lane_view, net_view, uses};
use tera::Context;

/// Arrays up to this width stay on one line, as the generated `rustfmt.toml` says.
const ARRAY_WIDTH: usize = 180;
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
    let runtime = toml_path(place.runtime);
    let port = match &image.target {
        Target::Linux => format!("ambc-linux = {{ path = \"{runtime}/runtime-linux\" }}"),
        Target::CortexM { board, .. } => {
            format!("ambc-mcu = {{ path = \"{runtime}/runtime-mcu\", features = [{board:?}] }}")
        }
    };
    cx.insert("port", &port);
    cx.insert("runtime", &runtime);
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
    cx.insert("is_linux", &image.target.is_linux());
    cx.insert("port_crate", port(&image.target));
    cx
}

/// The package of the runtime's port.
fn port(target: &Target) -> &'static str {
    match target {
        Target::Linux => "ambc-linux",
        Target::CortexM { .. } => "ambc-mcu",
    }
}

/// The same, as Rust names it.
fn port_library(target: &Target) -> String {
    port(target).replace('-', "_")
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
        cx.insert("health", &domain.instances.iter().filter(|i| i.type_path == "services::Health").count());
        cx.insert("links", &tables::links(image));
        cx.insert("order", &array(&image.order.iter().map(usize::to_string).collect::<Vec<_>>(), 4));
        cx.insert("link_size", if image.target.is_linux() { "roomy" } else { "tight" });
    }
    cx
}

/// Lanes of the node's table that this domain numbers: all in the kernel, the own ones in a group.
fn own_lanes(image: &NodeImage, group: Option<usize>) -> Vec<usize> {
    let mine = |l: &LaneImage| group.is_none_or(|g| l.caller == End::Group(g) || l.callee == End::Group(g));
    image.lanes.iter().enumerate().filter(|(_, l)| mine(l)).map(|(i, _)| i).collect()
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
