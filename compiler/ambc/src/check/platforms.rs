//! Whether a service can run where it is deployed. These point at the `deploy` item, which is what a user would change.

use super::context::{Context, listed};
use crate::hir::{CrateFacts, Instance, Platform, PlatformKind, Service, ServiceSource};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// A service runs on the kind of platform it is deployed to.
pub(super) fn a_service_runs_on_its_platform(cx: &Context<'_>, diags: &mut Diagnostics) {
    for at in deployed(cx) {
        let kind = at.platform.kind;
        match &at.service.runs_on {
            Some(kinds) if !kinds.iter().any(|k| k.value == kind) => {
                diags.push(Mistake::WrongKind { at, said: kinds }.diagnostic());
            }
            Some(_) | None if kind == PlatformKind::Linux => {}
            Some(_) | None if facts(at.service).is_some_and(|f| !f.no_std) => {
                diags.push(Mistake::NeedsStd { at }.diagnostic());
            }
            None if matches!(at.service.source, ServiceSource::Registry { .. }) => {
                diags.push(Mistake::FromRegistry { at }.diagnostic());
            }
            Some(_) | None => {}
        }
    }
}

/// The platform has what the service requires. A heap *budget* is no requirement: it is memory like a stack.
pub(super) fn a_platform_has_the_required_features(cx: &Context<'_>, diags: &mut Diagnostics) {
    for at in deployed(cx) {
        for feature in &at.service.requires {
            let heap = feature.value == HEAP;
            if heap && !at.platform.heap {
                diags.push(Mistake::NoHeap { at, heap: feature.span }.diagnostic());
            } else if !heap && !at.platform.features.contains(&feature.value) {
                diags.push(Mistake::NoFeature { at, feature }.diagnostic());
            }
        }
    }
}

/// A service that blocks is deployed where it can have a thread of its own.
pub(super) fn blocking_calls_need_threads(cx: &Context<'_>, diags: &mut Diagnostics) {
    for at in deployed(cx).filter(|at| at.platform.kind == PlatformKind::CortexM) {
        if let Some(blocking) = at.service.blocking {
            diags.push(Mistake::Blocks { at, blocking }.diagnostic());
        }
    }
}

/// `requires heap;`: an allocator, which is no feature of the processor.
const HEAP: &str = "heap";

/// A service on a platform.
#[derive(Clone, Copy)]
struct Deployed<'a> {
    instance: &'a Instance,
    service: &'a Service,
    platform: &'a Platform,
    /// The `deploy` item.
    span: Span,
}

fn deployed<'a>(cx: &Context<'a>) -> impl Iterator<Item = Deployed<'a>> {
    cx.hir.instances.iter().filter_map(|(_, instance)| {
        let placement = instance.placement.as_ref()?;
        let service = cx.service(instance).filter(|s| !s.broken)?;
        let platform = cx.platform(placement.node)?;
        Some(Deployed { instance, service, platform, span: placement.span })
    })
}

fn facts(service: &Service) -> Option<&CrateFacts> {
    match &service.source {
        ServiceSource::Path { facts: Ok(facts), .. } => Some(facts),
        _ => None,
    }
}

enum Mistake<'a> {
    WrongKind { at: Deployed<'a>, said: &'a [Spanned<PlatformKind>] },
    NeedsStd { at: Deployed<'a> },
    FromRegistry { at: Deployed<'a> },
    NoFeature { at: Deployed<'a>, feature: &'a Spanned<String> },
    NoHeap { at: Deployed<'a>, heap: Span },
    Blocks { at: Deployed<'a>, blocking: Span },
}

impl Mistake<'_> {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::WrongKind { at, said } => {
                let kinds = listed(said.iter().map(|k| kind_word(k.value)));
                let d = cannot_run(Code("E0350"), at, &format!("it runs on {kinds}"))
                    .help("deploy it to another node, or widen `runs on` in its manifest");
                match said.first() {
                    Some(first) => d.also(first.span, "said here"),
                    None => d,
                }
            }
            Self::NeedsStd { at } => cannot_run(Code("E0351"), at, "its crate needs `std`")
                .also(at.service.name_span, "its library root does not say `#![no_std]`")
                .help("deploy it to a Linux node, or write the crate without `std`"),
            Self::FromRegistry { at } => {
                cannot_run(Code("E0350"), at, "a crate from a registry runs on `linux` unless told otherwise")
                    .also(at.service.name_span, "its manifest")
                    .help("write `runs on …;` in its manifest if the crate is `no_std`")
            }
            Self::NoFeature { at, feature } => {
                cannot_run(Code("E0352"), at, &format!("it requires `{}`", feature.value))
                    .also(feature.span, "required here")
                    .help(features_help(at.platform))
            }
            Self::NoHeap { at, heap } => cannot_run(Code("E0353"), at, "it needs a heap")
                .also(heap, "required here")
                .help("deploy it to a node with an allocator, or write the service without one"),
            Self::Blocks { at, blocking } => {
                cannot_run(Code("E0354"), at, "its calls block, and there are no threads")
                    .also(blocking, "said here")
                    .help("deploy it to a Linux or x86_64 node, or write the service with `async` calls only")
            }
        }
    }
}

fn cannot_run(code: Code, at: Deployed<'_>, why: &str) -> Diagnostic {
    let (instance, platform) = (&at.instance.name, &at.platform.name);
    Diagnostic::new(code, at.span, format!("`{instance}` cannot run on `{platform}`: {why}"))
        .label(format!("deployed to a node of kind `{}`", kind_word(at.platform.kind)))
}

fn features_help(platform: &Platform) -> String {
    match platform.features.as_slice() {
        [] => format!("`{}` has no features; deploy it to another node", platform.name),
        has => format!("`{}` has {}; deploy it to another node", platform.name, listed(has)),
    }
}

/// As written after `runs on`.
fn kind_word(kind: PlatformKind) -> &'static str {
    match kind {
        PlatformKind::Linux => "linux",
        PlatformKind::CortexM => "cortex_m",
        PlatformKind::X86_64 => "x86_64",
    }
}
