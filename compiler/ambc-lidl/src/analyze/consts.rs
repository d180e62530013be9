//! Constants and the expressions in bounds, enum values and attributes.

use super::Ctx;
use super::scope::Found;
use crate::ast::{BinaryOp, Expr, ExprKind, ItemKind, TypeRef};
use crate::codes::{CONSTANT, WRONG_KIND};
use crate::model::{Const, ConstId, ConstType, ConstValue, Dimension, Scalar};
use ambc_diag::{Diagnostic, FileId, Span};

impl Ctx<'_> {
    /// Enters every constant; each is evaluated once.
    pub(super) fn constants(&mut self) {
        for index in 0..self.decls.len() {
            let Some(decl) = self.decls.get(index) else { continue };
            if let ItemKind::Const { ty, .. } = &decl.item.kind {
                let (item, file, path) = (decl.item, decl.file, decl.path.clone());
                let ty = self.const_type(ty);
                let id = ConstId(self.model.consts.len() as u32);
                self.consts.insert(index, id);
                let (span, name_span, doc) = (item.span, item.name.span, item.doc.clone());
                let ty = ty.unwrap_or(ConstType::Scalar(Scalar::Bool));
                self.model.consts.push(Const { path, span, name_span, file, doc, ty, value: None });
            }
        }
        for index in 0..self.decls.len() {
            if self.consts.contains_key(&index) {
                self.const_value(index);
            }
        }
        self.constant_attributes();
    }

    fn constant_attributes(&mut self) {
        for index in 0..self.decls.len() {
            let Some(decl) = self.decls.get(index).filter(|d| matches!(d.item.kind, ItemKind::Const { .. }))
            else {
                continue;
            };
            let (file, item) = (decl.file, decl.item);
            self.attributes(file, &item.attributes, super::attributes::On::Const);
        }
    }

    fn const_type(&mut self, ty: &TypeRef) -> Option<ConstType> {
        let name = match (ty.path.names.as_slice(), ty.args.is_empty()) {
            ([name], true) => name.value.as_str(),
            _ => "",
        };
        let found = Scalar::parse(name)
            .map(ConstType::Scalar)
            .or_else(|| Dimension::parse(name).map(ConstType::Quantity))
            .or_else(|| matches!(name, "string" | "string_view").then_some(ConstType::String));
        if found.is_none() {
            let d = Diagnostic::new(CONSTANT, ty.span, "a constant cannot have this type")
                .label("not for constants");
            self.report(
                d.help("write a number type, `bool`, `string`, or a quantity such as `duration` or `size`"),
            );
        }
        found
    }

    /// The value of a constant, evaluated when first needed.
    fn const_value(&mut self, index: usize) -> Option<ConstValue> {
        let id = *self.consts.get(&index)?;
        if self.evaluated.contains(&index) {
            return self.model.constant(id).value.clone();
        }
        let decl = self.decls.get(index)?;
        let file = decl.file;
        let ItemKind::Const { ty, value } = &decl.item.kind else { return None };
        if let Some(from) = self.evaluating.iter().position(|i| *i == index) {
            self.constant_circle(from);
            return None;
        }
        self.evaluating.push(index);
        let of_type = self.model.constant(id).ty;
        let of_type = if known_type(ty) { Some(of_type) } else { None };
        let got = self.evaluate(file, value);
        let got = got.zip(of_type).and_then(|(got, of_type)| self.convert(got, of_type, value.span));
        self.evaluating.pop();
        self.evaluated.insert(index);
        if let Some(constant) = self.model.consts.get_mut(id.0 as usize) {
            constant.value = got.clone();
        }
        got
    }

    /// Constants that need each other: told at the last of them.
    fn constant_circle(&mut self, from: usize) {
        let circle = self.evaluating.get(from..).unwrap_or_default();
        let mut spans: Vec<Span> = circle.iter().map(|i| self.decls[*i].item.name.span).collect();
        spans.sort();
        let Some(last) = spans.pop() else { return };
        let d =
            Diagnostic::new(CONSTANT, last, "this constant depends on itself").label("its value needs it");
        let d = spans.into_iter().fold(d, |d, span| d.also(span, "in the circle too"));
        self.report(d);
    }

    /// Brings a value to the type of its constant.
    fn convert(&mut self, value: ConstValue, ty: ConstType, at: Span) -> Option<ConstValue> {
        let found = describe(&value);
        let wanted = match ty {
            ConstType::Scalar(scalar) => scalar.name(),
            ConstType::String => "string",
            ConstType::Quantity(dimension) => dimension.name(),
        };
        match (ty, value) {
            (ConstType::Scalar(scalar), ConstValue::Int(value)) => match scalar.range() {
                Some((low, high)) if (low..=high).contains(&value) => return Some(ConstValue::Int(value)),
                Some((low, high)) => {
                    let d = Diagnostic::new(CONSTANT, at, format!("{value} does not fit `{wanted}`"));
                    self.report(d.label("out of range").help(format!("`{wanted}` holds {low} to {high}")));
                    return None;
                }
                None if scalar != Scalar::Bool => return Some(ConstValue::Float(value as f64)),
                None => {}
            },
            (ConstType::Scalar(Scalar::F32 | Scalar::F64), ConstValue::Float(value)) => {
                return Some(ConstValue::Float(value));
            }
            (ConstType::Scalar(Scalar::Bool), value @ ConstValue::Bool(_))
            | (ConstType::String, value @ ConstValue::Str(_)) => return Some(value),
            (ConstType::Quantity(wanted), ConstValue::Quantity(dimension, value)) if wanted == dimension => {
                if value < 0.0 {
                    self.report(Diagnostic::new(CONSTANT, at, "a quantity is not negative").label("below 0"));
                    return None;
                }
                return Some(ConstValue::Quantity(dimension, value));
            }
            _ => {}
        }
        let d = Diagnostic::new(CONSTANT, at, format!("expected `{wanted}`, found {found}"));
        self.report(d.label(format!("this is {found}")));
        None
    }

    /// An expression as a number of things: a length or a bound.
    pub(super) fn evaluate_count(&mut self, file: FileId, expr: &Expr) -> Option<i128> {
        match self.evaluate(file, expr)? {
            ConstValue::Int(value) => Some(value),
            ConstValue::Quantity(Dimension::Size, bytes) if bytes.fract() == 0.0 => Some(bytes as i128),
            other => {
                let found = describe(&other);
                let d =
                    Diagnostic::new(CONSTANT, expr.span, format!("expected a whole number, found {found}"));
                self.report(d.label(format!("this is {found}")));
                None
            }
        }
    }

    /// The value of an expression; `None` if it has none, which was reported.
    pub(super) fn evaluate(&mut self, file: FileId, expr: &Expr) -> Option<ConstValue> {
        match &expr.kind {
            ExprKind::Int(value) => Some(ConstValue::Int(*value)),
            ExprKind::Float(text) => text.parse().ok().map(ConstValue::Float),
            ExprKind::Bool(value) => Some(ConstValue::Bool(*value)),
            ExprKind::Str(text) => Some(ConstValue::Str(text.clone())),
            ExprKind::Quantity { number, unit } => self.quantity(number, unit, expr.span),
            ExprKind::Path(path) => match self.lookup(file, path, "constant") {
                Found::Decl(index) if self.consts.contains_key(&index) => self.const_value(index),
                Found::Decl(_) => {
                    let name = super::scope::names(path).join("::");
                    let d = Diagnostic::new(WRONG_KIND, path.span, format!("`{name}` is not a constant"));
                    self.report(d.label("needs a number"));
                    None
                }
                Found::Nothing => None,
            },
            ExprKind::Neg(inner) => {
                let value = self.evaluate(file, inner)?;
                self.operate(BinaryOp::Sub, zero_like(&value), value, expr.span)
            }
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (self.evaluate(file, left), self.evaluate(file, right));
                self.operate(*op, left?, right?, expr.span)
            }
            ExprKind::Missing => None,
        }
    }

    fn quantity(&mut self, number: &str, unit: &str, span: Span) -> Option<ConstValue> {
        let Some((dimension, scale)) = Dimension::of_unit(unit) else {
            let d = Diagnostic::new(CONSTANT, span, format!("unknown unit `{unit}`")).label("not a unit");
            self.report(d.help(
                "units are such as `us ms s min h d`, `B KiB MiB`, `kbps`, `/s`, `kHz`, `mJ`, `mW`, `%`",
            ));
            return None;
        };
        Some(ConstValue::Quantity(dimension, number.parse::<f64>().ok()? * scale))
    }

    fn operate(&mut self, op: BinaryOp, left: ConstValue, right: ConstValue, at: Span) -> Option<ConstValue> {
        use ConstValue::{Float, Int, Quantity};
        let result = match (left, right) {
            (Int(a), Int(b)) => integer(op, a, b).map(Int),
            (Int(a), Float(b)) => float(op, a as f64, b).map(Float),
            (Float(a), Int(b)) => float(op, a, b as f64).map(Float),
            (Float(a), Float(b)) => float(op, a, b).map(Float),
            (Quantity(d, a), Quantity(e, b)) if d == e && matches!(op, BinaryOp::Add | BinaryOp::Sub) => {
                float(op, a, b).map(|v| Quantity(d, v))
            }
            (Quantity(d, a), Quantity(e, b)) if d == e && op == BinaryOp::Div => float(op, a, b).map(Float),
            (Quantity(d, a), Int(b)) if matches!(op, BinaryOp::Mul | BinaryOp::Div) => {
                float(op, a, b as f64).map(|v| Quantity(d, v))
            }
            (Quantity(d, a), Float(b)) if matches!(op, BinaryOp::Mul | BinaryOp::Div) => {
                float(op, a, b).map(|v| Quantity(d, v))
            }
            (Int(a), Quantity(d, b)) if op == BinaryOp::Mul => float(op, a as f64, b).map(|v| Quantity(d, v)),
            (Float(a), Quantity(d, b)) if op == BinaryOp::Mul => float(op, a, b).map(|v| Quantity(d, v)),
            (left, right) => {
                Err(format!("cannot join {} and {} like this", describe(&left), describe(&right)))
            }
        };
        match result {
            Ok(value) => Some(value),
            Err(message) => {
                self.report(Diagnostic::new(CONSTANT, at, message).label("has no value"));
                None
            }
        }
    }
}

fn known_type(ty: &TypeRef) -> bool {
    let [name] = ty.path.names.as_slice() else { return false };
    let name = name.value.as_str();
    let known = Scalar::parse(name).is_some() || Dimension::parse(name).is_some();
    ty.args.is_empty() && (known || matches!(name, "string" | "string_view"))
}

fn integer(op: BinaryOp, a: i128, b: i128) -> Result<i128, String> {
    if b == 0 && matches!(op, BinaryOp::Div | BinaryOp::Rem) {
        return Err("division by zero".to_owned());
    }
    let value = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
        BinaryOp::Rem => a.checked_rem(b),
    };
    value.ok_or_else(|| "the result is too large".to_owned())
}

fn float(op: BinaryOp, a: f64, b: f64) -> Result<f64, String> {
    if b == 0.0 && matches!(op, BinaryOp::Div | BinaryOp::Rem) {
        return Err("division by zero".to_owned());
    }
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
    };
    if value.is_finite() { Ok(value) } else { Err("the result is too large".to_owned()) }
}

fn zero_like(value: &ConstValue) -> ConstValue {
    match value {
        ConstValue::Quantity(dimension, _) => ConstValue::Quantity(*dimension, 0.0),
        ConstValue::Float(_) => ConstValue::Float(0.0),
        _ => ConstValue::Int(0),
    }
}

/// With its article.
pub(super) fn describe(value: &ConstValue) -> String {
    match value {
        ConstValue::Bool(_) => "a `bool`".to_owned(),
        ConstValue::Int(_) => "a whole number".to_owned(),
        ConstValue::Float(_) => "a fraction".to_owned(),
        ConstValue::Str(_) => "a string".to_owned(),
        ConstValue::Quantity(dimension, _) => format!("a {}", dimension.name()),
    }
}
