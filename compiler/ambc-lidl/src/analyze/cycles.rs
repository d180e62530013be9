//! Types that contain themselves.

use super::Ctx;
use crate::codes::RECURSIVE;
use crate::model::TypeId;
use ambc_diag::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

impl Ctx<'_> {
    /// Reports each circle once, at its last member in file order, and marks all members.
    pub(super) fn recursive_types(&mut self) {
        let mut reported: BTreeSet<BTreeSet<TypeId>> = BTreeSet::new();
        for id in self.not_layered().into_iter().rev() {
            let circle = self.circle(id);
            if circle.is_empty() || reported.contains(&circle) {
                continue;
            }
            self.report_circle(&circle);
            reported.insert(circle);
        }
        for id in reported.into_iter().flatten() {
            if let Some(def) = self.model.types.get_mut(id.0 as usize) {
                def.broken = true;
            }
        }
    }

    /// The types that are in a circle or contain one: what is left after taking away, again and again, those whose parts
    /// are all taken away.
    fn not_layered(&self) -> BTreeSet<TypeId> {
        let mut left: BTreeMap<TypeId, usize> = BTreeMap::new();
        let mut containing: BTreeMap<TypeId, Vec<TypeId>> = BTreeMap::new();
        let mut free = Vec::new();
        for id in self.model.type_ids() {
            let parts = self.model.parts(id);
            parts.iter().for_each(|part| containing.entry(*part).or_default().push(id));
            left.insert(id, parts.len());
            if parts.is_empty() {
                free.push(id);
            }
        }
        while let Some(id) = free.pop() {
            left.remove(&id);
            for outer in containing.remove(&id).unwrap_or_default() {
                if let Some(count) = left.get_mut(&outer) {
                    *count -= 1;
                    if *count == 0 {
                        free.push(outer);
                    }
                }
            }
        }
        left.into_keys().collect()
    }

    fn report_circle(&mut self, circle: &BTreeSet<TypeId>) {
        let mut spans: Vec<_> = circle
            .iter()
            .map(|id| self.model.type_def(*id))
            .map(|def| (def.name_span, def.path.join("::")))
            .collect();
        spans.sort();
        spans.dedup();
        let Some((last, name)) = spans.pop() else { return };
        let d = Diagnostic::new(RECURSIVE, last, format!("type `{name}` contains itself"))
            .label("has no largest size");
        let d = spans.into_iter().fold(d, |d, (span, _)| d.also(span, "contained in turn"));
        self.report(d.help("refer to other values by an index or an id"));
    }

    /// The types that `id` contains and that contain `id`; empty unless it contains itself.
    fn circle(&self, id: TypeId) -> BTreeSet<TypeId> {
        let below = self.below(id);
        if !below.contains(&id) {
            return BTreeSet::new();
        }
        below.iter().copied().filter(|other| self.below(*other).contains(&id)).collect()
    }

    fn below(&self, id: TypeId) -> BTreeSet<TypeId> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![id];
        while let Some(at) = todo.pop() {
            for next in self.model.parts(at) {
                if seen.insert(next) {
                    todo.push(next);
                }
            }
        }
        seen
    }
}
