//! How the groups of a node are kept up: when they are restarted, and how they share the processor.

use super::RestartImage;
use crate::hir::{Deployment, Domain, Id, NodeId, RestartThen};
use crate::plan::Plan;

/// The policy of a group; a bare instance and the kernel group have the usual one.
pub(super) fn restart(hir: &Deployment, domain: &Domain) -> RestartImage {
    let declared = match domain {
        Domain::Group(group) => hir.groups[*group].restart.as_ref(),
        Domain::Kernel | Domain::Own(_) => None,
    };
    let Some(declared) = declared else { return RestartImage::default() };
    let reboot = declared.then == Some(RestartThen::Reboot);
    RestartImage {
        backoff: declared.backoff,
        limit: declared.limit.map(|(restarts, window)| (restarts, window, reboot)),
    }
}

/// The distance to the highest priority among the user groups of the node. The kernel group carries the calls of all others
/// to the network, so that it never steps back.
pub(super) fn nice(hir: &Deployment, plan: &Plan, node: NodeId, domain: &Domain) -> u8 {
    let priority = |domain: &Domain| match domain {
        Domain::Group(group) => hir.groups[*group].priority.as_ref().map_or(0, |p| p.value),
        Domain::Kernel | Domain::Own(_) => 0,
    };
    if *domain == Domain::Kernel {
        return 0;
    }
    let users = plan.nodes[node.index()].domains.iter().map(|d| &d.domain);
    let highest = users.filter(|d| **d != Domain::Kernel).map(priority).max().unwrap_or(0);
    // `resolve` takes no priority above 19.
    highest.saturating_sub(priority(domain)).min(19) as u8
}
