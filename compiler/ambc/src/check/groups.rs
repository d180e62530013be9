//! Groups: who is in them.

use super::context::Context;
use crate::hir::InstanceId;
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

enum Mistake {
    InTwo { instance: String, groups: [String; 2], at: Span, first: Span },
    Empty { group: String, at: Span },
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
        }
    }
}
