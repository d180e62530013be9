//! The largest messages, computed as the wire crate computes them.

use super::{Alternative, Field, Model, Param, Procedure, ResultType, Scalar, Type, TypeId, TypeKind};
use ambc_diag::Span;

/// Size and alignment of the fixed part, and the growth behind it for each start modulo 8 (`ambc_wire::Tail`).
/// `None` stands for no bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    size: u64,
    align: u64,
    tail: Option<[u64; 8]>,
}

/// Beyond this nothing can be sent: offsets have 32 bits.
const LIMIT: u64 = u32::MAX as u64;
const NO_TAIL: [u64; 8] = [0; 8];
pub(super) const EMPTY: Shape = Shape { size: 0, align: 1, tail: Some(NO_TAIL) };

impl Model {
    /// The largest message with this root, in bytes; `None` without a bound, or above 4 GiB.
    #[must_use]
    pub fn max_size(&self, ty: &Type) -> Option<u64> {
        largest(self.shape(ty))
    }

    /// The largest message with these arguments.
    #[must_use]
    pub fn max_args(&self, params: &[Param]) -> Option<u64> {
        largest(record(params.iter().map(|p| self.shape(&p.ty))))
    }

    /// The largest result or error of a procedure.
    #[must_use]
    pub fn max_result(&self, procedure: &Procedure) -> Option<u64> {
        let result = match &procedure.result {
            ResultType::None => Some(0),
            ResultType::One(ty, _) => self.max_size(ty),
            ResultType::Many(results) => self.max_args(results),
        }?;
        let error = procedure.error.map_or(Some(0), |e| self.max_size(&Type::Named(e)))?;
        Some(result.max(error))
    }

    /// Where a bound is missing in what a procedure takes or gives.
    #[must_use]
    pub fn unbounded_in(&self, procedure: &Procedure) -> Option<Span> {
        let results = match &procedure.result {
            ResultType::None => None,
            ResultType::One(ty, span) => self.unbounded_field(ty, *span),
            ResultType::Many(results) => results.iter().find_map(|p| self.unbounded_field(&p.ty, p.ty_span)),
        };
        let params = procedure.params.iter().find_map(|p| self.unbounded_field(&p.ty, p.ty_span));
        params.or(results).or_else(|| procedure.error.and_then(|e| self.facts_of(e).unbounded))
    }

    /// Bytes of the fixed part of a type.
    #[must_use]
    pub(crate) fn fixed_size(&self, id: TypeId) -> u64 {
        self.facts_of(id).shape.size
    }

    fn shape(&self, ty: &Type) -> Shape {
        match ty {
            Type::Scalar(scalar) => plain(*scalar),
            Type::Unit | Type::Broken => EMPTY,
            Type::String { bound } => described(bound.map(|n| block(n, 1))),
            Type::Vector { element, bound } => self.list(self.shape(element), *bound),
            Type::Map { key, value, bound } => {
                self.list(record([self.shape(key), self.shape(value)]), *bound)
            }
            Type::Array { element, len } => {
                let element = self.shape(element);
                let tail = element.tail.map(|t| times(t, *len));
                Shape { size: element.size.saturating_mul(*len), tail, ..element }
            }
            Type::Optional(value) => tagged([self.shape(value)]),
            Type::Named(id) => self.facts_of(*id).shape,
        }
    }

    /// From the shapes of its parts.
    pub(super) fn shape_of(&self, id: TypeId) -> Shape {
        match &self.type_def(id).kind {
            TypeKind::Struct { fields } => record(fields.iter().map(|Field { ty, .. }| self.shape(ty))),
            TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => tagged(
                alternatives.iter().filter_map(|Alternative { ty, .. }| Some(self.shape(ty.as_ref()?))),
            ),
            TypeKind::Enum { underlying, .. } => plain(*underlying),
        }
    }

    fn list(&self, element: Shape, bound: Option<u64>) -> Shape {
        let Some(n) = bound else { return described(None) };
        let elements = block(element.size.max(1).saturating_mul(n), element.align);
        described(element.tail.map(|t| then(elements, times(t, n))))
    }
}

fn largest(shape: Shape) -> Option<u64> {
    Some(end(shape.tail?, shape.size)).filter(|size| *size <= LIMIT)
}

fn plain(scalar: Scalar) -> Shape {
    Shape { size: scalar.size(), align: scalar.size(), tail: Some(NO_TAIL) }
}

/// The eight bytes that refer to variable parts.
fn described(tail: Option<[u64; 8]>) -> Shape {
    Shape { size: 8, align: 4, tail }
}

fn record(fields: impl IntoIterator<Item = Shape>) -> Shape {
    let mut all = EMPTY;
    for field in fields {
        all.size = align_up(all.size, field.align).saturating_add(field.size);
        all.align = all.align.max(field.align);
        all.tail = all.tail.zip(field.tail).map(|(a, b)| then(a, b));
    }
    all.size = align_up(all.size, all.align);
    all
}

fn tagged(alternatives: impl IntoIterator<Item = Shape>) -> Shape {
    let mut all = EMPTY;
    for alternative in alternatives {
        all.size = all.size.max(alternative.size);
        all.align = all.align.max(alternative.align);
        all.tail = all.tail.zip(alternative.tail).map(|(a, b)| std::array::from_fn(|i| a[i].max(b[i])));
    }
    all.size = align_up(all.size.saturating_add(all.align), all.align);
    all
}

fn align_up(at: u64, align: u64) -> u64 {
    at.checked_next_multiple_of(align).unwrap_or(u64::MAX)
}

fn block(len: u64, align: u64) -> [u64; 8] {
    if len == 0 {
        return NO_TAIL;
    }
    std::array::from_fn(|start| len.saturating_add(align_up(start as u64, align) - start as u64))
}

fn end(tail: [u64; 8], start: u64) -> u64 {
    start.saturating_add(tail[(start % 8) as usize])
}

fn then(first: [u64; 8], second: [u64; 8]) -> [u64; 8] {
    std::array::from_fn(|start| match end(first, start as u64) {
        u64::MAX => u64::MAX,
        middle => match end(second, middle) {
            u64::MAX => u64::MAX,
            end => end - start as u64,
        },
    })
}

fn times(mut tail: [u64; 8], mut n: u64) -> [u64; 8] {
    let mut all = NO_TAIL;
    while n > 0 {
        if n % 2 == 1 {
            all = then(all, tail);
        }
        tail = then(tail, tail);
        n /= 2;
    }
    all
}
