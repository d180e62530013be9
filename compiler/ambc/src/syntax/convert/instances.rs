//! Instances, groups, deployment.

use super::super::ast::{
    BindMode, BindTarget, Binding, Deploy, DeployEntry, Group, Ident, Instance, Setting,
};
use super::super::block::{Block, entries};
use super::super::codes;
use super::super::reader::{P, Reader};
use super::{expr, header, setting};
use ambc_diag::Diagnostic;
use ambc_grammar::amb::Rule;

pub(super) fn instance(r: &mut Reader<'_>, p: P<'_>) -> Option<Instance> {
    let (mut name, mut array, mut service) = (None, None, None);
    let (mut bindings, mut settings) = (Vec::new(), Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::prefixed | Rule::ident => name = Some(r.ident(&p)),
            Rule::array_header => array = header::array(r, p),
            Rule::path => service = Some(r.path(p)),
            Rule::instance_block => (bindings, settings) = members(r, p),
            _ => {}
        }
    }
    Some(Instance { name: name?, array, service: service?, bindings, settings })
}

/// The bindings and parameters of an instance or an offer.
pub(super) fn members(r: &mut Reader<'_>, block: P<'_>) -> (Vec<Binding>, Vec<Setting>) {
    let (mut bindings, mut settings): (Vec<Binding>, Vec<Setting>) = Default::default();
    let text = block.get_input();
    // Where the last binding ended, to see whether a `,` ended it.
    let mut ended: Option<(usize, Ident)> = None;
    entries(r, block, Block::Instance, &mut |r, p| {
        let start = p.as_span().start();
        let end = start + p.as_str().trim_end().len();
        let Some(p) = p.into_inner().next() else { return };
        // A mended statement is a text of its own and tells nothing about what stands before it here.
        let in_place = std::ptr::eq(text, p.get_input());
        if let Some((before, need)) = ended.take()
            && in_place
        {
            comma_continues(r, text, before, start, &need);
        }
        match p.as_rule() {
            Rule::binding => {
                let binding = binding(r, p);
                ended = binding.as_ref().filter(|_| in_place).map(|b| (end, b.need.clone()));
                bindings.extend(binding);
            }
            _ => setting::setting(r, p, &mut settings),
        }
    });
    (bindings, settings)
}

/// `a: x, b: y`: a `,` behind a binding continues its list.
fn comma_continues(r: &mut Reader<'_>, text: &str, before: usize, start: usize, need: &Ident) {
    let gap = text.get(before..start).unwrap_or("");
    if gap.contains(';') {
        return;
    }
    let Some(comma) = gap.find(',') else { return };
    let span = r.range(before + comma, before + comma + 1);
    let next: String =
        text.get(start..).unwrap_or("").chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let d =
        Diagnostic::new(codes::COMMA_CONTINUES, span, format!("`,` continues the list of `{}`", need.text))
            .label("expected `;`")
            .help(format!("write `;` before `{next}`"))
            .edit(span, ";");
    r.report(d);
}

fn binding(r: &mut Reader<'_>, p: P<'_>) -> Option<Binding> {
    let span = r.span(&p);
    let (mut need, mut mode, mut targets) = (None, BindMode::Plain, Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::ident => need = Some(r.ident(&p)),
            Rule::bind_mode => {
                let at = r.span(&p);
                mode = if p.as_str().starts_with("first") { BindMode::First(at) } else { BindMode::Any(at) };
            }
            Rule::bind_target => targets.extend(target(r, p)),
            _ => {}
        }
    }
    Some(Binding { need: need?, mode, targets, span })
}

fn target(r: &mut Reader<'_>, p: P<'_>) -> Option<BindTarget> {
    let (mut target, mut settings) = (None, Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::reference => target = Some(expr::reference(r, p)),
            Rule::settings_block => settings = setting::settings(r, p),
            _ => {}
        }
    }
    Some(BindTarget { target: target?, settings })
}

pub(super) fn group(r: &mut Reader<'_>, p: P<'_>) -> Option<Group> {
    let (mut name, mut block) = (None, None);
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::prefixed | Rule::ident => name = Some(r.ident(&p)),
            Rule::group_block => block = Some(p),
            _ => {}
        }
    }
    let mut out = Group { name: name?, members: Vec::new(), settings: Vec::new() };
    if let Some(block) = block {
        group_members(r, block, &mut out);
    }
    Some(out)
}

pub(super) fn group_members(r: &mut Reader<'_>, block: P<'_>, out: &mut Group) {
    entries(r, block, Block::Group, &mut |r, p| {
        let Some(p) = p.into_inner().next() else { return };
        match p.as_rule() {
            Rule::reference => out.members.push(expr::reference(r, p)),
            _ => setting::setting(r, p, &mut out.settings),
        }
    });
}

pub(super) fn deploy(r: &mut Reader<'_>, p: P<'_>) -> Option<Deploy> {
    let (mut node, mut entries) = (None, Vec::new());
    for p in p.into_inner() {
        match p.as_rule() {
            Rule::reference => node = Some(expr::reference(r, p)),
            Rule::deploy_block => entries = deploy_entries(r, p),
            _ => {}
        }
    }
    Some(Deploy { node: node?, entries })
}

pub(super) fn deploy_entries(r: &mut Reader<'_>, block: P<'_>) -> Vec<DeployEntry> {
    let mut out = Vec::new();
    entries(r, block, Block::Deploy, &mut |r, p| {
        let span = r.span(&p);
        let (mut kernel, mut target) = (None, None);
        for p in p.into_inner() {
            match p.as_rule() {
                Rule::kw_kernel => kernel = Some(r.span(&p)),
                _ => target = Some(expr::reference(r, p)),
            }
        }
        out.extend(target.map(|target| DeployEntry { target, kernel, span }));
    });
    out
}
