//! Declared memory against what the platform has. Exit class 3: the deployment is valid, it does not fit.

use super::context::{Context, listed};
use crate::hir::{Domain, Id, InstanceId, Node, Platform, PlatformKind};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;

/// The stack of an instance on Cortex-M whose manifest says none, in bytes.
const DEFAULT_STACK: u64 = 4 * 1024;
/// A user group needs a region for its code, one for its data and one that it shares with the kernel.
const REGIONS_OF_A_GROUP: u32 = 3;

/// Stacks and heaps of a node's instances fit into its RAM.
pub(super) fn declared_memory_fits_the_ram(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, instances) in cx.hir.nodes.ids().zip(by_node(cx)) {
        let Some((platform, ram)) = cx.platform(id).and_then(|p| Some((p, p.ram?))) else { continue };
        let mut total = 0u64;
        for &instance in &instances {
            let (stack, heap) = declared(cx, instance, platform);
            total = total.saturating_add(stack).saturating_add(heap);
            if total > ram {
                let all = instances.iter().map(|i| declared(cx, *i, platform));
                let needed = all.fold(0u64, |sum, (s, h)| sum.saturating_add(s).saturating_add(h));
                let mistake = Mistake::Ram {
                    node: &cx.hir.nodes[id],
                    platform,
                    ram,
                    needed,
                    instances: &instances,
                    instance,
                };
                diags.push(mistake.diagnostic(cx));
                break;
            }
        }
    }
}

/// A group is isolated only where there are regions enough to do so.
pub(super) fn a_user_group_has_regions_to_live_in(cx: &Context<'_>, diags: &mut Diagnostics) {
    for ((node, domain), members) in cx.hir.domains() {
        let Some(platform) = cx.platform(node).filter(|p| p.kind == PlatformKind::CortexM) else { continue };
        let (Some(has), Some(first)) = (platform.mpu_regions, members.first()) else { continue };
        let Some(placement) = &cx.hir.instances[*first].placement else { continue };
        if domain != Domain::Kernel && has < REGIONS_OF_A_GROUP {
            diags.push(
                Mistake::Regions { platform, has, instance: *first, at: placement.span }.diagnostic(cx),
            );
        }
    }
}

/// What runs on each node, in the order of the `deploy` items.
fn by_node(cx: &Context<'_>) -> Vec<Vec<InstanceId>> {
    let mut by_node: Vec<Vec<(Span, InstanceId)>> = vec![Vec::new(); cx.hir.nodes.len()];
    for (id, instance) in cx.hir.instances.iter() {
        if let Some(p) = &instance.placement {
            by_node[p.node.index()].push((p.span, id));
        }
    }
    let sorted = |mut list: Vec<(Span, InstanceId)>| {
        list.sort();
        list.into_iter().map(|(_, id)| id).collect()
    };
    by_node.into_iter().map(sorted).collect()
}

/// Stack and heap, in bytes. Offers belong to the kernel, which has its own.
fn declared(cx: &Context<'_>, instance: InstanceId, platform: &Platform) -> (u64, u64) {
    let instance = &cx.hir.instances[instance];
    let Some(service) =
        cx.service(instance).filter(|s| !matches!(s.source, crate::hir::ServiceSource::Builtin(_)))
    else {
        return (0, 0);
    };
    let default = if platform.kind == PlatformKind::CortexM { DEFAULT_STACK } else { 0 };
    (service.stack.map_or(default, |s| s.value), service.heap.map_or(0, |h| h.value))
}

enum Mistake<'a> {
    Ram {
        node: &'a Node,
        platform: &'a Platform,
        ram: u64,
        needed: u64,
        instances: &'a [InstanceId],
        instance: InstanceId,
    },
    Regions {
        platform: &'a Platform,
        has: u32,
        instance: InstanceId,
        at: Span,
    },
}

impl Mistake<'_> {
    fn diagnostic(self, cx: &Context<'_>) -> Diagnostic {
        match self {
            Self::Ram { node, platform, ram, needed, instances, instance } => {
                let at = cx.hir.instances[instance].placement.as_ref().map_or(node.name_span, |p| p.span);
                let mut sizes: BTreeMap<u64, Vec<String>> = BTreeMap::new();
                for i in instances {
                    let (stack, heap) = declared(cx, *i, platform);
                    if stack + heap > 0 {
                        sizes.entry(stack + heap).or_default().push(cx.name(*i));
                    }
                }
                let shares: Vec<_> =
                    sizes.iter().rev().map(|(size, names)| format!("{}: {} each", listed(names), bytes(*size))).collect();
                Diagnostic::new(
                    Code("E0450"),
                    at,
                    format!(
                        "`{}` has {} of RAM, and its stacks and heaps take {}",
                        node.name,
                        bytes(ram),
                        bytes(needed)
                    ),
                )
                .label(format!("`{}` no longer fits", cx.name(instance)))
                .also(node.name_span, format!("a `{}`", platform.name))
                .note(shares.join("; "))
                .help("deploy some of them to another node, or ask for less `memory` in their manifests")
            }
            Self::Regions { platform, has, instance, at } => Diagnostic::new(
                Code("E0451"),
                at,
                format!(
                    "`{}` cannot be isolated: `{}` has {has} MPU regions, and a group needs {REGIONS_OF_A_GROUP}",
                    cx.name(instance),
                    platform.name
                ),
            )
            .label("a group of its own")
            .help("write `kernel` before it to run it in the kernel group, or deploy it to another node"),
        }
    }
}

fn bytes(n: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = UNITS.iter().find(|(_, size)| n >= *size && n.is_multiple_of(*size));
    unit.map_or_else(|| format!("{n}B"), |(unit, size)| format!("{}{unit}", n / size))
}
