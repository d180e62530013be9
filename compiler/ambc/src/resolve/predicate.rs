//! Conditions over the parameters of a procedure: `where sensor_id < 16 and rate <= 10/s`.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::idl;
use crate::hir::{CompareOp, Dimension, Operand, ParamType, Predicate, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};
use ambc_lidl::model::{Procedure, Scalar, Type, TypeId, TypeKind};

/// What can be compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Bool,
    Int,
    Float,
    Text,
    Enum(TypeId),
}

impl Class {
    /// The parameter type of a value that compares with it; width is no matter here.
    fn value_type(self) -> ParamType {
        match self {
            Self::Bool => ParamType::Bool,
            Self::Int => ParamType::Int { bits: 127, signed: true },
            Self::Float => ParamType::F64,
            Self::Text => ParamType::Str(u32::MAX),
            Self::Enum(id) => ParamType::Enum(id),
        }
    }

    fn ordered(self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }
}

impl Ctx<'_> {
    /// `called`: the procedure whose parameters it may read; without one only `rate`.
    pub(super) fn predicate(
        &mut self,
        expr: &ast::Expr,
        called: Option<&Procedure>,
        env: Env<'_>,
    ) -> Option<Predicate> {
        match &expr.kind {
            ast::ExprKind::Binary(ast::BinaryOp::And, left, right) => {
                let (left, right) = (self.predicate(left, called, env), self.predicate(right, called, env));
                Some(Predicate::All(vec![left?, right?]))
            }
            ast::ExprKind::Binary(ast::BinaryOp::Or, left, right) => {
                let (left, right) = (self.no_rate(left, called, env), self.no_rate(right, called, env));
                Some(Predicate::Any(vec![left?, right?]))
            }
            ast::ExprKind::Not(inner) => Some(Predicate::Not(Box::new(self.no_rate(inner, called, env)?))),
            ast::ExprKind::Binary(ast::BinaryOp::In, left, right) => self.one_of(left, right, called, env),
            ast::ExprKind::Binary(op, left, right) => match compare_op(*op) {
                Some(op) => self.compare(op, left, right, called, env),
                None => self.no_condition(expr.span),
            },
            ast::ExprKind::Name(name) => {
                let (path, class) = self.field(name, called)?;
                if class != Class::Bool {
                    return self.no_condition(expr.span);
                }
                Some(Predicate::Is(Operand::Field(path)))
            }
            _ => self.no_condition(expr.span),
        }
    }

    /// A bucket fills whatever the other conditions say, so it can only be joined by `and`.
    fn no_rate(&mut self, expr: &ast::Expr, called: Option<&Procedure>, env: Env<'_>) -> Option<Predicate> {
        let predicate = self.predicate(expr, called, env)?;
        if has_rate(&predicate) {
            let d = Diagnostic::new(codes::PREDICATE, expr.span, "`rate` can only be joined by `and`")
                .help("write a rule of its own for it");
            self.report(d);
            return None;
        }
        Some(predicate)
    }

    fn compare(
        &mut self,
        op: CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
        called: Option<&Procedure>,
        env: Env<'_>,
    ) -> Option<Predicate> {
        if is_rate(left) {
            return self.rate(op, left.span, right, env);
        }
        if is_rate(right) {
            return self.rate(flipped(op), right.span, left, env);
        }
        let (l, r) = (self.operand_field(left, called)?, self.operand_field(right, called)?);
        let (left_operand, right_operand, class) = match (l, r) {
            (Some((l, class)), Some((r, other))) => {
                if class != other {
                    let d =
                        Diagnostic::new(codes::PREDICATE, right.span, "the two sides have different types");
                    self.report(d.also(left.span, "compared with this"));
                    return None;
                }
                (l, r, class)
            }
            (Some((l, class)), None) => {
                (l, Operand::Value(self.eval_as(right, &class.value_type(), env)?), class)
            }
            (None, Some((r, class))) => {
                (Operand::Value(self.eval_as(left, &class.value_type(), env)?), r, class)
            }
            (None, None) => {
                for side in [left, right] {
                    if let ast::ExprKind::Name(name) = &side.kind
                        && !self.is_value_name(name, env)
                    {
                        self.field(name, called)?;
                    }
                }
                let span = left.span.to(right.span);
                let d = Diagnostic::new(codes::PREDICATE, span, "this compares nothing of the call")
                    .help("one side names a parameter of the procedure");
                self.report(d);
                return None;
            }
        };
        if !class.ordered() && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let d = Diagnostic::new(codes::PREDICATE, left.span.to(right.span), "only numbers have an order")
                .help("write `==`, `!=` or `in [..]`");
            self.report(d);
            return None;
        }
        Some(Predicate::Compare { left: left_operand, op, right: right_operand })
    }

    /// `rate <= 10/s`.
    fn rate(&mut self, op: CompareOp, at: Span, limit: &ast::Expr, env: Env<'_>) -> Option<Predicate> {
        if op != CompareOp::Le {
            let d = Diagnostic::new(codes::PREDICATE, at, "a rate has an upper limit")
                .help("write `rate <= 10/s`; a parameter of that name is `.rate`");
            self.report(d);
            return None;
        }
        let per_second = self.eval_quantity(limit, Dimension::Rate, env)?;
        if per_second <= 0.0 {
            let d = Diagnostic::new(codes::OUT_OF_RANGE, limit.span, "a rate is more than nothing")
                .help("use `deny` to forbid all calls");
            self.report(d);
            return None;
        }
        Some(Predicate::Rate { per_second })
    }

    fn one_of(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        called: Option<&Procedure>,
        env: Env<'_>,
    ) -> Option<Predicate> {
        let (operand, class) = match self.operand_field(left, called)? {
            Some(found) => found,
            None => return self.no_condition(left.span),
        };
        let ast::ExprKind::List(items) = &right.kind else {
            let d = Diagnostic::new(codes::PREDICATE, right.span, "`in` takes a list")
                .help("write `in [1, 2, 3]`");
            self.report(d);
            return None;
        };
        let ty = class.value_type();
        let values: Vec<Option<Value>> = items.iter().map(|item| self.eval_as(item, &ty, env)).collect();
        Some(Predicate::OneOf { operand, values: values.into_iter().collect::<Option<Vec<_>>>()? })
    }

    /// A side that reads the call. Inner `None`: it is a value; outer: reported.
    #[expect(clippy::option_option, reason = "reported, a value, and a field are three answers")]
    fn operand_field(
        &mut self,
        expr: &ast::Expr,
        called: Option<&Procedure>,
    ) -> Option<Option<(Operand, Class)>> {
        match &expr.kind {
            ast::ExprKind::Name(name) if is_parameter(name, called) => {
                let (path, class) = self.field(name, called)?;
                Some(Some((Operand::Field(path), class)))
            }
            // With neither a procedure nor a value of that name, say so here, where the parameters are known.
            ast::ExprKind::Name(name) if name.member.is_some() => {
                self.field(name, called)?;
                None
            }
            ast::ExprKind::Call { name, args } if name.text == "len" => match args.as_slice() {
                [ast::Arg::Expr(ast::Expr { kind: ast::ExprKind::Name(name), .. })] => {
                    let path = self.length(name, called)?;
                    Some(Some((Operand::Len(path), Class::Int)))
                }
                _ => {
                    let d =
                        Diagnostic::new(codes::PREDICATE, expr.span, "`len` takes one parameter or field");
                    self.report(d);
                    None
                }
            },
            _ => Some(None),
        }
    }

    fn field(&mut self, name: &ast::Ref, called: Option<&Procedure>) -> Option<(Vec<String>, Class)> {
        let (path, ty) = self.field_type(name, called)?;
        let class = match &ty {
            Type::Scalar(Scalar::Bool) => Some(Class::Bool),
            Type::Scalar(Scalar::F32 | Scalar::F64) => Some(Class::Float),
            Type::Scalar(_) => Some(Class::Int),
            Type::String { .. } => Some(Class::Text),
            Type::Named(id) if idl::is_enum(&self.hir.lidl, *id) => Some(Class::Enum(*id)),
            Type::Broken => return None,
            _ => None,
        };
        let Some(class) = class else {
            let d = Diagnostic::new(
                codes::PREDICATE,
                name.span,
                format!("`{}` cannot be compared", path.join(".")),
            )
            .help("numbers, strings, enums and `len(x)` can; of a struct, name a field");
            self.report(d);
            return None;
        };
        Some((path, class))
    }

    fn length(&mut self, name: &ast::Ref, called: Option<&Procedure>) -> Option<Vec<String>> {
        let (path, ty) = self.field_type(name, called)?;
        match ty {
            Type::String { .. } | Type::Vector { .. } | Type::Map { .. } => Some(path),
            Type::Broken => None,
            _ => {
                let d = Diagnostic::new(
                    codes::PREDICATE,
                    name.span,
                    format!("`{}` has no length", path.join(".")),
                )
                .help("strings, vectors and maps have one");
                self.report(d);
                None
            }
        }
    }

    /// A parameter and fields behind it.
    fn field_type(&mut self, name: &ast::Ref, called: Option<&Procedure>) -> Option<(Vec<String>, Type)> {
        let mut idents = name.head.segments.iter().chain(&name.member).chain(&name.more);
        let first = idents.next()?;
        let Some(called) = called else {
            let d = Diagnostic::new(
                codes::PREDICATE,
                first.span,
                format!("`{}` of which procedure?", first.text),
            )
            .help("name it in the rule: `allow a -> b.procedure where …`");
            self.report(d);
            return None;
        };
        let found = called.params.iter().find(|p| p.name == first.text).map(|p| p.ty.clone());
        let Some(mut ty) = found else {
            let known: Vec<&str> = called.params.iter().map(|p| p.name.as_str()).collect();
            self.unknown_field(&format!("`{}` has no parameter", called.name), first, &known);
            return None;
        };
        let mut path = vec![first.text.clone()];
        for ident in idents {
            ty = self.member_type(&ty, &path, ident)?;
            path.push(ident.text.clone());
        }
        Some((path, ty))
    }

    fn member_type(&mut self, ty: &Type, path: &[String], ident: &ast::Ident) -> Option<Type> {
        let fields = match ty {
            Type::Named(id) => match &self.hir.lidl.type_def(*id).kind {
                TypeKind::Struct { fields } => fields.clone(),
                TypeKind::Union { .. } | TypeKind::Error { .. } | TypeKind::Enum { .. } => Vec::new(),
            },
            _ => Vec::new(),
        };
        if let Some(field) = fields.iter().find(|f| f.name == ident.text) {
            return Some(field.ty.clone());
        }
        let known: Vec<&str> = fields.iter().map(|f| f.name.as_str()).collect();
        self.unknown_field(&format!("`{}` has no field", path.join(".")), ident, &known);
        None
    }

    fn unknown_field(&mut self, what: &str, ident: &ast::Ident, known: &[&str]) {
        let close = self.close(&ident.text, known.iter().copied());
        let d = Diagnostic::new(codes::PREDICATE, ident.span, format!("{what} `{}`", ident.text));
        self.report(with_nearest(d, ident.span, close.as_deref()));
    }

    fn no_condition(&mut self, span: Span) -> Option<Predicate> {
        let d = Diagnostic::new(codes::PREDICATE, span, "this is no condition").help(
            "write a comparison, `x in [..]`, a boolean parameter, or these joined by `and`, `or`, `not`",
        );
        self.report(d);
        None
    }
}

/// Bare `rate`; `.rate` is the parameter of that name.
fn is_rate(expr: &ast::Expr) -> bool {
    super::attrs::word(expr) == Some("rate") && matches!(expr.kind, ast::ExprKind::Name(_))
}

fn is_parameter(name: &ast::Ref, called: Option<&Procedure>) -> bool {
    let first = name.head.segments.first().or(name.member.as_ref());
    name.head.segments.is_empty()
        || first.is_some_and(|f| called.is_some_and(|c| c.params.iter().any(|p| p.name == f.text)))
}

fn has_rate(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Rate { .. } => true,
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(has_rate),
        Predicate::Not(inner) => has_rate(inner),
        Predicate::Is(_) | Predicate::Compare { .. } | Predicate::OneOf { .. } => false,
    }
}

pub(super) fn compare_op(op: ast::BinaryOp) -> Option<CompareOp> {
    match op {
        ast::BinaryOp::Eq => Some(CompareOp::Eq),
        ast::BinaryOp::Ne => Some(CompareOp::Ne),
        ast::BinaryOp::Lt => Some(CompareOp::Lt),
        ast::BinaryOp::Le => Some(CompareOp::Le),
        ast::BinaryOp::Gt => Some(CompareOp::Gt),
        ast::BinaryOp::Ge => Some(CompareOp::Ge),
        ast::BinaryOp::Add
        | ast::BinaryOp::Sub
        | ast::BinaryOp::Mul
        | ast::BinaryOp::Div
        | ast::BinaryOp::Rem
        | ast::BinaryOp::And
        | ast::BinaryOp::Or
        | ast::BinaryOp::In => None,
    }
}

/// The operator with its sides exchanged.
pub(super) fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}
