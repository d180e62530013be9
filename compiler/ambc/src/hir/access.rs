//! `allow` and `deny`: which edges, which procedure, under which condition.

use super::{InstanceId, Value};
use ambc_diag::{Span, Spanned};

/// One `allow` or `deny`, with the edges it speaks about.
#[derive(Clone, Debug)]
pub struct AccessRule {
    pub allow: bool,
    /// The edges that the two sides select; caller order.
    pub edges: Vec<Edge>,
    /// `b.erase`; `None`: every procedure.
    pub procedure: Option<Spanned<String>>,
    pub predicate: Option<Predicate>,
    pub span: Span,
    /// Something in it was wrong and has been reported.
    pub broken: bool,
}

/// One wire: target number `position` of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub caller: InstanceId,
    /// Index into the needs of the caller's service.
    pub need: usize,
    /// Index into the targets of the binding.
    pub position: usize,
    pub callee: InstanceId,
}

/// A type-checked condition over the parameters of one procedure.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    /// A boolean parameter or field on its own.
    Is(Operand),
    Compare {
        left: Operand,
        op: CompareOp,
        right: Operand,
    },
    OneOf {
        operand: Operand,
        values: Vec<Value>,
    },
    /// `rate <= 10/s`: a token bucket per edge that fills with so many a second.
    Rate {
        per_second: f64,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A parameter, then fields of it.
    Field(Vec<String>),
    /// `len(x)` of a string, vector or map.
    Len(Vec<String>),
    Value(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}
