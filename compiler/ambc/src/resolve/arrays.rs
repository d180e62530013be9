//! Arrays: how many elements an item has, what each is called, and which of them a selection means.

use super::codes;
use super::ctx::{Ctx, Env, Extent};
use super::names::{DefId, Placed, ScopeId};
use crate::hir::{Name, Override};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};
use std::collections::BTreeMap;

/// Elements of one array.
pub(super) const MOST_PER_ARRAY: u64 = 100_000;
/// Elements of all arrays of a deployment.
pub(super) const MOST_ELEMENTS: u64 = 250_000;

/// One element of an item, or the item itself if it is no array.
#[derive(Clone, Debug)]
pub(super) struct Element<'a> {
    pub(super) item: &'a ast::Item,
    pub(super) scope: ScopeId,
    pub(super) name: Name,
    pub(super) name_span: Span,
    index: Option<(&'a str, u32)>,
    /// Damaged, or the second of its name; reported.
    pub(super) broken: bool,
    /// What an override of this element, or of the item, replaced.
    pub(super) replaced: Option<Placed<'a>>,
}

impl<'a> Element<'a> {
    pub(super) fn env(&self) -> Env<'a> {
        Env { scope: self.scope, index: self.index }
    }
}

/// The array header of an item.
pub(super) fn header(item: &ast::Item) -> Option<&ast::ArrayHeader> {
    match &item.kind {
        ast::ItemKind::Network(x) => x.array.as_ref(),
        ast::ItemKind::Node(x) => x.array.as_ref(),
        ast::ItemKind::Instance(x) => x.array.as_ref(),
        _ => None,
    }
}

impl<'a> Ctx<'a> {
    /// The elements of an item in order, with overrides of single elements in place; `first` is the id that the first of
    /// them will get.
    pub(super) fn elements(&mut self, id: DefId, first: usize) -> Vec<Element<'a>> {
        let def = self.names.def(id);
        let (now, replaced, name, name_span) = (def.now, def.replaced, def.name.clone(), def.name_span);
        let broken = now.item.broken || def.clash;
        // An override without a header keeps the size of what it replaces.
        let header = header(now.item).or_else(|| replaced.and_then(|r| header(r.item)));
        let Some(header) = header else {
            self.extents[id.0] = Extent { first: first as u32, len: 1, array: false, broken: false };
            return vec![Element {
                item: now.item,
                scope: now.scope,
                name: Name::new(name),
                name_span,
                index: None,
                broken,
                replaced,
            }];
        };
        let count = self.count(header, now.scope);
        // Of unknown size: one broken element, so that what it names counts as used.
        let len = count.unwrap_or(1);
        let broken = broken || count.is_none();
        self.extents[id.0] = Extent { first: first as u32, len, array: true, broken: count.is_none() };
        let variable = header.variable.as_ref().map(|v| v.text.as_str());
        let mut replacements = self.element_overrides(id, len, count.is_none());
        (0..len)
            .map(|i| {
                let element_name = Name::element(name.clone(), i);
                match replacements.remove(&i) {
                    Some(by) => Element {
                        item: by.item,
                        scope: by.scope,
                        name: element_name,
                        name_span: super::names::named(by.item).map_or(name_span, |(_, n)| n.span),
                        index: None,
                        broken: by.item.broken,
                        replaced: Some(now),
                    },
                    None => Element {
                        item: now.item,
                        scope: now.scope,
                        name: element_name,
                        name_span,
                        index: variable.map(|v| (v, i)),
                        broken,
                        replaced,
                    },
                }
            })
            .collect()
    }

    fn count(&mut self, header: &ast::ArrayHeader, scope: ScopeId) -> Option<u32> {
        let count = self.eval_int(&header.count, u64::MAX, Env::of(scope))?;
        let problem = if count > MOST_PER_ARRAY {
            Some(format!("an array has at most {MOST_PER_ARRAY} elements, not {count}"))
        } else if count > self.elements_left {
            Some(format!("the arrays of a deployment have at most {MOST_ELEMENTS} elements together"))
        } else {
            None
        };
        if let Some(message) = problem {
            self.report(Diagnostic::new(codes::BAD_COUNT, header.count.span, message));
            return None;
        }
        self.elements_left -= count;
        u32::try_from(count).ok()
    }

    /// `override node sensor[17] { … }`, by index.
    fn element_overrides(&mut self, id: DefId, len: u32, broken: bool) -> BTreeMap<u32, Placed<'a>> {
        let mut out: BTreeMap<u32, Placed<'a>> = BTreeMap::new();
        for by in self.names.def(id).elements.clone() {
            let Some(header) = header(by.item) else { continue };
            let Some(index) = self.eval_int(&header.count, u64::MAX, Env::of(by.scope)) else { continue };
            let known = u32::try_from(index).ok().filter(|i| *i < len);
            let Some(index) = known else {
                if !broken {
                    self.report_index(id, index.into(), header.count.span);
                }
                continue;
            };
            match out.get(&index) {
                Some(first) => {
                    let d = Diagnostic::new(
                        codes::OVERRIDDEN_TWICE,
                        header.span,
                        format!("`{}[{index}]` is overridden twice", self.names.def(id).name),
                    )
                    .label("again here")
                    .also(first.item.span, "first overridden here");
                    self.report(d);
                }
                None => {
                    let def = self.names.def(id);
                    let what = format!("{} {}[{index}]", def.kind.word(), def.name);
                    let replaced = def.replaced.unwrap_or(def.now).item.span;
                    self.hir.overrides.push(Override { what, span: by.item.span, replaced });
                    out.insert(index, by);
                }
            }
        }
        out
    }

    fn report_index(&mut self, id: DefId, index: i128, span: Span) {
        let (name, len) = (self.names.def(id).name.clone(), self.extents[id.0].len);
        let defined = self.names.def(id).name_span;
        let what = match len {
            0 => format!("`{name}` has no elements"),
            1 => format!("`{name}` has one element, number 0"),
            _ => format!("`{name}` has elements 0 to {}", len - 1),
        };
        let d = Diagnostic::new(codes::INDEX_OUT_OF_RANGE, span, format!("{what}, not {index}"))
            .also(defined, "defined here");
        self.report(d);
    }

    /// The ids of the elements that `select` means. `None`: it means none; reported. `whole`: a bare name may stand for
    /// all elements of an array.
    pub(super) fn select(
        &mut self,
        id: DefId,
        select: Option<&ast::Select>,
        span: Span,
        whole: bool,
        env: Env<'_>,
    ) -> Option<std::ops::Range<u32>> {
        let extent = self.extents[id.0];
        if extent.broken {
            return None;
        }
        let all = extent.first..extent.first + extent.len;
        let Some(select) = select else {
            if extent.array && !whole {
                self.report_whole(id, span);
                return None;
            }
            return Some(all);
        };
        if !extent.array {
            let name = self.names.def(id).name.clone();
            let d = Diagnostic::new(codes::NOT_AN_ARRAY, select.span, format!("`{name}` is no array"))
                .also(self.names.def(id).name_span, "defined here")
                .help(format!("write `{name}`"));
            self.report(d);
            return None;
        }
        match &select.kind {
            ast::SelectKind::All => Some(all),
            ast::SelectKind::Index(index) => {
                let at = self.index(id, index, extent.len, env)?;
                Some(extent.first + at..extent.first + at + 1)
            }
            ast::SelectKind::Range(from, to) => {
                // The end is exclusive, so it may be one past the last element.
                let (from, to) =
                    (self.index(id, from, extent.len + 1, env), self.index(id, to, extent.len + 1, env));
                let (from, to) = (from?, to?);
                if from > to {
                    let message = format!("the range from {from} to {to} runs backwards");
                    self.report(Diagnostic::new(codes::INDEX_OUT_OF_RANGE, select.span, message));
                    return None;
                }
                Some(extent.first + from..extent.first + to)
            }
        }
    }

    fn index(&mut self, id: DefId, index: &ast::Expr, len: u32, env: Env<'_>) -> Option<u32> {
        let value = match self.eval(index, env)? {
            crate::hir::Value::Int(v) => v,
            other => {
                let misfit = super::fit::Misfit::Type { needed: "a whole number".to_owned() };
                self.report(super::eval::misfit_diagnostic(&other, "whole number", &misfit, index.span));
                return None;
            }
        };
        let known = u32::try_from(value).ok().filter(|i| *i < len);
        if known.is_none() {
            self.report_index(id, value, index.span);
        }
        known
    }

    fn report_whole(&mut self, id: DefId, span: Span) {
        let def = self.names.def(id);
        let (name, len) = (&def.name, self.extents[id.0].len);
        let d = Diagnostic::new(codes::NEEDS_ONE, span, format!("`{name}` is an array of {len}"))
            .label("which elements?")
            .also(def.name_span, "defined here")
            .help(format!("write `{name}[0]` for one element or `{name}[*]` for all"));
        self.report(d);
    }
}
