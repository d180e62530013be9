//! Groups: who is in them, and how they are kept up.

use super::context::Context;
use crate::hir::{Domain, Group, InstanceId};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;

/// An instance is named by one group, once.
pub(super) fn an_instance_is_in_one_group(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut first: BTreeMap<InstanceId, (Span, String)> = BTreeMap::new();
    for (_, group) in cx.hir.groups.iter() {
        for member in &group.members {
            let name = group.name.to_string();
            let Some((before, other)) = first.get(&member.value) else {
                first.insert(member.value, (member.span, name));
                continue;
            };
            let mistake = Mistake::InTwo {
                instance: cx.name(member.value),
                groups: [other.clone(), name],
                at: member.span,
                first: *before,
            };
            diags.push(mistake.diagnostic());
        }
    }
}

/// A group has members.
pub(super) fn a_group_is_not_empty(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, group) in cx.hir.groups.iter().filter(|(_, g)| g.members.is_empty() && !g.broken) {
        diags.push(Mistake::Empty { group: group.name.to_string(), at: group.name_span }.diagnostic());
    }
}

/// What happens after the last restart needs a last restart.
pub(super) fn a_restart_that_ends_has_a_limit(cx: &Context<'_>, diags: &mut Diagnostics) {
    let endless = |g: &Group| g.restart.as_ref().filter(|r| r.then.is_some() && !r.limited).map(|r| r.span);
    for (_, group) in cx.hir.groups.iter() {
        if let Some(at) = endless(group) {
            diags.push(Mistake::Endless { at }.diagnostic());
        }
    }
}

/// A group in a kernel group has no process of its own that could be restarted or step back.
pub(super) fn a_group_in_the_kernel_is_not_kept_up_alone(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, group) in cx.hir.groups.iter().filter(|(_, g)| !g.broken) {
        let placements = group.members.iter().filter_map(|m| cx.hir.instances[m.value].placement.as_ref());
        let Some(kernel) = placements.into_iter().find(|p| p.domain == Domain::Kernel) else { continue };
        let node = cx.hir.nodes[kernel.node].name.to_string();
        let said = [
            ("priority", group.priority.as_ref().map(|p| p.span)),
            ("restart", group.restart.as_ref().map(|r| r.span)),
        ];
        for (what, at) in said.into_iter().filter_map(|(what, at)| Some((what, at?))) {
            let (group, node) = (group.name.to_string(), node.clone());
            diags.push(Mistake::InKernel { group, node, what, at }.diagnostic());
        }
    }
}

enum Mistake {
    InTwo { instance: String, groups: [String; 2], at: Span, first: Span },
    Empty { group: String, at: Span },
    Endless { at: Span },
    InKernel { group: String, node: String, what: &'static str, at: Span },
}

impl Mistake {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::InTwo { instance, groups: [one, two], at, first } => {
                let message = if one == two {
                    format!("group `{one}` names `{instance}` twice")
                } else {
                    format!("`{instance}` is in two groups: `{one}` and `{two}`")
                };
                Diagnostic::new(Code("E0316"), at, message)
                    .label("again here")
                    .also(first, "first here")
                    .help(format!("keep one; until then it counts as in `{one}`"))
            }
            Self::Empty { group, at } => {
                Diagnostic::new(Code("W0304"), at, format!("group `{group}` has no members"))
                    .label("empty")
                    .help("name its instances, or take the group out")
            }
            Self::Endless { at } => Diagnostic::new(
                Code("E0380"),
                at,
                "`then` says what comes after the last restart, and there is no last",
            )
            .label("without a `limit`")
            .help("write how many restarts are enough, such as `limit 5 per 1min`, or leave `then` out"),
            Self::InKernel { group, node, what, at } => {
                let message =
                    format!("`{what}` of group `{group}` means nothing in the kernel group of `{node}`");
                Diagnostic::new(Code("W0306"), at, message)
                    .label("it has no process of its own there")
                    .help("leave it out, or deploy the group without `kernel`")
            }
        }
    }
}
