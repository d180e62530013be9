//! Log lines that go to an instance, and whose they are.

use super::{BuiltinService, Deployment, InstanceId, NodeId, ServiceSource};
use ambc_diag::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// `logs * to collector level info;`
#[derive(Clone, Debug)]
pub struct Logs {
    /// `*`: every instance that writes lines, but those that take some and those that another item sends there.
    pub all: bool,
    /// Whose lines, and where that is said.
    pub from: BTreeMap<InstanceId, Span>,
    /// What takes them.
    pub to: Spanned<InstanceId>,
    pub level: LogLevel,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl LogLevel {
    /// As a deployment writes it, and as `ambience::level` calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl Deployment {
    /// The service of the runtime behind an instance.
    pub fn builtin(&self, instance: InstanceId) -> Option<BuiltinService> {
        match self.instances[instance].service.map(|s| &self.services[s].source) {
            Some(ServiceSource::Builtin(b)) => Some(*b),
            _ => None,
        }
    }

    /// What an instance calls: the instances that its needs are bound to.
    pub fn callees(&self, instance: InstanceId) -> impl Iterator<Item = InstanceId> {
        self.instances[instance].bindings.iter().flatten().flat_map(|b| &b.targets).map(|t| t.instance)
    }

    /// The nodes whose loggers take lines of this instance.
    pub fn logs_on(&self, instance: InstanceId) -> BTreeSet<NodeId> {
        let loggers = self.callees(instance).filter(|i| self.builtin(*i) == Some(BuiltinService::Logger));
        loggers.filter_map(|i| Some(self.instances[i].placement.as_ref()?.node)).collect()
    }
}
