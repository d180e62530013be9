//! Networks, platforms, nodes.

use super::super::ast::{Link, Network, Node, Offer, Platform, Setting};
use super::super::block::{Block, entries};
use super::super::reader::{P, Reader};
use super::{Once, expr, header, instances, missing_kind, once, setting};
use ambc_grammar::amb::Rule;

pub(super) fn network(r: &mut Reader<'_>, p: P<'_>, overrides: bool) -> Option<Network> {
    let (mut name, mut array, mut kind, mut block) = (None, None, None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::prefixed => name = Some(r.ident(&p)),
            Rule::ident if name.is_none() => name = Some(r.ident(&p)),
            Rule::ident => kind = Some(r.ident(&p)),
            Rule::array_header => array = header::array(r, p),
            Rule::network_block => block = Some(p),
            _ => {}
        }
    }
    let name = name?;
    if kind.is_none() && !overrides {
        missing_kind(r, &name, "a kind of network", "network NAME : udp { … }");
    }
    let mut out = Network { name, array, kind, settings: Vec::new(), hub: None };
    if let Some(block) = block {
        network_members(r, block, &mut out);
    }
    Some(out)
}

pub(super) fn network_members(r: &mut Reader<'_>, block: P<'_>, out: &mut Network) {
    let mut seen = Once::default();
    entries(r, block, Block::Network, &mut |r, p| {
        let Some(p) = p.into_inner().next() else { return };
        match p.as_rule() {
            Rule::hub_member => {
                let at = r.span(&p);
                let hub =
                    p.into_inner().find(|p| p.as_rule() == Rule::reference).map(|p| expr::reference(r, p));
                if let Some(hub) = hub {
                    once(r, &mut out.hub, hub, "hub", &mut seen, at);
                }
            }
            _ => setting::setting(r, p, &mut out.settings),
        }
    });
}

pub(super) fn platform(r: &mut Reader<'_>, p: P<'_>) -> Option<Platform> {
    let (mut name, mut base, mut block) = (None, None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::prefixed | Rule::ident => name = Some(r.ident(&p)),
            Rule::path => base = Some(r.path(p)),
            Rule::platform_block => block = Some(p),
            _ => {}
        }
    }
    let mut out = Platform { name: name?, base, settings: Vec::new(), offers: Vec::new() };
    if let Some(block) = block {
        platform_members(r, block, &mut out);
    }
    Some(out)
}

pub(super) fn platform_members(r: &mut Reader<'_>, block: P<'_>, out: &mut Platform) {
    entries(r, block, Block::Platform, &mut |r, p| {
        let doc = r.doc(&p);
        let Some(p) = p.into_inner().next() else { return };
        match p.as_rule() {
            Rule::offers_member => out.offers.extend(offer(r, p, doc)),
            _ => setting::setting(r, p, &mut out.settings),
        }
    });
}

fn offer(r: &mut Reader<'_>, p: P<'_>, doc: Option<String>) -> Option<Offer> {
    let span = r.span(&p);
    let (mut name, mut interface, mut service, mut block) = (None, None, None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::ident => name = Some(r.ident(&p)),
            Rule::path if interface.is_none() => interface = Some(r.path(p)),
            Rule::path => service = Some(r.path(p)),
            Rule::instance_block => block = Some(p),
            _ => {}
        }
    }
    let outside = std::mem::replace(&mut r.broken, false);
    let (bindings, settings) = block.map_or_else(Default::default, |b| instances::members(r, b));
    let broken = r.broken;
    r.broken |= outside;
    Some(Offer { name: name?, interface: interface?, service, settings, bindings, broken, doc, span })
}

pub(super) fn node(r: &mut Reader<'_>, p: P<'_>, overrides: bool) -> Option<Node> {
    let (mut name, mut array, mut platform, mut block) = (None, None, None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::prefixed | Rule::ident => name = Some(r.ident(&p)),
            Rule::array_header => array = header::array(r, p),
            Rule::path => platform = Some(r.path(p)),
            Rule::node_block => block = Some(p),
            _ => {}
        }
    }
    let name = name?;
    if platform.is_none() && !overrides {
        missing_kind(r, &name, "a platform", "node NAME : linux { … }");
    }
    let mut out = Node { name, array, platform, links: Vec::new(), offers: Vec::new(), settings: Vec::new() };
    if let Some(block) = block {
        node_members(r, block, &mut out);
    }
    Some(out)
}

pub(super) fn node_members(r: &mut Reader<'_>, block: P<'_>, out: &mut Node) {
    entries(r, block, Block::Node, &mut |r, p| {
        let doc = r.doc(&p);
        let Some(p) = p.into_inner().next() else { return };
        match p.as_rule() {
            Rule::link_member => out.links.extend(link(r, p)),
            Rule::offers_member => out.offers.extend(offer(r, p, doc)),
            _ => setting::setting(r, p, &mut out.settings),
        }
    });
}

fn link(r: &mut Reader<'_>, p: P<'_>) -> Option<Link> {
    let span = r.span(&p);
    let (mut network, mut address, mut device, mut block) = (None, None, None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::reference => network = Some(expr::reference(r, p)),
            Rule::link_at => address = value(r, p),
            Rule::link_on => device = value(r, p),
            Rule::link_block => block = Some(p),
            _ => {}
        }
    }
    let settings: Vec<Setting> = Vec::new();
    let mut out = Link { network: network?, address, device, import: None, export: None, settings, span };
    if let Some(block) = block {
        link_members(r, block, &mut out);
    }
    Some(out)
}

fn value(r: &mut Reader<'_>, p: P<'_>) -> Option<super::super::ast::Expr> {
    p.into_inner().find(|p| p.as_rule() == Rule::expr).map(|p| expr::expr(r, p))
}

fn link_members(r: &mut Reader<'_>, block: P<'_>, out: &mut Link) {
    entries(r, block, Block::Link, &mut |r, p| {
        let Some(p) = p.into_inner().next() else { return };
        match p.as_rule() {
            Rule::kw_import => out.import = Some(r.span(&p)),
            Rule::kw_export => out.export = Some(r.span(&p)),
            _ => setting::setting(r, p, &mut out.settings),
        }
    });
}
