//! Structs, unions, errors and enums.

use super::Ctx;
use super::attributes::On;
use super::scope::is_generic;
use super::types::{Arg, Place};
use crate::ast::{self, Item, ItemKind, TypeRef};
use crate::codes::{ENUM, MEMBERS, STRUCT_BASE};
use crate::model::{
    Alternative, ConstValue, EnumValue, Field, Origin, Scalar, Type, TypeDef, TypeId, TypeKind, camel,
};
use ambc_diag::{Diagnostic, FileId, Span};
use std::collections::BTreeMap;

/// A tag has one byte.
const MOST_ALTERNATIVES: usize = 255;

impl<'a> Ctx<'a> {
    /// Enters every type that is not generic, then fills them in; generic ones are checked once with anything.
    pub(super) fn declared_types(&mut self) {
        for index in 0..self.decls.len() {
            let Some(decl) = self.decls.get(index) else { continue };
            let (item, file, path) = (decl.item, decl.file, decl.path.clone());
            if is_type(item) && !is_generic(item) {
                let rust_name = camel(&item.name.value);
                let id = self.new_type(item, file, file, path, rust_name, Origin::Declared);
                self.types.insert(index, id);
            }
        }
        for index in 0..self.decls.len() {
            let Some(decl) = self.decls.get(index) else { continue };
            let (item, file) = (decl.item, decl.file);
            match self.types.get(&index) {
                Some(id) => self.fill(*id, item, Place::member(file, file, &[])),
                None if is_generic(item) => self.check_generic(item, file),
                None => {}
            }
        }
    }

    pub(super) fn new_type(
        &mut self,
        item: &Item,
        file: FileId,
        owner: FileId,
        path: Vec<String>,
        rust_name: String,
        origin: Origin,
    ) -> TypeId {
        let id = TypeId(self.model.types.len() as u32);
        let kind = match item.kind {
            ItemKind::Enum { .. } => TypeKind::Enum { underlying: Scalar::U8, values: Vec::new() },
            ItemKind::Union { .. } => TypeKind::Union { alternatives: Vec::new() },
            ItemKind::Error { .. } => TypeKind::Error { alternatives: Vec::new() },
            _ => TypeKind::Struct { fields: Vec::new() },
        };
        self.model.types.push(TypeDef {
            path,
            span: item.span,
            name_span: item.name.span,
            file,
            owner,
            rust_name,
            doc: item.doc.clone(),
            kind,
            origin,
            since: None,
            deprecated: None,
            broken: item.damaged,
        });
        id
    }

    fn check_generic(&mut self, item: &'a Item, file: FileId) {
        let (ItemKind::Struct { generics, .. } | ItemKind::Union { generics, .. }) = &item.kind else {
            return;
        };
        self.distinct(generics.iter().map(|g| (g.value.as_str(), g.span)), "parameter");
        let any: Vec<_> = generics.iter().map(|g| (g.value.clone(), Arg::Any)).collect();
        self.kind(item, Place::member(file, file, &any));
    }

    /// Resolves what an item says into its entry.
    pub(super) fn fill(&mut self, id: TypeId, item: &'a Item, place: Place<'_>) {
        let attributes = self.attributes(place.file, &item.attributes, On::Type);
        let kind = self.kind(item, place);
        if let Some(entry) = self.model.types.get_mut(id.0 as usize) {
            (entry.since, entry.deprecated) = (attributes.field.since, attributes.field.deprecated);
            match kind {
                Some(kind) => entry.kind = kind,
                None => entry.broken = true,
            }
        }
    }

    /// `None` if it cannot be used; that was reported.
    fn kind(&mut self, item: &'a Item, place: Place<'_>) -> Option<TypeKind> {
        match &item.kind {
            ItemKind::Struct { base, fields, .. } => {
                self.no_effect(base.as_ref(), "struct");
                Some(TypeKind::Struct { fields: self.fields(fields, place, On::Field) })
            }
            ItemKind::Union { base, alternatives, .. } => {
                self.no_effect(base.as_ref(), "union");
                self.count(item, alternatives.len(), "union")?;
                let fields = self.fields(alternatives, place, On::UnionAlternative);
                Some(TypeKind::Union { alternatives: fields.into_iter().map(Alternative::from).collect() })
            }
            ItemKind::Error { alternatives } => {
                self.count(item, alternatives.len(), "error")?;
                Some(TypeKind::Error { alternatives: self.alternatives(alternatives, place) })
            }
            ItemKind::Enum { underlying, values } => {
                self.enumeration(item, underlying.as_ref(), values, place.file)
            }
            ItemKind::Const { .. } | ItemKind::Service { .. } => None,
        }
    }

    fn no_effect(&mut self, base: Option<&TypeRef>, what: &str) {
        if let Some(base) = base {
            let message = format!("the base of a {what} has no effect");
            let d = Diagnostic::new(STRUCT_BASE, base.span, message).label("ignored");
            self.report(d.help("repeat the members, or hold the other type in a field"));
        }
    }

    fn count(&mut self, item: &Item, found: usize, what: &str) -> Option<()> {
        if item.damaged {
            return (found > 0).then_some(());
        }
        let message = match found {
            0 => format!("{what} `{}` has no alternatives", item.name.value),
            n if n > MOST_ALTERNATIVES => format!("{what} `{}` has {n} alternatives", item.name.value),
            _ => return Some(()),
        };
        let d = Diagnostic::new(MEMBERS, item.name.span, message).label("needs 1 to 255");
        self.report(d);
        None
    }

    pub(super) fn fields(&mut self, fields: &[ast::Field], place: Place<'_>, on: On) -> Vec<Field> {
        let what = match on {
            On::Param => "parameter",
            On::UnionAlternative => "alternative",
            _ => "field",
        };
        self.distinct(fields.iter().map(|f| (f.name.value.as_str(), f.name.span)), what);
        fields.iter().map(|f| self.field(f, place, on)).collect()
    }

    fn field(&mut self, field: &ast::Field, place: Place<'_>, on: On) -> Field {
        let attrs = self.attributes(place.file, &field.attributes, on).field;
        let ty = self.resolve(&field.ty, place);
        let (name, name_span, ty_span) = (field.name.value.clone(), field.name.span, field.ty.span);
        Field { name, ty, span: field.span, name_span, ty_span, doc: field.doc.clone(), attrs }
    }

    fn alternatives(&mut self, list: &[ast::Alternative], place: Place<'_>) -> Vec<Alternative> {
        self.distinct(list.iter().map(|a| (a.name.value.as_str(), a.name.span)), "alternative");
        let mut out = Vec::new();
        for alternative in list {
            let attributes = self.attributes(place.file, &alternative.attributes, On::ErrorAlternative);
            let ty = alternative.ty.as_ref().map(|ty| self.resolve(ty, place)).filter(|ty| *ty != Type::Unit);
            let name_span = alternative.name.span;
            out.push(Alternative {
                name: alternative.name.value.clone(),
                ty,
                span: alternative.span,
                name_span,
                ty_span: alternative.ty.as_ref().map_or(name_span, |ty| ty.span),
                doc: alternative.doc.clone(),
                status: attributes.status,
                attrs: attributes.field,
            });
        }
        out
    }

    fn enumeration(
        &mut self,
        item: &Item,
        underlying: Option<&TypeRef>,
        list: &[ast::EnumValue],
        file: FileId,
    ) -> Option<TypeKind> {
        if list.is_empty() {
            if !item.damaged {
                let d = Diagnostic::new(
                    MEMBERS,
                    item.name.span,
                    format!("enum `{}` has no values", item.name.value),
                );
                self.report(d.label("needs at least one"));
            }
            return None;
        }
        self.distinct(list.iter().map(|v| (v.name.value.as_str(), v.name.span)), "value");
        let underlying = underlying.map(|ty| self.underlying(ty));
        let values = self.enum_values(list, file);
        let negative = values.iter().any(|v| v.value < 0);
        let scalar = match underlying {
            Some(scalar) => scalar?,
            None if negative => Scalar::I8,
            None => Scalar::U8,
        };
        self.enum_range(&values, scalar, underlying.is_some());
        self.enum_repeats(&values);
        Some(TypeKind::Enum { underlying: scalar, values })
    }

    fn underlying(&mut self, ty: &TypeRef) -> Option<Scalar> {
        let name = match ty.path.names.as_slice() {
            [name] if ty.args.is_empty() => name.value.as_str(),
            _ => "",
        };
        let scalar = Scalar::parse(name).filter(|s| s.range().is_some());
        if scalar.is_none() {
            let d = Diagnostic::new(ENUM, ty.span, "the type behind an enum must be an integer")
                .label("not an integer");
            self.report(d.help("write `u8`, `u16`, `u32`, `u64`, `i8`, `i16`, `i32` or `i64`"));
        }
        scalar
    }

    fn enum_values(&mut self, list: &[ast::EnumValue], file: FileId) -> Vec<EnumValue> {
        let mut next = 0;
        let mut out = Vec::new();
        for value in list {
            let attrs = self.attributes(file, &value.attributes, On::EnumValue).field;
            let written = value.value.as_ref().and_then(|expr| match self.evaluate(file, expr)? {
                ConstValue::Int(value) => Some(value),
                other => {
                    let found = super::consts::describe(&other);
                    let d =
                        Diagnostic::new(ENUM, expr.span, format!("expected a whole number, found {found}"));
                    self.report(d.label("not a whole number"));
                    None
                }
            });
            let number: i128 = written.unwrap_or(next);
            next = number.saturating_add(1);
            let (name, name_span, doc) = (value.name.value.clone(), value.name.span, value.doc.clone());
            out.push(EnumValue { name, value: number, span: value.span, name_span, doc, attrs });
        }
        out
    }

    fn enum_range(&mut self, values: &[EnumValue], scalar: Scalar, written: bool) {
        let Some((low, high)) = scalar.range() else { return };
        for value in values.iter().filter(|v| !(low..=high).contains(&v.value)) {
            let message =
                format!("value {} of `{}` does not fit `{}`", value.value, value.name, scalar.name());
            let label = format!("`{}` holds {low} to {high}", scalar.name());
            let mut d = Diagnostic::new(ENUM, value.span, message).label(label);
            if !written {
                d = d.help("write the type behind the enum, for instance `: u16`");
            }
            self.report(d);
        }
    }

    fn enum_repeats(&mut self, values: &[EnumValue]) {
        let mut seen: BTreeMap<i128, Span> = BTreeMap::new();
        for value in values {
            if let Some(first) = seen.get(&value.value) {
                let d = Diagnostic::new(ENUM, value.span, format!("value {} is given twice", value.value));
                self.report(d.label("again here").also(*first, "first here"));
            } else {
                seen.insert(value.value, value.span);
            }
        }
    }
}

impl From<Field> for Alternative {
    fn from(field: Field) -> Self {
        let Field { name, ty, span, name_span, ty_span, doc, attrs } = field;
        let ty = Some(ty).filter(|ty| *ty != Type::Unit);
        Self { name, ty, span, name_span, ty_span, doc, status: None, attrs }
    }
}

fn is_type(item: &Item) -> bool {
    !matches!(item.kind, ItemKind::Const { .. } | ItemKind::Service { .. })
}
