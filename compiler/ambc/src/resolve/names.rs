//! Which name stands for which item, seen from where.
//!
//! Files joined by plain `use`s form one scope: their items may stand in any order and any file. A file used
//! `as prefix` opens a scope of its own, whose items are `prefix::name` to the scope that uses it. What a scope does not
//! define is looked up in the one that opened it, so a site may name the networks of the deployment around it. A file
//! reached twice is one file with one set of items; its items carry the name of the outermost scope it belongs to.

use crate::syntax::ast;
use ambc_diag::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The separate name spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Service,
    Instance,
    Group,
    Node,
    Network,
    Platform,
    Param,
}

impl Kind {
    pub(super) const ALL: [Kind; 7] =
        [Kind::Instance, Kind::Group, Kind::Node, Kind::Network, Kind::Service, Kind::Platform, Kind::Param];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Instance => "instance",
            Self::Group => "group",
            Self::Node => "node",
            Self::Network => "network",
            Self::Platform => "platform",
            Self::Param => "parameter",
        }
    }

    /// With its article.
    pub(super) fn a(self) -> &'static str {
        match self {
            Self::Service => "a service",
            Self::Instance => "an instance",
            Self::Group => "a group",
            Self::Node => "a node",
            Self::Network => "a network",
            Self::Platform => "a platform",
            Self::Param => "a parameter",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DefId(pub(super) usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ScopeId(pub(super) usize);

/// The scope of the root file.
pub(super) const ROOT: ScopeId = ScopeId(0);

/// An item together with the scope in which the names inside it are looked up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) item: &'a ast::Item,
    pub(super) scope: ScopeId,
}

/// One named item.
#[derive(Debug)]
pub(super) struct Def<'a> {
    pub(super) kind: Kind,
    /// With its prefix: `site::edge`.
    pub(super) name: String,
    /// Where the name stands in the text that counts (that of the override, if there is one).
    pub(super) name_span: Span,
    /// Another item of this name stands before it; reported.
    pub(super) clash: bool,
    /// What counts: the item, or what an `override` put in its place.
    pub(super) now: Placed<'a>,
    /// What an `override` replaced.
    pub(super) replaced: Option<Placed<'a>>,
    /// `override node sensor[17] { … }`: replacements of single elements.
    pub(super) elements: Vec<Placed<'a>>,
}

#[derive(Debug, Default)]
struct Scope<'a> {
    parent: Option<ScopeId>,
    /// `""` or `site::`, as it stands before the names of its items.
    prefix: String,
    /// In load order.
    files: BTreeSet<FileId>,
    inner: BTreeMap<&'a str, ScopeId>,
    table: BTreeMap<(Kind, &'a str), DefId>,
}

/// All names of a deployment.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    scopes: Vec<Scope<'a>>,
    home: BTreeMap<FileId, ScopeId>,
    pub(super) defs: Vec<Def<'a>>,
    /// Items without a name of their own, in load order: deploys, exports, rules.
    pub(super) loose: Vec<Placed<'a>>,
    /// `override` items, in load order, until they are applied.
    pub(super) overrides: Vec<Placed<'a>>,
}

/// Two items of one name.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) earlier: DefId,
    pub(super) later: DefId,
}

/// `use` edges between `.amb` files, as far as names are concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge<'a> {
    pub(super) from: FileId,
    pub(super) to: FileId,
    pub(super) prefix: Option<&'a str>,
}

impl<'a> Names<'a> {
    /// Scopes of the files and the names they define, and every pair of items that share a name.
    pub(super) fn collect(files: &'a [ast::File], edges: &[Edge<'a>]) -> (Self, Vec<Clash>) {
        let mut names = Names::default();
        if let Some(root) = files.first() {
            names.open_scopes(root.file, edges);
        }
        for file in files {
            names.define(file);
        }
        let clashes = names.fill_tables();
        for clash in &clashes {
            names.defs[clash.later.0].clash = true;
        }
        (names, clashes)
    }

    /// Breadth first, so that a file belongs to the outermost scope that reaches it.
    fn open_scopes(&mut self, root: FileId, edges: &[Edge<'a>]) {
        let mut next: Vec<&Edge<'a>>;
        let mut by_file: BTreeMap<FileId, Vec<&Edge<'a>>> = BTreeMap::new();
        for edge in edges {
            by_file.entry(edge.from).or_default().push(edge);
        }
        let mut roots = BTreeMap::from([(root, ROOT)]);
        self.scopes.push(Scope::default());
        self.gather(ROOT, root, &by_file);
        let mut at = 0;
        while at < self.scopes.len() {
            let scope = ScopeId(at);
            let files: Vec<FileId> = self.scopes[at].files.iter().copied().collect();
            next = files.iter().filter_map(|f| by_file.get(f)).flatten().copied().collect();
            for edge in next {
                let Some(prefix) = edge.prefix else { continue };
                let inner = match roots.get(&edge.to) {
                    Some(known) => *known,
                    None => self.open(scope, prefix, edge.to, &by_file, &mut roots),
                };
                self.scopes[at].inner.entry(prefix).or_insert(inner);
            }
            at += 1;
        }
    }

    fn open(
        &mut self,
        parent: ScopeId,
        prefix: &str,
        root: FileId,
        by_file: &BTreeMap<FileId, Vec<&Edge<'a>>>,
        roots: &mut BTreeMap<FileId, ScopeId>,
    ) -> ScopeId {
        let prefix = format!("{}{prefix}::", self.scopes[parent.0].prefix);
        let id = ScopeId(self.scopes.len());
        self.scopes.push(Scope { parent: Some(parent), prefix, ..Scope::default() });
        roots.insert(root, id);
        self.gather(id, root, by_file);
        id
    }

    /// All files that plain `use`s reach from `root`.
    fn gather(&mut self, scope: ScopeId, root: FileId, by_file: &BTreeMap<FileId, Vec<&Edge<'a>>>) {
        let mut stack = vec![root];
        while let Some(file) = stack.pop() {
            if !self.scopes[scope.0].files.insert(file) {
                continue;
            }
            self.home.entry(file).or_insert(scope);
            for edge in by_file.get(&file).into_iter().flatten() {
                if edge.prefix.is_none() {
                    stack.push(edge.to);
                }
            }
        }
    }

    fn define(&mut self, file: &'a ast::File) {
        let scope = self.home_of(file.file);
        for item in &file.items {
            let placed = Placed { item, scope };
            match named(item) {
                _ if item.overrides.is_some() => self.overrides.push(placed),
                None => self.loose.push(placed),
                Some((kind, ident)) => {
                    let name = format!("{}{}", self.scopes[scope.0].prefix, ident.text);
                    let name_span = ident.span;
                    let now = placed;
                    self.defs.push(Def {
                        kind,
                        name,
                        name_span,
                        clash: false,
                        now,
                        replaced: None,
                        elements: Vec::new(),
                    });
                }
            }
        }
    }

    fn fill_tables(&mut self) -> Vec<Clash> {
        let mut by_file: BTreeMap<FileId, Vec<DefId>> = BTreeMap::new();
        for (index, def) in self.defs.iter().enumerate() {
            by_file.entry(def.name_span.file).or_default().push(DefId(index));
        }
        let mut clashes = Vec::new();
        for scope in &mut self.scopes {
            for id in scope.files.iter().filter_map(|f| by_file.get(f)).flatten() {
                let def = &self.defs[id.0];
                let Some((_, ident)) = named(def.now.item) else { continue };
                let also = match def.kind {
                    Kind::Instance => Kind::Group,
                    Kind::Group => Kind::Instance,
                    kind => kind,
                };
                let known = [def.kind, also].iter().find_map(|k| scope.table.get(&(*k, ident.text.as_str())));
                match known {
                    Some(earlier) => clashes.push(Clash { earlier: *earlier, later: *id }),
                    None => {
                        scope.table.insert((def.kind, &ident.text), *id);
                    }
                }
            }
        }
        clashes
    }

    /// The scope that an item of this file belongs to.
    pub(super) fn home_of(&self, file: FileId) -> ScopeId {
        self.home.get(&file).copied().unwrap_or(ROOT)
    }

    pub(super) fn def(&self, id: DefId) -> &Def<'a> {
        &self.defs[id.0]
    }

    /// What `path` means in `scope`: there, or in a scope around it.
    pub(super) fn find(&self, kind: Kind, scope: ScopeId, path: &[&str]) -> Option<DefId> {
        let (last, prefix) = path.split_last()?;
        self.around(scope).find_map(|s| {
            let inner = self.descend(s, prefix)?;
            self.scopes[inner.0].table.get(&(kind, *last)).copied()
        })
    }

    /// Every name of this kind that can be written in `scope`.
    pub(super) fn visible(&self, kind: Kind, scope: ScopeId) -> Vec<(String, DefId)> {
        let mut out = Vec::new();
        for s in self.around(scope) {
            self.collect_visible(kind, s, "", 0, &mut out);
        }
        out
    }

    fn collect_visible(
        &self,
        kind: Kind,
        at: ScopeId,
        prefix: &str,
        depth: u8,
        out: &mut Vec<(String, DefId)>,
    ) {
        let scope = &self.scopes[at.0];
        for ((k, name), id) in &scope.table {
            if *k == kind {
                out.push((format!("{prefix}{name}"), *id));
            }
        }
        if depth < 4 {
            for (name, inner) in &scope.inner {
                self.collect_visible(kind, *inner, &format!("{prefix}{name}::"), depth + 1, out);
            }
        }
    }

    fn around(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        std::iter::successors(Some(scope), |s| self.scopes.get(s.0)?.parent)
    }

    fn descend(&self, scope: ScopeId, prefix: &[&str]) -> Option<ScopeId> {
        prefix.iter().try_fold(scope, |s, name| self.scopes.get(s.0)?.inner.get(name).copied())
    }
}

/// The name space and the name of an item, if it has one.
pub(super) fn named(item: &ast::Item) -> Option<(Kind, &ast::Ident)> {
    match &item.kind {
        ast::ItemKind::Service(x) => Some((Kind::Service, &x.name)),
        ast::ItemKind::Instance(x) => Some((Kind::Instance, &x.name)),
        ast::ItemKind::Import(x) => Some((Kind::Instance, &x.name)),
        ast::ItemKind::Group(x) => Some((Kind::Group, &x.name)),
        ast::ItemKind::Node(x) => Some((Kind::Node, &x.name)),
        ast::ItemKind::Network(x) => Some((Kind::Network, &x.name)),
        ast::ItemKind::Platform(x) => Some((Kind::Platform, &x.name)),
        ast::ItemKind::Param(x) => Some((Kind::Param, &x.name)),
        ast::ItemKind::Deployment(_)
        | ast::ItemKind::Use(_)
        | ast::ItemKind::Deploy(_)
        | ast::ItemKind::Place(_)
        | ast::ItemKind::Logs(_)
        | ast::ItemKind::Export(_)
        | ast::ItemKind::Access(_)
        | ast::ItemKind::Require(_) => None,
    }
}

/// A path as the lookups take it.
pub(super) fn segments(path: &ast::Path) -> Vec<&str> {
    path.segments.iter().map(|s| s.text.as_str()).collect()
}

/// A path as it was written.
pub(super) fn written(path: &ast::Path) -> String {
    segments(path).join("::")
}
