//! `require`: what must hold of the plan.

use super::{CompareOp, InstanceId, NodeId};
use ambc_diag::{Span, Spanned};

/// One `require`.
#[derive(Clone, Debug)]
pub struct Requirement {
    pub condition: Condition,
    pub span: Span,
}

/// A selection that stands for several (`a[*]`) must hold for each of them, or for each pair.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Not(Box<Condition>),
    /// `latency(a -> b) <= 250ms`; nanoseconds.
    Latency {
        from: Vec<InstanceId>,
        to: Vec<InstanceId>,
        op: CompareOp,
        limit: f64,
    },
    /// Not in one group, and neither in the kernel group of the other's node.
    Separate(Vec<InstanceId>, Vec<InstanceId>),
    /// In one group.
    Together(Vec<InstanceId>, Vec<InstanceId>),
    /// On one node.
    Near(Vec<InstanceId>, Vec<InstanceId>),
    /// On this node (one of these, where an array is selected).
    On(Vec<InstanceId>, Vec<NodeId>),
    Memory {
        nodes: Vec<NodeId>,
        op: CompareOp,
        limit: MemoryLimit,
    },
    /// Battery life; nanoseconds.
    Lifetime {
        nodes: Vec<NodeId>,
        op: CompareOp,
        limit: f64,
    },
    /// The path still exists when any `count` nodes other than its two ends are gone.
    Survives {
        count: Spanned<u32>,
        from: Vec<InstanceId>,
        to: Vec<InstanceId>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MemoryLimit {
    /// Bytes.
    Size(f64),
    /// Of what the node has; 1.0 is all of it.
    Share(f64),
}
