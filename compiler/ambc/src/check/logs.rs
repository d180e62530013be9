//! `logs`: who takes lines, and that no line calls for further lines without end.

use super::bindings::WRONG_INTERFACE;
use super::context::{Context, listed};
use crate::hir::{Id, InstanceId, Logs};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What lines go to implements `ambience::logger`.
pub(super) fn a_collector_takes_lines(cx: &Context<'_>, diags: &mut Diagnostics) {
    let Some(logger) = cx.hir.lidl.find_interface(&["ambience", "logger"]).found() else { return };
    for logs in &cx.hir.logs {
        if !cx.interfaces_unknown(logs.to.value) && !cx.serves(logs.to.value, logger) {
            diags.push(Mistake::NoCollector { logs }.diagnostic(cx));
        }
    }
}

/// An item sends at least one instance's lines.
pub(super) fn an_item_of_logs_sends_lines(cx: &Context<'_>, diags: &mut Diagnostics) {
    if cx.names_failed {
        return;
    }
    for logs in &cx.hir.logs {
        if !logs.from.keys().any(|i| !cx.hir.logs_on(*i).is_empty()) {
            diags.push(Mistake::Nothing { logs }.diagnostic(cx));
        }
    }
}

/// A collector gets each line once: no two items send lines of one instance there.
pub(super) fn lines_are_sent_once(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut sent: BTreeMap<(InstanceId, InstanceId), Span> = BTreeMap::new();
    let mut all: BTreeMap<InstanceId, Span> = BTreeMap::new();
    for logs in &cx.hir.logs {
        let to = logs.to.value;
        let twice = if logs.all {
            all.insert(to, logs.span).map(|first| (None, logs.span, first))
        } else {
            let again = |(from, at): (&InstanceId, &Span)| {
                sent.insert((*from, to), *at).map(|first| (Some(*from), *at, first))
            };
            logs.from.iter().filter_map(again).min_by_key(|(_, at, _)| *at)
        };
        if let Some((from, at, first)) = twice {
            diags.push(Mistake::Twice { from, to, at, first }.diagnostic(cx));
        }
    }
}

/// A collector, and whatever runs because it took a line, sends no lines that come back to it.
pub(super) fn lines_do_not_go_in_circles(cx: &Context<'_>, diags: &mut Diagnostics) {
    let mut steps = Steps::of_bindings(cx);
    for logs in &cx.hir.logs {
        // `*` leaves out every collector and what these call, so that it closes no circle.
        let mut said = BTreeSet::new();
        for (&from, &at) in logs.from.iter().filter(|_| !logs.all) {
            let to = logs.to.value;
            match steps.way(to, from) {
                // Of a group or an array one is enough.
                Some(way) if said.insert(at) => {
                    diags.push(Mistake::Circle { from, to, at, way }.diagnostic(cx));
                }
                Some(_) => {}
                None => steps.add(from, to, at, Step::Lines),
            }
        }
    }
}

/// What runs because something else does.
struct Steps {
    from: Vec<Vec<(InstanceId, Span, Step)>>,
}

#[derive(Clone)]
enum Step {
    /// Calls through this need.
    Call(String),
    /// Takes lines.
    Lines,
}

/// Steps from one instance to another: from where, to where, where that is written, and why.
type Way = Vec<(InstanceId, InstanceId, Span, Step)>;

impl Steps {
    fn of_bindings(cx: &Context<'_>) -> Self {
        let mut out = Self { from: vec![Vec::new(); cx.hir.instances.len()] };
        for edge in cx.edges().filter(|_| !cx.hir.logs.is_empty()) {
            out.add(edge.from, edge.to, edge.span, Step::Call(edge.need.name.value.clone()));
        }
        out
    }

    fn add(&mut self, from: InstanceId, to: InstanceId, at: Span, step: Step) {
        self.from[from.index()].push((to, at, step));
    }

    /// The fewest steps from `start` to `end`; none if these are one.
    fn way(&self, start: InstanceId, end: InstanceId) -> Option<Way> {
        let mut came: BTreeMap<InstanceId, Option<InstanceId>> = BTreeMap::from([(start, None)]);
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            for (to, _, _) in &self.from[at.index()] {
                came.entry(*to).or_insert_with(|| {
                    queue.push_back(*to);
                    Some(at)
                });
            }
        }
        let mut way = Way::new();
        let mut at = end;
        while let Some(before) = *came.get(&at)? {
            let (_, span, step) = self.from[before.index()].iter().find(|(to, _, _)| *to == at)?;
            way.push((before, at, *span, step.clone()));
            at = before;
        }
        way.reverse();
        Some(way)
    }
}

enum Mistake<'a> {
    NoCollector { logs: &'a Logs },
    Nothing { logs: &'a Logs },
    Twice { from: Option<InstanceId>, to: InstanceId, at: Span, first: Span },
    Circle { from: InstanceId, to: InstanceId, at: Span, way: Way },
}

impl Mistake<'_> {
    fn diagnostic(self, cx: &Context<'_>) -> Diagnostic {
        match self {
            Self::NoCollector { logs } => no_collector(cx, logs),
            Self::Nothing { logs } => nothing(cx, logs),
            Self::Twice { from, to, at, first } => twice(cx, from, to, at, first),
            Self::Circle { from, to, at, way } => circle(cx, from, to, at, way),
        }
    }
}

fn no_collector(cx: &Context<'_>, logs: &Logs) -> Diagnostic {
    let (to, served) = (cx.name(logs.to.value), cx.interfaces(logs.to.value));
    let serves = match served.as_slice() {
        [] => "serves no interface".to_owned(),
        _ => format!("serves {}", listed(served.iter().map(|i| cx.path(*i)))),
    };
    let message = format!("lines are sent to an `ambience::logger`, but `{to}` {serves}");
    Diagnostic::new(WRONG_INTERFACE, logs.to.span, message)
        .label("the wrong interface")
        .also(cx.hir.instances[logs.to.value].name_span, "this instance")
        .help("implement `ambience::logger` in its service, and say so in the manifest: `service NAME : ambience::logger`")
}

fn nothing(cx: &Context<'_>, logs: &Logs) -> Diagnostic {
    let to = cx.name(logs.to.value);
    let whose = if logs.all { "nobody that `*` means" } else { "none of these" };
    Diagnostic::new(Code("W0307"), logs.span, format!("`{to}` gets no lines from this"))
        .label(format!("{whose} is bound to the `logger` of a node"))
        .help("write `needs log: ambience::logger from node;` in the manifest of a service that logs, or take this out")
}

fn twice(cx: &Context<'_>, from: Option<InstanceId>, to: InstanceId, at: Span, first: Span) -> Diagnostic {
    let to = cx.name(to);
    let whose = from.map_or_else(|| "all instances".to_owned(), |i| format!("`{}`", cx.name(i)));
    Diagnostic::new(Code("E0315"), at, format!("lines of {whose} are sent to `{to}` twice"))
        .label("again here")
        .also(first, "first sent here")
        .help("a collector gets each line once: say it in one place, with the level that is meant")
}

fn circle(cx: &Context<'_>, from: InstanceId, to: InstanceId, at: Span, way: Way) -> Diagnostic {
    let (from, to) = (cx.name(from), cx.name(to));
    let message = match from == to {
        true => format!("`{to}` would take its own lines"),
        false => format!("lines of `{from}` would call for further lines of `{from}`"),
    };
    let mut out = Diagnostic::new(Code("E0319"), at, message)
        .label(format!("a line of `{from}` makes `{to}` run, and that makes `{from}` run"));
    for (a, b, span, step) in way {
        let (a, b) = (cx.name(a), cx.name(b));
        out = out.also(
            span,
            match step {
                Step::Call(need) => format!("`{a}.{need}` calls `{b}`"),
                Step::Lines => format!("lines of `{a}` go to `{b}`"),
            },
        );
    }
    out.help(format!(
        "leave `{from}` out: its node prints its lines anyway; `*` leaves out such instances by itself"
    ))
}
