//! What the passes share.

use super::interpolate::Parts;
use super::names::{DefId, Kind, Names, ScopeId, segments, written};
use super::{codes, platforms};
use crate::hir;
use crate::load::Loaded;
use crate::syntax::{self, ast};
use ambc_diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use ambc_lidl::model::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// After so many unknown names nearest ones are no longer searched: a broken file must not make the run quadratic.
const NEAREST_BUDGET: usize = 200;

pub(super) struct Ctx<'a> {
    pub(super) loaded: &'a Loaded,
    diags: &'a mut Diagnostics,
    /// An array element repeats the mistakes of its neighbours; each place is reported once per code and other place.
    reported: BTreeSet<(Code, Span, Option<Span>)>,
    deferred: BTreeSet<(Span, hir::DeferredConstruct)>,
    pub(super) nearest_left: usize,
    /// Words of text that could not be read: what has such a name may be defined there.
    damaged: BTreeSet<&'a str>,
    /// A `use` found no file, so names may be missing through no fault of those who write them.
    incomplete: bool,
    /// Files of which another one reads a parameter or overrides an item.
    pub(super) read_files: BTreeSet<FileId>,
    pub(super) names: Names<'a>,
    /// By [`DefId`].
    pub(super) extents: Vec<Extent>,
    /// By [`DefId`]; only parameters have one.
    pub(super) params: Vec<ParamState>,
    pub(super) elements_left: u64,
    /// Of the expression being evaluated.
    pub(super) depth: u32,
    /// Strings with `{expr}` inside, by their place.
    pub(super) strings: BTreeMap<Span, Parts>,
    /// What each platform offers, by platform id.
    pub(super) platform_offers: Vec<Vec<platforms::OfferDef<'a>>>,
    pub(super) hir: hir::Deployment,
}

/// Where the elements of an item stand in the lists of `hir`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) first: u32,
    pub(super) len: u32,
    pub(super) array: bool,
    /// The size could not be told; what is said about elements is not checked.
    pub(super) broken: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum ParamState {
    #[default]
    Unread,
    /// Its default is being evaluated: seeing it again is a cycle.
    Busy,
    /// `None`: no usable value; reported.
    Known(Option<hir::Value>),
}

/// Where an expression stands: which names it sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Env<'e> {
    pub(super) scope: ScopeId,
    /// The index variable and its value.
    pub(super) index: Option<(&'e str, u32)>,
}

impl Env<'_> {
    pub(super) fn of(scope: ScopeId) -> Self {
        Self { scope, index: None }
    }
}

impl<'a> Ctx<'a> {
    pub(super) fn new(
        loaded: &'a Loaded,
        names: Names<'a>,
        hir: hir::Deployment,
        diags: &'a mut Diagnostics,
    ) -> Self {
        Self {
            loaded,
            diags,
            reported: BTreeSet::new(),
            deferred: BTreeSet::new(),
            nearest_left: NEAREST_BUDGET,
            damaged: loaded.amb.iter().flat_map(|f| &f.damaged).map(|w| w.text.as_str()).collect(),
            incomplete: is_incomplete(loaded),
            read_files: BTreeSet::new(),
            extents: vec![Extent::default(); names.defs.len()],
            params: vec![ParamState::default(); names.defs.len()],
            names,
            elements_left: super::arrays::MOST_ELEMENTS,
            depth: 0,
            strings: BTreeMap::new(),
            platform_offers: Vec::new(),
            hir,
        }
    }

    pub(super) fn report(&mut self, d: Diagnostic) {
        if self.reported.insert((d.code, d.primary.span, d.secondary.first().map(|l| l.span))) {
            self.diags.push(d);
        }
    }

    /// Reads an expression inside a string.
    pub(super) fn parse_within(&mut self, string: Span, within: Range<usize>) -> Option<ast::Expr> {
        syntax::parse_expr(&self.loaded.sources, string, within, self.diags)
    }

    /// Notes a construct that this step checks and does not carry out.
    pub(super) fn defer(&mut self, construct: hir::DeferredConstruct, span: Span) {
        self.deferred.insert((span, construct));
    }

    pub(super) fn finish(mut self) -> hir::Deployment {
        // Those of single elements are found when arrays are expanded.
        self.hir.overrides.sort_by_key(|o| o.span);
        self.hir.deferred =
            self.deferred.into_iter().map(|(span, construct)| hir::Deferred { construct, span }).collect();
        self.hir
    }

    /// The item that `path` names, or a diagnostic.
    pub(super) fn find(&mut self, kind: Kind, scope: ScopeId, path: &ast::Path) -> Option<DefId> {
        // A damaged header lacks its path; that has been reported.
        if path.segments.is_empty() {
            return None;
        }
        let found = self.names.find(kind, scope, &segments(path));
        if found.is_none() {
            self.report_unknown(kind, scope, path);
        }
        found
    }

    pub(super) fn report_unknown(&mut self, kind: Kind, scope: ScopeId, path: &ast::Path) {
        let name = written(path);
        let other =
            Kind::ALL.iter().find(|k| **k != kind && self.names.find(**k, scope, &segments(path)).is_some());
        let diagnostic = match other {
            // Something of another kind has the name that the damaged text defines.
            Some(_) if self.is_missing_elsewhere(&name, false) => return,
            Some(other) => {
                let there = self.names.find(*other, scope, &segments(path));
                let d = Diagnostic::new(
                    codes::WRONG_KIND,
                    path.span,
                    format!("`{name}` is {}, not {}", other.a(), kind.a()),
                )
                .label(format!("{} is needed here", kind.a()));
                match there {
                    Some(id) => d.also(self.names.def(id).name_span, "defined here"),
                    None => d,
                }
            }
            None => {
                let close = self.close_def(kind, scope, &name);
                if self.is_missing_elsewhere(&name, close.is_some()) {
                    return;
                }
                let close_name = close.as_ref().map(|(n, _)| n.clone());
                if let (Some((_, id)), Kind::Instance) = (&close, kind) {
                    self.excuse(*id);
                }
                let d = Diagnostic::new(
                    codes::UNKNOWN_NAME,
                    path.span,
                    format!("there is no {} `{name}`", kind.word()),
                )
                .label("not found");
                with_nearest(d, path.span, close_name.as_deref())
            }
        };
        self.report(diagnostic);
    }

    /// Whether an unknown name follows from a mistake that was reported: its definition is damaged, or in a file that could
    /// not be loaded. A name close to a known one is taken for a slip of its own in the second case.
    pub(super) fn is_missing_elsewhere(&self, name: &str, close: bool) -> bool {
        self.is_damaged(name) || (self.incomplete && !close)
    }

    /// Whether text that could not be read has the name in it.
    pub(super) fn is_damaged(&self, name: &str) -> bool {
        self.damaged.contains(name.rsplit("::").next().unwrap_or(name))
    }

    /// What was probably meant.
    fn close_def(&mut self, kind: Kind, scope: ScopeId, name: &str) -> Option<(String, DefId)> {
        self.nearest_left = self.nearest_left.checked_sub(1)?;
        let visible = self.names.visible(kind, scope);
        let close = nearest(name, visible.iter().map(|(n, _)| n.clone()))?;
        visible.into_iter().find(|(n, _)| *n == close)
    }

    /// The nearest of these to `name`, within the budget of the run.
    pub(super) fn close<'c>(
        &mut self,
        name: &str,
        known: impl IntoIterator<Item = &'c str>,
    ) -> Option<String> {
        self.nearest_left = self.nearest_left.checked_sub(1)?;
        nearest(name, known.into_iter().map(str::to_owned))
    }

    /// Marks instances that a mistyped name may have meant, so that they are not reported as unused on top.
    fn excuse(&mut self, id: DefId) {
        let extent = self.extents[id.0];
        for index in extent.first..extent.first + extent.len {
            if (index as usize) < self.hir.instances.len() {
                self.hir.instances[hir::InstanceId(index)].excused = true;
            }
        }
    }
}

/// A `use` that is damaged or found no file; the one has been reported by the parser, the other by `load`.
fn is_incomplete(loaded: &Loaded) -> bool {
    let found: BTreeSet<Span> = loaded.uses.iter().map(|u| u.span).collect();
    let lost =
        |item: &ast::Item| matches!(&item.kind, ast::ItemKind::Use(u) if !found.contains(&u.path.span));
    loaded.amb.iter().any(|f| f.items.iter().any(lost) || f.damaged.iter().any(|w| w.text == "use"))
}

/// "did you mean", as help and as an edit that can be applied.
pub(super) fn with_nearest(d: Diagnostic, span: Span, close: Option<&str>) -> Diagnostic {
    match close {
        Some(close) => d.help(format!("did you mean `{close}`?")).edit(span, close),
        None => d,
    }
}
