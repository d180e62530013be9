//! Groups: who is in them, and how they restart.

use super::attrs::{get, word};
use super::codes;
use super::ctx::{Ctx, Env, Extent};
use super::names::{DefId, Kind};
use crate::hir::{Dimension, Group, Name, Restart, RestartThen};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Spanned};

const ATTRIBUTES: &[&str] = &["priority", "restart"];
const RESTART_ATTRIBUTES: &[&str] = &["backoff", "limit", "then"];
/// Linux has this many levels of niceness to give away.
const HIGHEST_PRIORITY: u64 = 19;
/// A node remembers each restart that a limit counts.
const MOST_RESTARTS: u64 = 1000;

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
        self.attr_int(settings, "priority", HIGHEST_PRIORITY, env).map(|p| p.map(|p| p as u32))
    }

    /// `restart { backoff 100ms .. 10s; limit 5 per 1min; then reboot; }`
    fn restart(&mut self, settings: &[ast::Setting], env: Env<'_>) -> Option<Restart> {
        let block = self.attr_block(settings, "restart")?;
        let span = get(settings, "restart")?.span;
        self.attributes("restart block", block, RESTART_ATTRIBUTES, &[]);
        Some(Restart {
            backoff: get(block, "backoff").and_then(|s| self.backoff(s, env)),
            limit: get(block, "limit").and_then(|s| self.restart_limit(s, env)),
            limited: get(block, "limit").is_some(),
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
        let wrong = match (from, to) {
            (0, _) => "a group cannot be started again without any wait",
            _ if from > to => "the first wait is longer than the longest",
            _ => return Some((from, to)),
        };
        let d = Diagnostic::new(codes::OUT_OF_RANGE, setting.span, wrong)
            .help("write the first wait and the longest, such as `backoff 100ms .. 10s`");
        self.report(d);
        None
    }

    /// `limit 5 per 1min;`
    fn restart_limit(&mut self, setting: &ast::Setting, env: Env<'_>) -> Option<(u32, u64)> {
        match setting.values.as_slice() {
            [count, per, window] if word(per) == Some("per") => {
                let (count, window) = (self.eval_int(count, MOST_RESTARTS, env), self.duration(window, env));
                self.restarts_in(count?, window?, setting)
            }
            _ => {
                self.bad_value(setting, "`limit 5 per 1min`");
                None
            }
        }
    }

    fn restarts_in(&mut self, count: u64, window: u64, setting: &ast::Setting) -> Option<(u32, u64)> {
        if count > 0 && window > 0 {
            return Some((count as u32, window));
        }
        let what = if count == 0 { "a limit of no restart" } else { "a limit within no time" };
        let d = Diagnostic::new(codes::OUT_OF_RANGE, setting.span, format!("{what} counts nothing"))
            .help("write how many restarts within which time are enough, such as `limit 5 per 1min`");
        self.report(d);
        None
    }

    /// Nanoseconds.
    pub(super) fn duration(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<u64> {
        let value = self.eval_quantity(expr, Dimension::Duration, env)?;
        self.not_negative(value, "duration", expr.span).map(|v| super::attrs::whole(v.value))
    }
}
