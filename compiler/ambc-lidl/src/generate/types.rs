//! Structs, unions, errors and enums.

use super::Writer;
use super::rust::{Form, field_name, owned_name, variant_name, view_name};
use super::text::Text;
use crate::model::{Alternative, EnumValue, Field, Scalar, Type, TypeDef, TypeId, TypeKind};

impl Writer<'_> {
    pub(super) fn type_def(&self, id: TypeId, out: &mut Text) {
        let def = self.model.type_def(id);
        let of = Parts { def, plain: self.is_plain(id), bounded: self.model.is_bounded(&Type::Named(id)) };
        match &def.kind {
            TypeKind::Enum { underlying, values } => self.enumeration(def, *underlying, values, out),
            TypeKind::Struct { fields } => {
                let members: Vec<_> = fields.iter().map(Member::from).collect();
                self.forms(&of, &members, "struct", "record", out);
            }
            TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => {
                let members: Vec<_> = alternatives.iter().map(Member::from).collect();
                self.forms(&of, &members, "enum", "union", out);
                if matches!(def.kind, TypeKind::Error { .. }) {
                    self.error(&of, &members, out);
                }
            }
        }
    }

    fn is_plain(&self, id: TypeId) -> bool {
        self.model.is_plain(&Type::Named(id))
    }

    fn enumeration(&self, def: &TypeDef, underlying: Scalar, values: &[EnumValue], out: &mut Text) {
        out.blank();
        out.doc(&documentation(&def.doc, def.since.as_deref(), def.deprecated.as_deref()));
        out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
        out.line(&format!("#[repr({})]", underlying.name()));
        out.open(&format!("pub enum {} {{", def.rust_name));
        for value in values {
            let attrs = &value.attrs;
            out.doc(&documentation(&value.doc, attrs.since.as_deref(), attrs.deprecated.as_deref()));
            out.line(&format!("{} = {},", variant_name(&value.name), value.value));
        }
        out.close("}");
        out.blank();
        let names: Vec<_> = values.iter().map(|v| variant_name(&v.name)).collect();
        let (name, number) = (&def.rust_name, underlying.name());
        out.line(&format!("__rt::enumeration! {{ {name}: {number} {{ {} }} }}", names.join(", ")));
    }

    /// View and owned form of a struct or union, or the one form of a plain one, with their layout.
    fn forms(&self, of: &Parts<'_>, members: &[Member<'_>], keyword: &str, layout: &str, out: &mut Text) {
        let def = of.def;
        if of.plain {
            self.form(of, members, keyword, (&def.rust_name, Form::Owned), out);
            return self.layout(layout, &def.rust_name, members, out);
        }
        let (view, owned) = (view_name(def), owned_name(def));
        self.form(of, members, keyword, (&view, Form::View("'a")), out);
        if of.bounded {
            self.form(of, members, keyword, (&owned, Form::Owned), out);
            return self.layout(layout, &format!("{view}<'a>, {owned}"), members, out);
        }
        self.layout(layout, &format!("{view}<'a>"), members, out);
        out.blank();
        out.open("__rt::with_alloc! {");
        self.form(of, members, keyword, (&owned, Form::Owned), out);
        self.layout(layout, &format!("{owned} of {view}"), members, out);
        out.close("}");
    }

    fn form(
        &self,
        of: &Parts<'_>,
        members: &[Member<'_>],
        keyword: &str,
        (name, form): (&str, Form),
        out: &mut Text,
    ) {
        let def = of.def;
        out.blank();
        let mut doc = documentation(&def.doc, def.since.as_deref(), def.deprecated.as_deref());
        if form == Form::Owned && !of.plain {
            doc = format!("[`{}`] on its own.", view_name(def));
            if matches!(def.kind, TypeKind::Error { .. }) {
                doc = documentation(&def.doc, def.since.as_deref(), def.deprecated.as_deref());
            }
        }
        out.doc(&doc);
        let copy = if form == Form::Owned && !of.plain { "" } else { "Copy, " };
        let all = members.iter().filter_map(|m| m.ty);
        let eq = if all.clone().all(|ty| self.model.has_eq(ty)) { ", Eq" } else { "" };
        out.line(&format!("#[derive(Clone, {copy}Debug, PartialEq{eq})]"));
        if keyword == "enum"
            && form == Form::Owned
            && members.iter().filter_map(|m| m.ty).any(|ty| self.is_large(ty))
        {
            out.line("#[allow(clippy::large_enum_variant, reason = \"no heap to box it on\")]");
        }
        let lifetime = if form == Form::Owned { "" } else { "<'a>" };
        if members.is_empty() {
            return out.line(&format!("pub {keyword} {name}{lifetime} {{}}"));
        }
        out.open(&format!("pub {keyword} {name}{lifetime} {{"));
        for member in members {
            out.doc(&member.doc);
            let ty = member.ty.map(|ty| self.ty(ty, form, ""));
            out.line(&match (keyword, ty) {
                ("struct", ty) => format!("pub {}: {},", field_name(member.name), ty.unwrap_or_default()),
                (_, Some(ty)) => format!("{}({ty}),", variant_name(member.name)),
                (_, None) => format!("{},", variant_name(member.name)),
            });
        }
        out.close("}");
    }

    /// Whether clippy would like it boxed.
    fn is_large(&self, ty: &Type) -> bool {
        self.model.max_size(ty).is_some_and(|max| max >= 150)
    }

    fn layout(&self, layout: &str, names: &str, members: &[Member<'_>], out: &mut Text) {
        out.blank();
        if members.is_empty() {
            return out.line(&format!("__rt::{layout}! {{ {names} {{}} }}"));
        }
        out.open(&format!("__rt::{layout}! {{ {names} {{"));
        for member in members {
            let schema = member.ty.map(|ty| self.ty(ty, Form::Schema, ""));
            out.line(&match (layout, schema) {
                ("record", schema) => format!("{}: {},", field_name(member.name), schema.unwrap_or_default()),
                (_, Some(schema)) => format!("{}: {schema},", variant_name(member.name)),
                (_, None) => format!("{},", variant_name(member.name)),
            });
        }
        out.close("} }");
    }

    /// What a declared error can do beyond a union.
    fn error(&self, of: &Parts<'_>, members: &[Member<'_>], out: &mut Text) {
        out.blank();
        if !of.plain && !of.bounded {
            out.open("__rt::with_alloc! {");
        }
        out.open(&format!("__rt::error! {{ {} {{", of.def.rust_name));
        for member in members {
            let value = if member.ty.is_some() { "(value)" } else { "" };
            out.line(&format!("{}{value}: {:?},", variant_name(member.name), member.name.replace('_', " ")));
        }
        out.close("} }");
        if !of.plain && !of.bounded {
            out.close("}");
        }
    }
}

/// What is known about a type being written.
struct Parts<'m> {
    def: &'m TypeDef,
    plain: bool,
    bounded: bool,
}

/// A field or an alternative.
struct Member<'m> {
    name: &'m str,
    ty: Option<&'m Type>,
    doc: String,
}

impl<'m> From<&'m Field> for Member<'m> {
    fn from(field: &'m Field) -> Self {
        let doc = documentation(&field.doc, field.attrs.since.as_deref(), field.attrs.deprecated.as_deref());
        Self { name: &field.name, ty: Some(&field.ty), doc }
    }
}

impl<'m> From<&'m Alternative> for Member<'m> {
    fn from(of: &'m Alternative) -> Self {
        let doc = documentation(&of.doc, of.attrs.since.as_deref(), of.attrs.deprecated.as_deref());
        Self { name: &of.name, ty: of.ty.as_ref(), doc }
    }
}

/// The doc comment with what `@since` and `@deprecated` say.
pub(super) fn documentation(doc: &str, since: Option<&str>, deprecated: Option<&str>) -> String {
    let since = since.map(|version| format!("Since {version}."));
    let deprecated = deprecated.map(|why| format!("Deprecated: {why}"));
    let doc = (!doc.is_empty()).then(|| doc.to_owned());
    [doc, since, deprecated].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}
