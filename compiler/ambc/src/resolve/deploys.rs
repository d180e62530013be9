//! `deploy`: which instances and groups a node runs. An index that is a new name makes one deploy for each element.

use super::ctx::{Ctx, Env};
use super::names::{Kind, Placed, segments};
use crate::hir::{Deploy, DeployEntry, DeployTarget, GroupId, NodeId};
use crate::syntax::ast;

impl<'a> Ctx<'a> {
    pub(super) fn deploys(&mut self) {
        for placed in self.names.loose.clone() {
            if let ast::ItemKind::Deploy(deploy) = &placed.item.kind {
                self.deploy(placed, deploy);
            }
        }
    }

    fn deploy(&mut self, placed: Placed<'a>, deploy: &'a ast::Deploy) {
        let env = Env::of(placed.scope);
        let Some(id) = self.find(Kind::Node, placed.scope, &deploy.node.head) else {
            // What it names still counts as named.
            let index = self.header_variable(&deploy.node, env).map(|variable| (variable, 0));
            return self.deploy_on(None, placed.item, deploy, Env { index, ..env });
        };
        if let Some(variable) = self.header_variable(&deploy.node, env) {
            let extent = self.extents[id.0];
            if !extent.array && !extent.broken {
                self.select(id, deploy.node.select.as_ref(), deploy.node.span, false, env);
                return self.deploy_on(None, placed.item, deploy, Env { index: Some((variable, 0)), ..env });
            }
            for i in 0..extent.len {
                let env = Env { index: Some((variable, i)), ..env };
                self.deploy_on(Some(NodeId(extent.first + i)), placed.item, deploy, env);
            }
            return;
        }
        match self.select(id, deploy.node.select.as_ref(), deploy.node.span, false, env) {
            Some(range) => range.for_each(|n| self.deploy_on(Some(NodeId(n)), placed.item, deploy, env)),
            None => self.deploy_on(None, placed.item, deploy, env),
        }
    }

    /// The name in `deploy sensor[i]`, if it is a new one.
    fn header_variable(&self, node: &'a ast::Ref, env: Env<'_>) -> Option<&'a str> {
        let ast::SelectKind::Index(index) = &node.select.as_ref()?.kind else { return None };
        let name = super::attrs::word(index)?;
        let ast::ExprKind::Name(_) = index.kind else { return None };
        self.names.find(Kind::Param, env.scope, &[name]).is_none().then_some(name)
    }

    fn deploy_on(&mut self, node: Option<NodeId>, item: &ast::Item, deploy: &ast::Deploy, env: Env<'_>) {
        let mut out = Deploy {
            node,
            node_span: deploy.node.span,
            span: item.span,
            entries: Vec::new(),
            broken: item.broken,
        };
        for entry in &deploy.entries {
            match self.targets(entry, env) {
                Some(targets) => {
                    let kernel = entry.kernel.is_some();
                    let span = entry.target.span;
                    out.entries.extend(targets.into_iter().map(|target| DeployEntry {
                        target,
                        kernel,
                        span,
                    }));
                }
                None => out.broken = true,
            }
        }
        self.hir.deploys.push(out);
    }

    fn targets(&mut self, entry: &ast::DeployEntry, env: Env<'_>) -> Option<Vec<DeployTarget>> {
        let head = &entry.target.head;
        let group = self.names.find(Kind::Group, env.scope, &segments(head));
        if let Some(group) = group.filter(|_| entry.target.member.is_none()) {
            self.select(group, entry.target.select.as_ref(), entry.target.span, false, env)?;
            return Some(vec![DeployTarget::Group(GroupId(self.extents[group.0].first))]);
        }
        let found = self.instances_of(&entry.target, true, env)?;
        Some(found.into_iter().map(DeployTarget::Instance).collect())
    }
}
