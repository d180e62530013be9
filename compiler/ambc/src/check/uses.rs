//! What `use` brings in.

use super::context::Context;
use crate::hir::{InstanceKind, InterfaceCrate, ParamType, ServiceSource, Use};
use ambc_diag::{Code, Diagnostic, Diagnostics, FileId};
use std::collections::{BTreeMap, BTreeSet};

/// Generated code cannot be built without the package that owns a `.lidl` file. `build` makes an error of it.
pub(super) const INTERFACE_CRATE_MISSING: Code = Code("W0305");

/// Without this `use`, something that is needed would be missing.
pub(super) fn every_import_is_used(cx: &Context<'_>, diags: &mut Diagnostics) {
    if cx.names_failed {
        return;
    }
    let needed = needed_files(cx);
    for import in cx.hir.uses.iter().filter(|u| !needed.contains(&u.to)) {
        let left = reached_without(cx, import);
        if needed.iter().all(|file| left.contains(file)) {
            diags.push(Mistake::Unused { import }.diagnostic());
        }
    }
}

/// A `.lidl` file belongs to a package, from which services and nodes take its types.
pub(super) fn every_interface_file_has_a_package(cx: &Context<'_>, diags: &mut Diagnostics) {
    for owner in &cx.hir.interface_crates {
        if let Err(why) = &owner.package {
            let path = cx.hir.lidl.file(owner.lidl).map_or("", |f| f.path.as_str());
            let file = path.rsplit('/').next().unwrap_or(path);
            diags.push(Mistake::NoPackage { owner, file, why }.diagnostic());
        }
    }
}

/// Files that take part by being there, that are read from elsewhere, or that define what those name.
fn needed_files(cx: &Context<'_>) -> BTreeSet<FileId> {
    let mut needed: BTreeSet<FileId> =
        cx.hir.uses.iter().filter(|u| u.declares || u.read).map(|u| u.to).collect();
    needed.extend(roots(cx));
    services_in_use(cx, &mut needed);
    platforms_in_use(cx, &mut needed);
    interfaces_in_use(cx, &mut needed);
    needed
}

/// Files that nobody uses: where loading began.
fn roots(cx: &Context<'_>) -> BTreeSet<FileId> {
    let used: BTreeSet<FileId> = cx.hir.uses.iter().map(|u| u.to).collect();
    cx.hir.uses.iter().map(|u| u.from).filter(|f| !used.contains(f)).collect()
}

/// Files that would be loaded if one `use` were not there.
fn reached_without(cx: &Context<'_>, without: &Use) -> BTreeSet<FileId> {
    let mut next: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    for edge in cx.hir.uses.iter().filter(|u| u.path.span != without.path.span) {
        next.entry(edge.from).or_default().push(edge.to);
    }
    for file in &cx.hir.lidl.files {
        next.entry(file.id).or_default().extend(&file.imports);
    }
    let mut reached = roots(cx);
    let mut open: Vec<FileId> = reached.iter().copied().collect();
    while let Some(at) = open.pop() {
        for &file in next.get(&at).into_iter().flatten() {
            if reached.insert(file) {
                open.push(file);
            }
        }
    }
    reached
}

/// Instances stand in files that declare, so a service is in use when one instance has it.
fn services_in_use(cx: &Context<'_>, needed: &mut BTreeSet<FileId>) {
    let used = cx.hir.instances.iter().filter_map(|(_, instance)| cx.service(instance));
    needed.extend(used.filter(|s| !matches!(s.source, ServiceSource::Builtin(_))).map(|s| s.span.file));
}

/// A platform may be the base of another, which is not kept: where there are several, all count.
fn platforms_in_use(cx: &Context<'_>, needed: &mut BTreeSet<FileId>) {
    let nodes = cx.hir.nodes.iter().filter_map(|(_, n)| n.platform);
    needed.extend(nodes.filter_map(|p| cx.hir.platforms[p].span).map(|s| s.file));
    let own: BTreeSet<FileId> = cx.hir.platforms.iter().filter_map(|(_, p)| p.span.map(|s| s.file)).collect();
    if own.len() > 1 {
        needed.extend(own);
    }
}

/// Interface files that the needed files name, and those that these import.
fn interfaces_in_use(cx: &Context<'_>, needed: &mut BTreeSet<FileId>) {
    let lidl = &cx.hir.lidl;
    let built_in: BTreeSet<FileId> = lidl.files.iter().map(|f| f.id).filter(|f| !is_used(cx, *f)).collect();
    let mut interfaces = Vec::new();
    let services: Vec<_> = cx.hir.services.iter().filter(|(_, s)| needed.contains(&s.span.file)).collect();
    for (_, service) in services {
        interfaces.extend(service.interfaces.iter().map(|i| i.value));
        interfaces.extend(service.needs.iter().filter_map(|n| n.interface));
        for param in &service.params {
            if let Some(ParamType::Enum(id)) = param.ty.as_ref().map(innermost) {
                needed.insert(lidl.type_def(*id).file);
            }
        }
    }
    interfaces.extend(cx.hir.exports.iter().filter_map(|e| e.interface.map(|i| i.value)));
    for (_, instance) in cx.hir.instances.iter() {
        if let InstanceKind::Offer { interface, .. } | InstanceKind::Import { interface } = &instance.kind {
            interfaces.extend(*interface);
        }
    }
    needed.extend(interfaces.into_iter().map(|i| lidl.interface(i).file));
    let imports: BTreeMap<FileId, &[FileId]> =
        lidl.files.iter().map(|f| (f.id, f.imports.as_slice())).collect();
    let mut open: Vec<FileId> = needed.iter().copied().collect();
    while let Some(at) = open.pop() {
        for &file in imports.get(&at).copied().unwrap_or_default() {
            if needed.insert(file) {
                open.push(file);
            }
        }
    }
    needed.retain(|file| !built_in.contains(file));
}

/// Some `use` or import leads to the file. Built-in files are there without one.
fn is_used(cx: &Context<'_>, file: FileId) -> bool {
    cx.hir.uses.iter().any(|u| u.to == file) || cx.hir.lidl.files.iter().any(|f| f.imports.contains(&file))
}

fn innermost(ty: &ParamType) -> &ParamType {
    match ty {
        ParamType::Array(item, _) => innermost(item),
        other => other,
    }
}

enum Mistake<'a> {
    Unused { import: &'a Use },
    NoPackage { owner: &'a InterfaceCrate, file: &'a str, why: &'a str },
}

impl Mistake<'_> {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::Unused { import } => Diagnostic::new(
                Code("W0303"),
                import.path.span,
                format!("nothing of {:?} is used", import.path.value),
            )
            .label("unused import")
            .help("take the `use` out"),
            Self::NoPackage { owner, file, why } => {
                let message = format!("no package owns `{file}`: {why}");
                Diagnostic::new(INTERFACE_CRATE_MISSING, owner.used_at, message)
                    .label("services and nodes cannot be built with it")
                    .help(format!(
                        "put a package beside it whose Cargo.toml says `[package.metadata.ambience] lidl = \
                         [\"{file}\"]` and whose build script calls `ambc_lidl::build`"
                    ))
            }
        }
    }
}
