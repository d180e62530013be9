//! How a lidl type is written in Rust.

use super::Writer;
use crate::model::{Scalar, Type, TypeDef, TypeId, TypeKind, camel, escape, snake};

/// The three forms of a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Borrowing its variable parts, with this lifetime.
    View(&'static str),
    /// On its own.
    Owned,
    /// What `ambc_wire` calls a schema.
    Schema,
}

/// Vectors up to this size are copied with the message; larger ones are bulk.
const SMALL: u64 = 256;

impl Writer<'_> {
    /// A type; `up` is `super::` inside the module of a service.
    pub(super) fn ty(&self, ty: &Type, form: Form, up: &str) -> String {
        let inner = |ty: &Type| self.ty(ty, form, up);
        match ty {
            Type::Scalar(scalar) => scalar.name().to_owned(),
            Type::Unit | Type::Broken => "()".to_owned(),
            Type::String { bound } => match (form, bound) {
                (Form::View(lifetime), _) => format!("&{}str", spaced(lifetime)),
                (Form::Owned | Form::Schema, Some(n)) => format!("__rt::String<{n}>"),
                (Form::Owned, None) => "__rt::alloc::String".to_owned(),
                (Form::Schema, None) => "__rt::Text".to_owned(),
            },
            Type::Vector { element, bound } => match (form, bound) {
                (Form::View(lifetime), _) => self.vector_view(ty, element, *bound, lifetime, up),
                (Form::Owned | Form::Schema, Some(n)) => format!("__rt::Vector<{}, {n}>", inner(element)),
                (Form::Owned, None) => format!("__rt::alloc::Vec<{}>", inner(element)),
                (Form::Schema, None) => format!("__rt::Unbounded<{}>", inner(element)),
            },
            Type::Array { element, len } => format!("[{}; {len}]", inner(element)),
            Type::Map { key, value, bound } => {
                let (key, value) = (inner(key), inner(value));
                match (form, bound) {
                    (Form::View(lifetime), _) => format!("__rt::MapView<{lifetime}, {key}, {value}>"),
                    (Form::Owned | Form::Schema, Some(n)) => format!("__rt::Map<{key}, {value}, {n}>"),
                    (Form::Owned, None) => format!("__rt::alloc::BTreeMap<{key}, {value}>"),
                    (Form::Schema, None) => format!("__rt::Map<{key}, {value}, {{ usize::MAX }}>"),
                }
            }
            Type::Optional(value) => format!("{}<{}>", self.prelude("Option", "option"), inner(value)),
            Type::Named(id) => self.named(*id, form, up),
        }
    }

    fn vector_view(&self, ty: &Type, element: &Type, bound: Option<u64>, lifetime: &str, up: &str) -> String {
        // Without the eight bytes that refer to it.
        let small = self.model.max_size(ty).is_some_and(|max| max - 8 <= SMALL);
        match element {
            Type::Scalar(Scalar::U8) if small && bound.is_some() => format!("&{}[u8]", spaced(lifetime)),
            _ => {
                let name = if small { "Seq" } else { "Bulk" };
                let form = Form::View(if lifetime == "'a" { "'a" } else { "'_" });
                format!("__rt::{name}<{lifetime}, {}>", self.ty(element, form, up))
            }
        }
    }

    fn named(&self, id: TypeId, form: Form, up: &str) -> String {
        let def = self.model.type_def(id);
        if self.model.is_plain(&Type::Named(id)) {
            return self.path(def, &def.rust_name, up);
        }
        match form {
            Form::View(lifetime) => format!("{}<{lifetime}>", self.path(def, &view_name(def), up)),
            Form::Schema => format!("{}<'static>", self.path(def, &view_name(def), up)),
            Form::Owned => self.path(def, &owned_name(def), up),
        }
    }

    /// From the module being written.
    pub(super) fn path(&self, def: &TypeDef, name: &str, up: &str) -> String {
        let namespace = def.path.get(1..def.path.len().saturating_sub(1)).unwrap_or_default();
        let library = self.model.library(def.owner);
        self.path_to(library, namespace, name, up)
    }

    pub(super) fn path_to(&self, library: &str, namespace: &[String], name: &str, up: &str) -> String {
        let (mut out, below) = match namespace.strip_prefix(self.module.as_slice()) {
            Some(below) if library == self.library => (up.to_owned(), below),
            _ if library == self.library => ("crate::".to_owned(), namespace),
            _ => (format!("::{}::", escape(&snake(library))), namespace),
        };
        for module in below {
            out.push_str(&escape(&snake(module)));
            out.push_str("::");
        }
        format!("{out}{name}")
    }

    /// A name of the standard prelude, spelled out where a type of this module hides it.
    pub(super) fn prelude(&self, name: &str, module: &str) -> String {
        let hidden = self.model.types.iter().any(|def| {
            let namespace = def.path.get(1..def.path.len().saturating_sub(1)).unwrap_or_default();
            def.rust_name == name
                && self.model.library(def.owner) == self.library
                && *namespace == *self.module
        });
        if hidden { format!("::core::{module}::{name}") } else { name.to_owned() }
    }
}

fn spaced(lifetime: &str) -> String {
    if lifetime == "'_" || lifetime.is_empty() { String::new() } else { format!("{lifetime} ") }
}

/// Errors are results, so their plain name is the owned form; everything else is passed more often than kept.
pub(super) fn view_name(def: &TypeDef) -> String {
    match def.kind {
        TypeKind::Error { .. } => format!("{}View", def.rust_name),
        _ => def.rust_name.clone(),
    }
}

pub(super) fn owned_name(def: &TypeDef) -> String {
    match def.kind {
        TypeKind::Error { .. } => def.rust_name.clone(),
        _ => format!("{}Owned", def.rust_name),
    }
}

pub(super) fn field_name(name: &str) -> String {
    escape(&snake(name))
}

pub(super) fn variant_name(name: &str) -> String {
    camel(name)
}
