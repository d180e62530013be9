//! Service manifests.

use super::attrs::whole;
use super::builtin;
use super::codes;
use super::ctx::{Ctx, Env, Extent, with_nearest};
use super::names::{DefId, segments, written};
use super::platforms::kind_named;
use crate::hir::{
    Calls, DeferredConstruct, Dimension, Name, Need, PlatformKind, Quantity, Service, ServiceSource, Value,
    Work,
};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};
use ambc_lidl::model::InterfaceId;

impl<'a> Ctx<'a> {
    /// The services of the runtime first, then declared ones in order.
    pub(super) fn services(&mut self) {
        for service in builtin::services(&self.hir.lidl, self.hir.span.at_start()) {
            self.hir.services.push(service);
        }
        for index in 0..self.names.defs.len() {
            let def = self.names.def(DefId(index));
            let (now, name, name_span) = (def.now, def.name.clone(), def.name_span);
            let ast::ItemKind::Service(item) = &now.item.kind else { continue };
            let first = self.hir.services.len() as u32;
            self.extents[index] = Extent { first, len: 1, array: false, broken: false };
            let clash = self.names.def(DefId(index)).clash;
            let mut service = self.service(now.item, item, Name::new(name), name_span, Env::of(now.scope));
            service.broken |= clash;
            self.hir.services.push(service);
        }
    }

    fn service(
        &mut self,
        item: &'a ast::Item,
        ast: &'a ast::Service,
        name: Name,
        name_span: Span,
        env: Env<'_>,
    ) -> Service {
        let mut out = Service {
            name,
            name_span,
            span: item.span,
            doc: item.doc.clone(),
            interfaces: Vec::new(),
            source: ServiceSource::Missing,
            type_name: None,
            needs: Vec::new(),
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
            broken: item.broken,
        };
        self.service_interfaces(&mut out, ast);
        self.members_once(ast);
        for member in &ast.members {
            self.service_member(&mut out, member, env);
        }
        // What names needs and procedures comes last: needs may stand after it.
        for member in &ast.members {
            self.procedures_of_member(&mut out, member, env);
        }
        if matches!(out.source, ServiceSource::Missing) && !out.broken {
            let d = Diagnostic::new(
                codes::MANIFEST,
                name_span,
                format!("the service `{}` names no crate", out.name),
            )
            .help("write `crate \".\";` for the folder of this file, or `crate \"name\" version \"1.2\";`");
            self.report(d);
            out.broken = true;
        }
        out
    }

    fn service_interfaces(&mut self, out: &mut Service, ast: &ast::Service) {
        for path in &ast.interfaces {
            let Some(id) = self.interface(path) else {
                out.broken = true;
                continue;
            };
            if let Some(first) = out.interfaces.iter().find(|i| i.value == id) {
                let message = format!("the interface `{}` is named twice", written(path));
                let d = Diagnostic::new(codes::DEFINED_TWICE, path.span, message)
                    .label("again here")
                    .also(first.span, "first here");
                self.report(d);
                continue;
            }
            out.interfaces.push(Spanned::new(id, path.span));
        }
    }

    /// Statements that a manifest has once.
    fn members_once(&mut self, ast: &ast::Service) {
        let mut seen: Vec<(&str, Span)> = Vec::new();
        for member in &ast.members {
            let Some(word) = single_word(&member.kind) else { continue };
            match seen.iter().find(|(w, _)| *w == word) {
                Some((_, first)) => {
                    let d = Diagnostic::new(codes::MANIFEST, member.span, format!("`{word}` is said twice"))
                        .label("again here")
                        .also(*first, "first here");
                    self.report(d);
                }
                None => seen.push((word, member.span)),
            }
        }
    }

    fn service_member(&mut self, out: &mut Service, member: &'a ast::ServiceMember, env: Env<'_>) {
        match &member.kind {
            ast::ServiceMemberKind::CratePath(path) => out.source = self.crate_source(path),
            ast::ServiceMemberKind::CrateRegistry { name, version } => {
                self.defer(DeferredConstruct::Registry, member.span);
                out.source = ServiceSource::Registry { name: name.clone(), version: version.clone() };
            }
            ast::ServiceMemberKind::Type(name) => {
                out.type_name = Some(Spanned::new(name.text.clone(), name.span));
            }
            ast::ServiceMemberKind::Needs(needs) => self.need(out, needs, member.span),
            ast::ServiceMemberKind::Param(decl) => self.manifest_param(out, decl, env),
            ast::ServiceMemberKind::Memory(settings) => {
                self.attributes("memory block", settings, &["stack", "heap"], &[]);
                out.stack = self.attr_whole(settings, "stack", Dimension::Size, env);
                out.heap = self.attr_whole(settings, "heap", Dimension::Size, env);
            }
            ast::ServiceMemberKind::Concurrency(expr) => {
                out.concurrency = self.amount(expr, env);
            }
            ast::ServiceMemberKind::Bulk(expr) => out.bulk = self.amount(expr, env),
            ast::ServiceMemberKind::RunsOn(paths) => self.runs_on(out, paths),
            ast::ServiceMemberKind::Requires(paths) => {
                let words = paths.iter().map(|p| Spanned::new(written(p), p.span));
                out.requires.extend(words);
            }
            ast::ServiceMemberKind::Run(span) => out.run = Some(*span),
            ast::ServiceMemberKind::Blocking(span) => {
                self.defer(DeferredConstruct::Blocking, *span);
                out.blocking = Some(*span);
            }
            ast::ServiceMemberKind::Work(_) | ast::ServiceMemberKind::Calls { .. } => {}
        }
    }

    fn crate_source(&self, written: &Spanned<String>) -> ServiceSource {
        let found = self.loaded.service_crate(written.span);
        ServiceSource::Path {
            dir: found.map(|f| f.dir.clone()).unwrap_or_default(),
            written: written.clone(),
            facts: match found {
                Some(found) => found.facts.clone(),
                None => Err("the folder was not read".to_owned()),
            },
        }
    }

    fn need(&mut self, out: &mut Service, needs: &ast::Needs, span: Span) {
        let name = Spanned::new(needs.name.text.clone(), needs.name.span);
        if let Some(first) = out.needs.iter().find(|n| n.name.value == name.value) {
            let first = first.name.span;
            return self.twice("the need", &name, first);
        }
        let interface = self.interface(&needs.interface);
        out.needs.push(Need {
            name,
            interface,
            interface_span: needs.interface.span,
            optional: needs.optional,
            list: needs.list,
            from_node: needs.from_node,
            span,
        });
    }

    fn manifest_param(&mut self, out: &mut Service, decl: &ast::ParamDecl, env: Env<'_>) {
        let param = self.service_param(decl, env);
        match out.params.iter().find(|p| p.name.value == param.name.value).map(|p| p.name.span) {
            Some(first) => self.twice("the parameter", &param.name, first),
            None => out.params.push(param),
        }
    }

    fn twice(&mut self, what: &str, name: &Spanned<String>, first: Span) {
        let d = Diagnostic::new(
            codes::DEFINED_TWICE,
            name.span,
            format!("{what} `{}` is defined twice", name.value),
        )
        .label("again here")
        .also(first, "first defined here");
        self.report(d);
    }

    fn amount(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Spanned<u32>> {
        let value = self.eval_int(expr, u64::from(u32::MAX), env)?;
        Some(Spanned::new(value as u32, expr.span))
    }

    fn runs_on(&mut self, out: &mut Service, paths: &[ast::Path]) {
        let mut kinds: Vec<Spanned<PlatformKind>> = Vec::new();
        for path in paths {
            match kind_named(&written(path)) {
                Some(kind) => kinds.push(Spanned::new(kind, path.span)),
                None => {
                    let close = self.close(&written(path), ["linux", "cortex_m", "x86_64"]);
                    let message = format!("there is no kind of platform `{}`", written(path));
                    let d = Diagnostic::new(codes::UNKNOWN_NAME, path.span, message)
                        .note("the kinds are `linux`, `cortex_m` and `x86_64`");
                    self.report(with_nearest(d, path.span, close.as_deref()));
                    out.broken = true;
                }
            }
        }
        out.runs_on = Some(kinds);
    }

    // --- what speaks of procedures -----------------------------------------------------------------------------------

    fn procedures_of_member(&mut self, out: &mut Service, member: &ast::ServiceMember, env: Env<'_>) {
        match &member.kind {
            ast::ServiceMemberKind::Work(work) => {
                let work = self.work(out, work, member.span, env);
                out.work.extend(work);
            }
            ast::ServiceMemberKind::Calls { procedure, targets } => {
                let calls = self.calls(out, procedure, targets);
                out.calls.extend(calls);
            }
            _ => {}
        }
    }

    /// The interfaces of a service, if all of them are known.
    fn own_procedure(&mut self, out: &Service, name: &ast::Ident) -> Option<Spanned<String>> {
        if out.broken {
            return Some(Spanned::new(name.text.clone(), name.span));
        }
        let interfaces: Vec<InterfaceId> = out.interfaces.iter().map(|i| i.value).collect();
        self.procedure_of(&interfaces, name)
    }

    fn work(&mut self, out: &Service, work: &ast::Work, span: Span, env: Env<'_>) -> Option<Work> {
        let procedure = self.own_procedure(out, &work.procedure);
        let platform = match &work.platform {
            Some(path) => Some(self.platform_named(path, env.scope)?),
            None => None,
        };
        let amount = match self.eval(&work.amount, env)? {
            Value::Quantity(q) if q.value >= 0.0 && is_work(q) => q,
            other => {
                let misfit = super::fit::Misfit::Dimension { needed: Dimension::Cycles };
                let d = super::eval::misfit_diagnostic(&other, "work", &misfit, work.amount.span)
                    .note("work is a number of cycles, or a duration on a platform: `250us on stm32f746`");
                self.report(d);
                return None;
            }
        };
        Some(Work { procedure: procedure?, amount, platform, span })
    }

    fn calls(&mut self, out: &Service, procedure: &ast::Ident, targets: &[ast::Ref]) -> Option<Calls> {
        let procedure = self.own_procedure(out, procedure);
        let mut found = Vec::new();
        for target in targets {
            let name = segments(&target.head).join("::");
            let Some(index) = out.needs.iter().position(|n| n.name.value == name) else {
                let known: Vec<&str> = out.needs.iter().map(|n| n.name.value.as_str()).collect();
                let close = self.close(&name, known);
                let message = format!("the service `{}` has no need `{name}`", out.name);
                let d = Diagnostic::new(codes::UNKNOWN_NEED, target.head.span, message);
                self.report(with_nearest(d, target.head.span, close.as_deref()));
                continue;
            };
            let Some(called) = &target.member else {
                let d = Diagnostic::new(
                    codes::UNKNOWN_PROCEDURE,
                    target.span,
                    "which procedure of it is called?",
                )
                .help(format!("write `{name}.procedure`"));
                self.report(d);
                continue;
            };
            let Some(interface) = out.needs.get(index).and_then(|n| n.interface) else { continue };
            if let Some(called) = self.procedure_of(&[interface], called) {
                found.push((index, called));
            }
        }
        Some(Calls { procedure: procedure?, targets: found })
    }
}

fn is_work(q: Quantity) -> bool {
    matches!(q.dimension, Dimension::Cycles | Dimension::Duration) && whole(q.value) < u64::MAX
}

fn single_word(kind: &ast::ServiceMemberKind) -> Option<&'static str> {
    match kind {
        ast::ServiceMemberKind::CratePath(_) | ast::ServiceMemberKind::CrateRegistry { .. } => Some("crate"),
        ast::ServiceMemberKind::Type(_) => Some("type"),
        ast::ServiceMemberKind::Memory(_) => Some("memory"),
        ast::ServiceMemberKind::Concurrency(_) => Some("concurrency"),
        ast::ServiceMemberKind::Bulk(_) => Some("bulk"),
        ast::ServiceMemberKind::RunsOn(_) => Some("runs on"),
        ast::ServiceMemberKind::Run(_) => Some("run"),
        ast::ServiceMemberKind::Blocking(_) => Some("blocking"),
        ast::ServiceMemberKind::Needs(_)
        | ast::ServiceMemberKind::Param(_)
        | ast::ServiceMemberKind::Work(_)
        | ast::ServiceMemberKind::Requires(_)
        | ast::ServiceMemberKind::Calls { .. } => None,
    }
}
