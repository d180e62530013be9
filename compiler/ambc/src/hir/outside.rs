//! What stands outside the deployment or describes its operation: imports, tokens, placement wishes, restarts.

use super::{InstanceId, NetworkId, NodeId, Value};
use ambc_diag::{Span, Spanned};

/// `import NAME: INTERFACE over NETWORK …`; the instance that stands for it is an ordinary one.
#[derive(Clone, Debug)]
pub struct Import {
    pub instance: InstanceId,
    pub network: NetworkId,
    pub network_span: Span,
    /// `as rest`.
    pub rest: Option<Span>,
    /// The address or URL outside.
    pub from: Option<Spanned<String>>,
    pub via: Option<Spanned<NodeId>>,
    pub token_file: Option<Spanned<String>>,
    /// Name and value; the value may be a secret.
    pub headers: Vec<(Spanned<String>, Spanned<Value>)>,
    /// Nanoseconds.
    pub timeout: Option<u64>,
    pub span: Span,
}

/// `token ranger { allows query, tail; expires 30d; }` of an export.
#[derive(Clone, Debug)]
pub struct Token {
    pub name: Spanned<String>,
    /// Empty: every procedure.
    pub allows: Vec<Spanned<String>>,
    /// Nanoseconds.
    pub expires: Option<u64>,
    pub span: Span,
}

/// `tls file "cert.pem";`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFile {
    pub path: Spanned<String>,
}

/// `place x on a | b;`
#[derive(Clone, Debug)]
pub struct Place {
    /// Every instance that no `deploy` names, if `*`.
    pub all: bool,
    /// What it names, groups as their members; empty for `*`.
    pub instances: Vec<Spanned<InstanceId>>,
    /// Empty: any node.
    pub on: Vec<NodeId>,
    pub spread: Option<Span>,
    pub minimize: Option<Spanned<Objective>>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    Latency,
    Cost,
    Energy,
    Memory,
    Traffic,
}

/// `restart { backoff 100ms .. 10s; limit 5 per 1min; then reboot; }` of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// First and longest wait, nanoseconds.
    pub backoff: Option<(u64, u64)>,
    /// So many restarts in so many nanoseconds.
    pub limit: Option<(u32, u64)>,
    /// A limit was written, be it readable or not.
    pub limited: bool,
    pub then: Option<RestartThen>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartThen {
    Reboot,
    Stop,
}
