//! What `use` brings in.

use super::context::Context;
use crate::hir::{InstanceKind, InterfaceCrate, ParamType, Use};
use ambc_diag::{Code, Diagnostic, Diagnostics, FileId};
use std::collections::{BTreeMap, BTreeSet};

/// Generated code cannot be built without the package that owns a `.lidl` file. `build` makes an error of it.
pub(super) const INTERFACE_CRATE_MISSING: Code = Code("W0305");

/// Something that a used file defines is named outside it, or counts by being there.
pub(super) fn every_import_is_used(cx: &Context<'_>, diags: &mut Diagnostics) {
    if cx.names_failed {
        return;
    }
    let needed = needed_files(cx);
    let mut told = BTreeSet::new();
    for import in cx.hir.uses.iter().filter(|u| !needed.contains(&u.to)) {
        if told.insert(import.path.span) {
            diags.push(Mistake::Unused { import }.diagnostic());
        }
    }
}

/// A `.lidl` file belongs to a package, from which services and nodes take its types.
pub(super) fn every_interface_file_has_a_package(cx: &Context<'_>, diags: &mut Diagnostics) {
    for owner in &cx.hir.interface_crates {
        if let Err(why) = &owner.package {
            diags.push(Mistake::NoPackage { owner, why }.diagnostic());
        }
    }
}

/// Files that some other file needs. A file with nothing of its own is needed if one that it uses is.
fn needed_files(cx: &Context<'_>) -> BTreeSet<FileId> {
    let mut needed = named_from_elsewhere(cx);
    needed.extend(cx.hir.uses.iter().filter(|u| u.declares || u.read).map(|u| u.to));
    let own = files_that_define(cx);
    let mut through: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    for edge in cx.hir.uses.iter().filter(|u| !own.contains(&u.from)) {
        through.entry(edge.to).or_default().push(edge.from);
    }
    let mut open: Vec<FileId> = needed.iter().copied().collect();
    while let Some(file) = open.pop() {
        for &user in through.get(&file).into_iter().flatten() {
            if needed.insert(user) {
                open.push(user);
            }
        }
    }
    needed
}

/// Files with services, platforms or interfaces.
fn files_that_define(cx: &Context<'_>) -> BTreeSet<FileId> {
    let services = cx.hir.services.iter().map(|(_, s)| s.span.file);
    let platforms = cx.hir.platforms.iter().filter_map(|(_, p)| p.span.map(|s| s.file));
    services.chain(platforms).chain(cx.hir.lidl.files.iter().map(|f| f.id)).collect()
}

/// Files whose services, platforms, interfaces or types another file names.
fn named_from_elsewhere(cx: &Context<'_>) -> BTreeSet<FileId> {
    let mut named = BTreeSet::new();
    services_in_use(cx, &mut named);
    platforms_in_use(cx, &mut named);
    interfaces_in_use(cx, &mut named);
    named
}

/// Instances stand in files that declare, so a service is in use when one instance has it.
fn services_in_use(cx: &Context<'_>, named: &mut BTreeSet<FileId>) {
    for (_, instance) in cx.hir.instances.iter() {
        if let Some(service) = cx.service(instance) {
            named.insert(service.span.file);
        }
    }
}

/// A platform may be the base of another, which is not kept: where there are several, all count.
fn platforms_in_use(cx: &Context<'_>, named: &mut BTreeSet<FileId>) {
    let nodes = cx.hir.nodes.iter().filter_map(|(_, n)| n.platform);
    named.extend(nodes.filter_map(|p| cx.hir.platforms[p].span).map(|s| s.file));
    let own: BTreeSet<FileId> = cx.hir.platforms.iter().filter_map(|(_, p)| p.span.map(|s| s.file)).collect();
    if own.len() > 1 {
        named.extend(own);
    }
}

fn interfaces_in_use(cx: &Context<'_>, named: &mut BTreeSet<FileId>) {
    let lidl = &cx.hir.lidl;
    let mut interfaces = Vec::new();
    for (_, service) in cx.hir.services.iter() {
        interfaces.extend(service.interfaces.iter().map(|i| i.value));
        interfaces.extend(service.needs.iter().filter_map(|n| n.interface));
        for param in &service.params {
            if let Some(ParamType::Enum(id)) = param.ty.as_ref().map(innermost) {
                named.insert(lidl.type_def(*id).file);
            }
        }
    }
    interfaces.extend(cx.hir.exports.iter().filter_map(|e| e.interface.map(|i| i.value)));
    for (_, instance) in cx.hir.instances.iter() {
        if let InstanceKind::Offer { interface, .. } | InstanceKind::Import { interface } = &instance.kind {
            interfaces.extend(*interface);
        }
    }
    named.extend(interfaces.into_iter().map(|i| lidl.interface(i).file));
    named.extend(lidl.files.iter().flat_map(|f| f.imports.iter().copied()));
}

fn innermost(ty: &ParamType) -> &ParamType {
    match ty {
        ParamType::Array(item, _) => innermost(item),
        other => other,
    }
}

enum Mistake<'a> {
    Unused { import: &'a Use },
    NoPackage { owner: &'a InterfaceCrate, why: &'a str },
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
            Self::NoPackage { owner, why } => Diagnostic::new(
                INTERFACE_CRATE_MISSING,
                owner.used_at,
                format!("no package owns this file: {why}"),
            )
            .label("services and nodes cannot be built with it")
            .help(
                "`ambc new interface` writes one: a package whose Cargo.toml says \
                         `[package.metadata.ambience] lidl = [\"…\"]`",
            ),
        }
    }
}
