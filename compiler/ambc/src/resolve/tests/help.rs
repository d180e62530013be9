//! Files in memory to a resolved deployment.

use crate::hir;
use crate::load::{Loaded, UseEdge};
use crate::syntax::{self, ast};
use ambc_diag::{Diagnostics, FileId, Sources, short_line};
use std::collections::BTreeMap;

pub(super) const AMBIENCE: &str = "
namespace ambience;
@shared service logger { log(text: string<64>); }
@shared service timer { sleep(us: u64); }
@shared service random { next() -> u64; }
@shared service metrics { add(n: u64); }
@shared service health { ok() -> bool; }
@shared service clock { now() -> u64; }
service storage { get() -> u64; }
service files { size() -> u64; }
service gpio_in { read() -> bool; }
";

pub(super) const DEMO: &str = "
namespace demo;
const width: u32 = 640;
enum mode : u8 { slow = 0, fast = 1 }
struct frame { id: u64; mode: mode; tags: vector<u8, 8>; name: string<16>; inner: point; }
struct point { x: i32; y: i32; }
service store { put(value: u32, rate: u32); get() -> u32; send(frame: frame, urgent: bool); }
service cache : store { drop_all(); }
service hints { @oneway hint(level: u8); }
";

/// Services to wire up.
pub(super) const SERVICES: &str = r#"
service keeper : demo::store { crate "small"; }
service source { crate "small"; run; needs to: demo::store; }
service relay : demo::store { crate "small"; needs to: demo::store; }
service fan { crate "small"; run; needs to: [demo::store]; param id: u32 = 0; param label: string<16> = "x"; }
"#;

/// What came out of a run.
pub(super) struct Run {
    pub(super) hir: hir::Deployment,
    /// One short line each, sorted.
    pub(super) said: Vec<String>,
}

/// One file after the usual services.
pub(super) fn run(text: &str) -> Run {
    run_files(&[("deploy.amb", &format!("use \"services.amb\";\n{text}")), ("services.amb", SERVICES)], &[])
}

/// Like [`run`], and nothing may be reported.
pub(super) fn fine(text: &str) -> hir::Deployment {
    let run = run(text);
    assert_eq!(run.said, Vec::<String>::new());
    run.hir
}

/// What is said about a text.
pub(super) fn said(text: &str) -> Vec<String> {
    run(text).said
}

/// Several files, the root first; a `use` names them as they are called here.
pub(super) fn run_files(files: &[(&str, &str)], sets: &[(&str, &str)]) -> Run {
    let mut diags = Diagnostics::default();
    let mut sources = Sources::default();
    let ids: BTreeMap<&str, FileId> =
        files.iter().map(|(path, text)| (*path, sources.add(*path, *text))).collect();
    let lidl = [("ambience.lidl", AMBIENCE), ("demo.lidl", DEMO)].map(|(path, text)| sources.add(path, text));
    let sets: Vec<(String, String)> = sets.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let lines: Vec<String> = sets.iter().map(|(n, v)| format!("{n}={v}\n")).collect();
    sources.add("--set", lines.concat());
    let amb: Vec<ast::File> =
        files.iter().map(|(path, _)| syntax::parse(ids[path], &sources, &mut diags)).collect();
    let lidl = lidl.iter().map(|id| ambc_lidl::parse(*id, &sources, &mut diags)).collect();
    let uses = amb.iter().flat_map(|file| edges(file, &ids)).collect();
    let loaded = Loaded { sources, amb, lidl, uses, ..Loaded::default() };
    let hir = super::super::resolve(&loaded, &sets, &mut diags);
    let said = diags.sorted().iter().map(|d| short_line(&loaded.sources, d)).collect();
    Run { hir, said }
}

fn edges(file: &ast::File, ids: &BTreeMap<&str, FileId>) -> Vec<UseEdge> {
    let uses = file.items.iter().filter_map(|item| match &item.kind {
        ast::ItemKind::Use(u) => Some(u),
        _ => None,
    });
    uses.filter_map(|u| {
        Some(UseEdge {
            from: file.file,
            to: *ids.get(u.path.value.as_str())?,
            prefix: u.prefix.as_ref().map(|p| p.text.clone()),
            span: u.path.span,
        })
    })
    .collect()
}

/// The names of the targets of each need of an instance.
pub(super) fn wires(hir: &hir::Deployment, instance: &str) -> Vec<Vec<String>> {
    let (_, it) = hir.instances.iter().find(|(_, i)| i.name.to_string() == instance).expect("an instance");
    let names =
        |b: &hir::Binding| b.targets.iter().map(|t| hir.instances[t.instance].name.to_string()).collect();
    it.bindings.iter().map(|b| b.as_ref().map_or_else(Vec::new, names)).collect()
}

/// `node/domain` of an instance.
pub(super) fn place(hir: &hir::Deployment, instance: &str) -> String {
    let (_, it) = hir.instances.iter().find(|(_, i)| i.name.to_string() == instance).expect("an instance");
    let Some(p) = &it.placement else { return "nowhere".to_owned() };
    let node = &hir.nodes[p.node].name;
    match &p.domain {
        hir::Domain::Kernel => format!("{node}/kernel"),
        hir::Domain::Group(g) => format!("{node}/{}", hir.groups[*g].name),
        hir::Domain::Own(i) => format!("{node}/own {}", hir.instances[*i].name),
    }
}
