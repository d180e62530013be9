//! `require`: the forms of a requirement.

use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::predicate::{compare_op, flipped};
use crate::hir::{
    CompareOp, Condition, DeferredConstruct, Dimension, InstanceId, MemoryLimit, NodeId, Requirement, Value,
};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span, Spanned};

const PAIRS: [&str; 3] = ["separate", "together", "near"];
const FIGURES: [&str; 3] = ["latency", "memory", "lifetime"];
const MOST_LOST_NODES: u64 = 1000;

impl Ctx<'_> {
    pub(super) fn requirements(&mut self) {
        for placed in self.names.loose.clone() {
            if let ast::ItemKind::Require(require) = &placed.item.kind {
                let span = placed.item.span;
                self.defer(DeferredConstruct::Require, span);
                if let Some(condition) = self.condition(&require.condition, Env::of(placed.scope)) {
                    self.hir.requirements.push(Requirement { condition, span });
                }
            }
        }
    }

    fn condition(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Condition> {
        match &expr.kind {
            ast::ExprKind::Not(inner) => Some(Condition::Not(Box::new(self.condition(inner, env)?))),
            ast::ExprKind::Call { name, args } => self.statement(name, args, expr.span, env),
            ast::ExprKind::Binary(op, left, right) => match (compare_op(*op), &left.kind, &right.kind) {
                (Some(op), ast::ExprKind::Call { name, args }, _) => self.figure(name, args, op, right, env),
                (Some(op), _, ast::ExprKind::Call { name, args }) => {
                    self.figure(name, args, flipped(op), left, env)
                }
                _ if *op == ast::BinaryOp::And => {
                    let d = Diagnostic::new(codes::REQUIREMENT, expr.span, "one `require` says one thing")
                        .help("write a `require` for each side of `and`");
                    self.report(d);
                    None
                }
                _ => self.no_requirement(expr.span),
            },
            _ => self.no_requirement(expr.span),
        }
    }

    /// What holds or not: `separate(a, b)`, `on(a, node)`, `survives(1 node, a -> b)` …
    fn statement(
        &mut self,
        name: &ast::Ident,
        args: &[ast::Arg],
        span: Span,
        env: Env<'_>,
    ) -> Option<Condition> {
        match (name.text.as_str(), args) {
            (pair, [ast::Arg::Expr(a), ast::Arg::Expr(b)]) if PAIRS.contains(&pair) => {
                let (a, b) = (self.instances_in(a, env), self.instances_in(b, env));
                let (a, b) = (a?, b?);
                Some(match pair {
                    "separate" => Condition::Separate(a, b),
                    "together" => Condition::Together(a, b),
                    _ => Condition::Near(a, b),
                })
            }
            ("on", [ast::Arg::Expr(a), ast::Arg::Expr(node)]) => {
                let (a, nodes) = (self.instances_in(a, env), self.nodes_in(node, env));
                Some(Condition::On(a?, nodes?))
            }
            ("survives", [ast::Arg::Count(count, _), ast::Arg::Edge(from, to, _)]) => {
                let at = count.span;
                let count = self.eval_int(count, MOST_LOST_NODES, env);
                let (from, to) = (self.instances_of(from, true, env), self.instances_of(to, true, env));
                Some(Condition::Survives { count: Spanned::new(count? as u32, at), from: from?, to: to? })
            }
            (known, _) if known == "on" || known == "survives" || PAIRS.contains(&known) => {
                self.bad_arguments(name, span)
            }
            (figure, _) if FIGURES.contains(&figure) => {
                let d = Diagnostic::new(
                    codes::REQUIREMENT,
                    span,
                    format!("`{figure}(…)` is compared with a limit"),
                )
                .help(format!("write `{}`", form(figure)));
                self.report(d);
                None
            }
            _ => self.unknown_form(name),
        }
    }

    /// What has a figure: `latency(a -> b) <= 250ms`, `memory(node) <= 80%`, `lifetime(node) >= 365d`.
    fn figure(
        &mut self,
        name: &ast::Ident,
        args: &[ast::Arg],
        op: CompareOp,
        limit: &ast::Expr,
        env: Env<'_>,
    ) -> Option<Condition> {
        match (name.text.as_str(), args) {
            ("latency", [ast::Arg::Edge(from, to, _)]) => {
                let (from, to) = (self.instances_of(from, true, env), self.instances_of(to, true, env));
                let limit = self.eval_quantity(limit, Dimension::Duration, env);
                Some(Condition::Latency { from: from?, to: to?, op, limit: limit? })
            }
            ("memory", [ast::Arg::Expr(node)]) => {
                let (nodes, limit) = (self.nodes_in(node, env), self.memory_limit(limit, env));
                Some(Condition::Memory { nodes: nodes?, op, limit: limit? })
            }
            ("lifetime", [ast::Arg::Expr(node)]) => {
                let limit = self.eval_quantity(limit, Dimension::Duration, env);
                let nodes = self.nodes_in(node, env);
                Some(Condition::Lifetime { nodes: nodes?, op, limit: limit? })
            }
            (known, _) if FIGURES.contains(&known) => self.bad_arguments(name, name.span),
            (known, _) if known == "on" || known == "survives" || PAIRS.contains(&known) => {
                let message = format!("`{known}(…)` holds or not; it has no limit");
                let d = Diagnostic::new(codes::REQUIREMENT, name.span, message)
                    .help(format!("write `{}`", form(known)));
                self.report(d);
                None
            }
            _ => self.unknown_form(name),
        }
    }

    fn memory_limit(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<MemoryLimit> {
        match self.eval(expr, env)? {
            Value::Quantity(q) if q.dimension == Dimension::Size => Some(MemoryLimit::Size(q.value)),
            Value::Quantity(q) if q.dimension == Dimension::Share => Some(MemoryLimit::Share(q.value)),
            other => {
                let misfit = super::fit::Misfit::Dimension { needed: Dimension::Share };
                let d = super::eval::misfit_diagnostic(&other, "percentage", &misfit, expr.span)
                    .note("a size such as `64KiB` will do as well");
                self.report(d);
                None
            }
        }
    }

    fn instances_in(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Vec<InstanceId>> {
        match &expr.kind {
            ast::ExprKind::Name(name) => self.instances_of(name, true, env),
            _ => {
                self.report(Diagnostic::new(codes::REQUIREMENT, expr.span, "an instance is needed here"));
                None
            }
        }
    }

    fn nodes_in(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Vec<NodeId>> {
        match &expr.kind {
            ast::ExprKind::Name(name) => self.nodes_of(name, true, env).map(Iterator::collect),
            _ => {
                self.report(Diagnostic::new(codes::REQUIREMENT, expr.span, "a node is needed here"));
                None
            }
        }
    }

    fn bad_arguments(&mut self, name: &ast::Ident, span: Span) -> Option<Condition> {
        let d = Diagnostic::new(codes::REQUIREMENT, span, format!("`{}` does not take these", name.text))
            .help(format!("write `{}`", form(&name.text)));
        self.report(d);
        None
    }

    fn unknown_form(&mut self, name: &ast::Ident) -> Option<Condition> {
        let known = PAIRS.iter().chain(&FIGURES).chain(&["on", "survives"]).copied();
        let close = self.close(&name.text, known);
        let message = format!("there is no requirement `{}`", name.text);
        let d = Diagnostic::new(codes::REQUIREMENT, name.span, message).note(FORMS);
        self.report(with_nearest(d, name.span, close.as_deref()));
        None
    }

    fn no_requirement(&mut self, span: Span) -> Option<Condition> {
        self.report(Diagnostic::new(codes::REQUIREMENT, span, "this is no requirement").note(FORMS));
        None
    }
}

const FORMS: &str = "requirements are `latency`, `memory`, `lifetime` with a limit, and `separate`, `together`, `near`, \
                     `on`, `survives`, also with `not`";

fn form(name: &str) -> &'static str {
    match name {
        "latency" => "latency(a -> b) <= 250ms",
        "memory" => "memory(node) <= 80%",
        "lifetime" => "lifetime(node) >= 2 * 365d",
        "on" => "on(a, node)",
        "survives" => "survives(1 node, a -> b)",
        "together" => "together(a, b)",
        "near" => "near(a, b)",
        _ => "separate(a, b)",
    }
}
