//! Types as a reader writes them.

use super::{Model, Type};

impl Model {
    /// `vector<u8, 4>`, `vision::verdict`.
    #[must_use]
    pub fn show(&self, ty: &Type) -> String {
        let bounded = |name: &str, bound: &Option<u64>| match bound {
            Some(n) => format!("{name}, {n}>"),
            None => format!("{name}>"),
        };
        match ty {
            Type::Scalar(scalar) => scalar.name().to_owned(),
            Type::Unit => "unit".to_owned(),
            Type::String { bound: None } => "string".to_owned(),
            Type::String { bound: Some(n) } => format!("string<{n}>"),
            Type::Vector { element, bound } => bounded(&format!("vector<{}", self.show(element)), bound),
            Type::Array { element, len } => format!("array<{}, {len}>", self.show(element)),
            Type::Map { key, value, bound } => {
                bounded(&format!("map<{}, {}", self.show(key), self.show(value)), bound)
            }
            Type::Optional(value) => format!("optional<{}>", self.show(value)),
            Type::Named(id) => self.type_def(*id).path.join("::"),
            Type::Broken => "_".to_owned(),
        }
    }

    /// A type as a part of a Rust name: `VectorU8N4`.
    #[must_use]
    pub fn type_words(&self, ty: &Type) -> String {
        let bound = |bound: &Option<u64>| bound.map(|n| format!("N{n}")).unwrap_or_default();
        match ty {
            Type::Scalar(scalar) => super::camel(scalar.name()),
            Type::Unit => "Unit".to_owned(),
            Type::String { bound: n } => format!("String{}", bound(n)),
            Type::Vector { element, bound: n } => format!("Vector{}{}", self.type_words(element), bound(n)),
            Type::Array { element, len } => format!("Array{}N{len}", self.type_words(element)),
            Type::Map { key, value, bound: n } => {
                format!("Map{}{}{}", self.type_words(key), self.type_words(value), bound(n))
            }
            Type::Optional(value) => format!("Optional{}", self.type_words(value)),
            Type::Named(id) => self.type_def(*id).rust_name.clone(),
            Type::Broken => "Broken".to_owned(),
        }
    }
}
