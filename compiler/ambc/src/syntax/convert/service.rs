//! Service manifests.

use super::super::ast::{Needs, Service, ServiceMember, ServiceMemberKind, Work};
use super::super::block::{Block, entries};
use super::super::reader::{P, Reader};
use super::{expr, header, setting};
use ambc_grammar::amb::Rule;

pub(super) fn service(r: &mut Reader<'_>, p: P<'_>) -> Option<Service> {
    let (mut name, mut interfaces, mut members) = (None, Vec::new(), Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::prefixed | Rule::ident => name = Some(r.ident(&p)),
            Rule::path => interfaces.push(r.path(p)),
            Rule::service_block => members = service_members(r, p),
            _ => {}
        }
    }
    Some(Service { name: name?, interfaces, members })
}

pub(super) fn service_members(r: &mut Reader<'_>, block: P<'_>) -> Vec<ServiceMember> {
    let mut out = Vec::new();
    entries(r, block, Block::Service, &mut |r, p| {
        let (span, doc) = (r.span(&p), r.doc(&p));
        if let Some(kind) = p.into_inner().next().and_then(|p| member(r, p)) {
            out.push(ServiceMember { kind, span, doc });
        }
    });
    out
}

fn member(r: &mut Reader<'_>, p: P<'_>) -> Option<ServiceMemberKind> {
    use ServiceMemberKind as K;
    let span = r.span(&p);
    let rule = p.as_rule();
    let doc = r.doc(&p);
    // Keywords lead; what counts comes behind them.
    let mut inner = p.into_inner().filter(|p| !matches!(p.as_rule(), Rule::comma | Rule::colon));
    Some(match rule {
        Rule::calls_member => calls(r, inner)?,
        Rule::crate_member => {
            let mut strings = inner.filter(|p| p.as_rule() == Rule::string);
            let first = r.string(&strings.next()?);
            match strings.next() {
                Some(version) => K::CrateRegistry { name: first, version: r.string(&version) },
                None => K::CratePath(first),
            }
        }
        Rule::type_member => K::Type(inner.nth(1).map(|p| r.ident(&p))?),
        Rule::needs_member => K::Needs(needs(r, inner)?),
        Rule::param_member => {
            let mut param = header::param(r, inner.nth(1)?)?;
            (param.doc, param.span) = (doc, span);
            K::Param(param)
        }
        Rule::memory_member => K::Memory(setting::settings(r, inner.nth(1)?)),
        Rule::concurrency_member => K::Concurrency(expr::expr(r, inner.nth(1)?)),
        Rule::bulk_member => K::Bulk(expr::expr(r, inner.nth(1)?)),
        Rule::work_member => K::Work(work(r, inner)?),
        Rule::runs_on_member => {
            K::RunsOn(inner.filter(|p| p.as_rule() == Rule::path).map(|p| r.path(p)).collect())
        }
        Rule::requires_member => {
            K::Requires(inner.filter(|p| p.as_rule() == Rule::path).map(|p| r.path(p)).collect())
        }
        Rule::run_member => K::Run(span),
        Rule::blocking_member => K::Blocking(span),
        _ => return None,
    })
}

fn needs<'t>(r: &mut Reader<'_>, inner: impl Iterator<Item = P<'t>>) -> Option<Needs> {
    let (mut name, mut interface, mut from_node) = (None, None, None);
    let (mut optional, mut list) = (false, false);
    for p in inner {
        match p.as_rule() {
            Rule::optional_mark => optional = true,
            Rule::ident => name = Some(r.ident(&p)),
            Rule::path => interface = Some(r.path(p)),
            Rule::needs_list => {
                list = true;
                interface = p.into_inner().find(|p| p.as_rule() == Rule::path).map(|p| r.path(p));
            }
            Rule::kw_from => from_node = Some(r.span(&p)),
            Rule::kw_node => from_node = from_node.map(|s| s.to(r.span(&p))),
            _ => {}
        }
    }
    Some(Needs { optional, name: name?, interface: interface?, list, from_node })
}

fn work<'t>(r: &mut Reader<'_>, inner: impl Iterator<Item = P<'t>>) -> Option<Work> {
    let (mut procedure, mut amount, mut platform) = (None, None, None);
    for p in inner {
        match p.as_rule() {
            Rule::ident => procedure = Some(r.ident(&p)),
            Rule::expr => amount = Some(expr::expr(r, p)),
            Rule::path => platform = Some(r.path(p)),
            _ => {}
        }
    }
    Some(Work { procedure: procedure?, amount: amount?, platform })
}

fn calls<'t>(r: &mut Reader<'_>, inner: impl Iterator<Item = P<'t>>) -> Option<ServiceMemberKind> {
    let (mut procedure, mut targets) = (None, Vec::new());
    for p in inner {
        match p.as_rule() {
            Rule::ident => procedure = Some(r.ident(&p)),
            Rule::reference => targets.push(expr::reference(r, p)),
            Rule::calls_more => targets.push(expr::pair_reference(r, p)?),
            _ => {}
        }
    }
    Some(ServiceMemberKind::Calls { procedure: procedure?, targets })
}
