//! Scopes, prefixes, clashes, overrides.

use super::help::{Run, run_files, said, wires};

const SITE: &str = "
use \"services.amb\";
instance store = keeper;
instance a = source { to: store; }
network lan : udp { cost 2; }
node edge : linux { link lan at \"10.0.0.1\"; }
node sensor[i in 3] : linux { link lan at \"10.0.1.{i}\"; }
deploy edge { a; store; }
";

fn with_site(root: &str) -> Run {
    run_files(&[("root.amb", root), ("site.amb", SITE), ("services.amb", super::help::SERVICES)], &[])
}

#[test]
fn a_prefix_stands_before_the_names_of_a_file() {
    let run = with_site(
        "use \"site.amb\" as site; use \"services.amb\";
         instance b = source { to: site::store; } node n : linux { link site::lan at \"10.0.0.2\"; } deploy n { b; }",
    );
    assert_eq!(run.said, Vec::<String>::new());
    assert_eq!(wires(&run.hir, "b"), [["site::store"]]);
    assert_eq!(wires(&run.hir, "site::a"), [["site::store"]]);
    assert_eq!(run.hir.nodes.iter().next().unwrap().1.name.to_string(), "n");
    assert_eq!(
        run.hir.services.iter().filter(|(_, s)| s.name.text == "keeper").count(),
        1,
        "a file is one file"
    );
}

#[test]
fn a_prefixed_file_sees_what_is_around_it() {
    let run = run_files(
        &[
            (
                "root.amb",
                "use \"services.amb\"; use \"in.amb\" as site; instance s = keeper; node n : linux; deploy n { s; }",
            ),
            ("in.amb", "instance a = source { to: s; } deploy n { a; }"),
            ("services.amb", super::help::SERVICES),
        ],
        &[],
    );
    assert_eq!(run.said, Vec::<String>::new());
    assert_eq!(wires(&run.hir, "site::a"), [["s"]]);
}

#[test]
fn clashes_show_at_the_later_place() {
    assert_eq!(
        said(
            "instance a = keeper; node a : linux; network a : udp;
             instance a = keeper;
             group a { a }
             param p: u32 = 1; param p: u32 = 2;
             platform linux : x86_64_vm {}
             deployment one; deployment two;"
        ),
        [
            "deploy.amb:3:23: error[E0202]: the instance `a` is defined twice",
            "deploy.amb:4:20: error[E0202]: `a` is an instance already; instances and groups share their names",
            "deploy.amb:5:38: error[E0202]: the parameter `p` is defined twice",
            "deploy.amb:6:23: error[E0202]: `linux` is a built-in platform",
            "deploy.amb:7:41: error[E0202]: the deployment is named twice",
        ]
    );
}

#[test]
fn names_of_another_kind_are_said_so() {
    assert_eq!(
        said(
            "instance a = source { to: g; } instance b = n; group g { b } node n : linux;
             instance c = source { to: c.x; } instance d = source { to: n.none; } deploy a { g; c; d; }"
        ),
        [
            "deploy.amb:2:27: error[E0204]: `g` is a group, not an instance",
            "deploy.amb:2:45: error[E0204]: `n` is a node, not a service",
            "deploy.amb:3:40: error[E0204]: `c` is an instance; only nodes offer something",
            "deploy.amb:3:75: error[E0245]: the node `n` offers no `none`",
            "deploy.amb:3:90: error[E0204]: `a` is an instance, not a node",
        ]
    );
}

#[test]
fn an_override_replaces_the_item_it_names() {
    let run = with_site(
        "use \"site.amb\"; instance other = keeper;
         override instance a = source { to: other; }
         override network lan : tcp;
         override node sensor[1] { link lan at \"10.9.9.9\"; relay off; }
         override deploy edge { a; store; other; }",
    );
    assert_eq!(run.said, Vec::<String>::new());
    assert_eq!(wires(&run.hir, "a"), [["other"]]);
    let (_, lan) = run.hir.networks.iter().next().unwrap();
    assert_eq!((lan.cost, lan.kind), (1000, crate::hir::NetworkKind::Tcp), "settings left out are gone");
    let relays: Vec<bool> = run.hir.nodes.iter().map(|(_, n)| n.relay).collect();
    assert_eq!(relays, [true, true, false, true]);
    assert_eq!(run.hir.deploys.len(), 1);
    let what: Vec<&str> = run.hir.overrides.iter().map(|o| o.what.as_str()).collect();
    assert_eq!(what, ["instance a", "network lan", "node sensor[1]", "deploy edge"]);
}

#[test]
fn an_override_needs_something_to_replace_and_comes_once() {
    let run = with_site(
        "use \"site.amb\"; instance mine = keeper;
         override instance stor = keeper;
         override instance mine = keeper;
         override instance a = source { to: mine; }
         override instance a = source { to: mine; }
         override node sensor[1] { relay off; }
         override node sensor[1] { relay off; }
         override node sensor[7] { relay off; }
         override deploy sensor { mine; }
         override require not near(a, a);",
    );
    assert_eq!(
        run.said,
        [
            "root.amb:2:28: error[E0205]: there is no instance `stor` to override",
            "root.amb:3:28: error[E0205]: `instance mine` stands in the same file, not in one that is used",
            "root.amb:5:28: error[E0206]: `instance a` is overridden twice",
            "root.amb:7:30: error[E0206]: `sensor[1]` is overridden twice",
            "root.amb:8:31: error[E0220]: `sensor` has elements 0 to 2, not 7",
            "root.amb:9:26: error[E0205]: there is no `deploy sensor` to override",
            "root.amb:9:26: error[E0222]: `sensor` is an array of 3",
            "root.amb:10:10: error[E0205]: this kind of item cannot be overridden",
        ]
    );
}

#[test]
fn a_file_used_twice_is_one_file() {
    let run = with_site(
        "use \"site.amb\"; use \"site.amb\" as site; use \"services.amb\";
         instance b = source { to: site::store; } instance c = source { to: store; }",
    );
    assert_eq!(run.said, Vec::<String>::new());
    assert_eq!(wires(&run.hir, "b"), wires(&run.hir, "c"));
    assert_eq!(run.hir.instances.iter().filter(|(_, i)| i.name.text.ends_with("store")).count(), 1);
}

#[test]
fn names_of_damaged_text_and_missing_files_are_not_told_again() {
    let run = run_files(
        &[(
            "root.amb",
            "use \"gone.amb\"; node n : linux { link lan at \"10.0.0.1\"; } node m : linuks; deploy n { lost; }",
        )],
        &[],
    );
    assert_eq!(run.said, ["root.amb:1:69: error[E0201]: there is no platform `linuks`"], "a slip of its own");
}
