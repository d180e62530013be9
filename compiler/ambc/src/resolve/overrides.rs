//! `override`: replaces an item that came through `use`.
//!
//! The whole item is replaced; a setting that the override leaves out is gone. What may be left out of its *header* is
//! kept from the old item: the platform of a node, the kind of a network, the size of an array. On an array,
//! `override node sensor[17] { … }` (no index variable) replaces one element. A `deploy` is replaced by its node, as written.

use super::codes;
use super::ctx::Ctx;
use super::names::{DefId, Kind, Placed, named, segments, written};
use crate::hir::Override;
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};
use std::collections::BTreeMap;

impl<'a> Ctx<'a> {
    /// Puts every `override` in the place of what it replaces.
    pub(super) fn apply_overrides(&mut self) {
        let mut done: BTreeMap<String, Span> = BTreeMap::new();
        for by in std::mem::take(&mut self.names.overrides) {
            match (&by.item.kind, named(by.item)) {
                (ast::ItemKind::Deploy(deploy), _) => self.override_deploy(by, deploy, &mut done),
                (_, Some((kind, name))) => self.override_named(by, kind, name, &mut done),
                _ => {
                    let d = Diagnostic::new(
                        codes::NOTHING_TO_OVERRIDE,
                        by.item.overrides.unwrap_or(by.item.span),
                        "this kind of item cannot be overridden",
                    )
                    .help("items with a name and `deploy` can");
                    self.report(d);
                }
            }
        }
    }

    fn override_named(
        &mut self,
        by: Placed<'a>,
        kind: Kind,
        name: &'a ast::Ident,
        done: &mut BTreeMap<String, Span>,
    ) {
        let path: Vec<&str> = name.text.split("::").collect();
        let Some(id) = self.names.find(kind, by.scope, &path) else {
            if by.item.broken {
                return;
            }
            let path = ast::Path { segments: vec![name.clone()], span: name.span };
            return self.nothing_to_override(kind, by, &path);
        };
        let def = self.names.def(id);
        let what = format!("{} {}", kind.word(), def.name);
        let replaced = def.replaced.unwrap_or(def.now);
        if replaced.item.span.file == by.item.span.file {
            return self.not_through_use(&what, name.span, def.name_span);
        }
        self.read_files.insert(replaced.item.span.file);
        if is_element(by.item, replaced.item) {
            self.names.defs[id.0].elements.push(by);
            return;
        }
        if !self.first_override(&what, name.span, done) {
            return;
        }
        self.hir.overrides.push(Override { what, span: by.item.span, replaced: replaced.item.span });
        self.replace(id, by, replaced, name.span);
    }

    fn replace(&mut self, id: DefId, by: Placed<'a>, replaced: Placed<'a>, name_span: Span) {
        let def = &mut self.names.defs[id.0];
        def.now = by;
        def.replaced = Some(replaced);
        def.name_span = name_span;
    }

    fn override_deploy(
        &mut self,
        by: Placed<'a>,
        deploy: &'a ast::Deploy,
        done: &mut BTreeMap<String, Span>,
    ) {
        let head = &deploy.node.head;
        let node = self.names.find(Kind::Node, by.scope, &segments(head));
        let wanted = shape(&deploy.node);
        let same = |other: &Placed<'a>| match &other.item.kind {
            ast::ItemKind::Deploy(old) => {
                node.is_some()
                    && self.names.find(Kind::Node, other.scope, &segments(&old.node.head)) == node
                    && shape(&old.node) == wanted
            }
            _ => false,
        };
        let olds: Vec<usize> =
            self.names.loose.iter().enumerate().filter(|(_, o)| same(o)).map(|(i, _)| i).collect();
        let what = format!("deploy {}{wanted}", written(head));
        let Some(first) = olds.first().copied() else {
            if done.contains_key(&what) {
                self.first_override(&what, deploy.node.span, done);
                return;
            }
            // What it names is deployed all the same; an unknown node is reported there.
            self.names.loose.push(by);
            if node.is_some() {
                let message = format!("there is no `{what}` to override");
                let d = Diagnostic::new(codes::NOTHING_TO_OVERRIDE, deploy.node.span, message)
                    .help("leave `override` out to add a `deploy`");
                self.report(d);
            }
            return;
        };
        let old = self.names.loose[first];
        if !self.first_override(&what, deploy.node.span, done) {
            return;
        }
        if old.item.span.file == by.item.span.file {
            return self.not_through_use(&what, deploy.node.span, old.item.span);
        }
        self.read_files.insert(old.item.span.file);
        self.hir.overrides.push(Override { what, span: by.item.span, replaced: old.item.span });
        for index in olds.into_iter().rev() {
            self.names.loose.remove(index);
        }
        self.names.loose.insert(first, by);
    }

    /// Remembers an override; false if there was one before, which is reported.
    fn first_override(&mut self, what: &str, span: Span, done: &mut BTreeMap<String, Span>) -> bool {
        let Some(first) = done.get(what) else {
            done.insert(what.to_owned(), span);
            return true;
        };
        let d = Diagnostic::new(codes::OVERRIDDEN_TWICE, span, format!("`{what}` is overridden twice"))
            .label("again here")
            .also(*first, "first overridden here");
        self.report(d);
        false
    }

    fn nothing_to_override(&mut self, kind: Kind, by: Placed<'a>, path: &ast::Path) {
        let name = written(path);
        let visible = self.names.visible(kind, by.scope);
        let close = self.close(&name, visible.iter().map(|(n, _)| n.as_str()));
        let d = Diagnostic::new(
            codes::NOTHING_TO_OVERRIDE,
            path.span,
            format!("there is no {} `{name}` to override", kind.word()),
        )
        .label("nothing of this name comes through `use`");
        let d = super::ctx::with_nearest(d, path.span, close.as_deref());
        self.report(d);
    }

    fn not_through_use(&mut self, what: &str, span: Span, old: Span) {
        let d = Diagnostic::new(
            codes::NOTHING_TO_OVERRIDE,
            span,
            format!("`{what}` stands in the same file, not in one that is used"),
        )
        .also(old, "defined here")
        .help("change the item itself");
        self.report(d);
    }
}

/// `override node sensor[17]` of an array is one element; `override node sensor[i in 10]` is the array.
fn is_element(by: &ast::Item, old: &ast::Item) -> bool {
    let single = super::arrays::header(by).is_some_and(|h| h.variable.is_none());
    single && super::arrays::header(old).is_some()
}

/// The selection of a deploy header, for comparing two of them.
fn shape(node: &ast::Ref) -> String {
    let Some(select) = &node.select else { return String::new() };
    match &select.kind {
        ast::SelectKind::All => "[*]".to_owned(),
        ast::SelectKind::Index(index) => match &index.kind {
            ast::ExprKind::Int { value, .. } => format!("[{value}]"),
            // A variable over the whole array, whatever its name.
            ast::ExprKind::Name(_) => "[*]".to_owned(),
            _ => "[…]".to_owned(),
        },
        ast::SelectKind::Range(..) => "[..]".to_owned(),
    }
}
