//! Bindings: which instance each need of each instance means.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::idl::interface_name;
use super::instances::Source;
use crate::hir::{
    BindMode, Binding, DeferredConstruct, Id, InstanceId, InstanceKind, NodeId, ServiceId, Target,
};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};
use ambc_lidl::model::InterfaceId;

const TARGET_ATTRIBUTES: &[&str] = &["timeout"];

impl<'a> Ctx<'a> {
    pub(super) fn bindings(&mut self, sources: &[Source<'a>]) {
        for (index, source) in sources.iter().enumerate() {
            let id = InstanceId::new(index);
            if let Some(service) = self.hir.instances[id].service {
                self.bindings_of(id, service, source);
            } else {
                self.targets_of_unknown(source);
            }
        }
        self.defer_unserved();
    }

    fn bindings_of(&mut self, id: InstanceId, service: ServiceId, source: &Source<'a>) {
        let count = self.hir.services[service].needs.len();
        let mut bound: Vec<Option<Binding>> = vec![None; count];
        let mut mistaken: Vec<(Option<usize>, Binding)> = Vec::new();
        for binding in source.bindings {
            let index = self.need_index(service, binding);
            let mut resolved = self.binding(id, binding, source.env);
            let index = match index {
                Ok(index) => index,
                Err(meant) => {
                    resolved.broken = true;
                    mistaken.push((meant, resolved));
                    continue;
                }
            };
            match &bound[index] {
                Some(first) => {
                    let message = format!("the need `{}` is bound twice", binding.need.text);
                    let d = Diagnostic::new(codes::BOUND_TWICE, binding.need.span, message)
                        .label("again here")
                        .also(first.span, "first bound here")
                        .help("a list binds several with `,`: `need: a, b;`");
                    self.report(d);
                }
                None => bound[index] = Some(resolved),
            }
        }
        self.mistaken_bindings(mistaken, &mut bound);
        for (index, slot) in bound.iter_mut().enumerate() {
            if slot.is_none() {
                *slot = self
                    .assigned(service, index, source)
                    .or_else(|| self.default_of_node(id, service, index));
            }
        }
        self.hir.instances[id].bindings = bound;
    }

    /// Names in the bindings of an instance whose service is unknown still count, and are still checked.
    fn targets_of_unknown(&mut self, source: &Source<'a>) {
        for binding in source.bindings {
            for target in &binding.targets {
                if Self::own_offer(&target.target).is_some() {
                    continue;
                }
                for id in self.instances_of(&target.target, false, source.env).unwrap_or_default() {
                    self.hir.instances[id].excused = true;
                }
            }
        }
    }

    /// A binding to a need that does not exist counts for the one that was probably meant; else its targets are excused.
    fn mistaken_bindings(&mut self, mistaken: Vec<(Option<usize>, Binding)>, bound: &mut [Option<Binding>]) {
        for (meant, binding) in mistaken {
            match meant.and_then(|i| bound.get_mut(i)).filter(|slot| slot.is_none()) {
                Some(slot) => *slot = Some(binding),
                None => {
                    for target in &binding.targets {
                        self.hir.instances[target.instance].excused = true;
                    }
                }
            }
        }
    }

    /// A need that is set like a parameter has been reported; it counts as bound.
    fn assigned(&self, service: ServiceId, index: usize, source: &Source<'a>) -> Option<Binding> {
        let need = self.hir.services[service].needs.get(index)?;
        let setting = source.settings.iter().find(|s| s.name.text == need.name.value)?;
        let params = &self.hir.services[service].params;
        if params.iter().any(|p| p.name.value == need.name.value) {
            return None;
        }
        Some(Binding {
            mode: BindMode::Plain,
            targets: Vec::new(),
            span: setting.span,
            by_default: false,
            broken: true,
        })
    }

    /// The need that a binding names; `Err`: none, reported, with the one that was probably meant.
    fn need_index(&mut self, service: ServiceId, binding: &ast::Binding) -> Result<usize, Option<usize>> {
        let it = &self.hir.services[service];
        let name = &binding.need.text;
        if let Some(index) = it.needs.iter().position(|n| n.name.value == *name) {
            return Ok(index);
        }
        if it.broken {
            return Err(None);
        }
        let message = format!("the service `{}` has no need `{name}`", it.name);
        let is_param = it.params.iter().any(|p| p.name.value == *name);
        let known: Vec<String> = it.needs.iter().map(|n| n.name.value.clone()).collect();
        let d = Diagnostic::new(codes::UNKNOWN_NEED, binding.need.span, message);
        let close = self.close(name, known.iter().map(String::as_str)).filter(|_| !is_param);
        let d = match is_param {
            true => d.help(format!("`{name}` is a parameter; set it with `{name} = value`")),
            false => with_nearest(d, binding.need.span, close.as_deref()),
        };
        self.report(d);
        Err(known.iter().position(|k| Some(k) == close.as_ref()))
    }

    fn binding(&mut self, caller: InstanceId, binding: &ast::Binding, env: Env<'_>) -> Binding {
        let mode = match binding.mode {
            ast::BindMode::Plain => BindMode::Plain,
            ast::BindMode::First(_) => BindMode::First,
            ast::BindMode::Any(_) => BindMode::Any,
        };
        let mut out =
            Binding { mode, targets: Vec::new(), span: binding.span, by_default: false, broken: false };
        for target in &binding.targets {
            let timeout = self.timeout(target, env);
            match self.target(caller, &target.target, env) {
                Some(ids) => out.targets.extend(ids.into_iter().map(|instance| Target {
                    instance,
                    span: target.target.span,
                    timeout,
                })),
                None => out.broken = true,
            }
        }
        out
    }

    fn timeout(&mut self, target: &ast::BindTarget, env: Env<'_>) -> Option<u64> {
        self.attributes("binding", &target.settings, TARGET_ATTRIBUTES, &[]);
        let timeout = self.attr_whole(&target.settings, "timeout", crate::hir::Dimension::Duration, env)?;
        if timeout.value == 0 {
            let d = Diagnostic::new(codes::OUT_OF_RANGE, timeout.span, "a timeout is longer than nothing");
            self.report(d);
            return None;
        }
        Some(timeout.value)
    }

    fn target(&mut self, caller: InstanceId, target: &ast::Ref, env: Env<'_>) -> Option<Vec<InstanceId>> {
        let Some((member, _)) = Self::own_offer(target) else {
            return self.instances_of(target, false, env);
        };
        // A caller that runs nowhere is reported as such.
        let node = self.node_of(caller)?;
        let found = self.offer_named(node, &member.text).or_else(|| self.not_offered(node, member));
        found.map(|id| vec![id])
    }

    fn node_of(&self, id: InstanceId) -> Option<NodeId> {
        self.hir.instances[id].placement.as_ref().map(|p| p.node)
    }

    /// The default of `needs x: i from node`: the only offer of that interface on the node of the caller.
    fn default_of_node(&mut self, caller: InstanceId, service: ServiceId, index: usize) -> Option<Binding> {
        let need = self.hir.services[service].needs.get(index)?;
        need.from_node?;
        let (interface, span, optional) = (need.interface, need.span, need.optional);
        let broken =
            Binding { mode: BindMode::Plain, targets: Vec::new(), span, by_default: true, broken: true };
        let (Some(interface), Some(node)) = (interface, self.node_of(caller)) else { return Some(broken) };
        if self.hir.nodes[node].broken {
            return Some(broken);
        }
        let offers = self.offers_as(node, interface, caller);
        match offers.as_slice() {
            [one] => {
                let target = Target { instance: *one, span, timeout: None };
                Some(Binding { targets: vec![target], broken: false, ..broken })
            }
            [] if optional => None,
            several => {
                self.report_from_node(caller, service, index, node, several);
                Some(broken)
            }
        }
    }

    /// Offers of a node that serve an interface, other than the caller itself.
    fn offers_as(&self, node: NodeId, wanted: InterfaceId, caller: InstanceId) -> Vec<InstanceId> {
        let serves = |id: &InstanceId| match &self.hir.instances[*id].kind {
            InstanceKind::Offer { interface: Some(interface), .. } => {
                *id != caller && self.hir.lidl.is_a(*interface, wanted)
            }
            InstanceKind::Offer { .. }
            | InstanceKind::Declared
            | InstanceKind::Import { .. }
            | InstanceKind::LogRoute { .. } => false,
        };
        self.hir.nodes[node].offers.iter().copied().filter(serves).collect()
    }

    fn report_from_node(
        &mut self,
        caller: InstanceId,
        service: ServiceId,
        index: usize,
        node: NodeId,
        offers: &[InstanceId],
    ) {
        let need = &self.hir.services[service].needs[index];
        let instance = &self.hir.instances[caller];
        let interface = need.interface.map_or_else(String::new, |i| interface_name(&self.hir.lidl, i));
        let node = self.hir.nodes[node].name.to_string();
        let names: Vec<String> = offers.iter().map(|o| self.hir.instances[*o].name.to_string()).collect();
        let listed: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = &need.name.value;
        let (message, help) = if names.is_empty() {
            let message = format!(
                "`{}` takes its `{name}` from its node, and `{node}` offers no `{interface}`",
                instance.name
            );
            (message, format!("bind it with `{name}: instance`, or let the node offer it"))
        } else {
            let message = format!(
                "`{}` takes its `{name}` from its node, and `{node}` offers `{interface}` {} times: {}",
                instance.name,
                names.len(),
                super::attrs::listed(&listed)
            );
            let first =
                offers.first().and_then(|o| self.hir.instances[*o].name.member.clone()).unwrap_or_default();
            (message, format!("say which: `{name}: node.{first}`"))
        };
        let d = Diagnostic::new(codes::FROM_NODE, instance.name_span, message)
            .also(need.span, "needed here")
            .help(help);
        self.report(d);
    }

    /// Offers of the runtime that somebody binds and that this step does not serve yet.
    fn defer_unserved(&mut self) {
        let mut found: Vec<Span> = Vec::new();
        for (_, instance) in self.hir.instances.iter() {
            for target in instance.bindings.iter().flatten().flat_map(|b| &b.targets) {
                if self.hir.builtin(target.instance).is_some_and(|b| !super::builtin::carried_out(b)) {
                    found.push(target.span);
                }
            }
        }
        for span in found {
            self.defer(DeferredConstruct::BuiltinOffer, span);
        }
    }
}
