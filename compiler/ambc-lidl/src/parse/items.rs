//! Items and their members.

use super::Reader;
use crate::ast::{
    Alternative, Attribute, EnumValue, Expr, ExprKind, Field, Item, ItemKind, Name, Procedure, ResultRef,
    TypeRef,
};
use ambc_diag::{Span, Spanned};
use ambc_grammar::lidl::Rule;
use pest::iterators::Pair;

/// What the header of an item says.
#[derive(Default)]
struct Header {
    generics: Vec<Name>,
    base: Option<TypeRef>,
    damaged: bool,
}

impl Reader<'_> {
    /// Any item but `namespace` and `import`.
    pub(super) fn declaration(
        &mut self,
        base: usize,
        pair: Pair<'_, Rule>,
        span: Span,
        attributes: Vec<Attribute>,
    ) {
        let doc = self.doc(span.start as usize);
        let rule = pair.as_rule();
        let mut name = None;
        let mut header = Header::default();
        let mut members = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => name = Some(self.name(base, &part)),
                Rule::generics => header.generics = self.names(base, part),
                Rule::base => header.base = self.first_type(base, part),
                Rule::bad_member => {
                    header.damaged = true;
                    let start = base + part.as_span().start();
                    self.bad_member(start, part.as_str(), member_rule(rule));
                }
                Rule::field
                | Rule::value
                | Rule::alternative
                | Rule::procedure
                | Rule::type_ref
                | Rule::expr => {
                    members.push(part);
                }
                _ => {}
            }
        }
        let Some(name) = name else { return };
        let damaged = header.damaged;
        let Some(kind) = self.kind(base, rule, header, members) else { return };
        self.out.items.push(Item { name, span, doc, attributes, kind, damaged });
    }

    fn kind(
        &mut self,
        base: usize,
        rule: Rule,
        header: Header,
        members: Vec<Pair<'_, Rule>>,
    ) -> Option<ItemKind> {
        let Header { generics, base: parent, .. } = header;
        let members = members.into_iter();
        Some(match rule {
            Rule::constant => {
                let (mut ty, mut value) = (None, None);
                for member in members {
                    match member.as_rule() {
                        Rule::type_ref => ty = Some(self.type_ref(base, member)),
                        _ => value = Some(self.expr(base, member)),
                    }
                }
                ItemKind::Const { ty: ty?, value: value? }
            }
            Rule::structure => {
                let fields = members.filter_map(|m| self.field(base, m)).collect();
                ItemKind::Struct { generics, base: parent, fields }
            }
            Rule::union => {
                let alternatives = members.filter_map(|m| self.field(base, m)).collect();
                ItemKind::Union { generics, base: parent, alternatives }
            }
            Rule::enumeration => {
                let values = members.filter_map(|m| self.enum_value(base, m)).collect();
                ItemKind::Enum { underlying: parent, values }
            }
            Rule::error => {
                let alternatives = members.filter_map(|m| self.alternative(base, m)).collect();
                ItemKind::Error { alternatives }
            }
            _ => {
                let procedures = members.filter_map(|m| self.procedure(base, m)).collect();
                ItemKind::Service { base: parent, procedures }
            }
        })
    }

    fn names(&self, base: usize, pair: Pair<'_, Rule>) -> Vec<Name> {
        pair.into_inner().filter(|p| p.as_rule() == Rule::ident).map(|p| self.name(base, &p)).collect()
    }

    fn first_type(&mut self, base: usize, pair: Pair<'_, Rule>) -> Option<TypeRef> {
        pair.into_inner().find(|p| p.as_rule() == Rule::type_ref).map(|p| self.type_ref(base, p))
    }

    pub(super) fn attribute(&mut self, base: usize, pair: Pair<'_, Rule>) -> Attribute {
        let span = self.pair_span(base, &pair);
        let mut name = Spanned::new(String::new(), span);
        let mut args = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => name = self.name(base, &part),
                Rule::expr => args.push(self.expr(base, part)),
                _ => {}
            }
        }
        Attribute { name, args, span }
    }

    fn field(&mut self, base: usize, pair: Pair<'_, Rule>) -> Option<Field> {
        let Member { name, ty, span, doc, attributes, .. } = self.member(base, pair);
        Some(Field { name: name?, ty: ty?, span, doc, attributes })
    }

    fn alternative(&mut self, base: usize, pair: Pair<'_, Rule>) -> Option<Alternative> {
        let Member { name, ty, span, doc, attributes, .. } = self.member(base, pair);
        Some(Alternative { name: name?, ty, span, doc, attributes })
    }

    fn enum_value(&mut self, base: usize, pair: Pair<'_, Rule>) -> Option<EnumValue> {
        let Member { name, value, span, doc, attributes, .. } = self.member(base, pair);
        Some(EnumValue { name: name?, value, span, doc, attributes })
    }

    fn procedure(&mut self, base: usize, pair: Pair<'_, Rule>) -> Option<Procedure> {
        let Member { name, params, results, mut types, span, doc, attributes, .. } = self.member(base, pair);
        let mut types = types.drain(..);
        let result = match results {
            Some(results) => ResultRef::Many(results),
            None => types.next().map_or(ResultRef::None, ResultRef::One),
        };
        Some(Procedure { name: name?, params, result, error: types.next(), span, doc, attributes })
    }

    fn member(&mut self, base: usize, pair: Pair<'_, Rule>) -> Member {
        let span = self.pair_span(base, &pair);
        let mut member = Member::new(span, self.doc(span.start as usize));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::attribute => member.attributes.push(self.attribute(base, part)),
                Rule::ident => member.name = Some(self.name(base, &part)),
                Rule::expr => member.value = Some(self.expr(base, part)),
                Rule::params => member.params = self.fields(base, part),
                Rule::results => member.results = Some(self.fields(base, part)),
                Rule::type_ref => {
                    let ty = self.type_ref(base, part);
                    member.ty = Some(ty.clone());
                    member.types.push(ty);
                }
                _ => {}
            }
        }
        member
    }

    fn fields(&mut self, base: usize, pair: Pair<'_, Rule>) -> Vec<Field> {
        let fields = pair.into_inner().filter(|p| p.as_rule() == Rule::field);
        fields.filter_map(|p| self.field(base, p)).collect()
    }
}

/// The parts of any member.
struct Member {
    name: Option<Name>,
    ty: Option<TypeRef>,
    types: Vec<TypeRef>,
    value: Option<Expr>,
    params: Vec<Field>,
    results: Option<Vec<Field>>,
    span: Span,
    doc: String,
    attributes: Vec<Attribute>,
}

impl Member {
    fn new(span: Span, doc: String) -> Self {
        let (types, params, attributes) = (Vec::new(), Vec::new(), Vec::new());
        Self { name: None, ty: None, types, value: None, params, results: None, span, doc, attributes }
    }
}

fn member_rule(of: Rule) -> Rule {
    match of {
        Rule::enumeration => Rule::only_value,
        Rule::error => Rule::only_alternative,
        Rule::service => Rule::only_procedure,
        _ => Rule::only_field,
    }
}

impl Expr {
    /// A value where one could not be read.
    pub(super) fn missing(span: Span) -> Self {
        Self { kind: ExprKind::Missing, span }
    }
}
