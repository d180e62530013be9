//! What rustc says, in terms of the `.amb` and `.lidl` text that a line was generated from.

use crate::cargo::{Outcome, RustcMessage};
use crate::image::{NodeImage, Origin, OriginKind};
use crate::render::FileTree;
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const CRATE_FAILS: Code = Code("E0501");
const NEED_MISFIT: Code = Code("E0502");
const PARAM_MISFIT: Code = Code("E0503");
const NOT_IMPLEMENTED: Code = Code("E0504");
const NO_RUN: Code = Code("E0505");
const CRATE_MISFIT: Code = Code("E0506");
const CARGO_FAILS: Code = Code("E0507");

/// One diagnostic for each error; for a failure without any (a dependency that cannot be had) what cargo said.
pub(super) fn report(
    image: &NodeImage,
    tree: &FileTree,
    workspace: &Path,
    outcome: &Outcome,
    diags: &mut Diagnostics,
) {
    let before = diags.len();
    // rustc says one thing at several places of generated code; a user wrote it once.
    let mut told = BTreeSet::new();
    let mut found: Vec<_> = outcome.messages.iter().map(|m| one(image, tree, workspace, m)).collect();
    let cause = |d: &Diagnostic| d.code == NEED_MISFIT || d.code == NOT_IMPLEMENTED;
    if found.iter().any(cause) {
        // What lacks an interface cannot be constructed, served or run either.
        found.retain(|d| cause(d) || !d.message.contains(" does not implement the interface "));
    }
    for d in found {
        if told.insert((d.primary.span, d.code, d.message.clone())) {
            diags.push(d);
        }
    }
    if diags.len() == before {
        diags.push(cargo_failed(image, outcome));
    }
}

fn one(image: &NodeImage, tree: &FileTree, workspace: &Path, message: &RustcMessage) -> Diagnostic {
    if let Some(d) = wrong_interface(image, message) {
        return d;
    }
    let generated = generated_places(workspace, message).find_map(|(file, line)| {
        let id = tree.files.get(&file)?.origin(line)?;
        image.origins.get(id)
    });
    match (in_a_crate(image, workspace, message), generated) {
        // A manifest that does not fit shows in generated lines, even if rustc's first place is in the service.
        (None, Some(origin)) => misfit(origin, message),
        (Some((span, library)), _) => crate_fails(span, library, message),
        (None, None) => cargo_failed_with(fallback(image), &message.message, &message.rendered),
    }
}

/// A dependency that does not implement what the crate asks of it: the type names the edge, and so the need.
fn wrong_interface(image: &NodeImage, m: &RustcMessage) -> Option<Diagnostic> {
    let (ty, rest) = m.message.split_once(" does not implement the interface `")?;
    let wanted = rest.split('`').next()?;
    let handle =
        |ty: &str| ty.split_once("Handle<").and_then(|(_, r)| r.split('>').next()).map(str::to_owned);
    // The dependency itself, a handle or a stub over one; not something that has it for a parameter.
    let ident = handle(ty)
        .filter(|_| ty.split("Handle<").next().is_some_and(|head| head.matches('<').count() <= 1))?;
    let domains = std::iter::once(&image.kernel).chain(&image.groups);
    let mut needs = domains.flat_map(|d| &d.instances).flat_map(|i| &i.needs);
    let need = needs.find(|n| handle(&n.ty).as_ref() == Some(&ident))?;
    let origin = image.origins.get(need.origin)?;
    let OriginKind::Need { service, need, interface } = &origin.kind else { return None };
    if interface == wanted {
        return None;
    }
    Some(
        Diagnostic::new(
            NEED_MISFIT,
            origin.span,
            format!("`needs {need}` of `{service}` is `{interface}`, but its crate wants `{wanted}`"),
        )
        .label(format!("gives something that implements `{interface}`"))
        .help(format!("write `needs {need}: {wanted}`, or change what the crate asks of `{need}`")),
    )
}

/// Places of a message in files that ambc wrote, the primary one first.
fn generated_places<'a>(
    workspace: &'a Path,
    m: &'a RustcMessage,
) -> impl Iterator<Item = (String, u32)> + 'a {
    let primary = m.file.iter().map(|f| (f.clone(), m.line));
    primary.chain(m.places.iter().cloned()).filter_map(move |(file, line)| {
        let relative = file.strip_prefix(workspace).map(Path::to_owned).unwrap_or(file);
        relative.is_relative().then(|| (relative.display().to_string(), line))
    })
}

/// The user's crate that was being compiled, and where it is named.
fn in_a_crate<'a>(image: &'a NodeImage, workspace: &Path, m: &RustcMessage) -> Option<(Span, &'a str)> {
    let found = image.crates.iter().find(|c| c.library == m.package || c.package == m.package)?;
    let file = m.file.as_ref()?;
    if file.is_relative() && workspace.join(file).exists() {
        return None;
    }
    image.origins.get(found.origin).map(|o| (o.span, found.library.as_str()))
}

fn crate_fails(span: Span, library: &str, m: &RustcMessage) -> Diagnostic {
    Diagnostic::new(CRATE_FAILS, span, format!("the crate `{library}` does not compile: {}", m.message))
        .label("this crate")
        .note(text(m))
}

fn misfit(origin: &Origin, m: &RustcMessage) -> Diagnostic {
    let span = origin.span;
    let said = &m.message;
    let d = match &origin.kind {
        OriginKind::Need { service, need, interface } => Diagnostic::new(
            NEED_MISFIT,
            span,
            format!("`needs {need}` of `{service}` does not fit its crate: {said}"),
        )
        .label(format!("`Needs::{need}` takes something that implements `{interface}`"))
        .help(format!(
            "`pub struct Needs` must have one public field for each `needs`, `{need}` among them, and the \
                     exported type one type parameter for each, in this order"
        )),
        OriginKind::Param { service, param } => Diagnostic::new(
            PARAM_MISFIT,
            span,
            format!("`param {param}` of `{service}` does not fit its crate: {said}"),
        )
        .label("declared here")
        .help(format!("`pub struct Params` must have a public field `{param}` of this type")),
        OriginKind::Interface { service, interface } => {
            Diagnostic::new(NOT_IMPLEMENTED, span, format!("`{service}` does not implement `{interface}`"))
                .label("the manifest says that it does")
                .help(format!(
                    "implement the trait of `{interface}` for the exported type, with every procedure"
                ))
        }
        OriginKind::Run { service } if said.contains("does not implement `ambience::Run`") => {
            Diagnostic::new(
                NO_RUN,
                span,
                format!("`{service}` says `run`, but does not implement `ambience::Run`"),
            )
            .label("the manifest says that it is active")
            .help("implement `ambience::Run` for the exported type, or take `run` away")
        }
        OriginKind::Run { service } => {
            Diagnostic::new(NO_RUN, span, format!("`{service}` cannot be run: {said}"))
                .label("the manifest says that it is active")
                .help("implement `ambience::Run` for the exported type, or take `run` away")
        }
        OriginKind::Crate { service } | OriginKind::Instance { service, .. } => Diagnostic::new(
            CRATE_MISFIT,
            span,
            format!("the crate of `{service}` does not fit its manifest: {said}"),
        )
        .label("this crate"),
        OriginKind::Edge { edge } => {
            Diagnostic::new(CRATE_MISFIT, span, format!("`{edge}` cannot be connected: {said}"))
                .label("bound here")
        }
    };
    let d = if m.label.as_ref().is_some_and(|l| l != said) {
        d.note(m.label.clone().unwrap_or_default())
    } else {
        d
    };
    service_places(m).into_iter().fold(d, Diagnostic::note)
}

/// Places of a message that are in the user's own sources: worth pointing at.
fn service_places(m: &RustcMessage) -> Vec<String> {
    let own = |f: &PathBuf| {
        f.is_absolute() && !f.components().any(|c| c.as_os_str() == "registry" || c.as_os_str() == "rustlib")
    };
    let mut out: Vec<_> =
        m.places.iter().filter(|(f, _)| own(f)).map(|(f, l)| format!("see {}:{l}", f.display())).collect();
    out.dedup();
    out.truncate(3);
    out
}

fn cargo_failed(image: &NodeImage, outcome: &Outcome) -> Diagnostic {
    let lines: Vec<_> = outcome.stderr.lines().filter(|l| !l.trim_start().starts_with("Compiling")).collect();
    let first = lines.iter().find(|l| l.starts_with("error")).copied().unwrap_or("cargo failed");
    let said = first.trim_start_matches("error: ").to_owned();
    cargo_failed_with(fallback(image), &said, &lines.join("\n"))
}

fn cargo_failed_with(span: Span, said: &str, all: &str) -> Diagnostic {
    Diagnostic::new(CARGO_FAILS, span, format!("this node cannot be built: {said}"))
        .note(all.trim().to_owned())
}

/// The first crate of the node: a failure of cargo as a whole has no better place.
fn fallback(image: &NodeImage) -> Span {
    let origin = image.crates.first().and_then(|c| image.origins.get(c.origin));
    origin.map_or(image.span, |o| o.span)
}

/// rustc's own rendering without its colours.
fn text(m: &RustcMessage) -> String {
    m.rendered.trim().to_owned()
}
