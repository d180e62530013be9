//! Cycles of calls.
//!
//! A caller waits for its callee, so calls that go round in a circle can wait for ever. Whether they do is a question of
//! procedures: the vertices are (instance, procedure), and a procedure calls what its manifest's `calls` says, or
//! everything that its needs offer when the manifest says nothing. Nobody waits for a `@oneway` procedure, so it is not
//! in the graph. Groups play no part: all groups of a node start at once.

use super::context::{Context, Edge};
use crate::hir::{Id, InstanceId, Service};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// No instance can come to wait for itself.
pub(super) fn calls_do_not_go_in_circles(cx: &Context<'_>, diags: &mut Diagnostics) {
    let edges: Vec<Edge<'_>> = cx.edges().filter(|e| may_wait(cx, e)).collect();
    for (members, inside) in circles(cx, &edges) {
        for waiting in circles_of_procedures(cx, &members, &inside) {
            let last = waiting.iter().copied().max_by_key(|i| (cx.hir.instances[*i].name_span, *i));
            let Some(last) = last else { continue };
            let way = shortest_way_round(last, &waiting, &inside);
            diags.push(Mistake { at: cx.hir.instances[last].name_span, way }.diagnostic(cx));
        }
    }
}

/// The need's interface has a procedure whose caller waits.
fn may_wait(cx: &Context<'_>, edge: &Edge<'_>) -> bool {
    edge.need.interface.is_some_and(|i| cx.procedures(i).any(|p| !p.oneway))
}

/// Sets of instances that can all reach each other, each with the bindings inside it.
fn circles<'a>(cx: &Context<'a>, edges: &[Edge<'a>]) -> Vec<(BTreeSet<InstanceId>, Vec<Edge<'a>>)> {
    let graph: DiGraph<(), (), u32> = DiGraph::from_edges(edges.iter().map(|e| (e.from.0, e.to.0)));
    let mut circle_of: BTreeMap<InstanceId, usize> = BTreeMap::new();
    let mut circles = Vec::new();
    for set in kosaraju_scc(&graph).into_iter().filter(|set| is_circle(&graph, set)) {
        let members: BTreeSet<_> = set.into_iter().map(|v| InstanceId::new(v.index())).collect();
        circle_of.extend(members.iter().map(|m| (*m, circles.len())));
        circles.push((members, Vec::new()));
    }
    for edge in edges {
        match (circle_of.get(&edge.from), circle_of.get(&edge.to)) {
            (Some(from), Some(to)) if from == to => circles[*from].1.push(*edge),
            _ => {}
        }
    }
    circles.sort_by_key(|(set, _)| set.iter().map(|i| cx.hir.instances[*i].name_span).min());
    circles
}

fn is_circle<N>(graph: &DiGraph<N, ()>, set: &[NodeIndex]) -> bool {
    match set {
        [only] => graph.contains_edge(*only, *only),
        _ => true,
    }
}

/// The same with procedures: the instances of each circle in which calls really wait for each other.
fn circles_of_procedures(
    cx: &Context<'_>,
    members: &BTreeSet<InstanceId>,
    edges: &[Edge<'_>],
) -> Vec<BTreeSet<InstanceId>> {
    let mut vertices: BTreeMap<(InstanceId, &str), NodeIndex> = BTreeMap::new();
    let mut graph: DiGraph<InstanceId, ()> = DiGraph::new();
    for &member in members {
        for interface in cx.interfaces(member) {
            for procedure in cx.procedures(interface).filter(|p| !p.oneway) {
                vertices.entry((member, procedure.name.as_str())).or_insert_with(|| graph.add_node(member));
            }
        }
    }
    for (&(from, procedure), &vertex) in &vertices {
        let Some(service) = cx.service(&cx.hir.instances[from]) else { continue };
        for edge in edges.iter().filter(|e| e.from == from) {
            for callee in called(cx, service, procedure, edge) {
                if let Some(&to) = vertices.get(&(edge.to, callee)) {
                    graph.add_edge(vertex, to, ());
                }
            }
        }
    }
    kosaraju_scc(&graph)
        .into_iter()
        .filter(|set| is_circle(&graph, set))
        .map(|set| set.into_iter().filter_map(|v| graph.node_weight(v).copied()).collect())
        .collect()
}

/// Which procedures of a need one procedure of a service calls. A manifest that says `calls` says all of them.
fn called<'a>(cx: &Context<'a>, service: &'a Service, procedure: &str, edge: &Edge<'a>) -> Vec<&'a str> {
    if service.calls.is_empty() {
        let all = edge.need.interface.map(|i| cx.procedures(i)).into_iter().flatten();
        return all.map(|p| p.name.as_str()).collect();
    }
    let of_need = |need: usize| service.needs.get(need).is_some_and(|n| std::ptr::eq(n, edge.need));
    let own = service.calls.iter().filter(|c| c.procedure.value == procedure);
    own.flat_map(|c| &c.targets).filter(|(need, _)| of_need(*need)).map(|(_, p)| p.value.as_str()).collect()
}

/// The fewest bindings that lead from `start` back to it without leaving `members`.
fn shortest_way_round<'a>(
    start: InstanceId,
    members: &BTreeSet<InstanceId>,
    edges: &[Edge<'a>],
) -> Vec<Edge<'a>> {
    let mut came: BTreeMap<InstanceId, Edge<'a>> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for edge in edges.iter().filter(|e| e.from == at && members.contains(&e.to)) {
            came.entry(edge.to).or_insert_with(|| {
                queue.push_back(edge.to);
                *edge
            });
        }
        if came.contains_key(&start) {
            break;
        }
    }
    let mut way = Vec::new();
    let mut at = start;
    while let Some(edge) = came.get(&at) {
        way.push(*edge);
        at = edge.from;
        if at == start {
            break;
        }
    }
    way.reverse();
    way
}

struct Mistake<'a> {
    at: Span,
    way: Vec<Edge<'a>>,
}

impl Mistake<'_> {
    fn diagnostic(self, cx: &Context<'_>) -> Diagnostic {
        let names: Vec<_> = self.way.iter().map(|e| format!("`{}`", cx.name(e.from))).collect();
        let (around, first) = (names.join(" -> "), names.first().cloned().unwrap_or_default());
        let message = match names.len() {
            1 => format!("{first} is bound to itself and can come to wait for itself"),
            _ => format!("calls go in a circle: {around} -> {first}"),
        };
        let mut out = Diagnostic::new(Code("E0318"), self.at, message).label("comes to wait for itself");
        for edge in &self.way {
            out = out.also(
                edge.span,
                format!("`{}.{}` calls `{}`", cx.name(edge.from), edge.need.name.value, cx.name(edge.to)),
            );
        }
        out.help(
            "break the circle, bind one of these through an interface with only `@oneway` procedures, or say in the \
             manifests which procedure calls which (`handle calls next.recognize;`)",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::calls_do_not_go_in_circles;
    use crate::check::testing::Builder;
    use crate::hir::{Calls, Id, InstanceId};
    use ambc_diag::{FileId, Span, Spanned};
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    /// `size` instances of services with one procedure each, bound along `edges`.
    fn graph(size: usize, edges: &[(usize, usize)], procedure: &str) -> Builder {
        let mut b = Builder::new();
        let interface = b.interface(&[procedure]);
        let service = b.service(&[interface], &[interface]);
        for _ in 0..size {
            b.instance(service);
        }
        for &(from, to) in edges {
            b.bind(InstanceId::new(from), 0, InstanceId::new(to));
        }
        b
    }

    /// For each set of vertices that reach each other and themselves, the last.
    fn last_of_each_circle(size: usize, edges: &[(usize, usize)]) -> Vec<usize> {
        let mut reach = vec![vec![false; size]; size];
        for &(a, b) in edges {
            reach[a][b] = true;
        }
        for k in 0..size {
            for a in 0..size {
                for b in 0..size {
                    reach[a][b] |= reach[a][k] && reach[k][b];
                }
            }
        }
        (0..size).filter(|&a| reach[a][a] && (a + 1..size).all(|b| !(reach[a][b] && reach[b][a]))).collect()
    }

    proptest! {
        #[test]
        fn circles_are_those_of_brute_force(
            size in 1usize..7,
            edges in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..14),
        ) {
            let edges: Vec<_> = edges.iter().map(|(a, b)| (a.index(size), b.index(size))).collect();
            let b = graph(size, &edges, "p");
            let found: Vec<_> = b.check(calls_do_not_go_in_circles).iter().map(|d| d.primary.span).collect();
            let expected: Vec<_> = last_of_each_circle(size, &edges)
                .into_iter()
                .map(|i| b.hir.instances[InstanceId::new(i)].name_span)
                .collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_whole_circle_is_shown() {
        let b = graph(4, &[(0, 1), (1, 2), (2, 3), (3, 1)], "p");
        let found = b.check(calls_do_not_go_in_circles);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "calls go in a circle: `i[3]` -> `i[1]` -> `i[2]` -> `i[3]`");
        assert_eq!(found[0].secondary.len(), 3);
    }

    #[test]
    fn nobody_waits_for_a_one_way_call() {
        let b = graph(2, &[(0, 1), (1, 0)], "p!");
        assert_eq!(b.check(calls_do_not_go_in_circles), []);
    }

    #[test]
    fn declared_calls_are_all_there_are() {
        let at = Span::new(FileId(0), 0, 0);
        let word = |w: &str| Spanned::new(w.to_string(), at);
        for (callee, circle) in [("get", false), ("put", true)] {
            let mut b = Builder::new();
            let interface = b.interface(&["put", "get"]);
            let service = b.service(&[interface], &[interface]);
            b.hir.services[service].calls =
                vec![Calls { procedure: word("put"), targets: vec![(0, word(callee))] }];
            let (one, two) = (b.instance(service), b.instance(service));
            b.bind(one, 0, two);
            b.bind(two, 0, one);
            assert_eq!(b.check(calls_do_not_go_in_circles).len(), usize::from(circle), "{callee}");
        }
    }

    #[test]
    fn a_long_chain_is_no_burden() {
        let edges: Vec<_> = (0..50_000).map(|i| (i, (i + 1) % 50_000)).collect();
        assert_eq!(graph(50_000, &edges[..49_999], "p").check(calls_do_not_go_in_circles), []);
    }
}
