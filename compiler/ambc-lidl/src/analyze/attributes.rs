//! `@…` before items and members.

use super::Ctx;
use super::consts::describe;
use crate::ast::{Attribute, Expr, ExprKind};
use crate::codes::ATTRIBUTE;
use crate::model::{ConstValue, FieldAttrs, Rest, nearest};
use ambc_diag::{Diagnostic, FileId, Span};
use std::collections::BTreeMap;

/// What an attribute stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Service,
    Procedure,
    Param,
    Field,
    UnionAlternative,
    ErrorAlternative,
    EnumValue,
    Type,
    Const,
}

/// All that can be said by attributes.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) shared: bool,
    pub(super) idempotent: bool,
    pub(super) oneway: Option<Span>,
    pub(super) timeout_us: Option<u64>,
    pub(super) rest: Option<Rest>,
    pub(super) status: Option<u16>,
    pub(super) was: Vec<(u32, Span)>,
    pub(super) field: FieldAttrs,
}

const EVERYWHERE: &[On] = &[
    On::Service,
    On::Procedure,
    On::Param,
    On::Field,
    On::UnionAlternative,
    On::ErrorAlternative,
    On::EnumValue,
    On::Type,
    On::Const,
];

/// Each attribute, where it may stand and how it is written.
const KNOWN: &[(&str, &[On], &str)] = &[
    ("shared", &[On::Service], "@shared"),
    ("idempotent", &[On::Procedure], "@idempotent"),
    ("oneway", &[On::Procedure], "@oneway"),
    ("timeout", &[On::Procedure], "@timeout(50ms)"),
    ("rest", &[On::Procedure], "@rest(GET, \"/path/{parameter}\")"),
    ("was", &[On::Procedure], "@was(0x1f2e3d4c)"),
    ("status", &[On::ErrorAlternative], "@status(404)"),
    (
        "json",
        &[On::Param, On::Field, On::UnionAlternative, On::ErrorAlternative, On::EnumValue],
        "@json(\"name\")",
    ),
    (
        "sensitive",
        &[On::Procedure, On::Param, On::Field, On::UnionAlternative, On::ErrorAlternative],
        "@sensitive",
    ),
    ("since", EVERYWHERE, "@since(\"1.2\")"),
    ("deprecated", EVERYWHERE, "@deprecated(\"use other\")"),
];

impl Ctx<'_> {
    pub(super) fn attributes(&mut self, file: FileId, list: &[Attribute], on: On) -> Attributes {
        let mut out = Attributes::default();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for attribute in list {
            let name = attribute.name.value.as_str();
            let Some((_, places, form)) = KNOWN.iter().find(|(known, ..)| *known == name) else {
                self.unknown_attribute(attribute);
                continue;
            };
            if !places.contains(&on) {
                let message = format!("`@{name}` does not belong on {}", on.words());
                let at = places.first().map_or("", |p| p.words());
                let d = Diagnostic::new(ATTRIBUTE, attribute.span, message).label("not here");
                self.report(d.help(format!("it stands before {at}")));
            } else if let Some(first) = seen.get(name).filter(|_| name != "was") {
                let d = Diagnostic::new(ATTRIBUTE, attribute.span, format!("`@{name}` is given twice"));
                self.report(d.label("again here").also(*first, "first here"));
            } else if self.apply(file, attribute, &mut out).is_none() {
                let d = Diagnostic::new(ATTRIBUTE, attribute.span, format!("`@{name}` has wrong arguments"));
                self.report(d.label("not like this").help(format!("write for instance `{form}`")));
            }
            seen.entry(name).or_insert(attribute.span);
        }
        out
    }

    fn unknown_attribute(&mut self, attribute: &Attribute) {
        let name = &attribute.name;
        let near = nearest(&name.value, KNOWN.iter().map(|(known, ..)| (*known).to_owned()));
        let mut d = Diagnostic::new(ATTRIBUTE, name.span, format!("unknown attribute `@{}`", name.value));
        d = d.label("not an attribute");
        if let Some(near) = near {
            d = d.help(format!("did you mean `@{near}`?")).edit(name.span, near);
        }
        self.report(d);
    }

    /// `None` if the arguments are wrong.
    fn apply(&mut self, file: FileId, attribute: &Attribute, out: &mut Attributes) -> Option<()> {
        let args = attribute.args.as_slice();
        match (attribute.name.value.as_str(), args) {
            ("shared", []) => out.shared = true,
            ("idempotent", []) => out.idempotent = true,
            ("oneway", []) => out.oneway = Some(attribute.span),
            ("sensitive", []) => out.field.sensitive = true,
            ("timeout", [time]) => out.timeout_us = Some(self.timeout(file, time)?),
            ("status", [code]) => {
                let code = self.whole(file, code)?;
                out.status = Some(u16::try_from(code).ok().filter(|c| (100..600).contains(c))?);
            }
            ("was", [_, ..]) => {
                for arg in args {
                    let value = self.whole(file, arg)?;
                    out.was.push((u32::try_from(value).ok()?, arg.span));
                }
            }
            ("json", [name]) => out.field.json = Some(self.text(name)?),
            ("since", [version]) => out.field.since = Some(self.text(version)?),
            ("deprecated", [why]) => out.field.deprecated = Some(self.text(why)?),
            ("rest", [method, path]) => out.rest = Some(self.rest(method, path, attribute.span)?),
            _ => return None,
        }
        Some(())
    }

    /// In microseconds: what a call carries has 32 bits.
    fn timeout(&mut self, file: FileId, time: &Expr) -> Option<u64> {
        let value = self.evaluate(file, time)?;
        let Some(ns) = Self::is_duration(&value) else {
            let d = Diagnostic::new(
                ATTRIBUTE,
                time.span,
                format!("expected a duration, found {}", describe(&value)),
            );
            self.report(d.label("not a duration"));
            return Some(0);
        };
        let us = ns / 1000.0;
        (us >= 1.0 && us <= f64::from(u32::MAX)).then_some(us as u64)
    }

    fn whole(&mut self, file: FileId, expr: &Expr) -> Option<i128> {
        match self.evaluate(file, expr)? {
            ConstValue::Int(value) => Some(value),
            _ => None,
        }
    }

    fn text(&mut self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Str(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn rest(&mut self, method: &Expr, path: &Expr, span: Span) -> Option<Rest> {
        let ExprKind::Path(name) = &method.kind else { return None };
        let method = name.names.first().filter(|_| name.names.len() == 1)?.value.clone();
        let path = self.text(path).filter(|p| p.starts_with('/'))?;
        let known = matches!(method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD");
        known.then_some(Rest { method, path, span })
    }
}

impl On {
    fn words(self) -> &'static str {
        match self {
            Self::Service => "a service",
            Self::Procedure => "a procedure",
            Self::Param => "a parameter",
            Self::Field => "a field",
            Self::UnionAlternative => "an alternative of a union",
            Self::ErrorAlternative => "an alternative of an error",
            Self::EnumValue => "a value of an enum",
            Self::Type => "a type",
            Self::Const => "a constant",
        }
    }
}
