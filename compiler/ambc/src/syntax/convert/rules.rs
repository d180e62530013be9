//! `place`, `logs`, `allow`, `deny`, `require`.

use super::super::ast::{Access, Logs, Place, Ref, Require};
use super::super::reader::{P, Reader};
use super::expr;
use ambc_grammar::amb::Rule;

fn references(r: &mut Reader<'_>, p: P<'_>) -> Vec<Ref> {
    p.into_inner().filter(|p| p.as_rule() == Rule::reference).map(|p| expr::reference(r, p)).collect()
}

pub(super) fn place(r: &mut Reader<'_>, p: P<'_>) -> Option<Place> {
    let mut out = Place { targets: Vec::new(), on: Vec::new(), spread: None, minimize: None };
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::targets => out.targets = references(r, p),
            Rule::place_on => out.on = references(r, p),
            Rule::kw_spread => out.spread = Some(r.span(&p)),
            Rule::place_minimize => out.minimize = p.into_inner().nth(1).map(|p| r.ident(&p)),
            _ => {}
        }
    }
    Some(out)
}

pub(super) fn logs(r: &mut Reader<'_>, p: P<'_>) -> Option<Logs> {
    let (mut from, mut to, mut level) = (Vec::new(), None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::targets => from = references(r, p),
            Rule::reference => to = Some(expr::reference(r, p)),
            Rule::logs_level => level = p.into_inner().nth(1).map(|p| r.ident(&p)),
            _ => {}
        }
    }
    Some(Logs { from, to: to?, level })
}

pub(super) fn access(r: &mut Reader<'_>, allow: bool, p: P<'_>) -> Option<Access> {
    let (mut ends, mut predicate) = (Vec::new(), None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::access_end => ends.push(references(r, p).pop()),
            Rule::expr => predicate = Some(expr::expr(r, p)),
            _ => {}
        }
    }
    let mut ends = ends.into_iter();
    Some(Access { allow, from: ends.next()?, to: ends.next()?, predicate })
}

pub(super) fn require(r: &mut Reader<'_>, p: P<'_>) -> Option<Require> {
    let condition = p.into_inner().find(|p| p.as_rule() == Rule::expr).map(|p| expr::expr(r, p))?;
    Some(Require { condition })
}
