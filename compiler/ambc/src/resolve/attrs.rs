//! Attribute blocks: which attributes there are, and their values.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use crate::hir::{Dimension, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};
use std::collections::BTreeMap;

/// The first setting of this name.
pub(super) fn get<'s>(settings: &'s [ast::Setting], name: &str) -> Option<&'s ast::Setting> {
    settings.iter().find(|s| s.name.text == name)
}

impl Ctx<'_> {
    /// Reports attributes that `block` does not have, and attributes given twice (`again` lists those that may repeat).
    pub(super) fn attributes(
        &mut self,
        block: &str,
        settings: &[ast::Setting],
        known: &[&str],
        again: &[&str],
    ) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for setting in settings {
            let name = setting.name.text.as_str();
            if !known.contains(&name) {
                self.unknown_attribute(block, setting, known);
            } else if let Some(first) = seen.get(name).filter(|_| !again.contains(&name)) {
                let d = Diagnostic::new(
                    codes::ATTRIBUTE_TWICE,
                    setting.name.span,
                    format!("`{name}` is given twice"),
                )
                .label("again here")
                .also(*first, "first here");
                self.report(d);
            } else {
                seen.insert(name, setting.name.span);
            }
        }
    }

    fn unknown_attribute(&mut self, block: &str, setting: &ast::Setting, known: &[&str]) {
        let name = &setting.name.text;
        let close = self.close(name, known.iter().copied());
        let d = Diagnostic::new(
            codes::UNKNOWN_ATTRIBUTE,
            setting.name.span,
            format!("{} {block} has no attribute `{name}`", article(block)),
        );
        let d = match known {
            [] => d.help("leave it out"),
            _ => d.note(format!("it has {}", listed(known))),
        };
        self.report(with_nearest(d, setting.name.span, close.as_deref()));
    }

    /// The one value of an attribute.
    pub(super) fn one<'s>(&mut self, setting: &'s ast::Setting) -> Option<&'s ast::Expr> {
        match setting.values.as_slice() {
            [value] if setting.block.is_none() => Some(value),
            values => {
                let found =
                    if setting.block.is_some() { "a block".to_owned() } else { values.len().to_string() };
                let d = Diagnostic::new(
                    codes::ATTRIBUTE_VALUE,
                    setting.span,
                    format!("`{}` takes one value, found {found}", setting.name.text),
                );
                self.report(d);
                None
            }
        }
    }

    pub(super) fn attr_int(
        &mut self,
        settings: &[ast::Setting],
        name: &str,
        most: u64,
        env: Env<'_>,
    ) -> Option<Spanned<u64>> {
        let setting = get(settings, name)?;
        let expr = self.one(setting)?;
        Some(Spanned::new(self.eval_int(expr, most, env)?, expr.span))
    }

    /// In the base unit of the dimension; never negative.
    pub(super) fn attr_quantity(
        &mut self,
        settings: &[ast::Setting],
        name: &str,
        dimension: Dimension,
        env: Env<'_>,
    ) -> Option<Spanned<f64>> {
        let setting = get(settings, name)?;
        let expr = self.one(setting)?;
        let value = self.eval_quantity(expr, dimension, env)?;
        self.not_negative(value, &setting.name.text, expr.span)
    }

    /// A quantity in whole base units.
    pub(super) fn attr_whole(
        &mut self,
        settings: &[ast::Setting],
        name: &str,
        dimension: Dimension,
        env: Env<'_>,
    ) -> Option<Spanned<u64>> {
        self.attr_quantity(settings, name, dimension, env).map(|q| q.map(whole))
    }

    pub(super) fn not_negative(&mut self, value: f64, what: &str, span: Span) -> Option<Spanned<f64>> {
        if value >= 0.0 {
            return Some(Spanned::new(value, span));
        }
        let d = Diagnostic::new(codes::OUT_OF_RANGE, span, format!("`{what}` cannot be negative"));
        self.report(d);
        None
    }

    pub(super) fn attr_text(
        &mut self,
        settings: &[ast::Setting],
        name: &str,
        env: Env<'_>,
    ) -> Option<Spanned<String>> {
        let setting = get(settings, name)?;
        let expr = self.one(setting)?;
        Some(Spanned::new(self.eval_text(expr, env)?, expr.span))
    }

    /// `encrypted;`, also `encrypted true;`.
    pub(super) fn attr_flag(&mut self, settings: &[ast::Setting], name: &str, env: Env<'_>) -> bool {
        let Some(setting) = get(settings, name) else { return false };
        match setting.values.as_slice() {
            [] if setting.block.is_none() => true,
            [value] if setting.block.is_none() => match self.eval(value, env) {
                Some(Value::Bool(value)) => value,
                Some(_) => self.flag_misused(setting),
                None => false,
            },
            _ => self.flag_misused(setting),
        }
    }

    fn flag_misused(&mut self, setting: &ast::Setting) -> bool {
        let name = &setting.name.text;
        let d = Diagnostic::new(codes::ATTRIBUTE_VALUE, setting.span, format!("`{name}` takes no value"))
            .help(format!("write `{name};`"));
        self.report(d);
        false
    }

    /// `memory { … }`: its settings.
    pub(super) fn attr_block<'s>(
        &mut self,
        settings: &'s [ast::Setting],
        name: &str,
    ) -> Option<&'s [ast::Setting]> {
        let setting = get(settings, name)?;
        if setting.block.is_none() || !setting.values.is_empty() {
            self.bad_value(setting, &format!("`{name} {{ … }}`"));
        }
        setting.block.as_deref()
    }

    pub(super) fn bad_value(&mut self, setting: &ast::Setting, write: &str) {
        let message = format!("`{}` does not take this", setting.name.text);
        self.report(
            Diagnostic::new(codes::ATTRIBUTE_VALUE, setting.span, message).help(format!("write {write}")),
        );
    }

    /// One of some words: `relay off;`. The index of the word.
    pub(super) fn attr_word(
        &mut self,
        settings: &[ast::Setting],
        name: &str,
        words: &[&str],
    ) -> Option<Spanned<usize>> {
        let setting = get(settings, name)?;
        let expr = self.one(setting)?;
        let index = word(expr).and_then(|w| words.iter().position(|k| *k == w));
        if index.is_none() {
            let d = Diagnostic::new(
                codes::ATTRIBUTE_VALUE,
                expr.span,
                format!("`{name}` is one of {}", listed(words)),
            );
            self.report(d);
        }
        index.map(|i| Spanned::new(i, expr.span))
    }
}

/// An expression that is a single word.
pub(super) fn word(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        ast::ExprKind::Name(name) if name.select.is_none() && name.member.is_none() => {
            match name.head.segments.as_slice() {
                [single] => Some(&single.text),
                _ => None,
            }
        }
        ast::ExprKind::Bool(true) => Some("on"),
        ast::ExprKind::Bool(false) => Some("off"),
        _ => None,
    }
}

/// A quantity in whole base units, the nearest one; the largest number if it is larger.
pub(super) fn whole(value: f64) -> u64 {
    // A float cast saturates.
    value.round() as u64
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// "`a`, `b`".
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}
