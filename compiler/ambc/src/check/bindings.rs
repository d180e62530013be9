//! Bindings: what each need of an instance is bound to.

use super::context::{Context, Edge, listed};
use crate::hir::{BindMode, Binding, Id, InstanceId, InstanceKind, Need};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use ambc_lidl::model::InterfaceId;
use std::collections::BTreeMap;

/// An instance serves another interface than it is called by.
pub(super) const WRONG_INTERFACE: Code = Code("E0302");

/// A required need has a binding, or the node's offer by default.
pub(super) fn every_required_need_is_bound(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut hints = Hints::default();
    for (id, instance) in cx.hir.instances.iter().filter(|(_, i)| !i.broken) {
        for (need, binding) in cx.needs(id) {
            if binding.is_none() && !need.optional && need.from_node.is_none() && !is_unknown(need) {
                let fitting = hints.fitting(cx, id, need);
                diags.push(
                    Mistake::Unbound { instance: cx.name(id), at: instance.name_span, need, fitting }
                        .diagnostic(cx),
                );
            }
        }
    }
}

/// What is bound serves the interface that the need names, or one that inherits from it.
pub(super) fn a_bound_instance_serves_the_needed_interface(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut hints = Hints::default();
    for edge in cx.edges() {
        let Some(wanted) = edge.need.interface else { continue };
        if !cx.interfaces_unknown(edge.to) && !cx.serves(edge.to, wanted) {
            let fitting = hints.fitting(cx, edge.from, edge.need);
            diags.push(Mistake::WrongInterface { edge, fitting }.diagnostic(cx));
        }
    }
}

/// A need that is no list takes one instance, unless `first` or `any` chooses among several.
pub(super) fn a_plain_need_takes_one_instance(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, _) in cx.hir.instances.iter() {
        for (need, binding) in cx.needs(id) {
            let Some(binding) = binding.filter(|b| b.mode == BindMode::Plain && !need.list) else { continue };
            if let [_, second, ..] = binding.targets.as_slice() {
                diags.push(Mistake::TooMany { instance: cx.name(id), at: second.span, need }.diagnostic(cx));
            }
        }
    }
}

/// `first` and `any` choose for a need that takes one; a list gets all of them anyway.
pub(super) fn a_choice_is_made_for_a_plain_need(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, need, binding) in choices(cx).filter(|(_, need, _)| need.list) {
        let word = word(binding.mode);
        let mistake = Mistake::ChoiceOfList { instance: cx.name(id), at: binding.span, need, word };
        diags.push(mistake.diagnostic(cx));
    }
}

/// A choice names each instance once.
pub(super) fn a_choice_names_an_instance_once(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, need, binding) in choices(cx) {
        let mut seen: BTreeMap<InstanceId, Span> = BTreeMap::new();
        for target in &binding.targets {
            let Some(first) = seen.get(&target.instance).copied() else {
                seen.insert(target.instance, target.span);
                continue;
            };
            let owner = format!("{}.{}", cx.name(id), need.name.value);
            let again = cx.name(target.instance);
            diags.push(Mistake::ChosenTwice { owner, again, at: target.span, first }.diagnostic(cx));
        }
    }
}

fn choices<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = (InstanceId, &'a Need, &'a Binding)> {
    let all = cx.hir.instances.ids().flat_map(|id| cx.needs(id).map(move |(need, b)| (id, need, b)));
    all.filter_map(|(id, need, b)| Some((id, need, b.filter(|b| b.mode != BindMode::Plain)?)))
}

fn word(mode: BindMode) -> &'static str {
    match mode {
        BindMode::First => "first",
        BindMode::Any => "any",
        BindMode::Plain => "",
    }
}

/// A list has at least one element, unless it is optional.
pub(super) fn a_required_list_is_not_empty(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (id, _) in cx.hir.instances.iter().filter(|(_, i)| !i.broken) {
        for (need, binding) in cx.needs(id) {
            let Some(binding) = binding.filter(|b| b.targets.is_empty() && !b.broken && !need.optional)
            else {
                continue;
            };
            diags.push(Mistake::Empty { instance: cx.name(id), at: binding.span, need }.diagnostic(cx));
        }
    }
}

/// An offer belongs to one instance unless its interface is `@shared`.
pub(super) fn an_offer_belongs_to_one_instance(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut owner: Vec<Option<Edge<'_>>> = vec![None; cx.hir.instances.len()];
    for edge in cx.edges().filter(|e| is_exclusive_offer(cx, e.to)) {
        match owner[edge.to.index()] {
            None => owner[edge.to.index()] = Some(edge),
            Some(first) if first.from == edge.from => {}
            Some(other) => {
                let (first, again) = if other.span <= edge.span { (other, edge) } else { (edge, other) };
                diags.push(Mistake::BoundTwice { first, again }.diagnostic(cx));
            }
        }
    }
}

fn is_exclusive_offer(cx: &Context<'_>, instance: InstanceId) -> bool {
    let InstanceKind::Offer { interface: Some(interface), .. } = cx.hir.instances[instance].kind else {
        return false;
    };
    !cx.shared(interface)
}

fn is_unknown(need: &Need) -> bool {
    need.interface.is_none()
}

/// What a need could be bound to, for hints. Looked up once for each interface: a large array repeats one mistake.
#[derive(Default)]
struct Hints {
    declared: BTreeMap<InterfaceId, Vec<InstanceId>>,
}

impl Hints {
    const ENOUGH: usize = 6;

    /// Declared instances before what the caller's own node offers.
    fn fitting(&mut self, cx: &Context<'_>, from: InstanceId, need: &Need) -> Vec<String> {
        let Some(wanted) = need.interface else { return Vec::new() };
        let declared = self.declared.entry(wanted).or_insert_with(|| {
            let offered = |id: InstanceId| matches!(cx.hir.instances[id].kind, InstanceKind::Offer { .. });
            let fit = cx.hir.instances.ids().filter(|id| !offered(*id) && cx.serves(*id, wanted));
            fit.take(Self::ENOUGH + 1).collect()
        });
        let names = declared.iter().filter(|id| **id != from).map(|id| cx.name(*id));
        let node = cx.hir.instances[from].placement.as_ref().map(|p| &cx.hir.nodes[p.node]);
        let offers = node.iter().flat_map(|n| &n.offers).filter(|o| cx.serves(**o, wanted));
        let offers =
            offers.filter_map(|o| cx.hir.instances[*o].name.member.as_ref()).map(|o| format!("node.{o}"));
        names.chain(offers).take(Self::ENOUGH).collect()
    }
}

enum Mistake<'a> {
    Unbound { instance: String, at: Span, need: &'a Need, fitting: Vec<String> },
    WrongInterface { edge: Edge<'a>, fitting: Vec<String> },
    TooMany { instance: String, at: Span, need: &'a Need },
    Empty { instance: String, at: Span, need: &'a Need },
    BoundTwice { first: Edge<'a>, again: Edge<'a> },
    ChoiceOfList { instance: String, at: Span, need: &'a Need, word: &'static str },
    ChosenTwice { owner: String, again: String, at: Span, first: Span },
}

impl Mistake<'_> {
    fn diagnostic(self, cx: &Context<'_>) -> Diagnostic {
        match self {
            Self::Unbound { instance, at, need, fitting } => {
                let name = &need.name.value;
                let wanted = wanted(cx, need);
                Diagnostic::new(Code("E0301"), at, format!("`{instance}` leaves its need `{name}` unbound"))
                    .label(format!("`{name}: …;` is missing"))
                    .also(need.span, format!("a `{wanted}` is needed here"))
                    .help(unbound_help(name, &wanted, &fitting))
            }
            Self::WrongInterface { edge, fitting } => wrong_interface(cx, edge, &fitting),
            Self::TooMany { instance, at, need } => {
                let name = &need.name.value;
                Diagnostic::new(Code("E0307"), at, format!("`{instance}.{name}` takes one instance, not several"))
                    .label("one too many")
                    .also(need.span, "not a list")
                    .help(format!("write `{name}: first …;` or `{name}: any …;` to choose among several, or make the need a list: `needs {name}: [{}]`", wanted(cx, need)))
            }
            Self::Empty { instance, at, need } => {
                let name = &need.name.value;
                Diagnostic::new(Code("E0306"), at, format!("the list `{instance}.{name}` is empty"))
                    .label("selects nothing")
                    .also(need.span, "one or more are needed here")
                    .help(format!(
                        "bind at least one instance, or write `needs optional {name}: …` in the manifest"
                    ))
            }
            Self::BoundTwice { first, again } => bound_twice(cx, first, again),
            Self::ChoiceOfList { instance, at, need, word } => {
                let name = &need.name.value;
                let message = format!("`{instance}.{name}` is a list, and `{word}` chooses one");
                Diagnostic::new(Code("E0308"), at, message)
                    .label(format!("`{word}` has nothing to choose for"))
                    .also(need.span, "a list gets all of them")
                    .help(format!(
                        "leave `{word}` out, or make it one in the manifest: `needs {name}: {}`",
                        wanted(cx, need)
                    ))
            }
            Self::ChosenTwice { owner, again, at, first } => {
                let message = format!("`{owner}` chooses among several, and `{again}` is named twice");
                let d = Diagnostic::new(Code("E0309"), at, message).label("again here");
                let d = if first == at { d } else { d.also(first, "first named here") };
                d.help("a call asks each member at most once: name each of them once")
            }
        }
    }
}

fn wanted(cx: &Context<'_>, need: &Need) -> String {
    need.interface.map_or_else(String::new, |i| cx.path(i))
}

fn unbound_help(need: &str, wanted: &str, fitting: &[String]) -> String {
    match fitting {
        [] => format!("no instance serves `{wanted}`: declare one and write `{need}: <instance>;`"),
        [one] => format!("write `{need}: {one};`"),
        [first, ..] => format!("{} would fit: write `{need}: {first};`", listed(fitting)),
    }
}

fn wrong_interface(cx: &Context<'_>, edge: Edge<'_>, fitting: &[String]) -> Diagnostic {
    let (from, to, need) = (cx.name(edge.from), cx.name(edge.to), &edge.need.name.value);
    let wanted = wanted(cx, edge.need);
    let served = cx.interfaces(edge.to);
    let serves = if served.is_empty() {
        "serves no interface".to_string()
    } else {
        format!("serves {}", listed(served.iter().map(|i| cx.path(*i))))
    };
    let help = match fitting {
        [] => format!("no instance serves `{wanted}`"),
        _ => format!("{} would fit", listed(fitting)),
    };
    Diagnostic::new(
        WRONG_INTERFACE,
        edge.span,
        format!("`{from}.{need}` needs `{wanted}`, but `{to}` {serves}"),
    )
    .label("the wrong interface")
    .also(edge.need.span, "needed here")
    .help(help)
}

fn bound_twice(cx: &Context<'_>, first: Edge<'_>, again: Edge<'_>) -> Diagnostic {
    let offer = cx.name(again.to);
    let owner = format!("{}.{}", cx.name(first.from), first.need.name.value);
    let interface = cx.interfaces(again.to).first().map_or_else(String::new, |i| cx.path(*i));
    Diagnostic::new(
        Code("E0305"),
        again.span,
        format!(
            "`{offer}` is bound twice: by `{owner}` and by `{}.{}`",
            cx.name(again.from),
            again.need.name.value
        ),
    )
    .label("again here")
    .also(first.span, "first bound here")
    .help(format!(
        "an offer belongs to one instance; offer another `{interface}`, or mark the interface `@shared`"
    ))
}
