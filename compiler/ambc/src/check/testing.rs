//! Deployments made by hand, for tests of single rules.

use super::Rule;
use super::context::Context;
use crate::hir;
use crate::hir::{
    Binding, Deployment, Instance, InstanceId, InstanceKind, Name, Need, Service, ServiceId, Target,
};
use ambc_diag::{Diagnostic, Diagnostics, FileId, Span, Spanned};
use ambc_lidl::model::{Interface, InterfaceId, Procedure, ResultType};

/// A deployment in the making. Everything gets a span of its own, in the order in which it is made.
pub(super) struct Builder {
    pub(super) hir: Deployment,
    at: u32,
}

impl Builder {
    pub(super) fn new() -> Self {
        let hir = Deployment::empty("test", Span::new(FileId(0), 0, 0));
        Self { hir, at: 0 }
    }

    fn span(&mut self) -> Span {
        self.at += 1;
        Span::new(FileId(0), self.at, self.at + 1)
    }

    /// An interface with these procedures; a name that ends in `!` is one-way.
    pub(super) fn interface(&mut self, procedures: &[&str]) -> InterfaceId {
        let (span, index) = (self.span(), self.hir.lidl.interfaces.len() as u32);
        self.hir.lidl.interfaces.push(Interface {
            path: vec!["test".to_string(), format!("i{index}")],
            span,
            name_span: span,
            file: span.file,
            doc: String::new(),
            base: None,
            shared: false,
            procedures: procedures.iter().map(|p| procedure(p, span)).collect(),
            since: None,
            deprecated: None,
            broken: false,
        });
        InterfaceId(index)
    }

    /// A service that serves and needs these interfaces.
    pub(super) fn service(&mut self, serves: &[InterfaceId], needs: &[InterfaceId]) -> ServiceId {
        let span = self.span();
        let interfaces = serves.iter().map(|i| Spanned::new(*i, span)).collect();
        let needs = needs.iter().enumerate().map(|(n, i)| self.need(n, *i)).collect();
        self.hir.services.push(Service {
            name: Name::new(format!("s{}", span.start)),
            name_span: span,
            span,
            doc: None,
            interfaces,
            source: hir::ServiceSource::Missing,
            type_name: None,
            needs,
            params: Vec::new(),
            stack: None,
            heap: None,
            concurrency: None,
            bulk: None,
            work: Vec::new(),
            runs_on: None,
            requires: Vec::new(),
            run: None,
            blocking: None,
            calls: Vec::new(),
            broken: false,
        })
    }

    fn need(&mut self, index: usize, interface: InterfaceId) -> Need {
        let span = self.span();
        let name = Spanned::new(format!("n{index}"), span);
        let interface = Some(interface);
        Need { name, interface, interface_span: span, optional: true, list: true, from_node: None, span }
    }

    pub(super) fn instance(&mut self, service: ServiceId) -> InstanceId {
        let span = self.span();
        let needs = self.hir.services[service].needs.len();
        let name = Name::element("i", self.hir.instances.len() as u32);
        self.hir.instances.push(Instance {
            name,
            name_span: span,
            span,
            service: Some(service),
            kind: InstanceKind::Declared,
            bindings: vec![None; needs],
            params: Vec::new(),
            placement: None,
            excused: false,
            broken: false,
        })
    }

    /// Binds one more target to a need.
    pub(super) fn bind(&mut self, from: InstanceId, need: usize, to: InstanceId) {
        let span = self.span();
        let binding = self.hir.instances[from].bindings[need].get_or_insert_with(|| Binding {
            mode: hir::BindMode::Plain,
            targets: Vec::new(),
            span,
            by_default: false,
            broken: false,
        });
        binding.targets.push(Target { instance: to, span, timeout: None });
    }

    /// What one rule says.
    pub(super) fn check(&self, rule: Rule) -> Vec<Diagnostic> {
        let mut diags = Diagnostics::default();
        rule(&Context::new(&self.hir, &Diagnostics::default()), &mut diags);
        diags.sorted()
    }
}

fn procedure(name: &str, span: Span) -> Procedure {
    Procedure {
        name: name.trim_end_matches('!').to_string(),
        span,
        name_span: span,
        doc: String::new(),
        params: Vec::new(),
        result: ResultType::None,
        error: None,
        oneway: name.ends_with('!'),
        idempotent: false,
        timeout_us: None,
        rest: None,
        sensitive: false,
        since: None,
        deprecated: None,
        fingerprint: 0,
        was: Vec::new(),
        max_request: Some(0),
        max_reply: Some(0),
        broken: false,
    }
}
