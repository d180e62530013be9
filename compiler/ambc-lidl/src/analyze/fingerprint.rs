//! What a call carries to say which procedure it means, and in which shape.
//!
//! FNV-1a with 64 bits over a text of names and types, the halves joined by XOR. A struct, union or enum stands in the text
//! as the hash of what it is made of: it may be renamed or moved, but not changed. Bounds count: a longer string is refused by an older peer.

use crate::model::{Model, Procedure, ResultType, Type, TypeId, TypeKind};
use std::fmt::Write;

pub(super) fn of(model: &Model, procedure: &Procedure) -> u32 {
    let mut text = format!("{}(", procedure.name);
    for param in &procedure.params {
        member(model, &param.name, &param.ty, &mut text);
    }
    text.push_str(")->");
    match &procedure.result {
        ResultType::None => {}
        ResultType::One(ty, _) => spell(model, ty, &mut text),
        ResultType::Many(results) => results.iter().for_each(|r| member(model, &r.name, &r.ty, &mut text)),
    }
    if let Some(error) = procedure.error {
        text.push('!');
        spell_named(model, error, &mut text);
    }
    if procedure.oneway {
        text.push('.');
    }
    fold(&text)
}

fn fold(text: &str) -> u32 {
    let hash = hash(text);
    (hash >> 32) as u32 ^ hash as u32
}

fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn member(model: &Model, name: &str, ty: &Type, out: &mut String) {
    out.push_str(name);
    out.push(':');
    spell(model, ty, out);
    out.push(';');
}

fn spell(model: &Model, ty: &Type, out: &mut String) {
    match ty {
        Type::Scalar(scalar) => out.push_str(scalar.name()),
        Type::Unit => out.push_str("unit"),
        Type::Broken => out.push('?'),
        Type::String { bound } => {
            out.push_str("string");
            limit(*bound, out);
        }
        Type::Vector { element, bound } => {
            out.push('[');
            spell(model, element, out);
            out.push(']');
            limit(*bound, out);
        }
        Type::Array { element, len } => {
            out.push('[');
            spell(model, element, out);
            let _ = write!(out, "]={len}");
        }
        Type::Map { key, value, bound } => {
            out.push('{');
            spell(model, key, out);
            out.push(':');
            spell(model, value, out);
            out.push('}');
            limit(*bound, out);
        }
        Type::Optional(value) => {
            spell(model, value, out);
            out.push('?');
        }
        Type::Named(id) => spell_named(model, *id, out),
    }
}

fn limit(bound: Option<u64>, out: &mut String) {
    if let Some(bound) = bound {
        // Writing to a string cannot fail.
        let _ = write!(out, "<{bound}");
    }
}

fn spell_named(model: &Model, id: TypeId, out: &mut String) {
    let _ = write!(out, "#{:016x}", model.facts_of(id).print);
}

/// The hash of what a type is made of; those of its parts are known.
pub(super) fn structure(model: &Model, id: TypeId) -> u64 {
    let mut text = String::new();
    let out = &mut text;
    match &model.type_def(id).kind {
        TypeKind::Struct { fields } => {
            out.push_str("struct{");
            fields.iter().for_each(|f| member(model, &f.name, &f.ty, out));
        }
        TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => {
            out.push_str("union{");
            alternatives
                .iter()
                .for_each(|a| member(model, &a.name, a.ty.as_ref().unwrap_or(&Type::Unit), out));
        }
        TypeKind::Enum { underlying, values } => {
            out.push_str(&format!("enum:{}{{", underlying.name()));
            values.iter().for_each(|v| out.push_str(&format!("{}={};", v.name, v.value)));
        }
    }
    out.push('}');
    hash(&text)
}

#[cfg(test)]
mod tests {
    use super::fold;

    /// Fingerprints travel between nodes built at different times: this must never change.
    #[test]
    fn the_hash_is_fixed() {
        assert_eq!(fold(""), 0xcbf2_9ce4 ^ 0x8422_2325);
        assert_eq!(fold("ping()->"), 2_905_915_646);
    }
}
