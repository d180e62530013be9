//! Types that contain themselves.

use super::Ctx;
use crate::codes::RECURSIVE;
use crate::model::{Type, TypeId, TypeKind};
use ambc_diag::Diagnostic;
use std::collections::BTreeSet;

impl Ctx<'_> {
    /// Reports each circle once, at its last member in file order, and marks all members.
    pub(super) fn recursive_types(&mut self) {
        let mut reported: BTreeSet<BTreeSet<TypeId>> = BTreeSet::new();
        for id in self.model.type_ids().collect::<Vec<_>>().into_iter().rev() {
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
            for next in self.parts(at) {
                if seen.insert(next) {
                    todo.push(next);
                }
            }
        }
        seen
    }

    fn parts(&self, id: TypeId) -> Vec<TypeId> {
        let mut out = Vec::new();
        match &self.model.type_def(id).kind {
            TypeKind::Struct { fields } => fields.iter().for_each(|f| named(&f.ty, &mut out)),
            TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => {
                alternatives.iter().filter_map(|a| a.ty.as_ref()).for_each(|ty| named(ty, &mut out));
            }
            TypeKind::Enum { .. } => {}
        }
        out
    }
}

fn named(ty: &Type, out: &mut Vec<TypeId>) {
    match ty {
        Type::Named(id) => out.push(*id),
        Type::Vector { element, .. } | Type::Array { element, .. } | Type::Optional(element) => {
            named(element, out)
        }
        Type::Map { key, value, .. } => {
            named(key, out);
            named(value, out);
        }
        Type::Scalar(_) | Type::Unit | Type::String { .. } | Type::Broken => {}
    }
}
