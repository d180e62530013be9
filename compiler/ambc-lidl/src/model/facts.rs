//! What is asked about types again and again, computed once for each, parts first: types share parts, so asking anew each
//! time would take time exponential in their depth.

use super::size::{EMPTY, Shape};
use super::{Model, Scalar, Type, TypeId, TypeKind};
use ambc_diag::Span;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(super) shape: Shape,
    /// No variable parts.
    pub(super) plain: bool,
    /// No floats.
    pub(super) eq: bool,
    /// Where the first bound is missing.
    pub(super) unbounded: Option<Span>,
    /// Stands for the structure in fingerprints.
    pub(crate) print: u64,
}

/// Of a broken type: nothing to complain about.
const NEUTRAL: Facts = Facts { shape: EMPTY, plain: true, eq: true, unbounded: None, print: 0 };

impl Model {
    /// Computes the facts of all types. `print` turns a type whose parts are known into a number.
    pub(crate) fn learn(&mut self, print: fn(&Self, TypeId) -> u64) {
        self.facts = vec![None; self.types.len()];
        for id in self.type_ids() {
            // By hand, not by recursion: types may be nested more deeply than the stack is.
            let mut todo = vec![id];
            while let Some(at) = todo.last().copied() {
                let missing: Vec<TypeId> = match self.type_def(at).broken {
                    true => Vec::new(),
                    false => self.parts(at).into_iter().filter(|p| self.known(*p).is_none()).collect(),
                };
                if !missing.is_empty() && todo.len() <= self.types.len() {
                    todo.extend(missing);
                    continue;
                }
                todo.pop();
                if self.known(at).is_none() {
                    let facts = if self.type_def(at).broken { NEUTRAL } else { self.compute(at, print) };
                    if let Some(entry) = self.facts.get_mut(at.0 as usize) {
                        *entry = Some(facts);
                    }
                }
            }
        }
    }

    fn known(&self, id: TypeId) -> Option<Facts> {
        self.facts.get(id.0 as usize).copied().flatten()
    }

    pub(crate) fn facts_of(&self, id: TypeId) -> Facts {
        self.known(id).unwrap_or(NEUTRAL)
    }

    fn compute(&self, id: TypeId, print: fn(&Self, TypeId) -> u64) -> Facts {
        let (mut plain, mut eq, mut unbounded) = (true, true, None);
        for (ty, span) in self.members(id) {
            plain &= self.is_plain(ty);
            eq &= self.has_eq(ty);
            unbounded = unbounded.or_else(|| self.unbounded_field(ty, span));
        }
        Facts { shape: self.shape_of(id), plain, eq, unbounded, print: print(self, id) }
    }

    /// The types of fields or alternatives, with where they are written.
    fn members(&self, id: TypeId) -> Vec<(&Type, Span)> {
        match &self.type_def(id).kind {
            TypeKind::Struct { fields } => fields.iter().map(|f| (&f.ty, f.ty_span)).collect(),
            TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => {
                alternatives.iter().filter_map(|a| Some((a.ty.as_ref()?, a.ty_span))).collect()
            }
            TypeKind::Enum { .. } => Vec::new(),
        }
    }

    /// The named types that a type is made of.
    pub(crate) fn parts(&self, id: TypeId) -> Vec<TypeId> {
        let mut out = Vec::new();
        self.members(id).into_iter().for_each(|(ty, _)| named(ty, &mut out));
        out
    }

    /// Whether a type has no variable parts, so that view and owned form are one.
    #[must_use]
    pub fn is_plain(&self, ty: &Type) -> bool {
        match ty {
            Type::String { .. } | Type::Vector { .. } | Type::Map { .. } => false,
            Type::Array { element, .. } | Type::Optional(element) => self.is_plain(element),
            Type::Named(id) => self.facts_of(*id).plain,
            Type::Scalar(_) | Type::Unit | Type::Broken => true,
        }
    }

    /// Whether values can be compared for equality in the strict sense: no floats.
    pub(crate) fn has_eq(&self, ty: &Type) -> bool {
        match ty {
            Type::Scalar(scalar) => !matches!(scalar, Scalar::F32 | Scalar::F64),
            Type::Vector { element, .. } | Type::Array { element, .. } | Type::Optional(element) => {
                self.has_eq(element)
            }
            Type::Map { key, value, .. } => self.has_eq(key) && self.has_eq(value),
            Type::Named(id) => self.facts_of(*id).eq,
            Type::String { .. } | Type::Unit | Type::Broken => true,
        }
    }

    /// Where a bound is missing: the first type below this one that has none.
    #[must_use]
    pub fn unbounded_field(&self, ty: &Type, at: Span) -> Option<Span> {
        match ty {
            Type::String { bound: None }
            | Type::Vector { bound: None, .. }
            | Type::Map { bound: None, .. } => Some(at),
            Type::Vector { element, .. } | Type::Array { element, .. } | Type::Optional(element) => {
                self.unbounded_field(element, at)
            }
            Type::Map { key, value, .. } => {
                self.unbounded_field(key, at).or_else(|| self.unbounded_field(value, at))
            }
            Type::Named(id) => self.facts_of(*id).unbounded,
            Type::Scalar(_) | Type::Unit | Type::String { .. } | Type::Broken => None,
        }
    }

    /// Whether all variable parts have bounds, so that the owned form needs no heap.
    #[must_use]
    pub fn is_bounded(&self, ty: &Type) -> bool {
        let anywhere = Span::new(ambc_diag::FileId(0), 0, 0);
        self.unbounded_field(ty, anywhere).is_none()
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
