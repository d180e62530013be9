//! Nodes that are built for other machines than this one: what stands in for their boards, and what this machine needs to
//! build and emulate them.

use super::shell::Shell;
use crate::check::Checked;
use crate::doctor::{Finding, Machine, State, firmware};
use crate::hir::{BuiltFor, Carrier, Deployment, NetworkKind, NodeId, PlatformKind, emulated, families};
use crate::image::{ClassImage, MemberImage, NodeImage, Target};
use crate::plan::{Plan, report};
use ambc_diag::{Code, Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};

const NO_TOOL: Code = Code("E0513");
const NO_SUCH_LINK: Code = Code("E0512");

const HOSTED: &str = "`--hosted` builds every node for this machine";

/// What this machine lacks to build and start these nodes, and links that no emulated board has.
pub(super) fn refuse_what_cannot_run(
    machine: &dyn Machine,
    checked: &Checked<Deployment>,
    classes: &[ClassImage],
    nodes: &BTreeSet<NodeId>,
    built_for: BuiltFor,
) -> Diagnostics {
    let mut diags = Diagnostics::default();
    let emulation = built_for == BuiltFor::Emulators;
    let mut told = BTreeSet::new();
    for (class, member) in members(classes).filter(|(_, m)| nodes.contains(&m.node)) {
        let Target::CortexM { board, triple, .. } = &class.image.target else { continue };
        for finding in firmware(machine, &[triple.as_str()].into(), emulation, State::Missing) {
            if finding.state != State::Ok && told.insert(finding.name) {
                diags.push(no_tool(checked, member.node, finding));
            }
        }
        if emulation {
            links(checked, member, board, &mut diags);
        }
    }
    diags
}

fn members(classes: &[ClassImage]) -> impl Iterator<Item = (&ClassImage, &MemberImage)> {
    classes.iter().flat_map(|c| c.members.iter().map(move |m| (c, m)))
}

fn no_tool(checked: &Checked<Deployment>, node: NodeId, finding: Finding) -> Diagnostic {
    let node = &checked.nodes[node];
    let message = format!("there is no `{}` here: {}", finding.name, finding.purpose);
    let command = finding.command.unwrap_or_default();
    Diagnostic::new(NO_TOOL, node.name_span, message)
        .label("this node takes it")
        .help(format!("get it: {command}"))
        .note(HOSTED)
}

/// An emulated board is connected by its UARTs alone.
fn links(checked: &Checked<Deployment>, member: &MemberImage, board: &str, diags: &mut Diagnostics) {
    let Some(emulated) = emulated(board) else { return };
    let node = &checked.nodes[member.node];
    for iface in &member.image.net.ifaces {
        let link = &node.links[iface.node_link];
        let Some(network) = link.network else { continue };
        let kind = checked.networks[network].kind;
        let is_line = checked.carrier(network) == Carrier::Pty || kind == NetworkKind::Xbee;
        if is_line && emulated.uart(link).is_some() {
            continue;
        }
        let (name, kind) = (&checked.networks[network].name, kind.word());
        let free = (0..emulated.uarts).map(|n| format!("`uart{n}`")).collect::<Vec<_>>().join(", ");
        diags.push(
            Diagnostic::new(NO_SUCH_LINK, link.span, format!("an emulated `{board}` has no such link"))
                .label(format!("`{name}` is a network of kind `{kind}`"))
                .note(format!("it has {free}, for wires between two nodes and for radios"))
                .help(HOSTED),
        );
    }
}

/// What runs in the place of what was declared: said for each platform, and once for an array.
pub(super) fn say_what_stands_in(
    shell: &Shell,
    checked: &Checked<Deployment>,
    plan: &Plan,
    classes: &[ClassImage],
    built_for: BuiltFor,
) {
    let mut notes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (_, member) in members(classes) {
        let node = &checked.nodes[member.node];
        let Some(platform) = node.platform.map(|p| &checked.platforms[p]) else { continue };
        let own = platform.board.as_deref().unwrap_or_default();
        if let Some(how) = stands_in(&member.image, platform.kind, own, built_for) {
            notes.entry((&platform.name, how)).or_default().push(&node.name);
        }
    }
    for ((platform, how), nodes) in notes {
        for node in families(nodes) {
            shell.err(&format!("note: node `{node}` (`{platform}`) {how}\n"));
        }
    }
    for stand_in in report::stand_ins(checked, plan) {
        shell.err(&format!("note: {stand_in}\n"));
    }
}

/// A machine sends as it sends: what a wire is declared to lose or delay, and faults to inject, are imposed by Linux nodes.
pub(super) fn say_what_is_not_imposed(
    shell: &Shell,
    checked: &Checked<Deployment>,
    classes: &[&ClassImage],
    nodes: &BTreeSet<NodeId>,
    ideal: bool,
    impaired: bool,
) {
    let machines = classes.iter().filter(|c| !c.image.target.is_linux()).flat_map(|c| &c.members);
    for member in machines.filter(|m| nodes.contains(&m.node)) {
        let node = &checked.nodes[member.node];
        for iface in &member.image.net.ifaces {
            let Some(network) = node.links[iface.node_link].network else { continue };
            let of = &checked.networks[network];
            let declared = of.loss.is_some() || of.latency.is_some() || of.bandwidth.is_some();
            if checked.carrier(network) == Carrier::Pty && (impaired || (declared && !ideal)) {
                let (node, network) = (&node.name, &of.name);
                shell.err(&format!(
                    "note: what emulated node `{node}` sends over `{network}` is neither lost nor delayed\n"
                ));
            }
        }
    }
}

/// What becomes of a node whose platform has this kind and is, or is derived from, this board.
fn stands_in(image: &NodeImage, kind: PlatformKind, own: &str, built_for: BuiltFor) -> Option<String> {
    match &image.target {
        Target::Linux if kind == PlatformKind::Linux => None,
        Target::Linux if built_for == BuiltFor::ThisMachine => Some("is built for this machine".to_owned()),
        Target::Linux if !image.lacks.is_empty() => {
            let lacks = image.lacks.join(", ");
            Some(format!("is built for Linux: microcontrollers do not have yet: {lacks}"))
        }
        Target::Linux => Some("is built for Linux in this version".to_owned()),
        Target::CortexM { .. } if built_for != BuiltFor::Emulators => None,
        Target::CortexM { board, .. } if board == own => Some("runs in an emulator".to_owned()),
        Target::CortexM { board, .. } => Some(format!("runs as an emulated `{board}`, built for that")),
    }
}
