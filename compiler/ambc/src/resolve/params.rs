//! Parameters: their types, their defaults, and the values that `--set` gives.

use super::codes;
use super::ctx::{Ctx, Env, ParamState, with_nearest};
use super::fit::fit;
use super::names::{DefId, Kind, ROOT, segments, written};
use super::{describe, idl, set_value};
use crate::hir::{ParamType, ServiceParam, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};
use ambc_lidl::model::Lookup;

/// Elements of an array parameter.
const MOST_PARAM_ELEMENTS: u64 = 65_536;

impl<'a> Ctx<'a> {
    /// `--set name=value`, the last of several for one name.
    pub(super) fn apply_sets(&mut self, sets: &[(String, String)]) {
        for (name, value) in sets {
            let span = self.set_span(name, value);
            let path: Vec<&str> = name.split("::").collect();
            match self.names.find(Kind::Param, ROOT, &path) {
                Some(id) => {
                    let value = self.set_value(id, name, value, span);
                    self.params[id.0] = ParamState::Known(value);
                }
                None => self.unknown_set(name, span),
            }
        }
    }

    fn set_value(&mut self, id: DefId, name: &str, text: &str, span: Span) -> Option<Value> {
        let def = self.names.def(id);
        let (now, declared) = (def.now, def.name_span);
        let ast::ItemKind::Param(decl) = &now.item.kind else { return None };
        let ty = self.param_type(&decl.ty, Env::of(now.scope))?;
        let value = set_value::read(text, &ty, &self.hir.lidl).and_then(|v| fit(v, &ty, &self.hir.lidl).ok());
        if value.is_none() {
            let needed = describe::param_type(&ty, &self.hir.lidl);
            let d =
                Diagnostic::new(codes::WRONG_TYPE, span, format!("`--set {name}={text}` is no `{needed}`"))
                    .also(declared, "the parameter");
            self.report(d);
        }
        value
    }

    fn unknown_set(&mut self, name: &str, span: Span) {
        let visible = self.names.visible(Kind::Param, ROOT);
        let close = self.close(name, visible.iter().map(|(n, _)| n.as_str()));
        let message = format!("`--set {name}`: the deployment has no parameter `{name}`");
        let d = Diagnostic::new(codes::UNKNOWN_SET, span, message);
        let d = match (close, visible.as_slice()) {
            (Some(close), _) => d.help(format!("did you mean `{close}`?")),
            (None, []) => d.note("it has no parameters"),
            (None, all) => {
                let all: Vec<&str> = all.iter().map(|(n, _)| n.as_str()).collect();
                d.note(format!("it has {}", super::attrs::listed(&all)))
            }
        };
        self.report(d);
    }

    /// The place of a `--set` in the pseudo file that `load` makes of them; the root file if there is none.
    fn set_span(&self, name: &str, value: &str) -> Span {
        let line = format!("{name}={value}");
        let pseudo = self.loaded.sources.iter().find(|(_, f)| f.path == "--set");
        let found = pseudo.and_then(|(id, f)| Some((id, f.text.find(&line)?)));
        match found {
            Some((file, at)) => Span::new(file, at as u32, (at + line.len()) as u32),
            None => self.hir.span.at_start(),
        }
    }

    /// Evaluates the parameters nobody has used so far, so that their mistakes are found too.
    pub(super) fn read_params(&mut self) {
        for index in 0..self.names.defs.len() {
            let id = DefId(index);
            if self.names.def(id).kind == Kind::Param {
                let at = self.names.def(id).name_span;
                self.param_value(id, at);
            }
        }
    }

    /// The default of a parameter of the deployment.
    pub(super) fn param_default(&mut self, id: DefId) -> Option<Value> {
        let def = self.names.def(id);
        let (now, name_span) = (def.now, def.name_span);
        let name = def.name.clone();
        let ast::ItemKind::Param(decl) = &now.item.kind else { return None };
        let env = Env::of(now.scope);
        let ty = self.param_type(&decl.ty, env);
        let Some(default) = &decl.default else {
            if !now.item.broken {
                let d = Diagnostic::new(
                    codes::PARAM_WITHOUT_VALUE,
                    name_span,
                    format!("the parameter `{name}` has no value"),
                )
                .help(format!("give it a default, or call with `--set {name}=…`"));
                self.report(d);
            }
            return None;
        };
        match ty {
            Some(ty) => self.eval_as(default, &ty, env),
            None => None,
        }
    }

    /// A parameter of a manifest or of a built-in service.
    pub(super) fn service_param(&mut self, decl: &ast::ParamDecl, env: Env<'_>) -> ServiceParam {
        let ty = self.param_type(&decl.ty, env);
        let default = match (&ty, &decl.default) {
            (Some(ty), Some(expr)) => self.eval_as(expr, ty, env).map(|v| Spanned::new(v, expr.span)),
            _ => None,
        };
        // A default that does not fit is still a default: no instance is told to set the parameter.
        let ty = if decl.default.is_some() && default.is_none() { None } else { ty };
        ServiceParam {
            name: Spanned::new(decl.name.text.clone(), decl.name.span),
            ty,
            ty_span: decl.ty.span,
            default,
        }
    }

    pub(super) fn param_type(&mut self, ty: &ast::TypeRef, env: Env<'_>) -> Option<ParamType> {
        let path = segments(&ty.path);
        if path.is_empty() {
            return None;
        }
        let plain = match path.as_slice() {
            [single] => super::types::plain(single),
            _ => None,
        };
        match (plain, path.as_slice(), ty.args.as_slice()) {
            (Some(plain), _, []) => Some(plain),
            (None, ["string"], [bound]) => {
                let most = self.type_bound(bound, u64::from(u32::MAX), env)?;
                Some(ParamType::Str(most))
            }
            (None, ["array"], [ast::TypeArg::Type(of), count]) => {
                let of = self.param_type(of, env);
                let count = self.type_bound(count, MOST_PARAM_ELEMENTS, env);
                Some(ParamType::Array(Box::new(of?), count?))
            }
            (None, _, []) => self.enum_type(ty),
            _ => {
                self.bad_type(ty);
                None
            }
        }
    }

    fn enum_type(&mut self, ty: &ast::TypeRef) -> Option<ParamType> {
        let found = self.hir.lidl.find_type(&segments(&ty.path)).found();
        match found {
            Some(id) if idl::is_enum(&self.hir.lidl, id) => Some(ParamType::Enum(id)),
            _ => {
                self.bad_type(ty);
                None
            }
        }
    }

    fn bad_type(&mut self, ty: &ast::TypeRef) {
        let name = written(&ty.path);
        if name.is_empty() {
            // Its declaration was damaged, which has been reported.
            return;
        }
        let known = self.hir.lidl.find_type(&segments(&ty.path));
        if matches!(known, Lookup::Unknown { nearest: None })
            && name.contains("::")
            && self.is_missing_elsewhere(&name, false)
        {
            return;
        }
        let d = match (&known, name.as_str()) {
            (_, "string") => Diagnostic::new(codes::PARAM_TYPE, ty.span, "a string parameter needs a bound")
                .help("write `string<32>`, the most bytes it holds")
                .edit(ty.span, "string<32>"),
            (Lookup::Found(_), _) => {
                Diagnostic::new(codes::PARAM_TYPE, ty.span, format!("`{name}` is no enum"))
            }
            _ => {
                let close = self.close(&name, super::types::PLAIN.iter().copied());
                let d = Diagnostic::new(
                    codes::PARAM_TYPE,
                    ty.span,
                    format!("there is no parameter type `{name}`"),
                );
                with_nearest(d, ty.path.span, close.as_deref())
            }
        };
        let d = d.note(
            "parameters are scalars, `string<N>`, enums, `array<T, N>`, `duration`, `size`, `rate`, `frequency`, \
             `energy`, `power` or `secret`",
        );
        self.report(d);
    }

    fn type_bound(&mut self, arg: &ast::TypeArg, most: u64, env: Env<'_>) -> Option<u32> {
        let value = match arg {
            ast::TypeArg::Expr(expr) => self.eval_int(expr, most, env)?,
            // A lone name reads as a type; here it is a constant or a parameter.
            ast::TypeArg::Type(ty) => {
                let name = ast::Ref {
                    head: ty.path.clone(),
                    select: None,
                    member: None,
                    more: Vec::new(),
                    member_select: None,
                    span: ty.span,
                };
                let expr = ast::Expr { kind: ast::ExprKind::Name(name), span: ty.span };
                self.eval_int(&expr, most, env)?
            }
        };
        u32::try_from(value).ok()
    }
}
