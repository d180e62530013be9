//! What stands outside: exports with their tokens, imports.

use super::attrs::{get, word};
use super::codes;
use super::ctx::{Ctx, Env};
use super::names::{DefId, Kind};
use crate::hir::{
    DeferredConstruct, Dimension, Export, Import, InstanceId, InstanceKind, TlsFile, Token, Value,
};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};
use ambc_lidl::model::InterfaceId;

const IMPORT_ATTRIBUTES: &[&str] = &["token", "header", "timeout"];

impl Ctx<'_> {
    pub(super) fn exports(&mut self) {
        for placed in self.names.loose.clone() {
            if let ast::ItemKind::Export(export) = &placed.item.kind {
                let resolved = self.export(export, placed.item.span, Env::of(placed.scope));
                self.hir.exports.extend(resolved);
            }
        }
    }

    fn export(&mut self, export: &ast::Export, span: Span, env: Env<'_>) -> Option<Export> {
        let instance = self.one_instance(&export.target, env);
        let network = self.one_network(&export.network, env);
        let written = export.interface.as_ref();
        let interface = written.map(|path| self.interface(path).map(|id| Spanned::new(id, path.span)));
        self.attributes("export", &export.settings, &["tls"], &[]);
        let port = export.port.as_ref().and_then(|p| {
            let value = self.eval_int(p, u64::from(u16::MAX), env)?;
            self.port(Spanned::new(value, p.span))
        });
        let via = export.via.as_ref().and_then(|v| Some(Spanned::new(self.one_node(v, env)?, v.span)));
        let rest = export.rest.as_ref().and_then(|r| self.rest_path(r, env));
        let tls = get(&export.settings, "tls").and_then(|s| self.file_of(s, env));
        if let Some(tls) = &tls {
            self.defer(DeferredConstruct::Tls, tls.span);
        }
        let interfaces = match &interface {
            Some(given) => given.iter().map(|i| i.value).collect(),
            None => instance.map_or_else(Vec::new, |i| self.interfaces_of(i)),
        };
        let tokens = self.tokens(&export.tokens, &interfaces, env);
        // Whatever else is wrong, somebody wants the instance outside.
        let instance = instance?;
        if network.is_none() || interface.as_ref().is_some_and(Option::is_none) {
            self.hir.instances[instance].excused = true;
        }
        Some(Export {
            instance,
            target_span: export.target.span,
            // An interface that is written and unknown leaves nothing to export.
            interface: match interface {
                Some(known) => Some(known?),
                None => None,
            },
            network: network?,
            network_span: export.network.span,
            port,
            public: export.public,
            tokens,
            tls: tls.map(|path| TlsFile { path }),
            rest,
            via,
            span,
        })
    }

    fn rest_path(&mut self, rest: &ast::Rest, env: Env<'_>) -> Option<Spanned<String>> {
        self.defer(DeferredConstruct::Rest, rest.span);
        let Some(at) = &rest.at else { return Some(Spanned::new("/".to_owned(), rest.span)) };
        let path = self.eval_text(at, env)?;
        if !path.starts_with('/') {
            let d = Diagnostic::new(codes::OUT_OF_RANGE, at.span, "a path starts with `/`");
            self.report(d);
            return None;
        }
        Some(Spanned::new(path, at.span))
    }

    fn tokens(&mut self, tokens: &[ast::Token], interfaces: &[InterfaceId], env: Env<'_>) -> Vec<Token> {
        let mut out: Vec<Token> = Vec::new();
        for token in tokens {
            self.defer(DeferredConstruct::Token, token.span);
            if let Some(first) = out.iter().find(|t| t.name.value == token.name.text) {
                let message = format!("the token `{}` is defined twice", token.name.text);
                let d = Diagnostic::new(codes::DEFINED_TWICE, token.name.span, message)
                    .label("again here")
                    .also(first.name.span, "first defined here");
                self.report(d);
                continue;
            }
            self.attributes("token", &token.settings, &["expires"], &[]);
            let allows = token.allows.iter().filter_map(|name| match interfaces {
                [] => None,
                known => self.procedure_of(known, name),
            });
            let allows = allows.collect();
            let expires = self.attr_whole(&token.settings, "expires", Dimension::Duration, env);
            out.push(Token {
                name: Spanned::new(token.name.text.clone(), token.name.span),
                allows,
                expires: expires.map(|e| e.value),
                span: token.span,
            });
        }
        out
    }

    /// `tls file "cert.pem";`, `token file "peer.cap";`
    fn file_of(&mut self, setting: &ast::Setting, env: Env<'_>) -> Option<Spanned<String>> {
        match setting.values.as_slice() {
            [kind, path] if word(kind) == Some("file") && !setting.assign => {
                Some(Spanned::new(self.eval_text(path, env)?, path.span))
            }
            _ => {
                self.bad_value(setting, &format!("`{} file \"path\"`", setting.name.text));
                None
            }
        }
    }

    /// The interfaces that an instance serves, as declared.
    pub(super) fn interfaces_of(&self, id: InstanceId) -> Vec<InterfaceId> {
        let it = &self.hir.instances[id];
        match &it.kind {
            InstanceKind::Offer { interface, .. } | InstanceKind::Import { interface } => {
                interface.iter().copied().collect()
            }
            InstanceKind::Declared | InstanceKind::LogRoute { .. } => it
                .service
                .map_or_else(Vec::new, |s| self.hir.services[s].interfaces.iter().map(|i| i.value).collect()),
        }
    }

    // --- imports -----------------------------------------------------------------------------------------------------

    pub(super) fn imports(&mut self) {
        for index in 0..self.names.defs.len() {
            let def = self.names.def(DefId(index));
            let now = def.now;
            if def.kind != Kind::Instance {
                continue;
            }
            if let ast::ItemKind::Import(import) = &now.item.kind {
                let instance = InstanceId(self.extents[index].first);
                let resolved = self.import(instance, import, now.item.span, Env::of(now.scope));
                if resolved.is_none() {
                    self.hir.instances[instance].broken = true;
                }
                self.hir.imports.extend(resolved);
            }
        }
    }

    fn import(
        &mut self,
        instance: InstanceId,
        import: &ast::Import,
        span: Span,
        env: Env<'_>,
    ) -> Option<Import> {
        self.defer(DeferredConstruct::Import, span);
        if let Some(rest) = import.rest {
            self.defer(DeferredConstruct::Rest, rest);
        }
        let settings = &import.settings;
        self.attributes("import", settings, IMPORT_ATTRIBUTES, &["header"]);
        let network = self.one_network(&import.network, env);
        let from = match &import.from {
            Some(from) => self.eval_text(from, env).map(|t| Spanned::new(t, from.span)),
            None => {
                let message = format!("the import `{}` does not say where it is", import.name.text);
                let d = Diagnostic::new(codes::ATTRIBUTE_VALUE, import.name.span, message)
                    .help("write `from \"198.51.100.9:4000\"`, or a URL for `as rest`");
                self.report(d);
                None
            }
        };
        let via = import.via.as_ref().and_then(|v| Some(Spanned::new(self.one_node(v, env)?, v.span)));
        let token_file = get(settings, "token").and_then(|s| self.file_of(s, env));
        if let Some(token) = &token_file {
            self.defer(DeferredConstruct::Token, token.span);
        }
        let headers = settings.iter().filter(|s| s.name.text == "header");
        Some(Import {
            instance,
            headers: headers.filter_map(|s| self.header(s, env)).collect(),
            timeout: self.attr_whole(settings, "timeout", Dimension::Duration, env).map(|t| t.value),
            network: network?,
            network_span: import.network.span,
            rest: import.rest,
            from,
            via,
            token_file,
            span,
        })
    }

    /// `header "X-Api-Key" = secret("key");`
    fn header(&mut self, setting: &ast::Setting, env: Env<'_>) -> Option<(Spanned<String>, Spanned<Value>)> {
        let [name, value] = setting.values.as_slice() else {
            self.bad_value(setting, "`header \"Name\" = value`");
            return None;
        };
        let (key, evaluated) = (self.eval_text(name, env), self.eval(value, env));
        let (key, evaluated) = (key?, evaluated?);
        if !matches!(evaluated, Value::Str(_) | Value::Secret(_) | Value::Env { .. }) {
            self.bad_value(setting, "a string, `secret(…)` or `env(…)` as its value");
            return None;
        }
        Some((Spanned::new(key, name.span), Spanned::new(evaluated, value.span)))
    }
}
