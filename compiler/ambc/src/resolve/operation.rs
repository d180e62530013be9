//! `place` and `logs`.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::names::{Kind, segments};
use crate::hir::{DeferredConstruct, GroupId, InstanceId, LogLevel, Logs, Objective, Place};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};
use std::collections::BTreeMap;

const OBJECTIVES: [(&str, Objective); 5] = [
    ("latency", Objective::Latency),
    ("cost", Objective::Cost),
    ("energy", Objective::Energy),
    ("memory", Objective::Memory),
    ("traffic", Objective::Traffic),
];
const LEVELS: [LogLevel; 5] =
    [LogLevel::Trace, LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error];

impl Ctx<'_> {
    pub(super) fn operation(&mut self) {
        for placed in self.names.loose.clone() {
            let env = Env::of(placed.scope);
            match &placed.item.kind {
                ast::ItemKind::Place(place) => self.place_wish(place, placed.item, env),
                ast::ItemKind::Logs(logs) => self.logs(logs, placed.item.span, env),
                _ => {}
            }
        }
        self.log_routes();
    }

    fn place_wish(&mut self, place: &ast::Place, item: &ast::Item, env: Env<'_>) {
        self.defer(DeferredConstruct::Place, item.span);
        let on = place.on.iter().filter_map(|n| self.nodes_of(n, true, env)).flatten().collect();
        let minimize =
            place.minimize.as_ref().and_then(|word| self.word_of(word, &OBJECTIVES, "something to minimize"));
        let instances = place.targets.iter().flat_map(|t| self.members_of(t, env)).collect();
        self.hir.places.push(Place {
            all: place.targets.is_empty() && !item.broken,
            instances,
            on,
            spread: place.spread,
            minimize,
            span: item.span,
        });
    }

    fn logs(&mut self, logs: &ast::Logs, span: Span, env: Env<'_>) {
        let mut from = BTreeMap::new();
        for named in logs.from.iter().flat_map(|t| self.members_of(t, env)) {
            from.entry(named.value).or_insert(named.span);
        }
        let level = match &logs.level {
            Some(word) => self.word_of(word, &LEVELS.map(|l| (l.word(), l)), "a level").map(|l| l.value),
            None => Some(LogLevel::Info),
        };
        let Some(to) = self.one_instance(&logs.to, env) else { return };
        let Some(level) = level else { return };
        let to = Spanned::new(to, logs.to.span);
        self.hir.logs.push(Logs { all: logs.from.is_empty(), from, to, level, span });
    }

    /// The instances of a reference that may also name a group.
    fn members_of(&mut self, reference: &ast::Ref, env: Env<'_>) -> Vec<Spanned<InstanceId>> {
        let group = self.names.find(Kind::Group, env.scope, &segments(&reference.head));
        let found = match group.filter(|_| reference.member.is_none()) {
            Some(group) => {
                let members = &self.hir.groups[GroupId(self.extents[group.0].first)].members;
                Some(members.iter().map(|m| m.value).collect())
            }
            None => self.instances_of(reference, true, env),
        };
        found.unwrap_or_default().into_iter().map(|id| Spanned::new(id, reference.span)).collect()
    }

    fn word_of<T: Copy>(&mut self, word: &ast::Ident, known: &[(&str, T)], what: &str) -> Option<Spanned<T>> {
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == word.text) {
            return Some(Spanned::new(*value, word.span));
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let close = self.close(&word.text, names.iter().copied());
        let d = Diagnostic::new(codes::OPERATION, word.span, format!("`{}` is not {what}", word.text))
            .note(format!("there are {}", super::attrs::listed(&names)));
        self.report(with_nearest(d, word.span, close.as_deref()));
        None
    }
}
