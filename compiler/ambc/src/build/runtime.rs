//! Which source of the runtime crates a deployment builds against.

use crate::emit::PROJECT_RUNTIME;
use crate::hir::{Deployment, ServiceSource};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;

const SEVERAL_RUNTIMES: Code = Code("E0510");

/// Where the runtime comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuntimeChoice {
    /// Service crates name this `ambience` by path: its source tree is used.
    Tree(PathBuf),
    /// They name the folder of their project that ambc keeps equal to the embedded one.
    Project(PathBuf),
    /// The one embedded in ambc.
    Embedded,
}

/// All service and interface crates must mean the same `ambience`, as their types meet in one program.
pub fn choose_runtime(hir: &Deployment, diags: &mut Diagnostics) -> RuntimeChoice {
    let mut found: BTreeMap<PathBuf, Span> = BTreeMap::new();
    let services = hir.services.iter().filter_map(|(_, s)| match &s.source {
        ServiceSource::Path { facts: Ok(facts), written, .. } => {
            facts.ambience.clone().map(|a| (a, written.span))
        }
        _ => None,
    });
    let interfaces = hir.interface_crates.iter().filter_map(|c| {
        let package = c.package.as_ref().ok()?;
        package.ambience.clone().map(|a| (a, c.used_at))
    });
    for (ambience, span) in services.chain(interfaces) {
        found.entry(ambience).or_insert(span);
    }
    let mut all = found.into_iter();
    let Some((first, at)) = all.next() else { return RuntimeChoice::Embedded };
    for (other, span) in all {
        diags.push(
            Diagnostic::new(SEVERAL_RUNTIMES, span, "two crates use different sources of `ambience`")
                .label(format!("uses `{}`", other.display()))
                .also(at, format!("uses `{}`", first.display()))
                .help("let both `Cargo.toml` name the same folder"),
        );
    }
    match first.parent().and_then(|p| p.parent()) {
        Some(root) if root.ends_with(PROJECT_RUNTIME) => RuntimeChoice::Project(root.to_owned()),
        Some(root) => RuntimeChoice::Tree(root.to_owned()),
        None => RuntimeChoice::Embedded,
    }
}
