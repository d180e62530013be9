//! Instances: declared ones, imports, and what nodes offer. Bindings come later, when all of them and where they run are
//! known.

use super::arrays::Element;
use super::builtin;
use super::codes;
use super::ctx::{Ctx, Env, Extent, with_nearest};
use super::names::{DefId, Kind};
use super::platforms::OfferDef;
use crate::hir::{Id, Instance, InstanceId, InstanceKind, Name, NodeId, ServiceId, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};

/// What an instance was made from, by instance id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) bindings: &'a [ast::Binding],
    pub(super) settings: &'a [ast::Setting],
    pub(super) env: Env<'a>,
}

impl<'a> Ctx<'a> {
    /// Declared instances and imports in order, then offers in the order of their nodes.
    pub(super) fn instances(&mut self, nodes: &[Element<'a>]) -> Vec<Source<'a>> {
        let mut sources = Vec::new();
        for index in 0..self.names.defs.len() {
            let id = DefId(index);
            if self.names.def(id).kind != Kind::Instance {
                continue;
            }
            match &self.names.def(id).now.item.kind {
                ast::ItemKind::Import(import) => self.import_instance(id, import, &mut sources),
                _ => self.declared(id, &mut sources),
            }
        }
        for (index, element) in nodes.iter().enumerate() {
            self.offers(NodeId::new(index), element, &mut sources);
        }
        sources
    }

    fn declared(&mut self, id: DefId, sources: &mut Vec<Source<'a>>) {
        for element in self.elements(id, self.hir.instances.len()) {
            let ast::ItemKind::Instance(item) = &element.item.kind else { continue };
            let service = self.find(Kind::Service, element.scope, &item.service);
            let service = service.map(|s| ServiceId(self.extents[s.0].first));
            let (name, name_span) = (element.name.clone(), element.name_span);
            let mut instance = new_instance(name, name_span, element.item, service, InstanceKind::Declared);
            instance.broken |= element.broken;
            instance.excused |= element.broken;
            self.hir.instances.push(instance);
            sources.push(Source { bindings: &item.bindings, settings: &item.settings, env: element.env() });
        }
    }

    fn import_instance(&mut self, id: DefId, import: &'a ast::Import, sources: &mut Vec<Source<'a>>) {
        let def = self.names.def(id);
        let (now, name, name_span) = (def.now, Name::new(def.name.clone()), def.name_span);
        let first = self.hir.instances.len() as u32;
        self.extents[id.0] = Extent { first, len: 1, array: false, broken: false };
        let interface = self.interface(&import.interface);
        let kind = InstanceKind::Import { interface };
        let mut instance = new_instance(name, name_span, now.item, None, kind);
        instance.broken = now.item.broken || interface.is_none();
        self.hir.instances.push(instance);
        sources.push(Source { bindings: &[], settings: &[], env: Env::of(now.scope) });
    }

    /// What the platform of a node offers, then its own.
    fn offers(&mut self, node: NodeId, element: &Element<'a>, sources: &mut Vec<Source<'a>>) {
        let ast::ItemKind::Node(item) = &element.item.kind else { return };
        let platform = self.hir.nodes[node].platform;
        let inherited = platform.and_then(|p| self.platform_offers.get(p.index()));
        let mut offers = inherited.cloned().unwrap_or_default();
        let from_platform = offers.clone();
        self.add_offers(&mut offers, &item.offers, element.scope);
        for (index, offer) in offers.iter().enumerate() {
            // What the platform wrote is read without the index variable of the node.
            let own = from_platform.get(index).is_none_or(|p| !same_text(p, offer));
            let id = self.offer(node, offer, own.then(|| element.env()), sources);
            self.hir.nodes[node].offers.push(id);
        }
    }

    fn offer(
        &mut self,
        node: NodeId,
        offer: &OfferDef<'a>,
        env: Option<Env<'a>>,
        sources: &mut Vec<Source<'a>>,
    ) -> InstanceId {
        let here = &self.hir.nodes[node];
        let name = here.name.member(offer.name);
        let (node_name_span, node_span) = (here.name_span, here.span);
        let service = self.offer_service(offer, env);
        let kind = InstanceKind::Offer { node, offer: offer.name.to_owned(), interface: offer.interface };
        let (name_span, span) = match offer.written {
            Some((ast, _)) => (ast.name.span, ast.span),
            None => (node_name_span, node_span),
        };
        sources.push(match offer.written {
            Some((ast, scope)) => Source {
                bindings: &ast.bindings,
                settings: &ast.settings,
                env: env.unwrap_or(Env::of(scope)),
            },
            None => Source { bindings: &[], settings: &[], env: Env::of(super::names::ROOT) },
        });
        self.hir.instances.push(Instance {
            name,
            name_span,
            span,
            service,
            kind,
            bindings: Vec::new(),
            params: Vec::new(),
            placement: None,
            excused: false,
            broken: service.is_none() || offer.written.is_some_and(|(ast, _)| ast.broken),
        })
    }

    /// The service behind an offer: the one it names, or the runtime's for a built-in interface.
    fn offer_service(&mut self, offer: &OfferDef<'a>, env: Option<Env<'a>>) -> Option<ServiceId> {
        if let Some((ast, scope)) = offer.written
            && let Some(path) = &ast.service
        {
            let id = self.find(Kind::Service, env.map_or(scope, |e| e.scope), path)?;
            return Some(ServiceId(self.extents[id.0].first));
        }
        let interface = offer.interface?;
        let path = &self.hir.lidl.interface(interface).path;
        if let Some(index) = builtin::of_interface(path) {
            return Some(ServiceId::new(index));
        }
        let (ast, _) = offer.written?;
        let interface = super::idl::interface_name(&self.hir.lidl, interface);
        let d = Diagnostic::new(
            codes::OFFER_WITHOUT_SERVICE,
            ast.name.span,
            format!("nobody serves the offer `{}`: `{interface}` is no interface of the runtime", offer.name),
        )
        .help(format!("write `offers {}: {interface} = SERVICE`", offer.name));
        self.report(d);
        None
    }

    // --- parameters --------------------------------------------------------------------------------------------------

    /// The parameters of every instance.
    pub(super) fn instance_params(&mut self, sources: &[Source<'a>]) {
        for (index, source) in sources.iter().enumerate() {
            let id = InstanceId::new(index);
            if let Some(service) = self.hir.instances[id].service {
                self.params_of(id, service, source);
            }
        }
    }

    fn params_of(&mut self, id: InstanceId, service: ServiceId, source: &Source<'a>) {
        let count = self.hir.services[service].params.len();
        let mut values: Vec<Option<Spanned<Value>>> = vec![None; count];
        let mut given: Vec<Option<Span>> = vec![None; count];
        let mut mistaken: Vec<(usize, Span)> = Vec::new();
        for setting in source.settings {
            let index = match self.param_index(service, setting) {
                Ok(index) => index,
                Err(meant) => {
                    mistaken.extend(meant.map(|i| (i, setting.name.span)));
                    continue;
                }
            };
            if let Some(first) = given[index].replace(setting.name.span) {
                let message = format!("the parameter `{}` is set twice", setting.name.text);
                let d = Diagnostic::new(codes::SET_TWICE, setting.name.span, message)
                    .label("again here")
                    .also(first, "first set here");
                self.report(d);
                continue;
            }
            let Some(expr) = self.one(setting) else { continue };
            let Some(ty) = self.hir.services[service].params[index].ty.clone() else { continue };
            values[index] = self.eval_as(expr, &ty, source.env).map(|v| Spanned::new(v, expr.span));
        }
        // What was probably meant is not reported as missing on top.
        for (index, span) in mistaken {
            given[index].get_or_insert(span);
        }
        self.missing_params(id, service, &given);
        self.hir.instances[id].params = values;
    }

    /// The parameter that a setting names; `Err`: none, reported, with the one that was probably meant.
    fn param_index(&mut self, service: ServiceId, setting: &ast::Setting) -> Result<usize, Option<usize>> {
        let it = &self.hir.services[service];
        let name = &setting.name.text;
        if let Some(index) = it.params.iter().position(|p| p.name.value == *name) {
            return Ok(index);
        }
        if it.broken {
            return Err(None);
        }
        let message = format!("the service `{}` has no parameter `{name}`", it.name);
        let is_need = it.needs.iter().any(|n| n.name.value == *name);
        let known: Vec<String> = it.params.iter().map(|p| p.name.value.clone()).collect();
        let d = Diagnostic::new(codes::UNKNOWN_PARAM, setting.name.span, message);
        let close = self.close(name, known.iter().map(String::as_str)).filter(|_| !is_need);
        let d = match is_need {
            true => d.help(format!("`{name}` is a need; bind it with `{name}: instance`")),
            false => with_nearest(d, setting.name.span, close.as_deref()),
        };
        self.report(d);
        Err(known.iter().position(|k| Some(k) == close.as_ref()))
    }

    fn missing_params(&mut self, id: InstanceId, service: ServiceId, given: &[Option<Span>]) {
        let (it, instance) = (&self.hir.services[service], &self.hir.instances[id]);
        if it.broken || instance.broken {
            return;
        }
        let missing: Vec<&str> = it
            .params
            .iter()
            .zip(given)
            .filter(|(p, g)| g.is_none() && p.default.is_none() && p.ty.is_some())
            .map(|(p, _)| p.name.value.as_str())
            .collect();
        let Some(first) = missing.first() else { return };
        let declared = it.params.iter().find(|p| p.name.value == **first).map(|p| p.name.span);
        let message = format!("`{}` does not set {}", instance.name, super::attrs::listed(&missing));
        let builtin = matches!(it.source, crate::hir::ServiceSource::Builtin(_));
        let d = Diagnostic::new(codes::PARAM_MISSING, instance.name_span, message)
            .help(format!("write `{first} = …;`"));
        let d = match declared {
            Some(at) if !builtin => d.also(at, "has no default"),
            _ => d,
        };
        self.report(d);
    }
}

fn same_text(a: &OfferDef<'_>, b: &OfferDef<'_>) -> bool {
    match (a.written, b.written) {
        (Some((a, _)), Some((b, _))) => a.span == b.span,
        (None, None) => true,
        _ => false,
    }
}

fn new_instance(
    name: Name,
    name_span: Span,
    item: &ast::Item,
    service: Option<ServiceId>,
    kind: InstanceKind,
) -> Instance {
    Instance {
        name,
        name_span,
        span: item.span,
        broken: item.broken || (service.is_none() && matches!(kind, InstanceKind::Declared)),
        service,
        kind,
        bindings: Vec::new(),
        params: Vec::new(),
        placement: None,
        excused: false,
    }
}
