//! Exports, imports and tokens.

use super::super::ast::{Export, Expr, Ident, Import, Ref, Rest, Setting, Token};
use super::super::block::{Block, entries};
use super::super::reader::{P, Reader};
use super::{Once, expr, once, setting};
use ambc_diag::Span;
use ambc_grammar::amb::Rule;

pub(super) fn export(r: &mut Reader<'_>, p: P<'_>) -> Option<Export> {
    let mut names = Vec::new();
    let (mut interface, mut block, mut parts) = (None, None, Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::reference => names.push(expr::reference(r, p)),
            Rule::export_as => {
                interface = p.into_inner().find(|p| p.as_rule() == Rule::path).map(|p| r.path(p))
            }
            Rule::export_block => block = Some(p),
            Rule::export_rest | Rule::export_port | Rule::export_via | Rule::export_public => parts.push(p),
            _ => {}
        }
    }
    let mut names = names.into_iter();
    let mut out = new_export(names.next()?, names.next()?);
    out.interface = interface;
    let mut seen = Once::default();
    for p in parts {
        part(r, p, &mut out, &mut seen);
    }
    if let Some(block) = block {
        export_members(r, block, &mut out, &mut seen);
    }
    Some(out)
}

pub(super) fn new_export(target: Ref, network: Ref) -> Export {
    Export {
        target,
        interface: None,
        network,
        rest: None,
        port: None,
        via: None,
        public: None,
        tokens: Vec::new(),
        settings: Vec::new(),
    }
}

fn part(r: &mut Reader<'_>, p: P<'_>, out: &mut Export, seen: &mut Once) {
    let at = r.span(&p);
    match p.as_rule() {
        Rule::export_rest => {
            let rest = Rest { at: value(r, p), span: at };
            once(r, &mut out.rest, rest, "as rest", seen, at);
        }
        Rule::export_port => {
            if let Some(port) = value(r, p) {
                once(r, &mut out.port, port, "port", seen, at);
            }
        }
        Rule::export_via => {
            if let Some(via) = name(r, p) {
                once(r, &mut out.via, via, "via", seen, at);
            }
        }
        _ => once(r, &mut out.public, at, "public", seen, at),
    }
}

pub(super) fn export_members(r: &mut Reader<'_>, block: P<'_>, out: &mut Export, seen: &mut Once) {
    entries(r, block, Block::Export, &mut |r, p| {
        let Some(p) = p.into_inner().next() else { return };
        match p.as_rule() {
            Rule::token => out.tokens.extend(token(r, p)),
            Rule::setting => setting::setting(r, p, &mut out.settings),
            _ => part(r, p, out, seen),
        }
    });
}

fn token(r: &mut Reader<'_>, p: P<'_>) -> Option<Token> {
    let span = r.span(&p);
    let (mut name, mut block) = (None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::ident => name = Some(r.ident(&p)),
            Rule::token_block => block = Some(p),
            _ => {}
        }
    }
    let (mut allows, mut settings): (Vec<Ident>, Vec<Setting>) = Default::default();
    if let Some(block) = block {
        entries(r, block, Block::Token, &mut |r, p| {
            let Some(p) = p.into_inner().next() else { return };
            match p.as_rule() {
                Rule::allows => {
                    allows.extend(p.into_inner().filter(|p| p.as_rule() == Rule::ident).map(|p| r.ident(&p)));
                }
                _ => setting::setting(r, p, &mut settings),
            }
        });
    }
    Some(Token { name: name?, allows, settings, span })
}

pub(super) fn import(r: &mut Reader<'_>, p: P<'_>) -> Option<Import> {
    let (mut name_, mut interface, mut network) = (None, None, None);
    let (mut rest, mut from, mut via): (Option<Span>, Option<Expr>, Option<Ref>) = (None, None, None);
    let mut settings = Vec::new();
    let mut seen = Once::default();
    for p in p.into_inner() {
        let at = r.span(&p);
        match p.as_rule() {
            Rule::ident => name_ = Some(r.ident(&p)),
            Rule::path => interface = Some(r.path(p)),
            Rule::reference => network = Some(expr::reference(r, p)),
            Rule::import_rest => once(r, &mut rest, at, "as rest", &mut seen, at),
            Rule::import_from => {
                if let Some(value) = value(r, p) {
                    once(r, &mut from, value, "from", &mut seen, at);
                }
            }
            Rule::import_via => {
                if let Some(value) = name(r, p) {
                    once(r, &mut via, value, "via", &mut seen, at);
                }
            }
            Rule::settings_block => settings = setting::settings(r, p),
            _ => {}
        }
    }
    Some(Import { name: name_?, interface: interface?, network: network?, rest, from, via, settings })
}

fn value(r: &mut Reader<'_>, p: P<'_>) -> Option<Expr> {
    p.into_inner().find(|p| p.as_rule() == Rule::expr).map(|p| expr::expr(r, p))
}

fn name(r: &mut Reader<'_>, p: P<'_>) -> Option<Ref> {
    p.into_inner().find(|p| p.as_rule() == Rule::reference).map(|p| expr::reference(r, p))
}
