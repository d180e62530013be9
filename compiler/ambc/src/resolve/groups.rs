//! Groups: who is in them, and how they restart.

use super::attrs::{get, word};
use super::codes;
use super::ctx::{Ctx, Env, Extent};
use super::names::{DefId, Kind};
use crate::hir::{DeferredConstruct, Dimension, Group, Name, Restart, RestartThen};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Spanned};

const ATTRIBUTES: &[&str] = &["priority", "restart"];
const RESTART_ATTRIBUTES: &[&str] = &["backoff", "limit", "then"];
const HIGHEST_PRIORITY: u64 = 255;
const MOST_RESTARTS: u64 = 1_000_000;

impl Ctx<'_> {
    pub(super) fn groups(&mut self) {
        for index in 0..self.names.defs.len() {
            let def = self.names.def(DefId(index));
            let (now, name, name_span) = (def.now, Name::new(def.name.clone()), def.name_span);
            let broken = now.item.broken || def.clash;
            if def.kind != Kind::Group {
                continue;
            }
            let ast::ItemKind::Group(item) = &now.item.kind else { continue };
            let first = self.hir.groups.len() as u32;
            self.extents[index] = Extent { first, len: 1, array: false, broken: false };
            let env = Env::of(now.scope);
            let mut group = Group {
                name,
                name_span,
                span: now.item.span,
                members: Vec::new(),
                priority: None,
                restart: None,
                broken,
            };
            self.members(&mut group, &item.members, env);
            self.attributes("group", &item.settings, ATTRIBUTES, &[]);
            group.priority = self.priority(&item.settings, env);
            group.restart = self.restart(&item.settings, env);
            self.hir.groups.push(group);
        }
    }

    fn members(&mut self, group: &mut Group, members: &[ast::Ref], env: Env<'_>) {
        for member in members {
            match self.instances_of(member, true, env) {
                Some(found) => {
                    group.members.extend(found.into_iter().map(|id| Spanned::new(id, member.span)))
                }
                None => group.broken = true,
            }
        }
    }

    fn priority(&mut self, settings: &[ast::Setting], env: Env<'_>) -> Option<Spanned<u32>> {
        self.defer(DeferredConstruct::Priority, get(settings, "priority")?.span);
        self.attr_int(settings, "priority", HIGHEST_PRIORITY, env).map(|p| p.map(|p| p as u32))
    }

    /// `restart { backoff 100ms .. 10s; limit 5 per 1min; then reboot; }`
    fn restart(&mut self, settings: &[ast::Setting], env: Env<'_>) -> Option<Restart> {
        let block = self.attr_block(settings, "restart")?;
        let span = get(settings, "restart")?.span;
        self.defer(DeferredConstruct::Restart, span);
        self.attributes("restart block", block, RESTART_ATTRIBUTES, &[]);
        Some(Restart {
            backoff: get(block, "backoff").and_then(|s| self.backoff(s, env)),
            limit: get(block, "limit").and_then(|s| self.restart_limit(s, env)),
            then: self.attr_word(block, "then", &["reboot", "stop"]).map(|w| match w.value {
                0 => RestartThen::Reboot,
                _ => RestartThen::Stop,
            }),
            span,
        })
    }

    fn backoff(&mut self, setting: &ast::Setting, env: Env<'_>) -> Option<(u64, u64)> {
        let [first, longest] = setting.values.as_slice() else {
            self.bad_value(setting, "`backoff 100ms .. 10s`");
            return None;
        };
        let (from, to) = (self.duration(first, env), self.duration(longest, env));
        let (from, to) = (from?, to?);
        if from > to {
            let message = "the first wait is longer than the longest";
            self.report(Diagnostic::new(codes::OUT_OF_RANGE, setting.span, message));
            return None;
        }
        Some((from, to))
    }

    /// `limit 5 per 1min;`
    fn restart_limit(&mut self, setting: &ast::Setting, env: Env<'_>) -> Option<(u32, u64)> {
        match setting.values.as_slice() {
            [count, per, window] if word(per) == Some("per") => {
                let (count, window) = (self.eval_int(count, MOST_RESTARTS, env), self.duration(window, env));
                Some((count? as u32, window?))
            }
            _ => {
                self.bad_value(setting, "`limit 5 per 1min`");
                None
            }
        }
    }

    /// Nanoseconds.
    pub(super) fn duration(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<u64> {
        let value = self.eval_quantity(expr, Dimension::Duration, env)?;
        self.not_negative(value, "duration", expr.span).map(|v| super::attrs::whole(v.value))
    }
}
