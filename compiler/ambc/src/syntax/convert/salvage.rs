//! What is left of an item whose header does not parse: its name, and the members of its block. The error has been
//! reported; what is saved here keeps it from causing others.

use super::super::ast::{
    ArrayHeader, Deploy, Group, Ident, Import, Instance, ItemKind, Network, Node, ParamDecl, Path, Platform,
    Ref, Select, SelectKind, Service, TypeRef,
};
use super::super::expected::token;
use super::super::reader::{Reader, first};
use super::{Once, header, instances, outside, service, setting, topology};
use ambc_grammar::amb::{AmbParser, Rule};
use pest::Parser;

/// Saves what can be saved of the item whose keyword is `word` and whose text goes on with `text`.
pub(in super::super) fn salvage(r: &mut Reader<'_>, word: &str, text: &str) -> Option<ItemKind> {
    let name = name(r, text)?;
    let missing = || Path { segments: Vec::new(), span: name.span.at_end() };
    Some(match word {
        "param" => {
            let nothing = TypeRef { path: missing(), args: Vec::new(), span: name.span.at_end() };
            let ty = part(r, text, &[':'], Rule::type_ref, header::type_ref).flatten();
            // A type that is cut short would be called wrong: it counts if what follows it may follow.
            let whole = |t: &TypeRef| {
                let rest = text.get((t.span.end as usize).saturating_sub(r.base)..).unwrap_or("");
                rest.trim_start().is_empty() || rest.trim_start().starts_with([';', '='])
            };
            let ty = ty.filter(whole).unwrap_or(nothing);
            ItemKind::Param(ParamDecl { ty, span: name.span, default: None, doc: None, name })
        }
        "service" => {
            let members = block(r, Rule::rest_service, text, service::service_members).unwrap_or_default();
            ItemKind::Service(Service { name, interfaces: Vec::new(), members })
        }
        "network" => {
            let array = array(r, text, &name);
            let kind = part(r, text, &[':'], Rule::ident, |r, p| r.ident(&p));
            let mut out = Network { name, array, kind, settings: Vec::new(), hub: None };
            block(r, Rule::rest_network, text, |r, p| topology::network_members(r, p, &mut out));
            ItemKind::Network(out)
        }
        "platform" => {
            let base = part(r, text, &[':'], Rule::path, |r, p| r.path(p));
            let mut out = Platform { name, base, settings: Vec::new(), offers: Vec::new() };
            block(r, Rule::rest_platform, text, |r, p| topology::platform_members(r, p, &mut out));
            ItemKind::Platform(out)
        }
        "node" => {
            let array = array(r, text, &name);
            let (links, offers, settings) = Default::default();
            let platform = part(r, text, &[':'], Rule::path, |r, p| r.path(p));
            let mut out = Node { name, array, platform, links, offers, settings };
            block(r, Rule::rest_node, text, |r, p| topology::node_members(r, p, &mut out));
            ItemKind::Node(out)
        }
        "instance" => {
            let array = array(r, text, &name);
            let service = part(r, text, &['=', ':'], Rule::path, |r, p| r.path(p)).unwrap_or_else(missing);
            let members = block(r, Rule::rest_instance, text, instances::members);
            let (bindings, settings) = members.unwrap_or_default();
            ItemKind::Instance(Instance { name, array, service, bindings, settings })
        }
        "group" => {
            let mut out = Group { name, members: Vec::new(), settings: Vec::new() };
            block(r, Rule::rest_group, text, |r, p| instances::group_members(r, p, &mut out));
            ItemKind::Group(out)
        }
        "deploy" => {
            let node = plain_ref(name.clone(), array(r, text, &name));
            let entries = block(r, Rule::rest_deploy, text, instances::deploy_entries).unwrap_or_default();
            ItemKind::Deploy(Deploy { node, entries })
        }
        "export" => {
            let nowhere = Ident { text: String::new(), span: name.span.at_end() };
            let mut out = outside::new_export(plain_ref(name, None), plain_ref(nowhere, None));
            out.network.head.segments.clear();
            block(r, Rule::rest_export, text, |r, p| {
                outside::export_members(r, p, &mut out, &mut Once::default())
            });
            ItemKind::Export(out)
        }
        "import" => {
            let interface = part(r, text, &[':'], Rule::path, |r, p| r.path(p)).unwrap_or_else(missing);
            let network = Ref { head: missing(), ..plain_ref(name.clone(), None) };
            let settings = block(r, Rule::rest_import, text, setting::settings).unwrap_or_default();
            ItemKind::Import(Import { name, interface, network, rest: None, from: None, via: None, settings })
        }
        _ => return None,
    })
}

fn name(r: &Reader<'_>, text: &str) -> Option<Ident> {
    let start = text.len() - text.trim_start().len();
    let word = token(text.get(start..)?);
    let raw =
        if word == "r" { text.get(start + 1..).and_then(|t| t.strip_prefix('#')).map(token) } else { None };
    let (text, len) = raw.map_or((word, word.len()), |raw| (raw, raw.len() + 2));
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_name.then(|| Ident { text: text.to_owned(), span: r.range(start, start + len) })
}

/// The `[…]` right behind the name.
fn array(r: &mut Reader<'_>, text: &str, name: &Ident) -> Option<ArrayHeader> {
    let at = (name.span.end as usize).checked_sub(r.base)?;
    let rest = text.get(at..)?;
    let at = at + rest.len() - rest.trim_start().len();
    // Only its extent is asked for here; the text may go on with anything.
    let pair = AmbParser::parse(Rule::array_header, text.get(at..)?).ok()?.next()?;
    let base = r.base;
    r.base += at;
    let out = header::array(r, pair);
    r.base = base;
    out
}

/// What stands behind the first of the `marks` in the header, as far as it parses.
fn part<T>(
    r: &mut Reader<'_>,
    text: &str,
    marks: &[char],
    rule: Rule,
    take: impl FnOnce(&mut Reader<'_>, super::super::reader::P<'_>) -> T,
) -> Option<T> {
    let header = text.split('{').next().unwrap_or("");
    let at = header.find(marks)? + 1;
    let at = at + header.get(at..).map_or(0, |t| t.len() - t.trim_start().len());
    let pair = AmbParser::parse(rule, header.get(at..)?).ok()?.next()?;
    let base = r.base;
    r.base += at;
    let out = take(r, pair);
    r.base = base;
    Some(out)
}

fn plain_ref(name: Ident, array: Option<ArrayHeader>) -> Ref {
    let span = name.span;
    let select = array.map(|a| Select { kind: SelectKind::Index(Box::new(a.count)), span: a.span });
    let head = Path { span, segments: vec![name] };
    Ref { head, select, member: None, more: Vec::new(), member_select: None, span }
}

/// Parses the block of the item and hands it to `take`.
fn block<T>(
    r: &mut Reader<'_>,
    rule: Rule,
    text: &str,
    take: impl FnOnce(&mut Reader<'_>, super::super::reader::P<'_>) -> T,
) -> Option<T> {
    let open = text.find('{')?;
    let pair = first(rule, text.get(open..)?)?.into_inner().next()?;
    let base = r.base;
    r.base += open;
    let out = take(r, pair);
    r.base = base;
    Some(out)
}
