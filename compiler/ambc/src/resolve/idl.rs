//! What this stage asks of the interface model.

use super::codes;
use super::ctx::{Ctx, with_nearest};
use super::names::{segments, written};
use crate::hir::{Dimension, Quantity, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Spanned};
use ambc_lidl::model::{self, ConstValue, InterfaceId, Lookup, Model, TypeId, TypeKind};

impl Ctx<'_> {
    pub(super) fn interface(&mut self, path: &ast::Path) -> Option<InterfaceId> {
        if path.segments.is_empty() {
            return None;
        }
        match self.hir.lidl.find_interface(&segments(path)) {
            Lookup::Found(id) => Some(id),
            Lookup::Unknown { nearest } if self.is_missing_elsewhere(&written(path), nearest.is_some()) => {
                None
            }
            Lookup::Unknown { nearest } => {
                let is_type = self.hir.lidl.find_type(&segments(path)).found().is_some();
                let message = match is_type {
                    true => format!("`{}` is a type, not an interface", written(path)),
                    false => format!("there is no interface `{}`", written(path)),
                };
                let d = Diagnostic::new(codes::UNKNOWN_INTERFACE, path.span, message)
                    .label("a `service` of a .lidl file is needed");
                let d = if nearest.is_none() { d.help("`use` the .lidl file that defines it") } else { d };
                self.report(with_nearest(d, path.span, nearest.as_deref()));
                None
            }
        }
    }

    /// Reports a name that is no procedure of any of these interfaces.
    pub(super) fn procedure_of(
        &mut self,
        interfaces: &[InterfaceId],
        name: &ast::Ident,
    ) -> Option<Spanned<String>> {
        let lidl = &self.hir.lidl;
        if interfaces.iter().any(|i| lidl.procedure(*i, &name.text).is_some()) {
            return Some(Spanned::new(name.text.clone(), name.span));
        }
        let known: Vec<String> =
            interfaces.iter().flat_map(|i| lidl.procedures(*i)).map(|p| p.name.clone()).collect();
        let of: Vec<String> = interfaces.iter().map(|i| format!("`{}`", interface_name(lidl, *i))).collect();
        let close = self.close(&name.text, known.iter().map(String::as_str));
        let message = match of.is_empty() {
            true => format!("there is no procedure `{}`: the service has no interface", name.text),
            false => format!("{} has no procedure `{}`", of.join(" or "), name.text),
        };
        let d = Diagnostic::new(codes::UNKNOWN_PROCEDURE, name.span, message);
        self.report(with_nearest(d, name.span, close.as_deref()));
        None
    }
}

/// `vision::recognizer`.
pub(super) fn interface_name(lidl: &Model, id: InterfaceId) -> String {
    lidl.interface(id).path.join("::")
}

pub(super) fn type_name(lidl: &Model, id: TypeId) -> String {
    lidl.type_def(id).path.join("::")
}

/// Whether a type is an enum.
pub(super) fn is_enum(lidl: &Model, id: TypeId) -> bool {
    matches!(lidl.type_def(id).kind, TypeKind::Enum { .. })
}

/// The names of the values of an enum.
pub(super) fn enum_values(lidl: &Model, id: TypeId) -> impl Iterator<Item = &str> {
    let values: &[model::EnumValue] = match &lidl.type_def(id).kind {
        TypeKind::Enum { values, .. } => values,
        TypeKind::Struct { .. } | TypeKind::Union { .. } | TypeKind::Error { .. } => &[],
    };
    values.iter().map(|v| v.name.as_str())
}

/// The value of an enum that `path` names: `animal`, `verdict::animal` or `vision::verdict::animal`.
pub(super) fn enum_value(lidl: &Model, id: TypeId, path: &[&str]) -> Option<String> {
    let (value, ty) = path.split_last()?;
    let full: Vec<&str> = lidl.type_def(id).path.iter().map(String::as_str).collect();
    let known = full.ends_with(ty) && enum_values(lidl, id).any(|v| v == *value);
    known.then(|| (*value).to_owned())
}

/// The value of a lidl constant.
pub(super) fn constant(lidl: &Model, path: &[&str]) -> Option<Value> {
    Some(match lidl.const_value(path)? {
        ConstValue::Bool(v) => Value::Bool(*v),
        ConstValue::Int(v) => Value::Int(*v),
        ConstValue::Float(v) => Value::Float(*v),
        ConstValue::Str(v) => Value::Str(v.clone()),
        ConstValue::Quantity(d, v) => Value::Quantity(Quantity { dimension: dimension(*d), value: *v }),
    })
}

fn dimension(d: model::Dimension) -> Dimension {
    match d {
        model::Dimension::Duration => Dimension::Duration,
        model::Dimension::Size => Dimension::Size,
        model::Dimension::Bandwidth => Dimension::Bandwidth,
        model::Dimension::Rate => Dimension::Rate,
        model::Dimension::Frequency => Dimension::Frequency,
        model::Dimension::Cycles => Dimension::Cycles,
        model::Dimension::Energy => Dimension::Energy,
        model::Dimension::Power => Dimension::Power,
        model::Dimension::Share => Dimension::Share,
    }
}
