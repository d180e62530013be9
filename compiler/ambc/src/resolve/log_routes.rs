//! What `logs` comes to: whose lines `*` means, and on each node an instance of the runtime that carries the lines of its
//! loggers to the collector. It is bound like any other, so that transport, routes and ids come from the ordinary machinery.

use super::builtin::{LEVEL, LOG_ROUTE, LOGGER};
use super::ctx::Ctx;
use crate::hir::{
    BindMode, Binding, Deployment, Domain, Id, Instance, InstanceId, InstanceKind, Logs, Name, NodeId,
    Placement, ServiceId, Target, Value,
};
use ambc_diag::Spanned;
use std::collections::{BTreeMap, BTreeSet};

impl Ctx<'_> {
    pub(super) fn log_routes(&mut self) {
        self.expand_stars();
        let mut names: BTreeSet<Name> = self.hir.instances.iter().map(|(_, i)| i.name.clone()).collect();
        for logs in 0..self.hir.logs.len() {
            if !self.takes_lines(self.hir.logs[logs].to.value) {
                continue; // which `check` reports
            }
            for node in nodes(&self.hir, &self.hir.logs[logs]) {
                let route = self.log_route(logs, node, &mut names);
                self.hir.instances.push(route);
            }
        }
    }

    /// `*` is every instance that writes lines, but for those that run because a line was taken: lines of these would call
    /// for further lines without end. Nor does it mean what another item sends to the same collector, at a level of its own.
    fn expand_stars(&mut self) {
        let hir = &self.hir;
        let behind = reached(hir, hir.logs.iter().map(|l| l.to.value));
        let writes = |i: &InstanceId| !behind.contains(i) && !hir.logs_on(*i).is_empty();
        let writers: Vec<InstanceId> = hir.instances.ids().filter(writes).collect();
        let mut named: BTreeMap<InstanceId, BTreeSet<InstanceId>> = BTreeMap::new();
        for logs in &hir.logs {
            named.entry(logs.to.value).or_default().extend(logs.from.keys());
        }
        for logs in self.hir.logs.iter_mut().filter(|l| l.all) {
            let others = &named[&logs.to.value];
            logs.from = writers.iter().filter(|i| !others.contains(i)).map(|i| (*i, logs.span)).collect();
        }
    }

    /// An instance that implements what a collector is called by.
    fn takes_lines(&self, instance: InstanceId) -> bool {
        let Some(logger) = self.hir.lidl.find_interface(&LOGGER).found() else { return false };
        self.interfaces_of(instance).into_iter().any(|i| self.hir.lidl.is_a(i, logger))
    }

    fn log_route(&self, index: usize, node: NodeId, names: &mut BTreeSet<Name>) -> Instance {
        let logs = &self.hir.logs[index];
        let span = logs.span;
        Instance {
            name: route_name(&self.hir, node, logs.to.value, names),
            name_span: span,
            span,
            service: Some(ServiceId::new(LOG_ROUTE)),
            kind: InstanceKind::LogRoute { logs: index },
            bindings: vec![Some(to_collector(logs))],
            params: vec![level(&self.hir, logs)],
            placement: Some(Placement { node, domain: Domain::Kernel, span }),
            excused: false,
            broken: false,
        }
    }
}

/// Everything that some of `from` call, directly or not, and these.
fn reached(hir: &Deployment, from: impl Iterator<Item = InstanceId>) -> BTreeSet<InstanceId> {
    let (mut seen, mut open) = (BTreeSet::new(), from.collect::<Vec<_>>());
    while let Some(at) = open.pop() {
        if seen.insert(at) {
            open.extend(hir.callees(at));
        }
    }
    seen
}

/// The nodes whose loggers take a line that this item sends on.
fn nodes(hir: &Deployment, logs: &Logs) -> BTreeSet<NodeId> {
    logs.from.keys().flat_map(|i| hir.logs_on(*i)).collect()
}

/// `cloud.log_to_collector`; with a number where that is taken.
fn route_name(hir: &Deployment, node: NodeId, to: InstanceId, names: &mut BTreeSet<Name>) -> Name {
    let word = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let to = hir.instances[to].name.to_string().replace("::", "_").replace(']', "");
    let member = format!("log_to_{}", to.chars().map(word).collect::<String>());
    let numbered = (2..).map(|n| format!("{member}_{n}"));
    let mut free = std::iter::once(member.clone()).chain(numbered).map(|m| hir.nodes[node].name.member(m));
    free.find(|name| names.insert(name.clone())).expect("there are more numbers than names")
}

fn to_collector(logs: &Logs) -> Binding {
    let target = Target { instance: logs.to.value, span: logs.to.span, timeout: None };
    Binding {
        mode: BindMode::Plain,
        targets: vec![target],
        span: logs.span,
        by_default: false,
        broken: false,
    }
}

/// The level as a value of `ambience::level`.
fn level(hir: &Deployment, logs: &Logs) -> Option<Spanned<Value>> {
    let level = hir.lidl.find_type(&LEVEL).found()?;
    Some(Spanned::new(Value::Enum(level, logs.level.word().to_owned()), logs.span))
}
