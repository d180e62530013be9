//! Pairs of the grammar to the tree. One file for each family of items, in the order of the language reference.

pub(super) mod expr;
mod header;
mod instances;
mod outside;
mod rules;
mod salvage;
mod service;
mod setting;
mod topology;

pub(super) use salvage::salvage;

use super::ast::{Ident, ItemKind};
use super::codes;
use super::reader::{P, Reader};
use ambc_diag::{Diagnostic, Span};
use ambc_grammar::amb::Rule;

/// The item whose keyword is `word` and whose body is `body`.
pub(super) fn item(r: &mut Reader<'_>, word: &str, overrides: bool, body: P<'_>) -> Option<ItemKind> {
    let prefixed = body.clone().into_inner().find(|p| p.as_rule() == Rule::prefixed);
    if let Some(name) = prefixed.filter(|_| !overrides) {
        own_names_have_no_prefix(r, word, &name);
    }
    Some(match word {
        "deployment" => ItemKind::Deployment(header::name(r, body)?),
        "use" => ItemKind::Use(header::use_file(r, body)?),
        "param" => ItemKind::Param(header::param(r, body.into_inner().next()?)?),
        "service" => ItemKind::Service(service::service(r, body)?),
        "network" => ItemKind::Network(topology::network(r, body, overrides)?),
        "platform" => ItemKind::Platform(topology::platform(r, body)?),
        "node" => ItemKind::Node(topology::node(r, body, overrides)?),
        "instance" => ItemKind::Instance(instances::instance(r, body)?),
        "group" => ItemKind::Group(instances::group(r, body)?),
        "deploy" => ItemKind::Deploy(instances::deploy(r, body)?),
        "place" => ItemKind::Place(rules::place(r, body)?),
        "logs" => ItemKind::Logs(rules::logs(r, body)?),
        "export" => ItemKind::Export(outside::export(r, body)?),
        "import" => ItemKind::Import(outside::import(r, body)?),
        "allow" | "deny" => ItemKind::Access(rules::access(r, word == "allow", body)?),
        _ => ItemKind::Require(rules::require(r, body)?),
    })
}

/// Only what is overridden is named by its prefix.
fn own_names_have_no_prefix(r: &mut Reader<'_>, word: &str, name: &P<'_>) {
    let (span, text) = (r.span(name), name.as_str());
    let own = text.rsplit("::").next().unwrap_or(text);
    r.broken = true;
    let d = Diagnostic::new(codes::UNEXPECTED, span, format!("a {word} is declared without a prefix"));
    r.report(d.label("`::` in a name").help(format!(
        "write `{word} {own}`; to replace one that came through `use … as`, write `override {word} {text}`"
    )));
}

/// The kind of network or the platform of a node is missing, and there is no older one to keep.
fn missing_kind(r: &mut Reader<'_>, name: &Ident, what: &str, form: &str) {
    let at = name.span.at_end();
    r.broken = true;
    let d = Diagnostic::new(codes::UNEXPECTED, at, format!("expected `:` and {what} after `{}`", name.text));
    r.report(d.label("missing here").help(format!("write `{form}`")));
}

/// Stores what may be written once; a second is reported at its place, with the first.
fn once<T>(r: &mut Reader<'_>, slot: &mut Option<T>, value: T, what: &str, spans: &mut Once, at: Span) {
    if let Some(first) = spans.seen(what) {
        let d = Diagnostic::new(codes::WRITTEN_TWICE, at, format!("`{what}` is written twice"));
        r.report(d.label("again here").also(first, "first here").help("keep one of the two"));
        return;
    }
    spans.0.push((what.to_owned(), at));
    *slot = Some(value);
}

/// Where the parts that may be written once were written.
#[derive(Default)]
struct Once(Vec<(String, Span)>);

impl Once {
    fn seen(&self, what: &str) -> Option<Span> {
        self.0.iter().find(|(w, _)| w == what).map(|(_, s)| *s)
    }
}
