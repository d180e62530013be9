//! Expressions to values: literals, parameters, constants, index variables, `+ - * / %`.

use super::arith::{self, ArithError};
use super::ctx::{Ctx, Env, ParamState, with_nearest};
use super::fit::{Misfit, fit};
use super::names::{DefId, Kind, segments, written};
use super::{codes, describe, idl, units};
use crate::hir::{DeferredConstruct, Dimension, ParamType, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};

/// Operators inside operators; far from the end of any stack.
const DEEPEST: u32 = 200;

impl Ctx<'_> {
    /// The value of an expression. `None`: it has none; reported.
    pub(super) fn eval(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Value> {
        if self.depth > DEEPEST {
            self.report(Diagnostic::new(
                codes::ARITHMETIC,
                expr.span,
                "this expression is nested too deeply",
            ));
            return None;
        }
        self.depth += 1;
        let value = self.eval_kind(expr, env);
        self.depth -= 1;
        value
    }

    fn eval_kind(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Value> {
        match &expr.kind {
            ast::ExprKind::Int { value, .. } => Some(Value::Int(*value)),
            ast::ExprKind::Float(text) => self.float(text, expr.span),
            ast::ExprKind::Bool(value) => Some(Value::Bool(*value)),
            ast::ExprKind::Str(text) => self.text(text, expr.span, env).map(Value::Str),
            ast::ExprKind::Quantity { number, unit } => self.quantity(number, *unit, expr.span),
            ast::ExprKind::Name(name) => self.name_value(name, env),
            ast::ExprKind::Neg(inner) => {
                let value = self.eval(inner, env)?;
                self.arithmetic(arith::negate(&value), "-", &[&value], expr.span)
            }
            ast::ExprKind::Not(_) => self.condition_here(expr.span),
            ast::ExprKind::Binary(op, left, right) => self.binary(*op, left, right, expr.span, env),
            ast::ExprKind::Call { name, args } => self.call(name, args, expr.span, env),
            ast::ExprKind::List(items) => {
                let values: Vec<Option<Value>> = items.iter().map(|item| self.eval(item, env)).collect();
                values.into_iter().collect::<Option<Vec<_>>>().map(Value::Array)
            }
        }
    }

    /// The value of an expression that a parameter of this type takes.
    pub(super) fn eval_as(&mut self, expr: &ast::Expr, ty: &ParamType, env: Env<'_>) -> Option<Value> {
        if let (ParamType::Enum(id), ast::ExprKind::Name(name)) = (ty, &expr.kind)
            && let Some(value) = idl::enum_value(&self.hir.lidl, *id, &segments(&name.head))
        {
            return Some(Value::Enum(*id, value));
        }
        if let (ParamType::Enum(id), ast::ExprKind::Name(name)) = (ty, &expr.kind)
            && !self.is_value_name(name, env)
        {
            self.unknown_enum_value(*id, name);
            return None;
        }
        if let (ParamType::Array(of, _), ast::ExprKind::List(items)) = (ty, &expr.kind) {
            let values: Vec<Option<Value>> = items.iter().map(|item| self.eval_as(item, of, env)).collect();
            let values = values.into_iter().collect::<Option<Vec<_>>>()?;
            return self.fit_or_report(Value::Array(values), ty, expr.span);
        }
        let value = self.eval(expr, env)?;
        self.fit_or_report(value, ty, expr.span)
    }

    pub(super) fn fit_or_report(&mut self, value: Value, ty: &ParamType, span: Span) -> Option<Value> {
        match fit(value.clone(), ty, &self.hir.lidl) {
            Ok(value) => Some(value),
            Err(misfit) => {
                let needed = describe::param_type(ty, &self.hir.lidl);
                self.report(misfit_diagnostic(&value, &needed, &misfit, span));
                None
            }
        }
    }

    /// A quantity of this dimension, in its base unit.
    pub(super) fn eval_quantity(&mut self, expr: &ast::Expr, needed: Dimension, env: Env<'_>) -> Option<f64> {
        match self.eval(expr, env)? {
            Value::Quantity(q) if q.dimension == needed => Some(q.value),
            other => {
                let misfit = Misfit::Dimension { needed };
                self.report(misfit_diagnostic(&other, needed.word(), &misfit, expr.span));
                None
            }
        }
    }

    /// A whole number from 0 to `most`.
    pub(super) fn eval_int(&mut self, expr: &ast::Expr, most: u64, env: Env<'_>) -> Option<u64> {
        match self.eval(expr, env)? {
            Value::Int(v) if (0..=i128::from(most)).contains(&v) => u64::try_from(v).ok(),
            Value::Int(v) => {
                let d = Diagnostic::new(codes::OUT_OF_RANGE, expr.span, format!("{v} is out of range"))
                    .help(format!("write a number from 0 to {most}"));
                self.report(d);
                None
            }
            other => {
                let misfit = Misfit::Type { needed: "a whole number".to_owned() };
                self.report(misfit_diagnostic(&other, "whole number", &misfit, expr.span));
                None
            }
        }
    }

    pub(super) fn eval_text(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<String> {
        match self.eval(expr, env)? {
            Value::Str(text) => Some(text),
            other => {
                let misfit = Misfit::Type { needed: "a string".to_owned() };
                self.report(misfit_diagnostic(&other, "string", &misfit, expr.span));
                None
            }
        }
    }

    fn float(&mut self, text: &str, span: Span) -> Option<Value> {
        match text.parse::<f64>() {
            Ok(v) if v.is_finite() => Some(Value::Float(v)),
            _ => self.arithmetic(Err(ArithError::Overflow), "", &[], span),
        }
    }

    fn quantity(&mut self, number: &str, unit: ast::Unit, span: Span) -> Option<Value> {
        match units::quantity(number, unit) {
            Some(q) => Some(Value::Quantity(q)),
            None => self.arithmetic(Err(ArithError::Overflow), "", &[], span),
        }
    }

    fn binary(
        &mut self,
        op: ast::BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        env: Env<'_>,
    ) -> Option<Value> {
        let Some(sign) = arithmetic_sign(op) else { return self.condition_here(span) };
        let (left, right) = (self.eval(left, env), self.eval(right, env));
        let (left, right) = (left?, right?);
        self.arithmetic(arith::binary(op, &left, &right), sign, &[&left, &right], span)
    }

    fn arithmetic(
        &mut self,
        result: Result<Value, ArithError>,
        sign: &str,
        operands: &[&Value],
        span: Span,
    ) -> Option<Value> {
        let message = match result {
            Ok(value) => return Some(value),
            Err(ArithError::DivisionByZero) => "division by zero".to_owned(),
            Err(ArithError::Overflow) => "the number is too large".to_owned(),
            Err(ArithError::Operands) => {
                let words: Vec<String> = operands.iter().map(|v| describe::value(v)).collect();
                format!("`{sign}` does not take {}", words.join(" and "))
            }
        };
        self.report(Diagnostic::new(codes::ARITHMETIC, span, message));
        None
    }

    fn condition_here(&mut self, span: Span) -> Option<Value> {
        let d = Diagnostic::new(codes::WRONG_TYPE, span, "a condition cannot stand here")
            .label("a value is needed")
            .help("conditions belong in `where` and `require`");
        self.report(d);
        None
    }

    fn call(&mut self, name: &ast::Ident, args: &[ast::Arg], span: Span, env: Env<'_>) -> Option<Value> {
        match (name.text.as_str(), args) {
            ("secret", [ast::Arg::Expr(key)]) => {
                self.defer(DeferredConstruct::Secret, span);
                self.eval_text(key, env).map(Value::Secret)
            }
            ("env", [ast::Arg::Expr(key)]) => {
                self.defer(DeferredConstruct::Env, span);
                let name = self.eval_text(key, env)?;
                Some(Value::Env { name, default: None })
            }
            ("env", [ast::Arg::Expr(key), ast::Arg::Expr(default)]) => {
                self.defer(DeferredConstruct::Env, span);
                let (name, default) = (self.eval_text(key, env), self.eval(default, env));
                Some(Value::Env { name: name?, default: Some(plain(&default?)) })
            }
            _ => {
                let d =
                    Diagnostic::new(codes::UNKNOWN_VALUE, span, format!("`{}(…)` is no value", name.text))
                        .help("write `secret(\"name\")`, `env(\"NAME\")` or `env(\"NAME\", default)`");
                self.report(d);
                None
            }
        }
    }

    // --- names -------------------------------------------------------------------------------------------------------

    fn name_value(&mut self, name: &ast::Ref, env: Env<'_>) -> Option<Value> {
        let path = segments(&name.head);
        let plain_name = name.select.is_none() && name.member.is_none();
        if let (Some((variable, value)), [single]) = (env.index, path.as_slice())
            && variable == *single
            && plain_name
        {
            return Some(Value::Int(i128::from(value)));
        }
        if plain_name && let Some(id) = self.names.find(Kind::Param, env.scope, &path) {
            return self.param_value(id, name.span);
        }
        if plain_name && let Some(value) = idl::constant(&self.hir.lidl, &path) {
            return Some(value);
        }
        self.unknown_value(name, env);
        None
    }

    /// Whether a name is a parameter, a constant or the index variable.
    pub(super) fn is_value_name(&self, name: &ast::Ref, env: Env<'_>) -> bool {
        let path = segments(&name.head);
        matches!((env.index, path.as_slice()), (Some((v, _)), [single]) if v == *single)
            || self.names.find(Kind::Param, env.scope, &path).is_some()
            || idl::constant(&self.hir.lidl, &path).is_some()
    }

    fn unknown_value(&mut self, name: &ast::Ref, env: Env<'_>) {
        let written = written(&name.head);
        let mut known: Vec<String> =
            self.names.visible(Kind::Param, env.scope).into_iter().map(|(n, _)| n).collect();
        known.extend(env.index.map(|(v, _)| v.to_owned()));
        let close = self.close(&written, known.iter().map(String::as_str));
        if self.is_missing_elsewhere(&written, close.is_some()) {
            return;
        }
        let d = Diagnostic::new(codes::UNKNOWN_VALUE, name.span, format!("`{written}` is no value here"))
            .label("no parameter, constant or index variable of this name");
        self.report(with_nearest(d, name.span, close.as_deref()));
    }

    fn unknown_enum_value(&mut self, id: ambc_lidl::model::TypeId, name: &ast::Ref) {
        let values: Vec<String> = idl::enum_values(&self.hir.lidl, id).map(str::to_owned).collect();
        let last = name.head.segments.last().map_or("", |s| s.text.as_str()).to_owned();
        let close = self.close(&last, values.iter().map(String::as_str));
        let listed: Vec<String> = values.iter().map(|v| format!("`{v}`")).collect();
        let ty = idl::type_name(&self.hir.lidl, id);
        let d = Diagnostic::new(
            codes::OUT_OF_RANGE,
            name.span,
            format!("`{ty}` has no value `{}`", written(&name.head)),
        )
        .note(format!("its values are {}", listed.join(", ")));
        self.report(with_nearest(d, name.span, close.as_deref()));
    }

    /// The value of a parameter of the deployment, its default evaluated on first use.
    pub(super) fn param_value(&mut self, id: DefId, used_at: Span) -> Option<Value> {
        let file = self.names.def(id).name_span.file;
        if file != used_at.file {
            self.read_files.insert(file);
        }
        match &self.params[id.0] {
            ParamState::Known(value) => value.clone(),
            ParamState::Busy => {
                let def = self.names.def(id);
                let d = Diagnostic::new(
                    codes::PARAM_CYCLE,
                    used_at,
                    format!("the value of `{}` needs itself", def.name),
                )
                .also(def.name_span, "defined here")
                .help("give one of the parameters a plain value");
                self.report(d);
                None
            }
            ParamState::Unread => {
                self.params[id.0] = ParamState::Busy;
                let value = self.param_default(id);
                self.params[id.0] = ParamState::Known(value.clone());
                value
            }
        }
    }
}

/// As text inside a string.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        Value::Quantity(q) => units::text(*q),
        other => other.to_string(),
    }
}

fn arithmetic_sign(op: ast::BinaryOp) -> Option<&'static str> {
    match op {
        ast::BinaryOp::Add => Some("+"),
        ast::BinaryOp::Sub => Some("-"),
        ast::BinaryOp::Mul => Some("*"),
        ast::BinaryOp::Div => Some("/"),
        ast::BinaryOp::Rem => Some("%"),
        ast::BinaryOp::Eq
        | ast::BinaryOp::Ne
        | ast::BinaryOp::Lt
        | ast::BinaryOp::Le
        | ast::BinaryOp::Gt
        | ast::BinaryOp::Ge
        | ast::BinaryOp::And
        | ast::BinaryOp::Or
        | ast::BinaryOp::In => None,
    }
}

pub(super) fn misfit_diagnostic(value: &Value, needed: &str, misfit: &Misfit, span: Span) -> Diagnostic {
    let found = describe::value(value);
    let (code, message) = match misfit {
        Misfit::Type { needed: words } => (codes::WRONG_TYPE, format!("expected {words}, found {found}")),
        Misfit::Dimension { needed } => {
            (codes::WRONG_DIMENSION, format!("expected {}, found {found}", describe::with_article(*needed)))
        }
        Misfit::Range { .. } => (codes::OUT_OF_RANGE, format!("{found} does not fit `{needed}`")),
    };
    Diagnostic::new(code, span, message).help(misfit.help())
}
