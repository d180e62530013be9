//! Types that follow from others: `u::alternatives` and `s::call_union`.

use super::Ctx;
use crate::ast::ItemKind;
use crate::model::{
    Alternative, EnumValue, Field, FieldAttrs, InterfaceId, Origin, Param, Scalar, Type, TypeDef, TypeId,
    TypeKind, camel,
};
use ambc_diag::FileId;

/// What a type follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// A union.
    Alternatives(TypeId),
    /// A service, by declaration.
    Calls(usize),
}

impl Ctx<'_> {
    /// The entry of a derived type; it is filled in by [`Ctx::derived_types`].
    pub(super) fn derive(&mut self, source: Source, owner: FileId) -> TypeId {
        let key = (source, self.library(owner));
        if let Some(id) = self.derived.get(&key) {
            return *id;
        }
        let id = match source {
            Source::Alternatives(union) => {
                let of = self.model.type_def(union).clone();
                let kind = TypeKind::Enum { underlying: Scalar::U8, values: Vec::new() };
                self.push(&of, owner, "alternatives", "Alternatives", kind, Origin::Alternatives(union))
            }
            Source::Calls(index) => {
                let decl = &self.decls[index];
                let of = TypeDef {
                    path: decl.path.clone(),
                    span: decl.item.span,
                    name_span: decl.item.name.span,
                    file: decl.file,
                    owner,
                    rust_name: camel(&decl.item.name.value),
                    doc: String::new(),
                    kind: TypeKind::Struct { fields: Vec::new() },
                    origin: Origin::Declared,
                    since: None,
                    deprecated: None,
                    broken: decl.item.damaged,
                };
                // Interfaces are numbered in the order of their declarations.
                let before = self.decls.iter().take(index);
                let id = before.filter(|d| matches!(d.item.kind, ItemKind::Service { .. })).count() as u32;
                let kind = TypeKind::Union { alternatives: Vec::new() };
                self.push(&of, owner, "call_union", "CallUnion", kind, Origin::Calls(InterfaceId(id)))
            }
        };
        self.derived.insert(key, id);
        id
    }

    fn push(
        &mut self,
        of: &TypeDef,
        owner: FileId,
        last: &str,
        suffix: &str,
        kind: TypeKind,
        origin: Origin,
    ) -> TypeId {
        let id = TypeId(self.model.types.len() as u32);
        let mut path = of.path.clone();
        if self.model.library(of.file) != self.model.library(owner) {
            let name = path.pop().unwrap_or_default();
            path = self.scopes.get(&owner).and_then(|s| s.namespace.first()).cloned().into_iter().collect();
            path.push(name);
        }
        if let Some(name) = path.last_mut() {
            *name = format!("{name}::{last}");
        }
        let rust_name = format!("{}{suffix}", of.rust_name);
        let doc = match origin {
            Origin::Alternatives(_) => format!("Which alternative of `{}`.", of.path.join("::")),
            Origin::Calls(_) => format!("A call of `{}`.", of.path.join("::")),
            _ => format!("The arguments of a procedure of `{}`.", of.path.join("::")),
        };
        self.model.types.push(TypeDef { path, owner, rust_name, doc, kind, origin, ..of.clone() });
        id
    }

    /// Fills in derived types, now that what they follow from is complete.
    pub(super) fn derived_types(&mut self) {
        let derived: Vec<(Source, TypeId)> =
            self.derived.iter().map(|((source, _), id)| (*source, *id)).collect();
        for (_, id) in derived {
            let entry = self.model.type_def(id).clone();
            let kind = match entry.origin {
                Origin::Alternatives(union) => self.alternatives_of(union),
                Origin::Calls(service) => self.calls_of(service, &entry),
                _ => None,
            };
            if let Some(def) = self.model.types.get_mut(id.0 as usize) {
                match kind {
                    Some(kind) => def.kind = kind,
                    None => def.broken = true,
                }
            }
        }
    }

    fn alternatives_of(&self, union: TypeId) -> Option<TypeKind> {
        let TypeKind::Union { alternatives } = &self.model.type_def(union).kind else { return None };
        let value = |(i, a): (usize, &Alternative)| EnumValue {
            name: a.name.clone(),
            value: i as i128,
            span: a.span,
            name_span: a.name_span,
            doc: a.doc.clone(),
            attrs: FieldAttrs::default(),
        };
        let values: Vec<_> = alternatives.iter().enumerate().map(value).collect();
        (!values.is_empty()).then_some(TypeKind::Enum { underlying: Scalar::U8, values })
    }

    fn calls_of(&mut self, service: InterfaceId, entry: &TypeDef) -> Option<TypeKind> {
        let procedures: Vec<_> = self.model.procedures(service).cloned().collect();
        if procedures.is_empty() || procedures.len() > 255 {
            return None;
        }
        let mut of = entry.clone();
        let (path, rust_name) = (entry.path.clone(), entry.rust_name.clone());
        let mut alternatives = Vec::new();
        for procedure in procedures {
            of.path = path.clone();
            of.rust_name = rust_name.strip_suffix("CallUnion").unwrap_or(&rust_name).to_owned()
                + &camel(&procedure.name);
            let fields = procedure.params.iter().map(field).collect::<Vec<_>>();
            let ty = if fields.is_empty() {
                None
            } else {
                let kind = TypeKind::Struct { fields };
                let name = format!("{}_params", procedure.name);
                Some(Type::Named(self.push(
                    &of,
                    entry.owner,
                    &name,
                    "Params",
                    kind,
                    Origin::Arguments(service),
                )))
            };
            let (span, name_span) = (procedure.span, procedure.name_span);
            let (doc, attrs) = (String::new(), FieldAttrs::default());
            let name = procedure.name;
            alternatives.push(Alternative {
                name,
                ty,
                span,
                name_span,
                ty_span: name_span,
                doc,
                status: None,
                attrs,
            });
        }
        Some(TypeKind::Union { alternatives })
    }
}

fn field(param: &Param) -> Field {
    let Param { name, ty, span, name_span, ty_span, attrs } = param.clone();
    Field { name, ty, span, name_span, ty_span, doc: String::new(), attrs }
}
