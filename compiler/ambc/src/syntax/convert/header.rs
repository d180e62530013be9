//! `deployment`, `use`, `param`, and parts that many headers share.

use super::super::ast::{ArrayHeader, Ident, ParamDecl, TypeArg, TypeRef, Use};
use super::super::reader::{P, Reader};
use super::expr;
use ambc_grammar::amb::Rule;

/// The first name inside.
pub(super) fn name(r: &Reader<'_>, p: P<'_>) -> Option<Ident> {
    p.into_inner().find(|p| p.as_rule() == Rule::ident).map(|p| r.ident(&p))
}

pub(super) fn use_file(r: &mut Reader<'_>, p: P<'_>) -> Option<Use> {
    let mut inner = p.into_inner();
    let path = r.string(&inner.next()?);
    let prefix = inner.find(|p| p.as_rule() == Rule::ident).map(|p| r.ident(&p));
    Some(Use { path, prefix })
}

/// `name: type = default`.
pub(super) fn param(r: &mut Reader<'_>, p: P<'_>) -> Option<ParamDecl> {
    let (span, doc) = (r.span(&p), r.doc(&p));
    let (mut name, mut ty, mut default) = (None, None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::ident => name = Some(r.ident(&p)),
            Rule::type_ref => ty = type_ref(r, p),
            Rule::expr => default = Some(expr::expr(r, p)),
            _ => {}
        }
    }
    Some(ParamDecl { name: name?, ty: ty?, default, doc, span })
}

pub(super) fn type_ref(r: &mut Reader<'_>, p: P<'_>) -> Option<TypeRef> {
    let span = r.span(&p);
    let (mut path, mut args) = (None, Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::path => path = Some(r.path(p)),
            Rule::type_arg => args.extend(type_arg(r, p)),
            _ => {}
        }
    }
    Some(TypeRef { path: path?, args, span })
}

fn type_arg(r: &mut Reader<'_>, p: P<'_>) -> Option<TypeArg> {
    let p = p.into_inner().next()?;
    match p.as_rule() {
        Rule::type_ref => type_ref(r, p).map(TypeArg::Type),
        _ => Some(TypeArg::Expr(expr::expr(r, p))),
    }
}

/// `[i in 10]`, `[workers]`.
pub(super) fn array(r: &mut Reader<'_>, p: P<'_>) -> Option<ArrayHeader> {
    let span = r.span(&p);
    let (mut variable, mut count) = (None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::ident => variable = Some(r.ident(&p)),
            Rule::expr => count = Some(expr::expr(r, p)),
            _ => {}
        }
    }
    Some(ArrayHeader { variable, count: count?, span })
}
